import type { PeerEvent } from '../peer/event.ts'
import { admitAward } from '../peer/provider.ts'
import type { PeerState } from '../peer/state.ts'
import { trustOf } from '../peer/trust.ts'
import { openEnvelope } from '../protocol/envelope.ts'
import { FaultError, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import { isPairMessage, type DirectMessage, type DirectReply } from '../protocol/messages.ts'
import { ReceiptBatch } from '../protocol/receipt.ts'
import type { Clock } from '../ports/clock.ts'
import type { Identity } from '../ports/identity.ts'
import type { Transport } from '../ports/transport.ts'
import { cidOfBytes } from './content-id.ts'
import { handleDirect } from './direct-protocol.ts'
import { answerPairing } from './pairing.ts'

/** What incoming messages meet. */
export interface InboundParts {
  readonly clock: Clock
  readonly identity: Identity
  readonly transport: Transport
  readonly state: PeerState
  readonly dispatch: (event: PeerEvent) => Promise<void>
}

/**
 * Answers what other peers send on direct streams. Each message is checked first, then journaled, then answered:
 * whoever reads `taken` may rely on it.
 */
export function handleInbound(parts: InboundParts): void {
  const isContact = (peer: PeerId): boolean => trustOf(parts.state, peer) > 0
  handleDirect(parts.transport, isContact, (from, message) => answer(parts, from, message))
}

async function answer(parts: InboundParts, from: PeerId, message: DirectMessage): Promise<DirectReply> {
  const { clock, state, dispatch } = parts
  const at_ms = clock.nowMs()
  if (isPairMessage(message)) return answerPairing(parts, from, message)
  if (trustOf(state, from) <= 0) refuse('unknown-peer', 'you are not paired with this peer')
  switch (message.kind) {
    case 'award': {
      const admitted = admitAward(state, from, message.award, at_ms)
      if (!admitted.ok) throw new FaultError(admitted.fault)
      await dispatch({ kind: 'award-received', at_ms, from, award: message.award })
      return { kind: 'taken' }
    }
    case 'results':
      await dispatch(resultsEvent(parts, from, message.envelope))
      return { kind: 'taken' }
    case 'withdraw': {
      const { job_id, units } = message
      await dispatch({ kind: 'withdrawn', at_ms, from, job_id, ...(units === undefined ? {} : { units }) })
      return { kind: 'taken' }
    }
    case 'recall': {
      const { job_id, units } = message
      await dispatch({ kind: 'recalled', at_ms, from, job_id, units })
      return { kind: 'taken' }
    }
    case 'hand-back': {
      const { job_id, units } = message
      await dispatch({ kind: 'hand-back-received', at_ms, from, job_id, units })
      return { kind: 'taken' }
    }
    case 'settled':
      await dispatch({ kind: 'settled', at_ms, from, job_id: message.job_id })
      return { kind: 'taken' }
  }
}

/** Signed receipts as an event: the signature and the inline outputs are checked here, at the edge. */
function resultsEvent(parts: InboundParts, from: PeerId, envelope: Uint8Array): PeerEvent {
  const { clock, identity } = parts
  const opened = openEnvelope(envelope, {
    domain: 'meshwork/1/receipts',
    schema: ReceiptBatch,
    signer: from,
    verify: (signer, bytes, signature) => identity.verify(signer, bytes, signature),
    nowMs: clock.nowMs(),
    bytesMax: MESSAGE_BYTES_MAX,
  })
  if (!opened.ok) throw new FaultError(opened.fault)
  const batch = opened.value.value
  if (batch.requester_id !== identity.peer || batch.provider_id !== from) {
    refuse('malformed', 'these receipts are between other peers')
  }
  for (const { outcome } of batch.receipts) {
    if (
      outcome.kind === 'output' &&
      outcome.inline !== undefined &&
      cidOfBytes(outcome.inline) !== outcome.cid
    ) {
      refuse('blob-corrupt', 'an inline output does not match its CID')
    }
  }
  return {
    kind: 'results-received',
    at_ms: clock.nowMs(),
    from,
    job_id: batch.job_id,
    receipts: batch.receipts,
  }
}
