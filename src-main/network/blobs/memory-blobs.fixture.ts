import { createHash } from 'node:crypto'
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { cidOfDigest, cidParts, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import { Cid } from '../../protocol/ids.ts'
import type { BlobLayout, BlobReceiver, BlobStore } from '../../ports/blob-store.ts'

/** The part of a blob store that the exchange uses, in memory, with chunks of one length. */
export interface MemoryBlobs extends Pick<BlobStore, 'has' | 'info' | 'layout' | 'readChunk' | 'receive'> {
  put(bytes: Uint8Array): Cid
  read(cid: Cid): Uint8Array | undefined
  /** Chunks kept of transfers that broke off. */
  readonly kept: ReadonlyMap<Cid, Uint8Array>
}

const Node = z.object({ chunks: z.array(z.tuple([Cid, z.int()])) })
const NODE_BYTES_MAX = 4 << 20

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const cidOf = (codec: typeof RAW | typeof DAG_CBOR, bytes: Uint8Array) => cidOfDigest(codec, sha256(bytes))

/** An empty store that cuts blobs into chunks of `chunkBytes`. */
export function createMemoryBlobs(chunkBytes: number): MemoryBlobs {
  const layouts = new Map<Cid, BlobLayout>()
  const chunks = new Map<Cid, Uint8Array>()
  const cut = (bytes: Uint8Array) =>
    Array.from({ length: Math.ceil(bytes.byteLength / chunkBytes) }, (_, i) =>
      bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
    )
  const chunkCid = (cid: Cid, index: number): Cid => {
    const layout = layouts.get(cid) ?? refuse('blob-missing', `${cid} is not here`)
    if (layout.kind === 'raw') return cid
    return layout.chunks[index]?.cid ?? refuse('blob-missing', `no chunk ${index}`)
  }

  return {
    kept: chunks,
    has: (cid) => layouts.has(cid),
    info(cid) {
      const layout = layouts.get(cid)
      return layout && { cid, bytes: layout.bytes, pinned: false }
    },
    layout: (cid) => layouts.get(cid),
    readChunk: (cid, index) =>
      Promise.resolve(chunks.get(chunkCid(cid, index)) ?? refuse('blob-missing', 'gone')),
    put(bytes) {
      const pieces = cut(bytes).map((piece) => ({ cid: cidOf(RAW, piece), bytes: piece }))
      for (const { cid, bytes: piece } of pieces) chunks.set(cid, piece)
      const [only] = pieces
      if (pieces.length === 1 && only !== undefined) {
        layouts.set(only.cid, { kind: 'raw', bytes: bytes.byteLength })
        return only.cid
      }
      const node = encodeCanonical({ chunks: pieces.map((piece) => [piece.cid, piece.bytes.byteLength]) })
      const cid = cidOf(DAG_CBOR, node)
      const list = pieces.map((piece) => ({ cid: piece.cid, bytes: piece.bytes.byteLength }))
      layouts.set(cid, { kind: 'list', node, chunks: list, bytes: bytes.byteLength })
      return cid
    },
    read(cid) {
      const layout = layouts.get(cid)
      if (layout === undefined) return undefined
      const cids = layout.kind === 'raw' ? [cid] : layout.chunks.map((chunk) => chunk.cid)
      return Buffer.concat(cids.map((chunk) => chunks.get(chunk) ?? new Uint8Array()))
    },
    receive: (cid) => receiver(cid, layouts, chunks),
  }
}

function receiver(cid: Cid, layouts: Map<Cid, BlobLayout>, chunks: Map<Cid, Uint8Array>): BlobReceiver {
  let accepted: BlobLayout | undefined
  const wanted = (): readonly Cid[] => {
    if (accepted === undefined) return []
    return accepted.kind === 'raw' ? [cid] : accepted.chunks.map((chunk) => chunk.cid)
  }
  return {
    accept(layout) {
      if (layout.kind === 'list') {
        const node = decodeCanonical(layout.node, Node, NODE_BYTES_MAX)
        const same = node.ok && node.value.chunks.every(([chunk], i) => layout.chunks[i]?.cid === chunk)
        if (!same || cidOf(DAG_CBOR, layout.node) !== cid)
          refuse('blob-corrupt', 'not the layout of this blob')
      }
      accepted = layout
      return Promise.resolve()
    },
    missing: () => wanted().flatMap((chunk, i) => (chunks.has(chunk) ? [] : [i])),
    chunk(index, bytes) {
      const expected = wanted()[index] ?? refuse('blob-corrupt', 'no such chunk')
      if (cidOf(cidParts(expected).codec, bytes) !== expected) refuse('blob-corrupt', 'not this chunk')
      // The bytes are the caller's again when this returns.
      chunks.set(expected, bytes.slice())
      return Promise.resolve()
    },
    read: (index) =>
      Promise.resolve(chunks.get(wanted()[index] ?? cid) ?? refuse('blob-missing', 'not here yet')),
    finish() {
      if (accepted !== undefined) layouts.set(cid, accepted)
      return Promise.resolve()
    },
    suspend: () => Promise.resolve(),
  }
}
