import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse, type Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Transport } from '../../ports/transport.ts'
import {
  BLOB_QUESTION_BYTES_MAX,
  CHUNK,
  ChunkQuestion,
  OPEN,
  OpenQuestion,
  payloadBytes,
  type OpenedBlob,
} from './blob-wire.ts'
import { isBulk, isRelayed, waitsForDirect } from './direct-wait.ts'
import { CHUNK_MS_MAX, OPEN_CONTENT_BYTES_MAX } from '../limits.ts'
import type { PartialBlobs } from '../chunks/partial-blobs.ts'
import type { RateLimit } from '../quotas/rate-limit.ts'

/** Half of what a question may take in all. */
const UPLOAD_WAIT_MS_MAX = CHUNK_MS_MAX / 2

/** Dependencies of serving blobs. */
export interface BlobServerParts {
  readonly transport: Transport
  readonly blobs: Pick<BlobStore, 'layout' | 'readChunk'>
  /** The blobs that are here, whole or in part. */
  readonly partials: PartialBlobs
  /** Whether a peer may have a blob. Asked for each request, so that lost trust counts at once. */
  readonly mayServe: (peer: PeerId, cid: Cid) => boolean
  /** Whether a pass that the peer shows opens this blob to it. */
  readonly isOpenedBy: (pass: Uint8Array, peer: PeerId, cid: Cid) => boolean
  readonly onSent: (bytes: number) => void
  /** Bounds what goes out. */
  readonly upload: RateLimit
}

/** Answers others' questions for blobs from now on. */
export function serveBlobs(parts: BlobServerParts): void {
  const { transport, blobs, partials, mayServe, onSent, upload } = parts

  /** Waits until the user's limit has room; who would wait longer than the other side does is asked to come back. */
  const inTurn = async (bytes: number, signal: AbortSignal): Promise<void> => {
    if (upload.waitMs() > UPLOAD_WAIT_MS_MAX) refuse('too-busy', 'the limit of upload is used up')
    await upload.take(bytes, signal)
  }

  const opened = async (
    from: PeerId,
    cid: Cid,
    contentBytes: number,
    pieceFrom: number,
  ): Promise<OpenedBlob> => {
    if (!mayServe(from, cid)) return { kind: 'refused', fault: notTrusted(cid) }
    const layout = blobs.layout(cid)
    if (layout === undefined) return { kind: 'refused', fault: missing(cid) }
    if (layout.kind === 'raw' && layout.bytes >= pieceFrom) return { kind: 'piece', bytes: layout.bytes }
    const bytes = layout.kind === 'raw' ? layout.bytes : layout.node.byteLength
    if (contentBytes > 0 && contentBytes + bytes > OPEN_CONTENT_BYTES_MAX) return { kind: 'later' }
    if (layout.kind === 'list') {
      return { kind: 'list', node: layout.node, chunks: layout.chunks.map((c) => [c.cid, c.bytes]) }
    }
    try {
      return { kind: 'whole', content: await blobs.readChunk(cid, 0) }
    } catch (error) {
      if (error instanceof FaultError) return { kind: 'refused', fault: error.fault }
      throw error
    }
  }

  transport.handle(
    OPEN,
    async (from, request, signal) => {
      const question = decodeCanonical(request, OpenQuestion, BLOB_QUESTION_BYTES_MAX)
      if (!question.ok) throw new FaultError(question.fault)
      const { cids, piece_from = Number.POSITIVE_INFINITY } = question.value
      const answers: OpenedBlob[] = []
      let contentBytes = 0
      for (const cid of cids) {
        const answer = await opened(from, cid, contentBytes, piece_from)
        contentBytes += sizeOf(answer)
        answers.push(answer)
      }
      const reply = encodeCanonical({ blobs: answers })
      if (reply.byteLength > MESSAGE_BYTES_MAX) refuse('oversized', 'the layout exceeds one message')
      await inTurn(reply.byteLength, signal)
      onSent(answers.reduce((sum, blob) => sum + payloadBytes(blob), 0))
      return reply
    },
    { requestBytesMax: BLOB_QUESTION_BYTES_MAX },
  )

  transport.handle(
    CHUNK,
    async (from, request, signal) => {
      const question = decodeCanonical(request, ChunkQuestion, BLOB_QUESTION_BYTES_MAX)
      if (!question.ok) throw new FaultError(question.fault)
      const { cid, index, pass } = question.value
      const isAllowed = mayServe(from, cid) || (pass !== undefined && parts.isOpenedBy(pass, from, cid))
      if (!isAllowed) throw new FaultError(notTrusted(cid))
      transport.welcome(from)
      const count = partials.chunkCount(cid)
      if (count === undefined) throw new FaultError(missing(cid))
      if (isBulk(count) && isRelayed(transport, from)) throw new FaultError(waitsForDirect(cid, count, from))
      if (index >= count) refuse('malformed', `${cid} has no chunk ${index}`)
      const bytes = await partials.readChunk(cid, index)
      await inTurn(bytes.byteLength, signal)
      onSent(bytes.byteLength)
      return bytes
    },
    // A pass opens chunks to strangers.
    {
      requestBytesMax: BLOB_QUESTION_BYTES_MAX,
      strangers: { requestBytesMax: BLOB_QUESTION_BYTES_MAX },
    },
  )
}

function missing(cid: Cid): Fault {
  return { kind: 'blob-missing', message: `${cid} is not here` }
}

function notTrusted(cid: Cid): Fault {
  return { kind: 'not-trusted', message: `${cid} is not for you` }
}

/** A chunk's entry in an answer: its CID in text, its length and what cbor puts around them. */
const LIST_ENTRY_BYTES = 68

/** The bytes that an answer takes in its message. */
function sizeOf(answer: OpenedBlob): number {
  const entries = answer.kind === 'list' ? answer.chunks.length : 0
  return payloadBytes(answer) + entries * LIST_ENTRY_BYTES
}
