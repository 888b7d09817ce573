import { CHUNK_BYTES_MAX, type Cid, type UploadState } from '#contract'
import type { ApiCalls } from './api-calls.ts'
import { faultOfCall } from './fault-text.ts'
import { transferOverLosses, type TransferOptions } from './transfer.ts'

/**
 * Brings a file into the node, in chunks, and goes on where it was when the connection comes back; from the start
 * when the node has forgotten it meanwhile. Rejects as the calls do, and with the signal's reason when it is aborted.
 *
 * @example const cid = await uploadFile(calls, file, { signal, progress: (bytes, all) => setShare(bytes / all) })
 */
export async function uploadFile(
  calls: Pick<ApiCalls, 'uploads'>,
  file: Blob,
  options: TransferOptions = {},
): Promise<Cid> {
  const { signal, progress } = options
  const call = signal === undefined ? {} : { signal }
  let upload: UploadState | undefined
  const tell = () => progress?.(upload?.offset ?? 0, file.size)
  const run = async () => {
    upload ??= await calls.uploads.begin({ bytes: file.size }, call)
    tell()
    while (upload.offset < upload.bytes) {
      signal?.throwIfAborted()
      const { upload_id, offset } = upload
      const chunk = file.slice(offset, offset + CHUNK_BYTES_MAX)
      upload = await calls.uploads.append({ upload_id, offset, chunk }, call)
      tell()
    }
    const { cid } = await calls.uploads.finish({ upload_id: upload.upload_id }, call)
    return cid
  }
  const goOn = async () => {
    if (upload === undefined) return
    try {
      upload = await calls.uploads.state({ upload_id: upload.upload_id }, call)
    } catch (error) {
      if (faultOfCall(error) === undefined) throw error
      upload = undefined // the node was started again, or it took too long
    }
  }
  try {
    return await transferOverLosses(run, goOn, () => upload?.offset ?? 0, options)
  } catch (error) {
    // The node forgets it by itself after a while; telling is a kindness that may fail.
    if (upload !== undefined) void calls.uploads.abort({ upload_id: upload.upload_id }).catch(() => undefined)
    throw error
  }
}
