import { createHash } from 'node:crypto'
import { open, readdir, readFile, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { faultOf, FaultError, refuse } from '../../protocol/fault.ts'
import { MACH_O_HEAD_BYTES, unsignedImage } from './mach-o.ts'

/** The list's file: beside the folders that it lists in a package, in `out` where it is built. */
export const PROGRAM_LIST = 'program-files.json'
/** The folders that it lists, in a package: what runs on Node, and Node. */
const FOLDERS = ['peer', 'node'] as const
/** Some 2,000 files are packaged; a folder with more than this is not the one that was packaged. */
const FILES_MAX = 50_000
/** A line of the list is some 150 bytes long. */
const LIST_BYTES_MAX = 16 << 20
/** Most files are small, so that waiting for the disk is what takes time. */
const LANES = 4
const CHUNK_BYTES = 1 << 20
/** 200 MB from a slow disk take seconds. What takes longer than this would never end. */
const VERIFY_WITHIN_MS = 120_000
const REMEDY = 'install Meshwork again'

/** A file's content: its SHA-256 and size, of a Mach-O file without its signature. */
const FileDigest = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  form: z.enum(['plain', 'mach-o']),
})
type FileDigest = z.infer<typeof FileDigest>

/** All files by their paths, in `/` notation, from the folder that the list lies in. */
const ProgramList = z.record(z.string().min(1), FileDigest)
type ProgramList = z.infer<typeof ProgramList>

/** Files on the disk: their places, by their paths in the list. */
type Files = ReadonlyMap<string, string>

/** Where the listed folders are. */
export type ProgramFolders = Readonly<Record<(typeof FOLDERS)[number], string>>

/**
 * The list of all files of the program that Node runs, and of Node itself, as a text that depends on nothing else.
 * @throws FaultError `storage-failed` when a folder holds something that is neither file nor folder
 */
export async function listProgram(folders: ProgramFolders): Promise<string> {
  const paths = await filesOf(folders)
  const files: Record<string, FileDigest> = {}
  for (const [path, place] of paths) files[path] = await digestOf(place)
  return `${JSON.stringify(files, null, 1)}\n`
}

/** The SHA-256 of a list's text or of any other bytes, in hexadecimal. */
export function sha256Of(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Checks that a package's program for Node, and its Node, are byte for byte what was packaged: no file differs, is missing
 * or was added. Reads everything once, some 200 MB.
 *
 * @param resources the folder that holds the list and what it lists
 * @param digest the list's SHA-256, from the shell's own code; null in a shell that was built without one
 * @param signal it is given up then; after two minutes when absent
 * @throws FaultError `storage-failed`, one line that names the first file that differs; `timed-out`
 */
export async function verifyProgram(
  resources: string,
  digest: string | null,
  signal: AbortSignal = AbortSignal.timeout(VERIFY_WITHIN_MS),
): Promise<void> {
  const expired = new Promise<never>((_resolve, reject) => {
    const expire = (): void => reject(new FaultError(TOO_LATE))
    if (signal.aborted) expire()
    signal.addEventListener('abort', expire, { once: true })
  })
  // A read from a disk that does not answer cannot be ended.
  await Promise.race([expired, verifyWithin(resources, digest, signal)])
}

const TOO_LATE = { kind: 'timed-out', message: 'the program’s files could not be read in time' } as const

async function verifyWithin(resources: string, digest: string | null, signal: AbortSignal): Promise<void> {
  if (digest === null) refuse('storage-failed', 'this package was built without the list of its files')
  const list = await readList(join(resources, PROGRAM_LIST), digest)
  const [peer, node] = FOLDERS.map((folder) => join(resources, folder)) as [string, string]
  const found = await filesOf({ peer, node })
  for (const path of found.keys()) {
    if (!Object.hasOwn(list, path)) refuse('storage-failed', `${path} is no file of Meshwork: ${REMEDY}`)
  }
  for (const path of Object.keys(list)) {
    if (!found.has(path)) refuse('storage-failed', `${path} is missing: ${REMEDY}`)
  }
  await verifyContents(list, found, signal)
}

/** Compares files with what the list says of them, several at a time, until one differs. */
async function verifyContents(list: ProgramList, found: Files, given: AbortSignal): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([given, over.signal])
  const waiting = found.entries()
  const lane = async (): Promise<void> => {
    for (const [path, place] of waiting) {
      const listed = list[path]
      if (signal.aborted || listed === undefined) return
      const actual = await readable(path, () => digestOf(place, listed, signal))
      if (actual.sha256 !== listed.sha256 || actual.bytes !== listed.bytes || actual.form !== listed.form)
        refuse('storage-failed', `${path} is not the file that was packaged: ${REMEDY}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: LANES }, lane))
  } finally {
    over.abort()
  }
}

async function readList(path: string, digest: string): Promise<ProgramList> {
  const bytes = await readable(PROGRAM_LIST, async () => {
    const { size } = await stat(path)
    return size > LIST_BYTES_MAX ? undefined : await readFile(path)
  })
  if (bytes === undefined || sha256Of(bytes) !== digest)
    refuse('storage-failed', `${PROGRAM_LIST} is not the file that was packaged: ${REMEDY}`)
  return ProgramList.parse(JSON.parse(bytes.toString()))
}

/** Every file below the folders: its path in the list and its place on the disk, in the list's order. */
async function filesOf(folders: ProgramFolders): Promise<Files> {
  const found: [string, string][] = []
  const waiting: [string, string][] = FOLDERS.map((name) => [name, folders[name]])
  for (const [path, place] of waiting) {
    for (const entry of await readable(path, () => readdir(place, { withFileTypes: true }))) {
      const inside: [string, string] = [`${path}/${entry.name}`, join(place, entry.name)]
      if (entry.isDirectory()) waiting.push(inside)
      else if (entry.isFile()) found.push(inside)
      else refuse('storage-failed', `${inside[0]} is neither file nor folder: ${REMEDY}`)
    }
    if (found.length + waiting.length > FILES_MAX)
      refuse('storage-failed', `${path} holds more files than Meshwork has: ${REMEDY}`)
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Streams a file through SHA-256. With the digest that it should have, a plain file of another size is not read. */
async function digestOf(path: string, expected?: FileDigest, signal?: AbortSignal): Promise<FileDigest> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (expected?.form === 'plain' && size !== expected.bytes) return { ...expected, bytes: size }
    const hash = createHash('sha256')
    const start = await readExactly(file, 0, Math.min(size, MACH_O_HEAD_BYTES))
    const image = expected?.form === 'plain' ? undefined : unsignedImage(start, size)
    const end = Math.min(size, image?.bytes ?? size)
    const head = image?.head ?? start
    hash.update(head)
    for await (const chunk of chunksOf(file, head.length, end, signal)) {
      if (chunk.length === 0) refuse('storage-failed', `${path} became shorter while it was read`)
      hash.update(chunk)
    }
    const bytes = image?.bytes ?? size
    hash.update(Buffer.alloc(bytes - end))
    return { sha256: hash.digest('hex'), bytes, form: image === undefined ? 'plain' : 'mach-o' }
  } finally {
    await file.close()
  }
}

/** A file's bytes from one place to another, in one buffer; an empty chunk where the file ends before. */
async function* chunksOf(
  file: FileHandle,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, to - from)))
  for (let at = from; at < to;) {
    signal?.throwIfAborted()
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, to - at), at)
    yield chunk.subarray(0, bytesRead)
    at += bytesRead
  }
}

async function readExactly(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}

/** Says which file it was that could not be read. */
async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const { message } = faultOf(error, 'storage-failed')
    return refuse('storage-failed', `${path} cannot be read: ${message.split('\n', 1)[0] ?? ''}`, error)
  }
}
