import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import { decodeCanonical } from '../protocol/canonical.ts'
import { ReceiptBatch } from '../protocol/receipt.ts'
import { DirectMessage, type Award } from '../protocol/messages.ts'
import { SignedEnvelope } from '../protocol/envelope.ts'
import { MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import type { JobId } from '../protocol/ids.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import { assert, type Fault } from '../protocol/fault.ts'
import type { ComputeRoundState } from '../protocol/result.ts'
import { replaces, type StateStamp } from '../protocol/state-order.ts'
import { toMs } from '../protocol/time.ts'

/** The values of the stores of document 000, by their store. */
export interface PublishedValues {
  readonly commitment: ComputeCommitment
  readonly allocation: ComputeAllocationState
  readonly round: ComputeRoundState
}

/** A store that peers publish. */
export type StoreName = keyof PublishedValues

/** One published state on its way: the value itself, since a simulated network carries no bytes that could be damaged. */
export interface Publication {
  readonly store: StoreName
  readonly value: PublishedValues[StoreName]
}

/** Whether a publication replaces a known one of the same author, by the rule of the published stores. */
export function isNewer(next: Publication, known: Publication | undefined, nowMs: number): boolean {
  return known === undefined || replaces(stampOf(next), stampOf(known), nowMs)
}

function stampOf({ value }: Publication): StateStamp {
  return { author: value.peer_id, madeAtMs: toMs(value.timestamp), clock: value.vector_clock }
}

/** A request to another peer: one of the transport's, or for the newest value of a store. */
export type Message =
  | { readonly kind: 'request'; readonly protocol: string; readonly bytes: Uint8Array }
  | { readonly kind: 'get-published'; readonly store: StoreName }

/** The answer to a message. */
export type Reply =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'published'; readonly publication: Publication | undefined }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** A direct message that its receiver must not lose once it has taken it. */
export type Letter =
  | { readonly kind: 'award'; readonly award: Award }
  | { readonly kind: 'results'; readonly job: JobId; readonly receipts: readonly ExecutionReceipt[] }

/** The letter in a direct message that was taken; undefined for other messages. */
export function letterIn(bytes: Uint8Array): Letter | undefined {
  const message = decodeCanonical(bytes, DirectMessage, MESSAGE_BYTES_MAX)
  assert(message.ok, 'a message that was taken can be read')
  if (message.value.kind === 'award') return { kind: 'award', award: message.value.award }
  if (message.value.kind !== 'results') return undefined
  const envelope = decodeCanonical(message.value.envelope, SignedEnvelope, MESSAGE_BYTES_MAX)
  assert(envelope.ok, 'an envelope that was taken can be read')
  const batch = decodeCanonical(envelope.value.payload, ReceiptBatch, MESSAGE_BYTES_MAX)
  assert(batch.ok, 'receipts that were taken can be read')
  return { kind: 'results', job: batch.value.job_id, receipts: batch.value.receipts }
}
