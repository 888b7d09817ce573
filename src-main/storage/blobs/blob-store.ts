import { constants } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { RAW_BYTES_MAX, type BlobKeeper, type BlobStore } from '../../ports/blob-store.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { cutBytes, cutStream, type CutContent } from './blob-cut.ts'
import { createBlobDoor, INLINE_BYTES_MAX, withTemporaryFile, type BlobParts } from './blob-door.ts'
import { openBlobFiles, writeFully } from './blob-files.ts'
import { createBlobIndex, type BlobIndex } from './blob-index.ts'
import { encodeNode, looksLikeNode } from './blob-node.ts'
import { createBlobPins } from './blob-pins.ts'
import { createBlobReader } from './blob-reader.ts'
import { createBlobReceivers } from './blob-receiver.ts'
import { createBlobSpace, type Reservation } from './blob-space.ts'
import { isDiskFull, storageFault, type PeerDatabase } from '../database/database.ts'
import { sha256 } from '../digest.ts'
import type { Flush, GroupCommit } from '../database/group-commit.ts'
import { createGuestStays } from './guest-stays.ts'
import { FILE_MODE } from '../database/private-files.ts'

/** What opening found damaged and put right. */
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
  const parts: BlobParts = { index, files, space, commits }
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

function createBlobStore(parts: BlobParts): BlobStore {
  const { index, files, space, commits } = parts
  const pins = createBlobPins(index)
  const door = createBlobDoor(parts)
  const reader = createBlobReader(parts)
  const receivers = createBlobReceivers(parts, door)
  const stays = createGuestStays(parts, receivers)
  /** Errors of disk and database leave as faults. */
  const edge = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw storageFault(error, files.folder)
    }
  }

  function isStored(cid: Cid): boolean {
    const row = index.find(cid)
    if (row) index.touch(row.id)
    return row !== undefined
  }

  /** Pins what was here before for a keeper. Without one the user stores it: it no longer goes with those it came for. */
  async function keep(cid: Cid, keeper: BlobKeeper | undefined): Promise<void> {
    if (keeper !== undefined) pins.pin(cid, keeper.owner, keeper.guest)
    else if (index.guests.has(cid)) await commits.together(() => index.guests.own(cid))
  }

  async function put(bytes: Uint8Array, flush: Flush, keeper?: BlobKeeper): Promise<Cid> {
    if (bytes.byteLength <= RAW_BYTES_MAX) {
      const cid = cidOfDigest(RAW, await sha256(bytes))
      const known = index.find(cid)
      if (known === undefined) {
        await door.enterBytes(cid, bytes, flush, keeper ?? 'here')
        return cid
      }
      await keep(cid, keeper)
      // It may have come in without a flush, which this caller asks for.
      if (flush === 'flushed' && !commits.isFlushed()) await commits.together(() => index.touchNow(known.id))
      else index.touch(known.id)
      return cid
    }
    const room = space.reserve(bytes.byteLength, keptFor(keeper))
    try {
      return await enterCut(room, (write) => cutBytes(bytes, write), keeper)
    } finally {
      room.release()
    }
  }

  async function putStructure(bytes: Uint8Array): Promise<Cid> {
    if (bytes.byteLength > RAW_BYTES_MAX) refuse('oversized', `a structure of ${bytes.byteLength} bytes`)
    if (looksLikeNode(bytes)) refuse('malformed', 'a list of chunks is no structure')
    const cid = cidOfDigest(DAG_CBOR, await sha256(bytes))
    if (isStored(cid)) await keep(cid, undefined)
    else await door.enterBytes(cid, bytes, 'flushed', 'here')
    return cid
  }

  async function putStream(
    source: AsyncIterable<Uint8Array>,
    { signal, keeper }: { signal?: AbortSignal; keeper?: BlobKeeper },
  ): Promise<Cid> {
    const room = space.reserve(0)
    try {
      const cut = (write: (piece: Uint8Array, offset: number) => Promise<void>) =>
        cutStream(filler(source, signal), (piece, offset) => {
          room.grow(piece.byteLength)
          return write(piece, offset)
        })
      return await enterCut(room, cut, keeper)
    } finally {
      room.release()
    }
  }

  /** Cuts content into a temporary file and enters that, or the content itself if it turns out short. */
  async function enterCut(
    room: Reservation,
    cut: (write: (piece: Uint8Array, offset: number) => Promise<void>) => Promise<CutContent>,
    keeper?: BlobKeeper,
  ): Promise<Cid> {
    return withTemporaryFile(files, async (path) => {
      const file = await open(path, 'wx', FILE_MODE)
      let content: CutContent
      try {
        content = await cut((piece, offset) => writeFully(file, piece, offset))
        if (content.kind === 'list') await file.sync()
      } finally {
        await file.close()
      }
      if (content.kind === 'raw') return put(content.bytes, 'flushed', keeper)
      const { cid, list } = await nameOf(content)
      if (isStored(cid)) await keep(cid, keeper)
      else {
        const entry = { cid, bytes: content.bytes, ...(list && { list }) }
        await door.enterFile(path, entry, room, keeper ?? 'here')
      }
      return cid
    })
  }

  async function adopt(path: string, keeper: BlobKeeper | undefined): Promise<Cid> {
    const file = await openOwn(path)
    let content: CutContent
    try {
      let position = 0
      content = await cutStream(
        async (into) => {
          const { bytesRead } = await file.read(into, 0, into.byteLength, position)
          position += bytesRead
          return bytesRead
        },
        () => Promise.resolve(),
      )
      await file.sync()
    } finally {
      await file.close()
    }
    const { cid, list } = await nameOf(content)
    const bytes = content.kind === 'raw' ? content.bytes.byteLength : content.bytes
    const origin = keeper ?? 'here'
    if (isStored(cid)) {
      await keep(cid, keeper)
      await rm(path)
    } else if (content.kind === 'raw' && bytes <= INLINE_BYTES_MAX) {
      await door.enterBytes(cid, content.bytes, 'flushed', origin)
      await rm(path)
    } else {
      const room = space.reserve(bytes, keptFor(keeper))
      try {
        const own = await files.takeOver(path)
        await door.enterFile(own, { cid, bytes, ...(list && { list }) }, room, origin)
      } finally {
        room.release()
      }
    }
    return cid
  }

  return {
    put: (bytes) => edge(() => put(bytes, 'flushed')),
    putUnflushed: (bytes, keeper) => edge(() => put(bytes, 'unflushed', keeper)),
    putStructure: (bytes) => edge(() => putStructure(bytes)),
    putStream: (source, options) => edge(() => putStream(source, options)),
    adopt: (path, keeper) => edge(() => adopt(path, keeper)),
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

function keptFor(keeper: BlobKeeper | undefined): 'own' | 'others' {
  return keeper?.guest === undefined ? 'own' : 'others'
}

/** The CID of cut content, and the list that the CID is of, when there is one. */
async function nameOf(content: CutContent) {
  if (content.kind === 'raw') return { cid: cidOfDigest(RAW, content.sha256) }
  const node = encodeNode(content.chunks)
  return { cid: cidOfDigest(DAG_CBOR, await sha256(node)), list: { node, chunks: content.chunks } }
}

/** Hands a stream's bytes over in the portions that the cutter asks for. */
function filler(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
  const pieces = source[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  return async (into: Uint8Array): Promise<number> => {
    while (rest.byteLength === 0) {
      if (signal?.aborted) {
        await pieces.return?.()
        refuse('cancelled', 'storing was cancelled')
      }
      const next = await pieces.next()
      if (next.done) return 0
      rest = next.value
    }
    const portion = rest.subarray(0, into.byteLength)
    into.set(portion)
    rest = rest.subarray(portion.byteLength)
    return portion.byteLength
  }
}

/** Opens a file to adopt: a real one, for a link could lead anywhere, and its content be handed to a stranger. */
async function openOwn(path: string): Promise<FileHandle> {
  // Where links cannot be refused on opening (Windows), the flag is absent.
  const file = await open(path, constants.O_RDWR | ((constants.O_NOFOLLOW as number | undefined) ?? 0))
  if ((await file.stat()).isFile()) return file
  await file.close()
  refuse('storage-failed', `${path} is not a file`)
}
