import type { RunningBatch } from './host-slots.ts'
import type { HostOutput, WorkerOutput } from '../messages/output.ts'

/** Passes on what workers report of their batches, as long as it is wanted. */
export interface WorkerMessages {
  readonly hear: (output: WorkerOutput) => void
  /** A worker has finished its batch; its last results may still be on their way from its thread. */
  readonly finished: (entry: RunningBatch) => void
}

/** Of the batches in `running`, and of those that finished. */
export function createWorkerMessages(
  running: ReadonlyMap<number, RunningBatch>,
  send: (output: HostOutput) => void,
): WorkerMessages {
  /** Batches whose worker has finished but whose last results have not arrived. */
  const settling = new Map<number, RunningBatch>()
  return {
    hear: (output) => {
      if (output.kind === 'progress') {
        send(output)
        return
      }
      const { batch } = output
      const entry = [...running.values()].find((one) => one.batch.id === batch) ?? settling.get(batch)
      if (entry === undefined) return // cancelled meanwhile
      const results = output.results.filter((result) => entry.pending.delete(result.key))
      if (entry.pending.size === 0) settling.delete(batch)
      if (results.length > 0) send({ kind: 'results', results })
    },
    finished: (entry) => {
      if (entry.pending.size > 0) settling.set(entry.batch.id, entry)
    },
  }
}
