import type { RunningBatch } from './host-slots.ts'
import { createMemoryLimit } from './memory-limit.ts'
import type { Batch } from '../messages/input.ts'
import { createTimeLimit, type TimeListener } from './time-limit.ts'
import type { WorkerSlots } from './worker-slots.ts'

/** How often running workers are looked at: how late a limit may be noticed. */
const WATCH_EVERY_MS = 25

/** Watches the limits of the batches that run, as long as there are any. */
export interface LimitWatch {
  /** A batch begins. */
  begins(batch: Batch): void
  /** Starts or stops watching, by whether anything runs. */
  follow(): void
}

/** Who hears of the limits that are passed. */
export interface LimitListener extends TimeListener {
  /** The workers hold too much memory together. */
  readonly overMemory: (reason: string) => void
}

/** @param duty the part of the time in which this process runs */
export function createLimitWatch(
  running: ReadonlyMap<number, RunningBatch>,
  slots: WorkerSlots,
  duty: () => number,
  listener: LimitListener,
): LimitWatch {
  const memory = createMemoryLimit(listener.overMemory)
  const time = createTimeLimit(running, slots, listener)
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    time.check(duty())
    memory.check()
  }

  return {
    begins: (batch) => memory.grow(batch, running.size),
    follow: () => {
      if (running.size > 0 && timer === undefined) {
        time.resume()
        timer = setInterval(look, WATCH_EVERY_MS)
      }
      if (running.size === 0) {
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
