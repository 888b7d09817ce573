import { CHUNK_BYTES_MAX } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { ApiCalls } from './client.ts'

/** Bytes to upload, wherever they are. */
export interface UploadSource {
  /** How many in all. */
  readonly bytes: number
  /** Of all of them, hexadecimal: what is there already is not sent. */
  readonly sha256?: string
  /** Up to `length` bytes from `offset`, at least one. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * Uploads bytes in chunks.
 * @param sent told after each chunk how many bytes are there
 * @throws what the calls throw (`faultOfCall`)
 */
export async function uploadSource(
  calls: ApiCalls,
  source: UploadSource,
  sent: (bytes: number) => void = () => undefined,
): Promise<Cid> {
  const { bytes, sha256 } = source
  const { upload_id, offset: begin } = await calls.uploads.begin({
    bytes,
    ...(sha256 === undefined ? {} : { sha256 }),
  })
  if (begin > 0) sent(begin)
  for (let offset = begin; offset < source.bytes;) {
    const chunk = await source.read(offset, Math.min(CHUNK_BYTES_MAX, source.bytes - offset))
    offset = (await calls.uploads.append({ upload_id, offset, chunk: new Blob([chunk]) })).offset
    sent(offset)
  }
  return (await calls.uploads.finish({ upload_id })).cid
}

/** A blob's bytes in order, chunk by chunk. @throws what the calls throw, FaultError `blob-corrupt` */
export async function* blobChunks(calls: ApiCalls, cid: Cid): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let total = 1
  for (let offset = 0; offset < total;) {
    const { chunk, bytes } = await calls.blobs.read({ cid, offset, length: CHUNK_BYTES_MAX })
    if (chunk.size === 0 && bytes > offset)
      refuse('blob-corrupt', `${cid} ends at ${offset} of ${bytes} bytes`)
    yield new Uint8Array(await chunk.arrayBuffer())
    offset += chunk.size
    total = bytes
  }
}
