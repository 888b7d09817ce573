import { mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../../protocol/fault.ts'
import type { TaskKey } from '../messages/input.ts'

/**
 * Makes the staging folder, empty, and returns its real path. What an earlier run of the program left there was
 * never adopted by anybody.
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
 * Removes what was written for tasks that did not end, or that nobody wants any longer.
 *
 * @param filePrefix only what this host wrote, where the tasks run again in another
 */
export async function sweepStaging(
  folder: string,
  keys: ReadonlySet<TaskKey>,
  filePrefix?: string,
): Promise<void> {
  if (keys.size === 0) return
  for (const name of await readdir(folder)) {
    const [prefix, key] = name.split('-')
    if ((filePrefix ?? prefix) === prefix && keys.has(Number(key)))
      await rm(join(folder, name), { force: true })
  }
}
