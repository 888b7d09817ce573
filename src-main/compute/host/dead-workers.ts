import { onlyFault, type Fault } from '../../protocol/fault.ts'
import { remainsOf, type RunningBatch } from './host-slots.ts'
import type { Batch } from '../messages/input.ts'
import type { HostOutput, TaskResult } from '../messages/output.ts'
import { sweepStaging } from './staged-files.ts'

/** A batch whose workers keep dying before its tasks begin is given up. */
const RESTARTS_MAX = 3

/** Handles the batches of workers that died. */
export interface DeadWorkers {
  /**
   * Reports the task that the worker was on as failed with `fault`.
   *
   * @param begun how many tasks the worker had begun
   * @param said the end of what that task logged
   * @returns the tasks to run again; undefined where there are none, or where they are given up
   */
  died(entry: RunningBatch, begun: number, fault: Fault, said: string): Batch | undefined
}

/** @param files the staging folder, and the beginning of the names of this host's files there */
export function createDeadWorkers(
  files: { readonly staging: string; readonly filePrefix: string },
  send: (output: HostOutput) => void,
): DeadWorkers {
  const restarts = new Map<number, number>()

  /** Reports tasks that died with their worker, once what they had written is gone. */
  async function report(results: readonly TaskResult[]): Promise<void> {
    const keys = new Set(results.map(({ key }) => key))
    // `storage-failed`: a file that the disk does not let go of is removed at the program's next start.
    await sweepStaging(files.staging, keys, files.filePrefix).catch(onlyFault)
    send({ kind: 'results', results: [...results] })
  }

  /** Whether a batch may run once more: without end where one of its tasks was to blame and is out of it. */
  function mayRestart({ id }: Batch, hadCulprit: boolean): boolean {
    const count = hadCulprit ? 0 : (restarts.get(id) ?? 0) + 1
    if (count <= RESTARTS_MAX) restarts.set(id, count)
    else restarts.delete(id)
    return count <= RESTARTS_MAX
  }

  return {
    died: (entry, begun, fault, said) => {
      const { results, again } = remainsOf(entry, begun, fault, said)
      if (results.length > 0) void report(results)
      if (again === undefined || mayRestart(again, results.length > 0)) return again
      const outcome = { kind: 'failed', fault } as const
      send({ kind: 'results', results: again.tasks.map(({ key }) => ({ key, outcome })) })
      return undefined
    },
  }
}
