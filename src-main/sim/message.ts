import type { UnitAttempt } from '../peer/effect.ts'
import type { PeerEvent } from '../peer/event.ts'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import type { EngineId } from '../protocol/engine.ts'
import type { Fault } from '../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { Award } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import { toMs } from '../protocol/time.ts'

/** The stores of document 000 that decisions rest on. */
export type StoreName = 'commitment' | 'allocation'

/** One published state on its way. */
export type Publication =
  | { readonly store: 'commitment'; readonly value: ComputeCommitment }
  | { readonly store: 'allocation'; readonly value: ComputeAllocationState }

/** Whether a publication replaces a known one of the same author, by the rule of the published stores. */
export function isNewer(next: Publication, known: Publication | undefined): boolean {
  if (known === undefined) return true
  const author = next.value.peer_id
  const made = toMs(next.value.timestamp) - toMs(known.value.timestamp)
  if (made !== 0) return made > 0
  return (next.value.vector_clock[author] ?? 0) > (known.value.vector_clock[author] ?? 0)
}

/** A letter of one brain to another: the direct messages that become events of their receiver. */
export type Letter =
  | { readonly kind: 'award'; readonly award: Award }
  | {
      readonly kind: 'results'
      readonly job: JobId
      readonly receipts: readonly ExecutionReceipt[]
      readonly engine: EngineId
    }
  | { readonly kind: 'withdraw'; readonly job: JobId; readonly units?: readonly number[] }
  | { readonly kind: 'settled'; readonly job: JobId }
  | { readonly kind: 'recall'; readonly job: JobId; readonly units: readonly UnitAttempt[] }
  | { readonly kind: 'hand-back'; readonly job: JobId; readonly units: readonly UnitAttempt[] }

/** A message between two peers on a direct stream: the protocol's messages after they were checked. */
export type Message =
  | Letter
  | { readonly kind: 'pair'; readonly secretHash: string; readonly name: string }
  | { readonly kind: 'get-blob'; readonly cid: Cid }
  | { readonly kind: 'get-published'; readonly store: StoreName }

/** The answer to a message. */
export type Reply =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'paired'; readonly name: string }
  | { readonly kind: 'published'; readonly publication: Publication | undefined }

/** The event that a letter is at its receiver. */
export function arrived(from: PeerId, letter: Letter, at_ms: number): PeerEvent {
  switch (letter.kind) {
    case 'award':
      return { kind: 'award-received', at_ms, from, award: letter.award }
    case 'results': {
      const { job: job_id, receipts, engine } = letter
      return { kind: 'results-received', at_ms, from, job_id, receipts: [...receipts], engine }
    }
    case 'withdraw': {
      const units = letter.units === undefined ? {} : { units: [...letter.units] }
      return { kind: 'withdrawn', at_ms, from, job_id: letter.job, ...units }
    }
    case 'recall':
      return { kind: 'recalled', at_ms, from, job_id: letter.job, units: letter.units }
    case 'settled':
      return { kind: 'settled', at_ms, from, job_id: letter.job }
    case 'hand-back':
      return { kind: 'hand-back-received', at_ms, from, job_id: letter.job, units: [...letter.units] }
  }
}
