import { constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Cid } from '../../protocol/ids.ts'
import {
  FILE_MODE,
  FOLDER_MODE,
  isMissing,
  makePrivateFile,
  makePrivateFolder,
} from '../database/private-files.ts'

/** Where blobs lie: `ab/bafkrei…` by the first two characters of the digest, and two folders for what is unfinished. */
export interface BlobFiles {
  readonly folder: string
  /** A blob's file. */
  path(cid: Cid): string
  /** A transfer's unfinished file; it survives a restart. */
  partialPath(cid: Cid): string
  /** A name for a file that does not survive a restart. */
  temporaryPath(): string
  /** Moves a finished, flushed file to its blob's place; `settle` makes the move itself durable. Same file system. */
  enter(path: string, cid: Cid): void
  /** Flushes the folder entry that `enter` made. */
  settle(cid: Cid): Promise<void>
  /** Puts a file in place that is only a copy of what the database holds. */
  materialize(cid: Cid, content: Uint8Array): string
  /** Takes a file out of its place at once, and deletes it in the background. */
  discard(path: string): void
  /** Takes a stranger's file over into a temporary one of ours: moved, or copied from another file system. */
  takeOver(path: string): Promise<string>
  /** CIDs of the blobs whose files exist; removes what `known` does not claim, and temporary files. */
  sweep(known: ReadonlySet<string>): Promise<Set<string>>
  /** Unfinished transfers, least recently written first. */
  partials(): Promise<{ cid: Cid; bytes: number }[]>
  /** Waits for deletions in the background. */
  close(): Promise<void>
}

/** Characters of every CID of ours that say nothing: version, codec, hash (`bafkrei`, `bafyrei`). */
const CID_CONSTANT_CHARACTERS = 7

/** Opens the blob folder, making it when absent. */
export function openBlobFiles(folder: string): BlobFiles {
  const temporary = join(folder, 'tmp')
  const partial = join(folder, 'partial')
  for (const made of [folder, temporary, partial]) makePrivateFolder(made)
  const shards = new Set(readdirSync(folder).filter((name) => name.length === 2))
  let shardsFlushed = false

  const shardOf = (cid: Cid) => cid.slice(CID_CONSTANT_CHARACTERS, CID_CONSTANT_CHARACTERS + 2)
  const path = (cid: Cid) => join(folder, shardOf(cid), cid)
  const temporaryPath = () => join(temporary, randomUUID())
  const deletions = createDeletions(temporaryPath)
  const enter = (from: string, cid: Cid) => {
    const shard = shardOf(cid)
    if (!shards.has(shard)) {
      mkdirSync(join(folder, shard), { recursive: true, mode: FOLDER_MODE })
      shards.add(shard)
      shardsFlushed = false
    }
    renameSync(from, path(cid))
  }

  return {
    folder,
    path,
    partialPath: (cid) => join(partial, cid),
    temporaryPath,
    enter,
    async settle(cid) {
      await flushFolder(join(folder, shardOf(cid)))
      if (shardsFlushed) return
      shardsFlushed = true
      await flushFolder(folder)
    },
    materialize(cid, content) {
      if (existsSync(path(cid))) return path(cid)
      const temporaryFile = temporaryPath()
      writeFileSync(temporaryFile, content, { mode: FILE_MODE })
      enter(temporaryFile, cid)
      return path(cid)
    },
    discard: (file) => deletions.discard(file),
    async takeOver(file) {
      const own = temporaryPath()
      try {
        renameSync(file, own)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
        await copyFile(file, own)
        await rm(file)
      }
      makePrivateFile(own)
      return own
    },
    async sweep(known) {
      for (const name of await readdir(temporary))
        await rm(join(temporary, name), { force: true, recursive: true })
      const present = new Set<string>()
      for (const shard of shards) {
        for (const name of await readdir(join(folder, shard))) {
          if (known.has(name)) present.add(name)
          else rmSync(join(folder, shard, name), { force: true, recursive: true })
        }
      }
      return present
    },
    async partials() {
      const found = await Promise.all(
        (await readdir(partial)).map(async (name) => {
          const { size, mtimeMs } = await stat(join(partial, name))
          return { cid: name as Cid, bytes: size, mtimeMs }
        }),
      )
      return found.sort((a, b) => a.mtimeMs - b.mtimeMs)
    },
    close: () => deletions.settled(),
  }
}

/** Deletes files in the background; each leaves its place at once. */
function createDeletions(temporaryPath: () => string) {
  const underWay = new Set<Promise<void>>()
  return {
    discard(file: string): void {
      const doomed = temporaryPath()
      try {
        renameSync(file, doomed)
      } catch (error) {
        if (isMissing(error)) return
        throw error
      }
      const deletion = rm(doomed, { force: true })
        // A file that the system does not let go (held open on Windows) is removed by the sweep of the next start.
        .catch(() => undefined)
        .finally(() => underWay.delete(deletion))
      underWay.add(deletion)
    },
    async settled(): Promise<void> {
      await Promise.all(underWay)
    },
  }
}

/** Opens a transfer's unfinished file at its full length; what is not written yet reads as zeros. */
export async function openPartial(
  path: string,
  bytes: number,
): Promise<{ file: FileHandle; fresh: boolean }> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE)
  try {
    const { size } = await file.stat()
    await file.truncate(bytes)
    return { file, fresh: size === 0 }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads exactly `into.byteLength` bytes at a place; false when the file ends before. */
export async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<boolean> {
  let done = 0
  while (done < into.byteLength) {
    const { bytesRead } = await file.read(into, done, into.byteLength - done, position + done)
    if (bytesRead === 0) return false
    done += bytesRead
  }
  return true
}

/** Writes all bytes at a place. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
    done += bytesWritten
  }
}

async function flushFolder(path: string): Promise<void> {
  // Windows neither needs nor allows it: NTFS journals its folders.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
