import { z } from 'zod'
import { REDUNDANCY_MAX } from './limits.ts'
import { Fraction } from './slot.ts'

const DAY_MS = 24 * 3_600_000
const Ms = z
  .int()
  .min(0)
  .max(30 * DAY_MS)
/** The time before something is done again. It has a lower bound, so that no policy can make a peer repeat itself without rest. */
const Pause = Ms.min(1_000)
/** How far one outcome moves an average; 1 would forget all before it. */
const Step = z.number().min(0).max(0.99)

/** How standing is gained and lost. */
export const ReputationPolicy = z.strictObject({
  /** Where a peer begins. */
  start: Fraction,
  /** How far an outcome moves an average towards 1 (verified) or 0 (the rest). */
  verified: Step,
  rejected: Step,
  expired: Step,
  failed: Step,
  /** Below this quality or reliability a peer is wrong or missing too often: others are preferred. */
  poor_below: Fraction,
})
export type ReputationPolicy = z.infer<typeof ReputationPolicy>

/** How the units of a job are tried and checked. A job keeps the policy under which it was submitted. */
export const VerificationPolicy = z.strictObject({
  /** More than this share of a job's redundancy must agree on a result; half at least, so that two results never both win. */
  quorum_percent: z.int().min(50).max(100),
  /** Own jobs must have at least so many peers compute each unit. */
  redundancy_min: z.int().min(1).max(REDUNDANCY_MAX),
  /** Runs of one unit that may fail by themselves before the job is given up: the fault is the unit's own then. */
  failures_max: z.int().min(1).max(100),
  /** Attempts of one unit that peers accepted, before the job is given up rather than tried for ever. */
  attempts_max: z.int().min(REDUNDANCY_MAX).max(1_000),
  /**
   * Runs of a unit that may use up its time limit before its job is given up. One machine may be slow and a second one
   * busy; where a third one does not end either, more would only cost as much again.
   */
  time_outs_max: z.int().min(1).max(100),
  /** So many peers must say it unless it is the requester itself: one alone is not believed. */
  witnesses_min: z.int().min(1).max(REDUNDANCY_MAX),
  /**
   * A peer that could not compute a unit, through no fault of the unit's, is not given it again so soon after its award. Without
   * a pause a broken machine would use up the attempts as fast as it fails.
   */
  failed_pause_ms: Ms.min(1_000),
})
export type VerificationPolicy = z.infer<typeof VerificationPolicy>

/** How a provider repeats and withdraws what it says, and how it orders the units that wait. */
export const ProviderPolicy = z.strictObject({
  /** Receipts that the requester has not taken after this long are sent again. */
  resend_after_ms: Pause,
  /** A requester that has not heard of a hand-back after this long is told again. */
  tell_again_after_ms: Pause,
  /** Matching is repeated after this time even when nothing has happened. */
  plan_every_ms: Pause,
  /** Unchanged, unused offers are repeated this often, for requesters that missed them … */
  repeat_unused_ms: Pause,
  /** … and those in use, of which their requesters have heard. */
  repeat_used_ms: Pause,
  /** A round of damping lasts at least this long (document 000 counts rounds of some seconds). */
  round_ms: Pause,
  /** Lanes that a requester leaves empty for this long are offered to others too. */
  unused_after_ms: Ms.min(100),
  /** How long a replaced offer still counts: its requester may not have heard of the newer one. */
  offer_grace_ms: Pause,
  /** Short units are handed over this much work ahead of their turn, since news of an end takes some milliseconds. */
  hand_over_ahead_ms: Ms.max(10_000),
  /** An entitled requester that has waited this long gets one turn, whatever else is queued. */
  starving_after_ms: Pause,
})
export type ProviderPolicy = z.infer<typeof ProviderPolicy>

/** How a requester keeps its providers busy, and tells them what became of their work. */
export const RequesterPolicy = z.strictObject({
  /** Work is planned for idle peers this often at most: a plan looks at every running unit. */
  relieve_every_ms: Ms.min(20).max(60_000),
  /** A unit that was asked back and is not back after this long has begun, or its provider is gone. */
  recall_answered_ms: Pause,
  /** A dead line is noticed this long after it died at the latest: what was late in between was its fault. */
  dead_line_ms: Pause,
  /** A verdict that was not taken is sent again after this time … */
  verdict_again_ms: Pause,
  /** … and after twice the last pause, up to this: a peer of an older version never takes it. */
  verdict_again_ms_max: Pause,
  /** A provider that was away for so long learns no more of a verdict. */
  verdict_kept_ms: Pause,
})
export type RequesterPolicy = z.infer<typeof RequesterPolicy>

/**
 * The provider's part until another is set. What is repeated in vain is repeated every few seconds, which costs a message each,
 * and heals a lost one before its requester counts it late.
 */
const PROVIDER: ProviderPolicy = {
  resend_after_ms: 10_000,
  tell_again_after_ms: 5_000,
  plan_every_ms: 5_000,
  repeat_unused_ms: 5_000,
  repeat_used_ms: 20_000,
  round_ms: 5_000,
  unused_after_ms: 1_000,
  offer_grace_ms: 10_000,
  hand_over_ahead_ms: 60,
  starving_after_ms: 30_000,
}

/** The requester's part until another is set. A dead line shows after two pings that are not answered. */
const REQUESTER: RequesterPolicy = {
  relieve_every_ms: 50,
  recall_answered_ms: 5_000,
  dead_line_ms: 45_000,
  verdict_again_ms: 10_000,
  verdict_again_ms_max: 6 * 3_600_000,
  verdict_kept_ms: 30 * DAY_MS,
}

/**
 * The numbers by which a peer decides where the protocol leaves a choice. They are part of the state, so that a journal replays
 * under the policy of its time. Federations are to govern them by vote.
 */
export const Policy = z.strictObject({
  verification: VerificationPolicy,
  reputation: ReputationPolicy,
  patience: z.strictObject({
    /** How long a unit waits for better providers before one of poor standing may have it. */
    better_provider_ms: Ms,
    /** A peer that is gone this long has lost what it held; shorter breaks are only a changed network. */
    disconnected_ms: Ms,
    /** How long a unit waits for a peer of its engine before another engine may begin it anew; twice as long after each change. */
    other_engine_ms: Ms.default(5_000),
  }),
  deadlines: z.strictObject({
    /** An award is late after this many times its expected duration … */
    late_factor: z.number().min(1).max(100),
    /** … and at least this long: fetching inputs takes time, and a busy machine is not a dead one. */
    late_ms_min: Ms,
    /** The same until a peer has returned a unit of the job: it starts a host, and prepares what all its units share. */
    first_late_ms_min: Ms.default(60_000),
    /** Each loss of a unit to lateness doubles the patience with it, up to this many times. */
    late_doublings_max: z.int().min(0).max(20),
  }),
  backups: z.strictObject({
    /** The share of a job's runs that may be given to a second peer because the first is slow … */
    share_max: Fraction,
    /** … and how many may in a small job. */
    count_min: z.int().min(0).max(1_000),
  }),
  collection: z.strictObject({
    /** Units of a requester that nothing was heard of for so long are given up, and their blobs deleted … */
    vanished_after_ms: Ms,
    /** … but not within this time of a start: it may have been this peer that was away. */
    come_back_within_ms: Ms,
  }),
  provider: ProviderPolicy.default(PROVIDER),
  requester: RequesterPolicy.default(REQUESTER),
})
export type Policy = z.infer<typeof Policy>

/**
 * The policy until another is set. Standing is gained slowly and lost fast: a wrong output may be a lie and cost others their
 * work, a late one costs time, a failure is at least honest. A peer begins good enough for work at once (the user did pair
 * with it), and low enough that two wrong outputs or three broken promises, and nothing else, bring it below one half.
 */
export const POLICY: Policy = {
  verification: {
    quorum_percent: 50,
    redundancy_min: 1,
    failures_max: 3,
    attempts_max: 64,
    time_outs_max: 3,
    witnesses_min: 2,
    failed_pause_ms: 5_000,
  },
  reputation: { start: 0.9, verified: 0.05, rejected: 0.3, expired: 0.2, failed: 0.15, poor_below: 0.5 },
  patience: { better_provider_ms: 5_000, disconnected_ms: 3_000, other_engine_ms: 5_000 },
  deadlines: { late_factor: 3, late_ms_min: 15_000, first_late_ms_min: 60_000, late_doublings_max: 6 },
  backups: { share_max: 0.05, count_min: 2 },
  collection: { vanished_after_ms: 3 * DAY_MS, come_back_within_ms: 10 * 60_000 },
  provider: PROVIDER,
  requester: REQUESTER,
}
