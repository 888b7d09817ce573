import type { BlobStore } from '../../ports/blob-store.ts'
import { readBlobRange } from '../uploads/blob-range.ts'
import type { ApiImplementer } from './implementer.ts'
import type { Uploads } from '../uploads/uploads.ts'

/** The calls that bring files in. */
export function uploadCalls(os: ApiImplementer, uploads: Uploads) {
  return os.uploads.router({
    begin: os.uploads.begin.handler(({ input }) => uploads.begin(input.bytes, input.sha256)),
    append: os.uploads.append.handler(async ({ input: { upload_id, offset, chunk } }) =>
      uploads.append(upload_id, offset, new Uint8Array(await chunk.arrayBuffer())),
    ),
    state: os.uploads.state.handler(({ input }) => uploads.state(input.upload_id)),
    finish: os.uploads.finish.handler(({ input }) => uploads.finish(input.upload_id)),
    abort: os.uploads.abort.handler(async ({ input }) => {
      await uploads.abort(input.upload_id)
      return {}
    }),
  })
}

/** The calls that take content out. */
export function blobCalls(os: ApiImplementer, blobs: BlobStore) {
  return os.blobs.router({
    read: os.blobs.read.handler(async ({ input: { cid, offset, length } }) => {
      const { bytes, totalBytes } = await readBlobRange(blobs, cid, offset, length)
      return { chunk: new Blob([bytes]), bytes: totalBytes }
    }),
  })
}
