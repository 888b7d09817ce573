import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import type { BlobPasses } from './blob-pass.ts'
import { createSwarmLeader } from './swarm-leader.ts'
import { SWARM, SWARM_QUESTION_BYTES_MAX, SwarmQuestion } from './swarm-wire.ts'

/** Dependencies of a swarm server. */
export interface SwarmServerParts {
  readonly transport: Transport
  readonly blobs: Pick<BlobStore, 'layout'>
  readonly clock: Clock
  /** Whether a peer may have a blob, and so be a member of its swarm. */
  readonly mayServe: (peer: PeerId, cid: Cid) => boolean
  readonly passes: BlobPasses
}

/** Leads the swarms of this peer's blobs from now on. */
export function serveSwarms({ transport, blobs, clock, mayServe, passes }: SwarmServerParts): void {
  const leader = createSwarmLeader({
    nowMs: () => clock.nowMs(),
    chunkCount(peer, cid) {
      if (!mayServe(peer, cid)) refuse('not-trusted', `${cid} is not for you`)
      const layout = blobs.layout(cid) ?? refuse('blob-missing', `${cid} is not here`)
      return layout.kind === 'raw' ? 1 : layout.chunks.length
    },
    connected: () => new Set(transport.connections().map(({ peer }) => peer)),
    issuePass: (cid, peer) => passes.issue(cid, peer),
  })
  transport.handle(
    SWARM,
    async (from, request) => {
      await Promise.resolve()
      const question = decodeCanonical(request, SwarmQuestion, SWARM_QUESTION_BYTES_MAX)
      if (!question.ok) throw new FaultError(question.fault)
      return encodeCanonical(leader.answer(from, question.value))
    },
    { requestBytesMax: SWARM_QUESTION_BYTES_MAX },
  )
}
