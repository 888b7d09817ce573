import type { Evidence } from '../ports/evidence.ts'
import type { Identity } from '../ports/identity.ts'
import { decodeEvent } from '../peer/codec.ts'
import { decodeCanonical } from '../protocol/canonical.ts'
import { SignedEnvelope, signedBytes } from '../protocol/envelope.ts'
import { refuse, FaultError } from '../protocol/fault.ts'
import type { JobId, PeerId } from '../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import { ReceiptBatch } from '../protocol/receipt.ts'
import { JobVerdict } from '../protocol/verdict.ts'

/** Records that one page has at most … */
const PAGE_RECORDS = 32
/** … and bytes of envelopes, unless the first alone is larger: a page is one answer of the API. */
const PAGE_BYTES = 1 << 20

/** One signed statement about a job. */
export interface SignedStatement {
  /** The number of its record: statements are in this order. */
  readonly sequence: number
  readonly atMs: number
  readonly envelope: Uint8Array
  readonly signer: PeerId
  /** Whether the signer signed exactly these bytes, as is checked now. */
  readonly holds: boolean
  readonly said:
    | { readonly kind: 'receipts'; readonly batch: ReceiptBatch }
    | { readonly kind: 'verdict'; readonly verdict: JobVerdict }
}

/** Some of the statements about a job. */
export interface StatementPage {
  readonly statements: readonly SignedStatement[]
  /** To be asked for next; absent when there are no more. */
  readonly next?: number
}

/**
 * Reads what was signed about a job of this name, the oldest first, from after a record on.
 * @throws FaultError `storage-failed` for a record that this program does not understand
 */
export function readEvidence(
  { evidence, identity }: { readonly evidence: Evidence; readonly identity: Pick<Identity, 'verify'> },
  job: JobId,
  after: number,
): StatementPage {
  const statements: SignedStatement[] = []
  let [bytes, last] = [0, after]
  const records = evidence.ofJob(job, { after, limit: PAGE_RECORDS })
  for (const { sequence, atMs, bytes: record } of records) {
    bytes += record.byteLength
    if (statements.length > 0 && bytes > PAGE_BYTES) return { statements, next: last }
    statements.push({ sequence, atMs, ...statementIn(record, sequence, identity) })
    last = sequence
  }
  return records.length < PAGE_RECORDS ? { statements } : { statements, next: last }
}

function statementIn(
  record: Uint8Array,
  sequence: number,
  identity: Pick<Identity, 'verify'>,
): Omit<SignedStatement, 'sequence' | 'atMs'> {
  const event = decodeEvent(record)
  if (!event.ok) refuse('storage-failed', `evidence ${sequence}: ${event.fault.message}`)
  const bytes = 'envelope' in event.value ? event.value.envelope : undefined
  if (bytes === undefined) refuse('storage-failed', `evidence ${sequence} is not signed`)
  const envelope = decodeCanonical(bytes, SignedEnvelope, MESSAGE_BYTES_MAX)
  if (!envelope.ok) throw new FaultError(envelope.fault)
  const { domain, payload, signer, signature } = envelope.value
  const holds = identity.verify(signer, signedBytes(domain, payload), signature)
  const signed = { envelope: bytes, signer, holds }
  if (domain === 'meshwork/1/verdict') {
    const verdict = decodeCanonical(payload, JobVerdict, MESSAGE_BYTES_MAX)
    if (!verdict.ok) throw new FaultError(verdict.fault)
    return { ...signed, said: { kind: 'verdict', verdict: verdict.value } }
  }
  const batch = decodeCanonical(payload, ReceiptBatch, MESSAGE_BYTES_MAX)
  if (!batch.ok) throw new FaultError(batch.fault)
  return { ...signed, said: { kind: 'receipts', batch: batch.value } }
}
