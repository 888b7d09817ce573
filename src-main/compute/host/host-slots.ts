import type { Batch } from '../messages/input.ts'
import { lastWordsOf, withLastWords } from '../messages/last-words.ts'
import type { TaskResult } from '../messages/output.ts'
import { failure, type Fault } from '../../protocol/fault.ts'

/** A batch that a worker runs now. */
export interface RunningBatch {
  readonly batch: Batch
  /** Keys of tasks without a result yet. */
  readonly pending: Set<number>
  /** Ends the worker. */
  readonly abort: AbortController
  /** How many tasks the worker had begun when last seen, and since when that has been so. */
  begun: number
  sinceMs: number
  /** Whether the current task was told to have begun. */
  isTold: boolean
}

/** A batch that a worker begins now. */
export function runningBatch(batch: Batch): RunningBatch {
  return {
    batch,
    pending: new Set(batch.tasks.map((task) => task.key)),
    abort: new AbortController(),
    begun: 0,
    isTold: false,
    sinceMs: performance.now(),
  }
}

/** The fault for which a batch's worker was ended; undefined where the worker died. */
export function faultThatEnded({ abort }: RunningBatch): Fault | undefined {
  return abort.signal.aborted ? (abort.signal.reason as Fault) : undefined
}

/** The tasks of a batch whose worker is gone. */
export interface Remains {
  readonly results: readonly TaskResult[]
  /** Tasks that were not begun, or whose results were lost on the way: to be run again. */
  readonly again: Batch | undefined
}

/**
 * Sorts what a dead worker left: the task that it was on failed with `fault`, the others run again.
 *
 * @param said the end of what that task logged; its fault quotes it
 * @param begun how many tasks it had begun; 0 when it never started, and then all run again
 */
export function remainsOf(running: RunningBatch, begun: number, fault: Fault, said: string): Remains {
  const culprit = running.batch.tasks[begun - 1]
  const isGuilty = culprit !== undefined && running.pending.has(culprit.key)
  const rest = running.batch.tasks.filter((task) => running.pending.has(task.key) && task !== culprit)
  return {
    results: isGuilty ? [{ key: culprit.key, outcome: failedWith(fault, said) }] : [],
    again: rest.length === 0 ? undefined : { ...running.batch, tasks: rest },
  }
}

function failedWith(fault: Fault, said: string): TaskResult['outcome'] {
  if (said === '') return { kind: 'failed', fault }
  return { kind: 'failed', fault: withLastWords(fault, lastWordsOf(said)), info: { log: said } }
}

/** Why a worker died, as its current task's fault. */
export function workerFault(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return failure('unit-failed', `ran out of memory: ${message}`).fault
  }
  return failure('unit-failed', `ended its worker: ${message}`).fault
}
