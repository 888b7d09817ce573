import { z } from 'zod'
import { equalBytes } from '../../protocol/canonical.ts'
import { openEnvelope, sealEnvelope } from '../../protocol/envelope.ts'
import { Cid, PeerId } from '../../protocol/ids.ts'
import { Timestamp, toMs, toTimestamp } from '../../protocol/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import { BLOB_PASS_BYTES_MAX, BLOB_PASS_MS_MAX, BLOB_PASSES_CACHED_MAX } from '../limits.ts'

/** A job's requester says that a peer may have one of the job's blobs from others who have it. */
const BlobPass = z.object({ cid: Cid, peer: PeerId, timestamp: Timestamp })

/** Issues and checks passes. */
export interface BlobPasses {
  /** A pass for this blob and this peer, signed by us, good for at least half of `BLOB_PASS_MS_MAX`. */
  issue(cid: Cid, peer: PeerId): Uint8Array
  /** Who signed a pass for this blob that the peer shows; undefined where it is none, another's, or too old. */
  signerOf(pass: Uint8Array, cid: Cid, peer: PeerId): PeerId | undefined
}

interface Known {
  readonly pass: Uint8Array
  readonly signer: PeerId
  readonly madeAtMs: number
}

/** Passes of this peer's key. What was signed or checked of late is remembered: each chunk's question shows one. */
export function createBlobPasses(identity: Identity, clock: Clock): BlobPasses {
  const issued = createMemory()
  const checked = createMemory()
  const ageOf = ({ madeAtMs }: Known) => Math.abs(clock.nowMs() - madeAtMs)

  return {
    issue(cid, peer) {
      const known = issued.get(cid, peer)
      if (known !== undefined && ageOf(known) < BLOB_PASS_MS_MAX / 2) return known.pass
      const madeAtMs = clock.nowMs()
      const value = { cid, peer, timestamp: toTimestamp(madeAtMs) }
      const pass = sealEnvelope('meshwork/1/blob-pass', value, identity.peer, (bytes) => identity.sign(bytes))
      issued.set(cid, peer, { pass, signer: identity.peer, madeAtMs })
      return pass
    },
    signerOf(pass, cid, peer) {
      const known = checked.get(cid, peer)
      if (known !== undefined && equalBytes(known.pass, pass)) {
        return ageOf(known) < BLOB_PASS_MS_MAX ? known.signer : undefined
      }
      const opened = openEnvelope(pass, {
        domain: 'meshwork/1/blob-pass',
        schema: BlobPass,
        verify: (signer, bytes, signature) => identity.verify(signer, bytes, signature),
        nowMs: clock.nowMs(),
        ageMsMax: BLOB_PASS_MS_MAX,
        bytesMax: BLOB_PASS_BYTES_MAX,
      })
      if (!opened.ok) return undefined
      const { value, signer } = opened.value
      if (value.cid !== cid || value.peer !== peer) return undefined
      checked.set(cid, peer, { pass, signer, madeAtMs: toMs(value.timestamp) })
      return signer
    },
  }
}

/** The passes used last, by blob and peer. */
function createMemory() {
  const known = new Map<string, Known>()
  const keyOf = (cid: Cid, peer: PeerId) => `${cid} ${peer}`
  return {
    get: (cid: Cid, peer: PeerId) => known.get(keyOf(cid, peer)),
    set(cid: Cid, peer: PeerId, entry: Known) {
      known.delete(keyOf(cid, peer))
      known.set(keyOf(cid, peer), entry)
      if (known.size <= BLOB_PASSES_CACHED_MAX) return
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    },
  }
}
