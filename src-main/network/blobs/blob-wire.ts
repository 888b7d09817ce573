import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { Fault } from '../../protocol/fault.ts'
import { Cid } from '../../protocol/ids.ts'
import { CHUNK_BYTES_MAX, CHUNKS_MAX, RAW_BYTES_MAX } from '../../ports/blob-store.ts'
import { BLOB_PASS_BYTES_MAX, OPEN_CIDS_MAX } from '../limits.ts'

/** Asks for blobs: small ones come whole, of large ones comes the layout. */
export const OPEN = 'meshwork/1/blob/open'
/** Asks for one chunk of a large blob; the answer is its bytes, nothing around them. */
export const CHUNK = 'meshwork/1/blob/chunk'
/** Either question: CIDs take 61 bytes each. */
export const BLOB_QUESTION_BYTES_MAX = 8 << 10

/** The message of `OPEN`. */
export const OpenQuestion = z.object({
  cids: z.array(Cid).min(1).max(OPEN_CIDS_MAX),
  /** From how many bytes on a blob of one piece is told by its length, to be asked for like a chunk. */
  piece_from: z.int().min(1).exactOptional(),
})

/** The answer for one of the CIDs. */
export const OpenedBlob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('whole'), content: Bytes }),
  z.object({
    kind: z.literal('list'),
    node: Bytes,
    chunks: z
      .array(z.tuple([Cid, z.int().min(1).max(CHUNK_BYTES_MAX)]))
      .min(1)
      .max(CHUNKS_MAX),
  }),
  /** A blob of one piece, not sent: its only chunk has so many bytes. */
  z.object({ kind: z.literal('piece'), bytes: z.int().min(1).max(RAW_BYTES_MAX) }),
  /** It did not fit any more: ask again. */
  z.object({ kind: z.literal('later') }),
  z.object({ kind: z.literal('refused'), fault: Fault }),
])
export type OpenedBlob = z.infer<typeof OpenedBlob>

/** The bytes of a blob's content, or of its layout, in an answer: what traffic counts. */
export function payloadBytes(blob: OpenedBlob): number {
  if (blob.kind === 'whole') return blob.content.byteLength
  return blob.kind === 'list' ? blob.node.byteLength : 0
}

/** The answer to `OPEN`, in the question's order. */
export const OpenAnswer = z.object({ blobs: z.array(OpenedBlob).max(OPEN_CIDS_MAX) })

/** The message of `CHUNK`. */
export const ChunkQuestion = z.object({
  cid: Cid,
  index: z.int().min(0).max(CHUNKS_MAX),
  /** The requester's permission for the asking peer, where the two are no contacts. */
  pass: Bytes.refine((pass) => pass.byteLength <= BLOB_PASS_BYTES_MAX).exactOptional(),
})
