import type { BlobStore } from '../../ports/blob-store.ts'
import type { Cid } from '../../protocol/ids.ts'
import { createBlobIngest, type BlobDependencies } from './blob-ingest.ts'
import { openBlobFiles } from './blob-files.ts'
import { createBlobIndex, type BlobIndex } from './blob-index.ts'
import { createBlobIntake } from './blob-intake.ts'
import { createBlobPins } from './blob-pins.ts'
import { createBlobReader } from './blob-reader.ts'
import { createBlobReceivers } from './blob-receiver.ts'
import { createBlobSpace } from './blob-space.ts'
import { isDiskFull, storageFault, type PeerDatabase } from '../database/database.ts'
import type { GroupCommit } from '../database/group-commit.ts'
import { createGuestStays } from './guest-stays.ts'

/** Damage that opening found and repaired. */
export interface BlobRepair {
  readonly kind: 'blob-lost'
  readonly cid: Cid
}

/**
 * Opens the blob store: files in `folder`, their index in the database. Files that no index knows (of a crash, or a
 * transaction that was lost) are removed, and blobs whose files are gone are forgotten.
 *
 * @param nowMs the wall clock, for the order of uses
 * @throws FaultError `storage-failed`
 */
export async function openBlobStore(options: {
  database: PeerDatabase
  commits: GroupCommit
  folder: string
  quotaBytes: number
  nowMs: () => number
}): Promise<{ blobs: BlobStore; repairs: readonly BlobRepair[] }> {
  try {
    const { parts, repairs } = await openParts(options)
    return { blobs: createBlobStore(parts), repairs }
  } catch (error) {
    throw storageFault(error, options.folder)
  }
}

async function openParts(options: Parameters<typeof openBlobStore>[0]) {
  const { database, commits, folder, quotaBytes, nowMs } = options
  const files = openBlobFiles(folder)
  const index = createBlobIndex(database, commits, nowMs)
  const rows = index.all()
  const present = await files.sweep(new Set(rows.map(({ cid }) => cid)))
  const lost = rows.filter(({ cid, inline }) => !inline && !present.has(cid))
  index.remove(lost.map(({ id }) => id))
  const storedBytes =
    rows.reduce((sum, { bytes }) => sum + bytes, 0) - lost.reduce((sum, { bytes }) => sum + bytes, 0)
  const suspended = await files.partials()
  noteBrokenOff(index, suspended)
  const space = createBlobSpace({ index, files, quotaBytes, suspended, storedBytes })
  const repairs: BlobRepair[] = lost.map(({ cid }) => ({ kind: 'blob-lost', cid }))
  const parts: BlobDependencies = { index, files, space, commits }
  return { parts, repairs }
}

/** Broken-off transfers that nothing needs do not stay for ever. */
function noteBrokenOff(index: BlobIndex, suspended: readonly { readonly cid: Cid }[]): void {
  if (suspended.length === 0) return
  try {
    index.unflushed(() => suspended.forEach(({ cid }) => index.guests.arrived(cid)))
  } catch (error) {
    // A full disk keeps no peer from opening; the next start notes it.
    if (!isDiskFull(error)) throw error
  }
}

function createBlobStore(store: BlobDependencies): BlobStore {
  const { index, files, space, commits } = store
  const pins = createBlobPins(index)
  const ingest = createBlobIngest(store)
  const intake = createBlobIntake({ ...store, pins, ingest })
  const reader = createBlobReader(store)
  const receivers = createBlobReceivers(store, ingest)
  const stays = createGuestStays(store, receivers)
  /** Errors of disk and database leave as faults. */
  const edge = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw storageFault(error, files.folder)
    }
  }

  return {
    put: (bytes) => edge(() => intake.put(bytes, 'flushed')),
    putUnflushed: (bytes, keeper) => edge(() => intake.put(bytes, 'unflushed', keeper)),
    putStructure: (bytes) => edge(() => intake.putStructure(bytes)),
    putStream: (source, options) => edge(() => intake.putStream(source, options)),
    adopt: (path, keeper) => edge(() => intake.adopt(path, keeper)),
    has: (cid) => index.find(cid) !== undefined,
    info(cid) {
      const row = index.find(cid)
      return row && { cid, bytes: row.bytes, pinned: index.isPinned(cid) }
    },
    read: (cid) => edge(() => reader.read(cid)),
    path: (cid) => reader.path(cid),
    content: (cid) => reader.content(cid),
    layout: (cid) => reader.layout(cid),
    readChunk: (cid, chunk) => edge(() => reader.readChunk(cid, chunk)),
    receive(cid) {
      const receiver = receivers.receive(cid)
      return {
        accept: (layout) => edge(() => receiver.accept(layout)),
        missing: () => receiver.missing(),
        chunk: (position, bytes) => edge(() => receiver.chunk(position, bytes)),
        read: (position) => edge(() => receiver.read(position)),
        finish: () => edge(() => receiver.finish()),
        suspend: () => edge(() => receiver.suspend()),
      }
    },
    pin: (cids, owner, guest) => pins.pin(cids, owner, guest),
    owners: (cid) => index.owners(cid),
    owned: (prefix) => index.owned(prefix),
    unpin: (owner, cids) => pins.unpin(owner, cids),
    guests: () => index.guests.guests(),
    expel: (guest) => stays.expel(guest),
    sweep: () => stays.sweep(),
    setQuota: (bytes) => space.setQuota(bytes),
    usage: () => space.usage(),
    async close() {
      await receivers.close()
      commits.flush()
      index.flushTouches()
      await files.close()
    },
  }
}
