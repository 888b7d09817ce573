import type { Clock } from '../ports/clock.ts'

/** The machine's clock. Its timers do not keep a process alive. */
export const machineClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref()
    return () => clearTimeout(timer)
  },
}
