import type { Clock } from '../ports/clock.ts'

/** This machine's clock, for tests and benchmarks of what really runs. */
export const clock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
