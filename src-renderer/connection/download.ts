import { CHUNK_BYTES_MAX, type Cid } from '#contract'
import type { ApiCalls } from './api-calls.ts'
import { transferOverLosses, type TransferOptions } from './transfer.ts'

/**
 * Brings a blob out of the node, in chunks, going on where it was when the connection comes back. Rejects as the call
 * does (`blob-missing`), and with the signal's reason when it is aborted.
 */
export async function downloadBlob(
  calls: Pick<ApiCalls, 'blobs'>,
  cid: Cid,
  { type = '', ...options }: TransferOptions & { /** A MIME type. */ readonly type?: string } = {},
): Promise<Blob> {
  const call = options.signal === undefined ? {} : { signal: options.signal }
  const chunks: Blob[] = []
  let offset = 0
  const run = async () => {
    for (;;) {
      options.signal?.throwIfAborted()
      const { chunk, bytes } = await calls.blobs.read({ cid, offset, length: CHUNK_BYTES_MAX }, call)
      chunks.push(chunk)
      offset += chunk.size
      options.progress?.(offset, bytes)
      if (offset >= bytes) return new Blob(chunks, { type })
      if (chunk.size === 0) throw new Error('the node sends no more of a blob that has more')
    }
  }
  return transferOverLosses(
    run,
    () => Promise.resolve(),
    () => offset,
    options,
  )
}
