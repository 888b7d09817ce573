import { mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../../protocol/fault.ts'
import type { TaskKey } from '../messages/input.ts'

/**
 * Makes the staging folder, empty, and returns its real path. Files that an earlier run of the
 * program left there were never adopted.
 *
 * @throws FaultError `storage-failed`
 */
export async function prepareStaging(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const real = await realpath(folder)
    for (const name of await readdir(real)) await rm(join(real, name), { recursive: true, force: true })
    return real
  } catch (cause) {
    refuse('storage-failed', `the folder for outputs, ${folder}, cannot be used`, cause)
  }
}

/**
 * Removes the files of tasks that did not end, or whose outputs are not wanted any longer.
 *
 * @param filePrefix only the files of this host, where the tasks run again in another
 * @throws FaultError `storage-failed` when a file cannot be removed
 */
export async function sweepStaging(
  folder: string,
  keys: ReadonlySet<TaskKey>,
  filePrefix?: string,
): Promise<void> {
  if (keys.size === 0) return
  try {
    for (const name of await readdir(folder)) {
      const [prefix, key] = name.split('-')
      if ((filePrefix ?? prefix) === prefix && keys.has(Number(key)))
        await rm(join(folder, name), { force: true })
    }
  } catch (cause) {
    refuse('storage-failed', `outputs in ${folder} cannot be removed`, cause)
  }
}
