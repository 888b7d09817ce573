import type { BlobStore } from '../../ports/blob-store.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'

/** Bytes of a blob, and how many it has in all. */
export interface BlobRange {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly totalBytes: number
}

/**
 * Bytes `offset` to `offset + length` of a blob, fewer at its end, verified chunk by chunk.
 * @throws FaultError `blob-missing`, `blob-corrupt`
 */
export async function readBlobRange(
  blobs: BlobStore,
  cid: Cid,
  offset: number,
  length: number,
): Promise<BlobRange> {
  const layout = blobs.layout(cid)
  if (layout === undefined) refuse('blob-missing', `${cid} is not in the store`)
  const sizes = layout.kind === 'raw' ? [layout.bytes] : layout.chunks.map((chunk) => chunk.bytes)
  const end = Math.min(layout.bytes, offset + length)
  const bytes = new Uint8Array(Math.max(0, end - offset))
  let start = 0
  for (const [chunk, size] of sizes.entries()) {
    if (start >= end) break
    if (start + size > offset) {
      const content = await blobs.readChunk(cid, chunk)
      const from = Math.max(0, offset - start)
      bytes.set(content.subarray(from, Math.min(size, end - start)), start + from - offset)
    }
    start += size
  }
  return { bytes, totalBytes: layout.bytes }
}
