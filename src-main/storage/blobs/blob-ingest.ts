import { open, rm } from 'node:fs/promises'
import type { Cid } from '../../protocol/ids.ts'
import { writeFully, type BlobFiles } from './blob-files.ts'
import type { BlobKeeper } from '../../ports/blob-store.ts'
import type { BlobEntry, BlobIndex } from './blob-index.ts'
import type { BlobSpace, Reservation } from './blob-space.ts'
import type { Flush, GroupCommit } from '../database/group-commit.ts'
import { FILE_MODE } from '../database/private-files.ts'

/** Index, files, room and transactions of one blob store. */
export interface BlobDependencies {
  readonly index: BlobIndex
  readonly files: BlobFiles
  readonly space: BlobSpace
  readonly commits: GroupCommit
}

/**
 * Blobs up to this size lie in the database. A file of its own costs a small blob two flushes (its bytes, its
 * folder's entry) that a shared transaction does not: 64 blobs of 64 KiB enter seven times as fast together. They are
 * read about as fast as files (https://sqlite.org/fasterthanfs.html). A runner gets their bytes, or a file that is
 * written when it asks for one.
 */
export const INLINE_BYTES_MAX = 64 << 10

/** How content came here: made on this machine, for a keeper or without one yet, or received from another peer. */
export type BlobOrigin = BlobKeeper | 'here' | 'received'

/** Enters content into the store. What is entered has been verified; when a call resolves, it survives a power cut. */
export interface BlobIngest {
  /**
   * Enters content of one piece that is in memory. What enters in one turn of the event loop shares a transaction, and
   * so the pages of the index that all of it changes. @throws FaultError `quota-exceeded` */
  enterBytes(cid: Cid, content: Uint8Array, flush: Flush, origin: BlobOrigin): Promise<void>
  /** Enters a finished, flushed file of ours by moving it; `room` is given back. */
  enterFile(path: string, entry: BlobEntry, room: Reservation, origin: BlobOrigin): Promise<void>
}

/** Builds the ingest of one store. */
export function createBlobIngest({ index, files, space, commits }: BlobDependencies): BlobIngest {
  async function commit(work: () => number, bytes: number, room: Reservation, flush: Flush): Promise<void> {
    const replacedBytes = await commits.together(work, flush)
    room.release()
    space.stored(bytes - replacedBytes)
  }

  function isForOthers(cid: Cid, origin: BlobOrigin): boolean {
    if (origin === 'received') return index.guests.has(cid)
    return origin !== 'here' && origin.guest !== undefined
  }

  /** Notes whose content is before it is there: content that was there before is not noted again. */
  function note(cid: Cid, origin: BlobOrigin): void {
    if (origin === 'received') index.guests.arrived(cid)
    else if (origin === 'here') index.guests.own(cid)
    else index.pin(cid, origin.owner, origin.guest)
  }

  async function enterFile(
    path: string,
    entry: BlobEntry,
    room: Reservation,
    origin: BlobOrigin,
  ): Promise<void> {
    const enter = (): number => {
      note(entry.cid, origin)
      const olderBytes = index.enter(entry)
      // Last, because it is not undone with the transaction: a row that is refused leaves the file where it was.
      files.enter(path, entry.cid)
      return olderBytes
    }
    await commit(enter, entry.bytes, room, 'flushed')
    await files.settle(entry.cid)
  }

  return {
    enterFile,
    async enterBytes(cid, content, flush, origin) {
      const bytes = content.byteLength
      const room = space.reserve(bytes, isForOthers(cid, origin) ? 'others' : 'own')
      try {
        if (bytes <= INLINE_BYTES_MAX) {
          const enter = (): number => {
            note(cid, origin)
            return index.enter({ cid, bytes, content })
          }
          await commit(enter, bytes, room, flush)
          return
        }
        await withTemporaryFile(files, async (path) => {
          await writeFlushed(path, content)
          await enterFile(path, { cid, bytes }, room, origin)
        })
      } finally {
        room.release()
      }
    },
  }
}

/** Lends a name for a temporary file, and removes what is left there. */
export async function withTemporaryFile<T>(files: BlobFiles, work: (path: string) => Promise<T>): Promise<T> {
  const path = files.temporaryPath()
  try {
    return await work(path)
  } finally {
    await rm(path, { force: true })
  }
}

async function writeFlushed(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE)
  try {
    await writeFully(file, content, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}
