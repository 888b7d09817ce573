import type { DurableEvent } from '../../peer/event.ts'
import type { VerdictOwed } from '../../peer/requester/verdict-owed.ts'
import { openEnvelope, sealEnvelope } from '../../protocol/envelope.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { JobVerdict } from '../../protocol/verdict.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'

/** Signs a verdict about an own job: the same bytes however often it is sent. */
export function signVerdict(identity: Identity, verdict: VerdictOwed): Uint8Array {
  const value: JobVerdict = {
    job_id: verdict.job,
    requester_id: identity.peer,
    provider_id: verdict.provider,
    manifest_cid: verdict.manifestCid,
    won: verdict.won,
    lost: verdict.lost,
    timestamp: toTimestamp(verdict.endedAtMs),
  }
  return sealEnvelope('meshwork/1/verdict', value, identity.peer, (m) => identity.sign(m))
}

/**
 * Opens the verdict of a requester about what this peer returned for it.
 * @throws FaultError as `openEnvelope`, or `malformed` for one between other peers
 */
export function openVerdict(
  { clock, identity }: { readonly clock: Pick<Clock, 'nowMs'>; readonly identity: Identity },
  from: PeerId,
  envelope: Uint8Array,
): Extract<DurableEvent, { kind: 'verdict-received' }> {
  const at_ms = clock.nowMs()
  const opened = openEnvelope(envelope, {
    domain: 'meshwork/1/verdict',
    schema: JobVerdict,
    signer: from,
    verify: (signer, bytes, signature) => identity.verify(signer, bytes, signature),
    nowMs: at_ms,
    bytesMax: MESSAGE_BYTES_MAX,
  })
  if (!opened.ok) throw new FaultError(opened.fault)
  const { requester_id, provider_id, job_id, manifest_cid, won, lost } = opened.value.value
  if (requester_id !== from || provider_id !== identity.peer) {
    refuse('malformed', 'this verdict is between other peers')
  }
  return { kind: 'verdict-received', at_ms, from, job_id, manifest_cid, won, lost, envelope }
}
