import type { Cid, JobId, PeerId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { PeerOutcome } from '../verification/reputation.ts'

/**
 * News of one peer, in the words of its domain, for those that show or count them (P12). Each is given by the change itself,
 * once, so that an observer need not guess from events and a state that has moved on.
 */
export type Notice =
  /** The program has started. */
  | { readonly kind: 'started' }
  /** Time has passed: about a second since the last one. */
  | { readonly kind: 'ticked'; readonly atMs: number }
  /** An own job is new. */
  | { readonly kind: 'job-submitted'; readonly job: JobId; readonly manifest: JobManifest }
  /** An own job's summary may read differently; also when it is new, has ended or is removed. */
  | { readonly kind: 'job-changed'; readonly job: JobId }
  /** An own job has come to its end. */
  | { readonly kind: 'job-ended'; readonly job: JobId; readonly end: 'done' | 'cancelled' | 'failed' }
  /** Attempts, verdicts or outputs of these units of an own job changed. */
  | { readonly kind: 'units-changed'; readonly job: JobId; readonly units: readonly number[] }
  /** A quorum agreed on a unit's output; again only after that output could not be had. */
  | {
      readonly kind: 'unit-verified'
      readonly job: JobId
      readonly unit: number
      readonly winners: readonly PeerId[]
      /** Processor time that the winners other than this peer say it took them, in whole milliseconds. */
      readonly othersCpuMs: number
    }
  /** Another peer's attempt at an own unit went well or badly; never said of this peer itself. */
  | { readonly kind: 'peer-judged'; readonly peer: PeerId; readonly outcome: PeerOutcome }
  /** Units ran here: how many made an output, and their processor time, each in whole milliseconds. */
  | {
      readonly kind: 'units-ran'
      readonly requester: PeerId
      readonly job: JobId
      readonly outputs: number
      readonly cpuMs: number
    }
  /** Units of a requester's job were given to this peer. */
  | {
      readonly kind: 'award-taken'
      readonly requester: PeerId
      readonly job: JobId
      readonly manifestCid: Cid
    }
  /** Other units wait or run here. */
  | { readonly kind: 'holdings-changed' }
  /** Contacts, the trust in them, or who is connected changed. */
  | { readonly kind: 'people-changed' }
  /** Something else may be shared from now on, or the rules that pause sharing read the machine anew. */
  | { readonly kind: 'sharing-changed' }
  /** The user set how much of processor, disk and network is lent at most. */
  | { readonly kind: 'limits-changed' }
  /** The manifest of a job that this peer may work on is here. */
  | { readonly kind: 'manifest-heard'; readonly cid: Cid; readonly manifest: JobManifest }

/** A state, or as much of it as holds the notices of a step that is under way. */
interface Noting {
  readonly view: { notices: Notice[] }
}

/** Gives a notice, which the step under way returns. */
export function note({ view }: Noting, notice: Notice): void {
  view.notices.push(notice)
}

/** Takes the notices of a step out of its state, so that nothing of them is left there. */
export function takeNotices({ view }: Noting): readonly Notice[] {
  const { notices } = view
  view.notices = []
  return notices
}
