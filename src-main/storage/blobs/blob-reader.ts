import type { BlobLayout, BlobStore } from '../../ports/blob-store.ts'
import { cidOfDigest, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobDependencies } from './blob-ingest.ts'
import { createBlobCopies } from './blob-copies.ts'
import type { BlobRow } from './blob-index.ts'
import type { ChunkPlace } from './blob-node.ts'

/** Layouts kept decoded: a job's units ask for the same few inputs again and again. */
const LAYOUTS_CACHED = 16

/** Reads from the store: everything is verified before it is handed over. */
export type BlobReader = Pick<BlobStore, 'read' | 'readChunk' | 'path' | 'content' | 'layout'>

/** Builds the reader of one store. A damaged copy is dropped at once, so that the next request fetches it again. */
export function createBlobReader({ index, files, space }: BlobDependencies): BlobReader {
  const layouts = new Map<number, BlobLayout>()
  const copies = createBlobCopies({ index, files, space })

  function find(cid: Cid): BlobRow {
    const row = index.find(cid)
    if (!row) refuse('blob-missing', `${cid} is not in the store`)
    index.touch(row.id)
    return row
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
      return row.cut ? copies.cut(row) : copies.whole(row)
    },
    async readChunk(cid, position) {
      const row = find(cid)
      if (!row.cut && position === 0) return copies.whole(row)
      const chunk: ChunkPlace | undefined = row.cut ? index.chunk(row.id, position) : undefined
      if (!chunk) refuse('blob-missing', `${cid} has no chunk ${position}`)
      return copies.chunk(row, chunk)
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
