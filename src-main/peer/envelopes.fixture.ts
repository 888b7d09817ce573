import { EngineId } from '../protocol/engine.ts'
import { sealEnvelope } from '../protocol/envelope.ts'
import type { JobId, PeerId } from '../protocol/ids.ts'
import type { ExecutionReceipt, ReceiptBatch } from '../protocol/receipt.ts'
import { toTimestamp } from '../protocol/time.ts'
import { unitBitsOf } from '../protocol/unit-bits.ts'
import type { JobVerdict } from '../protocol/verdict.ts'
import { JOB, manifestCidOf, ME, NOON } from './brain.fixture.ts'
import type { DurableEvent } from './event.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Stands for a signature: replaying checks none. */
const unsigned = (): Uint8Array => new Uint8Array(64)

/** Receipts of a provider as they come in, in their envelope. */
export function batchFrom(
  from: PeerId,
  receipts: ExecutionReceipt[],
  { at_ms = NOON, job = JOB }: { at_ms?: number; job?: JobId } = {},
): Of<'results-received'> {
  const manifest_cid = manifestCidOf(job)
  const batch: ReceiptBatch = {
    batch_id: `${at_ms}-0`,
    job_id: job,
    requester_id: ME,
    provider_id: from,
    manifest_cid,
    engine: 'test.echo@1.0.0+abc',
    numeric_class: 'ieee754-wasm',
    receipts,
    timestamp: toTimestamp(at_ms),
  }
  const envelope = sealEnvelope('meshwork/1/receipts', batch, from, unsigned)
  const engine = EngineId.parse('abc/ieee754-wasm')
  return { kind: 'results-received', at_ms, from, job_id: job, receipts, engine, manifest_cid, envelope }
}

/** A requester's verdict about this peer's units, as it comes in. */
export function verdictFrom(
  from: PeerId,
  {
    won = [],
    lost = [],
    job = JOB,
    at_ms = NOON,
  }: { won?: readonly number[]; lost?: readonly number[]; job?: JobId; at_ms?: number },
): Of<'verdict-received'> {
  const verdict: JobVerdict = {
    job_id: job,
    requester_id: from,
    provider_id: ME,
    manifest_cid: manifestCidOf(job),
    won: unitBitsOf(won),
    lost: unitBitsOf(lost),
    timestamp: toTimestamp(at_ms),
  }
  const envelope = sealEnvelope('meshwork/1/verdict', verdict, from, unsigned)
  const { job_id, manifest_cid } = verdict
  return {
    kind: 'verdict-received',
    at_ms,
    from,
    job_id,
    manifest_cid,
    won: verdict.won,
    lost: verdict.lost,
    envelope,
  }
}
