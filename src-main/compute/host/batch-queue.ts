import type { RunningBatch } from './host-slots.ts'
import type { Batch } from '../messages/input.ts'

/** Batches that wait for a worker. */
export interface BatchQueue {
  /** Adds a batch at the end. */
  add(batch: Batch): void
  /** Puts a batch that has run before in front. */
  addFirst(batch: Batch): void
  /**
   * The next batch to run on one of `workers` workers: local ones first, one of them even where every worker is busy.
   * Undefined where none may run now.
   */
  take(running: ReadonlyMap<number, RunningBatch>, workers: number): Batch | undefined
  /** Removes tasks. */
  remove(keys: ReadonlySet<number>): void
}

/** No batches yet. */
export function createBatchQueue(): BatchQueue {
  const waiting: Batch[] = []
  return {
    add: (batch) => void waiting.push(batch),
    addFirst: (batch) => void waiting.unshift(batch),
    take: (running, workers) => {
      const local = waiting.findIndex(({ isLocal }) => isLocal)
      const isFree = running.size < workers
      const mayGoBeyond = local >= 0 && ![...running.values()].some(({ batch }) => batch.isLocal)
      return isFree || mayGoBeyond ? waiting.splice(Math.max(0, local), 1)[0] : undefined
    },
    remove: (keys) => {
      for (let i = waiting.length - 1; i >= 0; i--) {
        const batch = waiting[i]
        if (batch === undefined) continue
        const tasks = batch.tasks.filter(({ key }) => !keys.has(key))
        if (tasks.length === 0) waiting.splice(i, 1)
        else waiting[i] = { ...batch, tasks }
      }
    },
  }
}
