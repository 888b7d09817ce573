import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { Award, AwardedUnit } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import type { DurableEvent } from './event.ts'
import type { VerdictOwed } from './requester/verdict-owed.ts'

/**
 * Actions in the world that `step` decides on. The runtime performs effects only after the events that led to them are in
 * the journal; each is safe to perform twice, because a crash may come between the journal and the effect.
 */
export type Effect =
  /** A decision that must be remembered before it is acted on: it comes back as the next event. */
  | { readonly kind: 'record'; readonly event: DurableEvent }
  /** This peer's commitment has changed: compose and publish it within PUBLISH_WITHIN_MS. */
  | { readonly kind: 'commitment-changed' }
  /** Open work or free capacity has changed: send an `allocate` event soon. */
  | { readonly kind: 'allocation-due' }
  | { readonly kind: 'publish-allocation'; readonly allocation: ComputeAllocationState }
  /** Contacts have changed: the peers to stay connected with and subscribe to. */
  | { readonly kind: 'contacts-changed' }
  /** A request to pair waits for an answer: `paired`, or `pair-ended` as declined, follows when there is one. */
  | { readonly kind: 'ask-pairing'; readonly to: PeerId }
  /** The other side of a request to pair should ask for the answer, or need not answer any more. */
  | { readonly kind: 'tell-pairing'; readonly to: PeerId; readonly news: 'answered' | 'given-up' }
  /** Ends the connection with a blocked peer. */
  | { readonly kind: 'disconnect'; readonly peer: PeerId }
  | { readonly kind: 'fetch-manifest'; readonly cid: Cid; readonly from: PeerId }

  // requester
  | { readonly kind: 'send-award'; readonly to: PeerId; readonly award: Award }
  | {
      readonly kind: 'send-withdraw'
      readonly to: PeerId
      readonly job: JobId
      readonly units?: readonly number[]
    }
  | {
      readonly kind: 'send-recall'
      readonly to: PeerId
      readonly job: JobId
      readonly units: readonly UnitAttempt[]
    }
  | { readonly kind: 'send-settled'; readonly to: PeerId; readonly job: JobId }
  /** Sign this verdict and send it; `verdict-delivered` follows when its provider has it. */
  | { readonly kind: 'send-verdict'; readonly verdict: VerdictOwed }
  | { readonly kind: 'fetch-outputs'; readonly job: JobId; readonly outputs: readonly WantedOutput[] }
  /**
   * Compare all outputs of a unit by its job's comparator: `outputs-compared` follows, or `output-unavailable` for one that is
   * not handed over. A newer one of the same unit replaces it.
   */
  | {
      readonly kind: 'compare-outputs'
      readonly job: JobId
      readonly unit: number
      readonly candidates: readonly CandidateOutput[]
    }
  | { readonly kind: 'job-ended'; readonly job: JobId }
  | { readonly kind: 'job-removed'; readonly job: JobId }

  // provider
  /** Fetch a job's inputs: its units will run here. `job-prepared` follows, whether they can be had or not. */
  | {
      readonly kind: 'prepare-job'
      readonly requester: PeerId
      readonly job: JobId
      readonly manifestCid: Cid
    }
  /** These may begin now: there is a core for each. */
  | {
      readonly kind: 'run-units'
      readonly requester: PeerId
      readonly job: JobId
      readonly manifestCid: Cid
      readonly units: readonly AwardedUnit[]
    }
  | {
      readonly kind: 'stop-units'
      readonly requester: PeerId
      readonly job: JobId
      readonly units?: readonly number[]
    }
  | {
      readonly kind: 'send-results'
      readonly to: PeerId
      readonly job: JobId
      readonly manifestCid: Cid
      /** The engine that computed them. */
      readonly engine: string
      readonly receipts: readonly ExecutionReceipt[]
    }
  /** Units that were not finished here; `hand-back-delivered` follows when the requester has heard of it. */
  | {
      readonly kind: 'send-hand-back'
      readonly to: PeerId
      readonly job: JobId
      readonly units: readonly UnitAttempt[]
      readonly reason: string
    }
  /** Nothing of this job is needed here any longer. */
  | { readonly kind: 'release-holding'; readonly requester: PeerId; readonly job: JobId }

/** A unit by number, with the attempt that is meant. */
export interface UnitAttempt {
  readonly unit_index: number
  readonly attempt: number
}

/** A verified output that the requester wants from the peers that agreed on it. */
export interface WantedOutput {
  readonly unit: number
  readonly cid: Cid
  readonly from: readonly PeerId[]
}

/** One of a unit's outputs, the peers that returned it, and the output itself where it came with a receipt. */
export interface CandidateOutput {
  readonly cid: Cid
  readonly from: readonly PeerId[]
  readonly inline?: Uint8Array
}
