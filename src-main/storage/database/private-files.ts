import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '../../protocol/fault.ts'

/** A folder that only its owner may look into. */
export const FOLDER_MODE = 0o700
/** A file that only its owner may read and write. */
export const FILE_MODE = 0o600
/** The permissions of group and others. */
const OTHERS_ANY = 0o077

/**
 * Makes a folder with those above it, or closes one that is there to other users of the machine, with all that is in it:
 * an older release left it open. Windows has no such bits; there the profile folder's access list protects it.
 * @throws FaultError `storage-failed` for a folder of another user's that others may look into
 */
export function makePrivateFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    refuse('storage-failed', `${folder} is a file, where a folder should be`)
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  if (process.platform === 'win32' || !isOpenToOthers(folder)) return
  try {
    chmodSync(folder, FOLDER_MODE)
  } catch (error) {
    refuse('storage-failed', `${folder} is open to other users of this machine and cannot be closed`, error)
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), FOLDER_MODE)
    else if (entry.isFile()) makePrivateFile(join(entry.parentPath, entry.name))
  }
}

/** Closes a file to other users. */
export function makePrivateFile(path: string): void {
  if (process.platform !== 'win32' && isOpenToOthers(path)) chmodSync(path, FILE_MODE)
}

/** Whether an error says that a file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function isOpenToOthers(path: string): boolean {
  return (lstatSync(path).mode & OTHERS_ANY) !== 0
}
