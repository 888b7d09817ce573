import type { Cid } from '../../protocol/ids.ts'
import type { ChunkPlace } from './blob-node.ts'
import { isDiskFull, type PeerDatabase } from '../database/database.ts'
import type { GroupCommit } from '../database/group-commit.ts'
import { openGuestTable, type GuestTable } from './guest-table.ts'

/** One stored copy of a blob. */
export interface BlobRow {
  readonly id: number
  readonly cid: Cid
  readonly bytes: number
  /** Whether it is cut into chunks. */
  readonly cut: 0 | 1
  /** Whether the bytes lie in the database; else in the blob's file. */
  readonly inline: 0 | 1
}

/** A blob about to be entered. */
export interface BlobEntry {
  readonly cid: Cid
  readonly bytes: number
  /** The bytes, when they are to lie in the database. */
  readonly content?: Uint8Array
  /** How it is cut, when it is. */
  readonly list?: { readonly node: Uint8Array; readonly chunks: readonly ChunkPlace[] }
}

/** Where some chunk's content is stored already. */
export interface ChunkSource {
  readonly cid: Cid
  readonly offset: number
}

/** Uses kept in memory before they are written; losing them to a crash only makes the order a little older. */
const TOUCHES_MAX = 1_024

/** The database's view of the blob folder. Every call is immediate. */
export type BlobIndex = ReturnType<typeof createBlobIndex>

/**
 * Opens the index of stored blobs.
 *
 * @param commits writes what need not be flushed: pins and uses matter only with what is stored or journaled after them
 * @param nowMs the wall clock; uses are ordered by it, and by their own order where it stands still or runs back
 */
export function createBlobIndex(
  database: PeerDatabase,
  commits: Pick<GroupCommit, 'unflushed'>,
  nowMs: () => number,
) {
  const statements = prepare(database)
  const guests: GuestTable = openGuestTable(database, nowMs)
  const uses = createUses(statements, commits, nowMs)
  const remove = database.transaction((ids: readonly number[]) => {
    for (const id of ids) statements.remove.run(id)
  })
  const enter = database.transaction(({ cid, bytes, content, list }: BlobEntry): number => {
    const older = statements.find.get(cid)
    if (older) statements.remove.run(older.id)
    const { lastInsertRowid } = statements.insert.run(cid, bytes, uses.next(), list?.node ?? null)
    const id = Number(lastInsertRowid)
    if (content) statements.insertContent.run(id, content)
    for (const [position, chunk] of (list?.chunks ?? []).entries()) {
      statements.insertChunk.run(id, position, chunk.offset, chunk.bytes, chunk.sha256)
    }
    return older?.bytes ?? 0
  })

  function oldestUnpinned(bytes: number): { rows: BlobRow[]; sum: number } {
    uses.flush()
    const rows: BlobRow[] = []
    let sum = 0
    for (const row of statements.unpinned.iterate()) {
      if (sum >= bytes) break
      rows.push(row)
      sum += row.bytes
    }
    return { rows, sum }
  }

  return {
    find: (cid: Cid) => statements.find.get(cid),
    content: (id: number) => statements.content.get(id)?.content,
    node: (id: number) => statements.node.get(id)?.node,
    chunks: (id: number) => statements.chunks.all(id),
    chunk: (id: number, position: number) => statements.chunk.get(id, position),
    all: () => statements.all.all(),
    ...createPinTable(statements, commits, guests),
    /** Whose blobs are here besides the user's own. */
    guests,
    /** Does work in one transaction that is not flushed by itself. */
    unflushed: <T>(work: () => T): T => commits.unflushed(work),

    /** Where a chunk's content lies: in a blob that is cut, or as a blob of its own. */
    chunkSource(sha256: Uint8Array, rawCid: Cid): ChunkSource | undefined {
      return statements.chunkSource.get(sha256) ?? (statements.find.get(rawCid) && { cid: rawCid, offset: 0 })
    },

    /** Enters a blob, in place of an older copy of it. @returns how many bytes the older copy had */
    enter: (entry: BlobEntry) => enter(entry),

    /** Removes blobs, all or none. */
    remove: (ids: readonly number[]) => remove(ids),

    /**
     * Removes the blobs that `decide` names, in the same transaction as all that it changes, and overwrites what the
     * database file had of them: a small blob's bytes would else stay in the file, and in the write-ahead log, until
     * something happened to need their pages.
     */
    erase<T extends { readonly id: number }>(decide: () => readonly T[]): readonly T[] {
      database.pragma('secure_delete = ON')
      try {
        const erased = commits.unflushed(() => {
          const rows = decide()
          remove(rows.map(({ id }) => id))
          return rows
        })
        if (erased.length > 0) database.pragma('wal_checkpoint(TRUNCATE)')
        return erased
      } finally {
        database.pragma('secure_delete = OFF')
      }
    },

    /** Notes a use. */
    touch: (id: number) => uses.note(id),

    /** Unpinned blobs of `bytes` bytes or more, least recently used first; undefined when all are not enough. */
    leastRecentlyUsed(bytes: number): BlobRow[] | undefined {
      const { rows, sum } = oldestUnpinned(bytes)
      return sum >= bytes ? rows : undefined
    },

    /** The same as far as there are any. */
    leastRecentlyUsedUpTo: (bytes: number): BlobRow[] => oldestUnpinned(bytes).rows,

    /** Writes a use down at once. */
    touchNow: (id: number) => statements.touch.run(uses.next(), id),

    /** Writes down the uses noted so far. */
    flushTouches: () => uses.flush(),
  }
}

/** When blobs were used last: in the order of the clock, or of the uses where it stands still or runs back. */
function createUses(statements: Statements, commits: Pick<GroupCommit, 'unflushed'>, nowMs: () => number) {
  const noted = new Map<number, number>()
  let last = statements.lastUse.get()?.lastUse ?? 0
  const next = (): number => (last = Math.max(nowMs(), last + 1))

  function flush(): void {
    if (noted.size === 0) return
    try {
      commits.unflushed(() => {
        for (const [id, use] of noted) statements.touch.run(use, id)
      })
    } catch (error) {
      // Only the order in which blobs go is lost, and reading must not fail for that.
      if (!isDiskFull(error)) throw error
    }
    noted.clear()
  }

  return {
    next,
    note(id: number): void {
      noted.set(id, next())
      if (noted.size >= TOUCHES_MAX) flush()
    },
    flush,
  }
}

/** Pins of blobs: the jobs and programs that need them. */
function createPinTable(statements: Statements, commits: Pick<GroupCommit, 'unflushed'>, guests: GuestTable) {
  return {
    isPinned: (cid: Cid) => statements.pinned.get(cid) !== undefined,
    owners: (cid: Cid) => statements.owners.all(cid).map(({ owner }) => owner),
    /** Owners of pins whose names begin so: one step of the index for each, however many pins each has. */
    owned(prefix: string): string[] {
      const found: string[] = []
      const next = (after: string) => statements.nextOwner.get(after)?.owner ?? undefined
      for (let owner = next(prefix); owner?.startsWith(prefix) === true; owner = next(owner))
        found.push(owner)
      return found
    },
    pin(cids: Cid | readonly Cid[], owner: string, guest?: string): void {
      commits.unflushed(() => {
        for (const cid of typeof cids === 'string' ? [cids] : cids) {
          statements.pin.run(cid, owner)
          if (guest === undefined) guests.own(cid)
          else guests.need(cid, guest)
        }
      })
    },
    unpin(owner: string, cids?: readonly Cid[]): void {
      commits.unflushed(() => {
        if (cids === undefined) {
          guests.letGoAll(owner)
          statements.release.run(owner)
          return
        }
        for (const cid of cids) {
          statements.unpin.run(cid, owner)
          guests.letGo(cid)
        }
      })
    },
  }
}

const ROW = `
  SELECT id, cid, bytes, node IS NOT NULL AS cut,
         EXISTS (SELECT 1 FROM blob_content WHERE blob = blob.id) AS inline
  FROM blob`

type Statements = ReturnType<typeof prepare>

function prepare(database: PeerDatabase) {
  return {
    find: database.prepare<[Cid], BlobRow>(`${ROW} WHERE cid = ?`),
    all: database.prepare<[], BlobRow>(ROW),
    unpinned: database.prepare<[], BlobRow>(
      `${ROW} WHERE NOT EXISTS (SELECT 1 FROM blob_pin WHERE blob_pin.cid = blob.cid) ORDER BY last_use`,
    ),
    lastUse: database.prepare<[], { lastUse: number | null }>('SELECT max(last_use) AS lastUse FROM blob'),
    content: database.prepare<[number], { content: Uint8Array }>(
      'SELECT content FROM blob_content WHERE blob = ?',
    ),
    node: database.prepare<[number], { node: Uint8Array }>(
      'SELECT node FROM blob WHERE id = ? AND node IS NOT NULL',
    ),
    chunks: database.prepare<[number], ChunkPlace>(
      'SELECT offset, bytes, sha256 FROM blob_chunk WHERE blob = ? ORDER BY position',
    ),
    chunk: database.prepare<[number, number], ChunkPlace>(
      'SELECT offset, bytes, sha256 FROM blob_chunk WHERE blob = ? AND position = ?',
    ),
    chunkSource: database.prepare<[Uint8Array], ChunkSource>(
      'SELECT cid, offset FROM blob_chunk JOIN blob ON blob.id = blob_chunk.blob WHERE sha256 = ? LIMIT 1',
    ),
    insert: database.prepare<[Cid, number, number, Uint8Array | null]>(
      'INSERT INTO blob (cid, bytes, last_use, node) VALUES (?, ?, ?, ?)',
    ),
    insertContent: database.prepare<[number, Uint8Array]>(
      'INSERT INTO blob_content (blob, content) VALUES (?, ?)',
    ),
    insertChunk: database.prepare<[number, number, number, number, Uint8Array]>(
      'INSERT INTO blob_chunk (blob, position, offset, bytes, sha256) VALUES (?, ?, ?, ?, ?)',
    ),
    remove: database.prepare<[number]>('DELETE FROM blob WHERE id = ?'),
    touch: database.prepare<[number, number]>('UPDATE blob SET last_use = ? WHERE id = ?'),
    pinned: database.prepare<[Cid]>('SELECT 1 FROM blob_pin WHERE cid = ? LIMIT 1'),
    nextOwner: database.prepare<[string], { owner: string | null }>(
      'SELECT min(owner) AS owner FROM blob_pin WHERE owner > ?',
    ),
    owners: database.prepare<[Cid], { owner: string }>('SELECT owner FROM blob_pin WHERE cid = ?'),
    pin: database.prepare<[Cid, string]>('INSERT OR IGNORE INTO blob_pin (cid, owner) VALUES (?, ?)'),
    unpin: database.prepare<[Cid, string]>('DELETE FROM blob_pin WHERE cid = ? AND owner = ?'),
    release: database.prepare<[string]>('DELETE FROM blob_pin WHERE owner = ?'),
  }
}
