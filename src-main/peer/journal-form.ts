import { z } from 'zod'
import { decodeCanonical } from '../protocol/canonical.ts'
import { SignedEnvelope, type Domain } from '../protocol/envelope.ts'
import type { DurableEvent } from './event.ts'

/** Longer than any message that brings an envelope. */
const ENVELOPE_BYTES_MAX = 16 << 20
/** They were counted when they came. */
const ITEMS_MAX = Number.POSITIVE_INFINITY

/** The fields that are read out of a batch of receipts; the event's schema checks what is in them. */
const BatchFields = z.object({
  provider_id: z.unknown(),
  job_id: z.unknown(),
  manifest_cid: z.unknown(),
  receipts: z.unknown(),
})

/** The fields that are read out of a verdict. */
const VerdictFields = z.object({
  requester_id: z.unknown(),
  job_id: z.unknown(),
  manifest_cid: z.unknown(),
  won: z.unknown(),
  lost: z.unknown(),
})

/** A record that holds an envelope in place of what is in it. */
const Enveloped = z.looseObject({
  kind: z.enum(['results-received', 'verdict-received']),
  envelope: z.instanceof(Uint8Array),
})

/** An event as the journal holds it: what is in a signed envelope is there once, in the envelope. */
export function toJournalForm(event: DurableEvent): unknown {
  switch (event.kind) {
    case 'results-received': {
      const { kind, at_ms, engine, envelope } = event
      return envelope === undefined ? event : { kind, at_ms, engine, envelope }
    }
    case 'verdict-received': {
      const { kind, at_ms, envelope } = event
      return { kind, at_ms, envelope }
    }
    default:
      return event
  }
}

/**
 * An event out of the journal's form. The signature is not checked: it was, when the envelope came.
 * @returns the same value where it has no envelope, or one that cannot be read: the event's schema says what is missing then
 */
export function fromJournalForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('envelope' in value)) return value
  const record = Enveloped.safeParse(value)
  if (!record.success) return value
  const { kind, envelope } = record.data
  const read = kind === 'results-received' ? readBatch(envelope) : readVerdict(envelope)
  return read === undefined ? value : { ...record.data, ...read }
}

function readBatch(envelope: Uint8Array): Record<string, unknown> | undefined {
  const batch = readPayload(envelope, 'meshwork/1/receipts', BatchFields)
  if (batch === undefined) return undefined
  const { provider_id: from, job_id, manifest_cid, receipts } = batch
  return { from, job_id, manifest_cid, receipts }
}

function readVerdict(envelope: Uint8Array): Record<string, unknown> | undefined {
  const verdict = readPayload(envelope, 'meshwork/1/verdict', VerdictFields)
  if (verdict === undefined) return undefined
  const { requester_id: from, job_id, manifest_cid, won, lost } = verdict
  return { from, job_id, manifest_cid, won, lost }
}

function readPayload<S extends z.ZodType>(
  bytes: Uint8Array,
  domain: Domain,
  schema: S,
): z.infer<S> | undefined {
  const envelope = decodeCanonical(bytes, SignedEnvelope, ENVELOPE_BYTES_MAX, ITEMS_MAX)
  if (!envelope.ok || envelope.value.domain !== domain) return undefined
  const payload = decodeCanonical(envelope.value.payload, schema, ENVELOPE_BYTES_MAX, ITEMS_MAX)
  return payload.ok ? payload.value : undefined
}
