import { open, type FileHandle } from 'node:fs/promises'
import type { BlobLayout, BlobStore } from '../../ports/blob-store.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { cidOfDigest, cidParts, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobParts } from './blob-door.ts'
import { isMissing, readFully } from './blob-files.ts'
import type { BlobRow } from './blob-index.ts'
import type { ChunkPlace } from './blob-node.ts'
import { sha256 } from '../digest.ts'
import { settleAll } from '../settle-all.ts'

/** Chunks of one blob that are read and hashed at the same time; the thread pool has four threads. */
const READ_AT_ONCE = 4
/** Layouts kept decoded: a job's units ask for the same few inputs again and again. */
const LAYOUTS_CACHED = 16

/** The way out of the store: everything is verified before it is handed over. */
export type BlobReader = Pick<BlobStore, 'read' | 'readChunk' | 'path' | 'content' | 'layout'>

/** Builds the way out. What is found damaged is dropped at once, so that the next one to ask fetches it again. */
export function createBlobReader({ index, files, space }: BlobParts): BlobReader {
  const layouts = new Map<number, BlobLayout>()

  function find(cid: Cid): BlobRow {
    const row = index.find(cid)
    if (!row) refuse('blob-missing', `${cid} is not in the store`)
    index.touch(row.id)
    return row
  }

  /** Drops this copy, unless another has taken its place since. */
  function drop(row: BlobRow): void {
    if (index.find(row.cid)?.id !== row.id) return
    index.remove([row.id])
    files.discard(files.path(row.cid))
    space.stored(-row.bytes)
  }

  function dropCorrupt(row: BlobRow): never {
    drop(row)
    refuse('blob-corrupt', `${row.cid} was damaged on disk and has been dropped`)
  }

  async function withFile<T>(row: BlobRow, work: (file: FileHandle) => Promise<T>): Promise<T> {
    let file: FileHandle
    try {
      file = await open(files.path(row.cid), 'r')
    } catch (error) {
      if (!isMissing(error)) throw error
      drop(row)
      refuse('blob-missing', `the file of ${row.cid} is gone`)
    }
    try {
      return await work(file)
    } finally {
      await file.close()
    }
  }

  /** Reads a piece of the file and compares its digest. */
  async function readPiece(
    row: BlobRow,
    file: FileHandle,
    into: Uint8Array,
    offset: number,
    digest: Uint8Array,
  ) {
    const isWhole = await readFully(file, into, offset)
    if (!isWhole || !equalBytes(await sha256(into), digest)) dropCorrupt(row)
  }

  async function readWhole(row: BlobRow): Promise<Uint8Array> {
    const digest = cidParts(row.cid).sha256
    if (row.inline) {
      const content = index.content(row.id)
      if (!content || !equalBytes(await sha256(content), digest)) dropCorrupt(row)
      return content
    }
    return withFile(row, async (file) => {
      const content = new Uint8Array(Buffer.allocUnsafeSlow(row.bytes).buffer)
      await readPiece(row, file, content, 0, digest)
      return content
    })
  }

  async function readCut(row: BlobRow): Promise<Uint8Array> {
    const chunks = index.chunks(row.id)
    return withFile(row, async (file) => {
      const content = new Uint8Array(Buffer.allocUnsafeSlow(row.bytes).buffer)
      for (let next = 0; next < chunks.length; next += READ_AT_ONCE) {
        const group = chunks.slice(next, next + READ_AT_ONCE)
        await settleAll(
          group.map(({ offset, bytes, sha256: digest }) =>
            readPiece(row, file, content.subarray(offset, offset + bytes), offset, digest),
          ),
        )
      }
      return content
    })
  }

  function layoutOf(row: BlobRow): BlobLayout {
    const node = row.cut ? index.node(row.id) : undefined
    if (!node) return { kind: 'raw', bytes: row.bytes }
    const chunks = index.chunks(row.id).map(({ bytes, sha256 }) => ({ cid: cidOfDigest(RAW, sha256), bytes }))
    return { kind: 'list', node, chunks, bytes: row.bytes }
  }

  return {
    async read(cid) {
      const row = find(cid)
      return row.cut ? readCut(row) : readWhole(row)
    },
    async readChunk(cid, position) {
      const row = find(cid)
      if (!row.cut && position === 0) return readWhole(row)
      const chunk: ChunkPlace | undefined = row.cut ? index.chunk(row.id, position) : undefined
      if (!chunk) refuse('blob-missing', `${cid} has no chunk ${position}`)
      return withFile(row, async (file) => {
        const content = new Uint8Array(Buffer.allocUnsafeSlow(chunk.bytes).buffer)
        await readPiece(row, file, content, chunk.offset, chunk.sha256)
        return content
      })
    },
    path(cid) {
      const row = index.find(cid)
      if (!row) return undefined
      index.touch(row.id)
      if (!row.inline) return files.path(cid)
      const content = index.content(row.id)
      return content && files.materialize(cid, content)
    },
    content(cid) {
      const row = index.find(cid)
      if (!row?.inline) return undefined
      index.touch(row.id)
      return index.content(row.id)
    },
    layout(cid) {
      const row = index.find(cid)
      if (!row) return undefined
      const layout = layouts.get(row.id) ?? layoutOf(row)
      layouts.delete(row.id)
      layouts.set(row.id, layout)
      for (const oldest of layouts.keys()) {
        if (layouts.size <= LAYOUTS_CACHED) break
        layouts.delete(oldest)
      }
      return layout
    },
  }
}
