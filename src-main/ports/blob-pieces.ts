import type { BlobStore } from './blob-store.ts'
import { refuse } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'

/**
 * A blob's content in order, verified chunk by chunk: one of at most 2 MiB in memory at a time.
 * @throws FaultError `blob-missing`, `blob-corrupt`, and `cancelled` when the signal says so
 */
export async function* blobPieces(
  blobs: BlobStore,
  cid: Cid,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const layout = blobs.layout(cid) ?? refuse('blob-missing', `${cid} is not in the store`)
  const chunks = layout.kind === 'raw' ? 1 : layout.chunks.length
  for (let chunk = 0; chunk < chunks; chunk++) {
    if (signal?.aborted === true) refuse('cancelled', 'reading was cancelled')
    yield await blobs.readChunk(cid, chunk)
  }
}
