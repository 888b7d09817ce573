import { failure, type Fault } from '../../protocol/fault.ts'
import type { RunningBatch } from './host-slots.ts'
import { tasksBegun, type WorkerSlots } from './worker-slots.ts'

/** A thread that has not begun its first task by then never will: loading a library takes well under a second. */
const BEGIN_WITHIN_MS = 30_000

/** Measures the time that running tasks take. */
export interface TimeLimit {
  /** Forgets the time in which nothing ran. */
  resume(): void
  /** Looks at every running worker. @param duty the part of the time in which this process runs */
  check(duty: number): void
}

/** Who hears of the workers that are looked at. */
export interface TimeListener {
  /** A task has run for long enough to be shown as begun. */
  readonly begun: (key: number) => void
  /** A task has run for longer than it may, or a worker has not begun. */
  readonly overdue: (slot: number, entry: RunningBatch, fault: Fault) => void
}

/** Of the batches in `running`, by slot. */
export function createTimeLimit(
  running: ReadonlyMap<number, RunningBatch>,
  slots: WorkerSlots,
  listener: TimeListener,
): TimeLimit {
  let lookedMs = 0

  function look(slot: number, entry: RunningBatch, nowMs: number): void {
    const begun = tasksBegun(slots, slot)
    if (begun !== entry.begun) {
      entry.begun = begun
      entry.sinceMs = nowMs
      entry.isTold = false
    } else if (begun > 0 && !entry.isTold) {
      // A task that goes on from one look to the next is long enough to be shown as begun.
      entry.isTold = true
      const key = entry.batch.tasks[begun - 1]?.key
      if (key !== undefined) listener.begun(key)
    }
    const { wallMsMax } = entry.batch.call.limits
    if (nowMs - entry.sinceMs <= (begun === 0 ? BEGIN_WITHIN_MS : wallMsMax)) return
    const { fault } =
      begun === 0
        ? failure('runner-lost', `a worker did not begin within ${BEGIN_WITHIN_MS} ms`)
        : failure('timed-out', `stopped after its ${wallMsMax} ms`)
    listener.overdue(slot, entry, fault)
  }

  return {
    resume: () => {
      lookedMs = performance.now()
    },
    check: (duty) => {
      const nowMs = performance.now()
      // Do not charge a task for the time while this process was stopped.
      const stoodMs = (nowMs - lookedMs) * (1 - duty)
      lookedMs = nowMs
      for (const [slot, entry] of running) {
        entry.sinceMs += stoodMs
        look(slot, entry, nowMs)
      }
    },
  }
}
