import type { DurableEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import { NUMERIC_CLASS } from '../../protocol/engine.ts'
import { openEnvelope, sealEnvelope } from '../../protocol/envelope.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { outputSeal } from '../../protocol/job-key.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import { ReceiptBatch, type ExecutionReceipt } from '../../protocol/receipt.ts'
import { toTimestamp } from '../../protocol/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { JobKeys } from '../../ports/job-keys.ts'
import { openBytes } from '../../sealing/seal.ts'
import { cidOfBytes } from '../content-id.ts'
import { engineOfName } from '../engine-digest.ts'

/** A batch of receipts with its provider's signature. */
export interface SignedReceipts {
  readonly batch: ReceiptBatch
  readonly envelope: Uint8Array
}

/** Signs receipts for one job of one requester, those of this peer's own jobs too. */
export function signReceipts(
  { clock, identity }: { readonly clock: Pick<Clock, 'nowMs'>; readonly identity: Identity },
  of: {
    readonly batchId: string
    readonly requester: PeerId
    readonly job: JobId
    readonly manifestCid: Cid
    readonly engine: string
    readonly receipts: ExecutionReceipt[]
  },
): SignedReceipts {
  const batch: ReceiptBatch = {
    batch_id: of.batchId,
    job_id: of.job,
    requester_id: of.requester,
    provider_id: identity.peer,
    manifest_cid: of.manifestCid,
    engine: of.engine,
    numeric_class: NUMERIC_CLASS,
    receipts: of.receipts,
    timestamp: toTimestamp(clock.nowMs()),
  }
  const envelope = sealEnvelope('meshwork/1/receipts', batch, identity.peer, (m) => identity.sign(m))
  return { batch, envelope }
}

/**
 * Opens signed receipts: the signature, their parties, their manifest and the inline outputs, that they open too, are checked
 * here, at the edge.
 * @throws FaultError `unsigned` and the like as `openEnvelope`, `malformed` for receipts between other peers, `bad-input` for
 *   those of another manifest, `blob-corrupt`
 */
export function openReceipts(
  {
    clock,
    identity,
    state,
    keys,
  }: {
    readonly clock: Pick<Clock, 'nowMs'>
    readonly identity: Identity
    readonly state: PeerState
    readonly keys: Pick<JobKeys, 'find'>
  },
  from: PeerId,
  envelope: Uint8Array,
): SignedReceipts {
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
  const job = state.requester.jobs.get(batch.job_id)
  if (job !== undefined && job.manifestCid !== batch.manifest_cid) {
    refuse('bad-input', 'these receipts are of another manifest than the job has')
  }
  const isSealed = job?.manifest.encryption !== undefined
  const key = isSealed ? keys.find({ requester: identity.peer, job: batch.job_id }) : undefined
  for (const { outcome, unit_index } of batch.receipts) {
    if (outcome.kind !== 'output' || outcome.inline === undefined) continue
    if (cidOfBytes(outcome.inline) !== outcome.cid) {
      refuse('blob-corrupt', 'an inline output does not match its CID')
    }
    if (key !== undefined) openBytes(outputSeal(key, unit_index), outcome.inline)
  }
  return { batch, envelope }
}

/** The event that signed receipts are at their requester: all of them, as they came. */
export function resultsReceived(
  { batch, envelope }: SignedReceipts,
  at_ms: number,
): Extract<DurableEvent, { kind: 'results-received' }> {
  const { provider_id: from, job_id, manifest_cid, receipts } = batch
  const engine = engineOfName(batch.engine, batch.numeric_class)
  return { kind: 'results-received', at_ms, from, job_id, receipts, engine, manifest_cid, envelope }
}
