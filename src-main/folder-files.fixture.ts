import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing } from './storage/database/private-files.ts'

/** A file that was found below a folder, with what it held as it was read. */
interface FoundFile {
  readonly path: string
  readonly bytes: Buffer
}

/**
 * All files below the folder of a peer that runs, also while it makes and deletes some: what goes between being listed
 * and being read is left out.
 */
export function filesBelow(folder: string): FoundFile[] {
  const entries = unlessMissing(() => readdirSync(folder, { withFileTypes: true })) ?? []
  return entries.flatMap((entry): FoundFile[] => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    const bytes = entry.isFile() ? unlessMissing(() => readFileSync(path)) : undefined
    return bytes === undefined ? [] : [{ path, bytes }]
  })
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
