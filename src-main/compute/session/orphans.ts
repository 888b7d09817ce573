import { onlyFault } from '../../protocol/fault.ts'
import { sweepStaging } from '../host/staged-files.ts'
import type { TaskKey } from '../messages/input.ts'

/** Tasks of the present host whose outputs are not wanted any longer; their files go when the host does. */
export interface Orphans {
  add(keys: Iterable<TaskKey>): void
  /** Takes all of them out. */
  take(): ReadonlySet<TaskKey>
  /** Removes the files of tasks, in the background. @param filePrefix only those of this host */
  sweep(keys: ReadonlySet<TaskKey>, filePrefix?: string): void
  /** Resolves when all files are removed. */
  swept(): Promise<void>
}

/** No orphans yet. @param staging the folder with the files */
export function createOrphans(staging: string): Orphans {
  let orphans = new Set<TaskKey>()
  let sweeping: Promise<void> = Promise.resolve()

  async function sweepAfter(
    before: Promise<void>,
    keys: ReadonlySet<TaskKey>,
    filePrefix?: string,
  ): Promise<void> {
    await before
    // `storage-failed`: a file that the disk does not let go of is removed at the program's next start.
    await sweepStaging(staging, keys, filePrefix).catch(onlyFault)
  }

  return {
    add: (keys) => {
      for (const key of keys) orphans.add(key)
    },
    take: () => {
      const taken = orphans
      orphans = new Set()
      return taken
    },
    sweep: (keys, filePrefix) => {
      sweeping = sweepAfter(sweeping, keys, filePrefix)
    },
    swept: () => sweeping,
  }
}
