import { stat } from 'node:fs/promises'
import { FaultError, refuse } from '../../protocol/fault.ts'
import { systemWords } from '../../protocol/system-error.ts'

/** A file to upload, and the name by which the job knows it. */
export interface LocalFile {
  readonly name: string
  readonly path: string
  readonly bytes: number
}

/** A readable file of this machine. @throws FaultError `bad-input` */
export async function localFile(path: string, name: string): Promise<LocalFile> {
  if (path === '') refuse('bad-input', 'a file has no name')
  try {
    const found = await stat(path)
    if (!found.isFile()) refuse('bad-input', `${path} is not a file`)
    return { name, path, bytes: found.size }
  } catch (error) {
    return refuseUnreadable(path, error)
  }
}

/** Says why a file cannot be read; a fault passes as it is. @throws FaultError `bad-input` */
export function refuseUnreadable(path: string, error: unknown): never {
  if (error instanceof FaultError) throw error
  refuse('bad-input', `cannot read ${path}: ${systemWords(error)}`, error)
}
