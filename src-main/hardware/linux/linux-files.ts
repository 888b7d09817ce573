import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The text of a small file of the system, trimmed; undefined where it is not there or cannot be read. */
export async function textOf(...path: string[]): Promise<string | undefined> {
  try {
    return (await readFile(join(...path), 'utf8')).trim()
  } catch {
    // Whatever the reason, this machine does not tell.
    return undefined
  }
}

/** The number in a small file of the system. */
export async function numberOf(...path: string[]): Promise<number | undefined> {
  const text = await textOf(...path)
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return undefined
  return Number(text)
}

/** The entries of a folder of the system in order; undefined where there is none. */
export async function entriesOf(...path: string[]): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(join(...path))).sort()
  } catch {
    // As above.
    return undefined
  }
}
