import type { Fault } from '../../protocol/fault.ts'
import type { RunningBatch } from './host-slots.ts'
import { threadOf, type WorkerSlots } from './worker-slots.ts'
import type { WorkerThreads } from './worker-threads.ts'

/** A worker ends within milliseconds of being told, unless it compiles; then only the process can be ended. */
const END_WITHIN_MS = 1_000
/** A host that runs seldom has more time for it, but a user who stops sharing sees it stop. */
const DUTY_TO_END_MIN = 0.5

/** Ends the worker of a slot, for the fault that its current task gets. */
export type EndWorker = (slot: number, entry: RunningBatch, fault: Fault) => void

/**
 * @param duty the part of the time in which this process runs
 * @param retire ends this process, where a thread does not end in time
 */
export function createWorkerEnd(
  threads: WorkerThreads,
  slots: WorkerSlots,
  duty: () => number,
  retire: (reason: string, blame: boolean) => void,
): EndWorker {
  return (slot, { abort }, fault) => {
    if (abort.signal.aborted) return
    const id = threadOf(slots, slot)
    const thread = threads.threads.find((worker) => worker.threadId === id)
    abort.abort(fault)
    if (thread === undefined) return
    const overdue = setTimeout(
      () => retire('a worker does not stop', false),
      END_WITHIN_MS / Math.max(duty(), DUTY_TO_END_MIN),
    )
    thread.once('exit', () => clearTimeout(overdue))
  }
}
