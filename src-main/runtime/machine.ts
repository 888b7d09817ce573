import { randomBytes } from 'node:crypto'
import type { TurnClock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'

/** The machine's clock. Its timers do not keep a process alive: servers do that. */
export const machineClock: TurnClock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref()
    return () => clearTimeout(timer)
  },
  soon: (callback) => void setImmediate(callback),
}

/** The machine's randomness. */
export const machineRandom: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) }
