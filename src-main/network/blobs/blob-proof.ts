import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { decodeCanonical, encodeCanonical, equalBytes } from '../../protocol/canonical.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import { Cid, type PeerId } from '../../protocol/ids.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Transport } from '../../ports/transport.ts'
import { BLOB_QUESTION_BYTES_MAX } from './blob-wire.ts'
import { PROOFS_REMEMBERED_MAX, PROVE_MS_MAX } from '../limits.ts'

/** Asks a peer to show that it has a blob, by a digest that only a holder can make. */
const PROVE = 'meshwork/1/blob/prove'
const NONCE_BYTES = 16

/** The message of `PROVE`. The nonce is new each time, so that no answer serves twice. */
const ProveQuestion = z.object({
  cid: Cid,
  nonce: Bytes.refine((nonce) => nonce.byteLength === NONCE_BYTES),
})

/** Dependencies of making and asking for proofs. */
export interface BlobProofsParts {
  readonly transport: Transport
  readonly blobs: Pick<BlobStore, 'layout' | 'readChunk'>
  /** Whether a peer may have a blob: other peers get no proof, so that they cannot pass it on as their own. */
  readonly mayServe: (peer: PeerId, cid: Cid) => boolean
}

/** Whether others have the blobs that they name. */
export interface BlobProofs {
  /** The peer has given this blob to us. */
  note(peer: PeerId, cid: Cid): void
  /** Asks a peer to show that it has a blob that is here, unless it has shown it before. @throws FaultError `blob-missing` */
  mustHave(peer: PeerId, cid: Cid, signal: AbortSignal): Promise<void>
}

/** Answers such questions from now on, and asks them. */
export function createBlobProofs({ transport, blobs, mayServe }: BlobProofsParts): BlobProofs {
  const known = new Set<string>()

  /** The digest over the nonce and one chunk, which the nonce chooses. */
  const proofOf = async (cid: Cid, nonce: Uint8Array): Promise<Uint8Array> => {
    const layout = blobs.layout(cid) ?? refuse('blob-missing', `${cid} is not here`)
    const count = layout.kind === 'raw' ? 1 : layout.chunks.length
    const chunk = await blobs.readChunk(cid, Buffer.from(nonce).readUInt32BE(0) % count)
    return new Uint8Array(createHash('sha256').update(nonce).update(chunk).digest())
  }
  /** Undefined for a blob that turned out damaged here, and is gone by that: it is fetched then. */
  const ownProof = async (cid: Cid, nonce: Uint8Array) => {
    try {
      return await proofOf(cid, nonce)
    } catch (error) {
      if (error instanceof FaultError && blobs.layout(cid) === undefined) return undefined
      throw error
    }
  }
  const note = (peer: PeerId, cid: Cid) => {
    known.add(`${peer} ${cid}`)
    if (known.size <= PROOFS_REMEMBERED_MAX) return
    const [oldest] = known
    if (oldest !== undefined) known.delete(oldest)
  }

  transport.handle(
    PROVE,
    async (from, request) => {
      const question = decodeCanonical(request, ProveQuestion, BLOB_QUESTION_BYTES_MAX)
      if (!question.ok) throw new FaultError(question.fault)
      const { cid, nonce } = question.value
      if (!mayServe(from, cid)) refuse('not-trusted', `${cid} is not for you`)
      return proofOf(cid, nonce)
    },
    { requestBytesMax: BLOB_QUESTION_BYTES_MAX },
  )

  return {
    note,
    async mustHave(peer, cid, signal) {
      if (known.has(`${peer} ${cid}`)) return
      const nonce = new Uint8Array(randomBytes(NONCE_BYTES))
      const question = encodeCanonical({ cid, nonce })
      const within = AbortSignal.any([signal, AbortSignal.timeout(PROVE_MS_MAX)])
      const expected = await ownProof(cid, nonce)
      if (expected === undefined) return
      const answer = await transport.request(peer, PROVE, question, { signal: within })
      if (!equalBytes(answer, expected)) refuse('blob-missing', `${peer} does not show that it has ${cid}`)
      note(peer, cid)
    },
  }
}
