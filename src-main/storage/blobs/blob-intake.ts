import { constants } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { RAW_BYTES_MAX, type BlobKeeper } from '../../ports/blob-store.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import { cutBytes, cutStream, type CutContent } from './blob-cut.ts'
import { writeFully } from './blob-files.ts'
import { INLINE_BYTES_MAX, withTemporaryFile, type BlobDependencies, type BlobIngest } from './blob-ingest.ts'
import { encodeNode, looksLikeNode } from './blob-node.ts'
import type { BlobPins } from './blob-pins.ts'
import type { Reservation } from './blob-space.ts'
import type { Flush } from '../database/group-commit.ts'
import { FILE_MODE } from '../database/private-files.ts'
import { sha256 } from '../digest.ts'

interface IntakeDependencies extends BlobDependencies {
  readonly pins: BlobPins
  readonly ingest: BlobIngest
}

/** Writes a piece of content at its offset. */
type Write = (piece: Uint8Array, offset: number) => Promise<void>

/** Takes in this machine's content: cuts it, names it by its digest, and enters it where it is not here yet. */
export function createBlobIntake(store: IntakeDependencies) {
  const { index, files, space, commits, ingest } = store
  const known = createKnownBlobs(store)

  async function put(bytes: Uint8Array, flush: Flush, keeper?: BlobKeeper): Promise<Cid> {
    if (bytes.byteLength <= RAW_BYTES_MAX) {
      const cid = cidOfDigest(RAW, await sha256(bytes))
      const row = index.find(cid)
      if (row === undefined) {
        await ingest.enterBytes(cid, bytes, flush, keeper ?? 'here')
        return cid
      }
      await known.keep(cid, keeper)
      // It may have come in without a flush, which this caller asks for.
      if (flush === 'flushed' && !commits.isFlushed()) await commits.together(() => index.touchNow(row.id))
      else index.touch(row.id)
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
    if (known.isStored(cid)) await known.keep(cid, undefined)
    else await ingest.enterBytes(cid, bytes, 'flushed', 'here')
    return cid
  }

  async function putStream(
    source: AsyncIterable<Uint8Array>,
    { signal, keeper }: { signal?: AbortSignal; keeper?: BlobKeeper },
  ): Promise<Cid> {
    const room = space.reserve(0)
    try {
      const cut = (write: Write) =>
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
    cut: (write: Write) => Promise<CutContent>,
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
      if (known.isStored(cid)) await known.keep(cid, keeper)
      else {
        const entry = { cid, bytes: content.bytes, ...(list && { list }) }
        await ingest.enterFile(path, entry, room, keeper ?? 'here')
      }
      return cid
    })
  }

  return {
    put,
    putStructure,
    putStream,
    adopt: (path: string, keeper: BlobKeeper | undefined) => adopt(path, keeper, store, known),
  }
}

/** Uses and keepers of blobs that are here already. */
function createKnownBlobs({ index, commits, pins }: IntakeDependencies) {
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

  return { isStored, keep }
}

/** Takes a file of this machine over into the store. */
async function adopt(
  path: string,
  keeper: BlobKeeper | undefined,
  { files, space, ingest }: IntakeDependencies,
  known: ReturnType<typeof createKnownBlobs>,
): Promise<Cid> {
  const content = await cutFile(path)
  const { cid, list } = await nameOf(content)
  const bytes = content.kind === 'raw' ? content.bytes.byteLength : content.bytes
  const origin = keeper ?? 'here'
  if (known.isStored(cid)) {
    await known.keep(cid, keeper)
    await rm(path)
  } else if (content.kind === 'raw' && bytes <= INLINE_BYTES_MAX) {
    await ingest.enterBytes(cid, content.bytes, 'flushed', origin)
    await rm(path)
  } else {
    const room = space.reserve(bytes, keptFor(keeper))
    try {
      const own = await files.takeOver(path)
      await ingest.enterFile(own, { cid, bytes, ...(list && { list }) }, room, origin)
    } finally {
      room.release()
    }
  }
  return cid
}

/** Cuts a file of this machine where it lies, and flushes it. */
async function cutFile(path: string): Promise<CutContent> {
  const file = await openOwn(path)
  try {
    let position = 0
    const content = await cutStream(
      async (into) => {
        const { bytesRead } = await file.read(into, 0, into.byteLength, position)
        position += bytesRead
        return bytesRead
      },
      () => Promise.resolve(),
    )
    await file.sync()
    return content
  } finally {
    await file.close()
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
