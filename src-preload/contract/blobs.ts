import { z } from 'zod'
import { Cid } from '../../src-main/protocol/ids.ts'
import { CHUNK_BYTES_MAX, UPLOAD_BYTES_MAX } from './limits.ts'
import { Count, Nothing, procedure } from './procedure.ts'

/** Bytes of at most one chunk; a Blob, because it travels beside the JSON and not inside it. */
export const Chunk = z
  .instanceof(Blob)
  .refine((blob) => blob.size <= CHUNK_BYTES_MAX, `a chunk has at most ${CHUNK_BYTES_MAX} bytes`)
export type Chunk = z.infer<typeof Chunk>

/** Names an upload; only good for the connection's own peer and until it is finished or forgotten. */
export const UploadId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/, 'not an upload id')
  .brand<'UploadId'>()
export type UploadId = z.infer<typeof UploadId>

/** How far an upload has come. */
export const UploadState = z.strictObject({
  upload_id: UploadId,
  /** Bytes received; the next chunk begins here. */
  offset: Count,
  /** Bytes in all, as they were announced. */
  bytes: Count,
})
export type UploadState = z.infer<typeof UploadState>

const WhichUpload = z.strictObject({ upload_id: UploadId })

/**
 * Files on their way into the peer, in chunks. An interrupted upload goes on where `state` says. One that is not
 * touched for an hour is forgotten, and so are the bytes of a finished one that no job has used by then.
 */
export const uploads = {
  /**
   * With the SHA-256 of all bytes, an upload whose content is here already is complete, so that none of it is sent.
   * Faults: `quota-exceeded` (announced bytes do not fit), `too-busy` (too many open uploads).
   */
  begin: procedure
    .input(
      z.strictObject({
        bytes: z.int().min(0).max(UPLOAD_BYTES_MAX),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'not a SHA-256')
          .exactOptional(),
      }),
    )
    .output(UploadState),
  /** Faults: `bad-input` for an unknown upload, an offset that is not the next one, or bytes beyond the end. */
  append: procedure.input(WhichUpload.extend({ offset: Count, chunk: Chunk })).output(UploadState),
  state: procedure.input(WhichUpload).output(UploadState),
  /** Turns a complete upload into a blob. Fault: `bad-input` when bytes are missing. */
  finish: procedure.input(WhichUpload).output(z.strictObject({ cid: Cid, bytes: Count })),
  abort: procedure.input(WhichUpload).output(Nothing),
}

/** Content by CID. */
export const blobs = {
  /** Bytes from `offset`, at most `length`, fewer at the end. Fault: `blob-missing`. */
  read: procedure
    .input(z.strictObject({ cid: Cid, offset: Count, length: z.int().min(1).max(CHUNK_BYTES_MAX) }))
    .output(
      z.strictObject({
        chunk: Chunk,
        /** Bytes of the whole blob. */
        bytes: Count,
      }),
    ),
}
