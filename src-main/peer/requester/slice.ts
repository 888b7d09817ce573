import { z } from 'zod'
import { VerificationRole } from '../../protocol/assignment.ts'
import { Bytes } from '../../protocol/bytes.ts'
import { EngineId } from '../../protocol/engine.ts'
import { Fault } from '../../protocol/fault.ts'
import { Fuel } from '../../protocol/fuel.ts'
import { Cid, JobId, Name, PeerId } from '../../protocol/ids.ts'
import { Likeness } from '../../protocol/likeness.ts'
import { VerificationPolicy } from '../../protocol/policy.ts'
import { Attempt, RunMetrics } from '../../protocol/receipt.ts'
import { Fraction } from '../../protocol/slot.ts'
import { JobManifest, Redundancy, UnitIndex } from '../../protocol/work.ts'
import { quorumOf } from '../../verification/consensus.ts'
import { UnitBits } from '../../protocol/unit-bits.ts'
import { PeerRecord } from '../../verification/reputation.ts'
import { mapOf } from '../saved-map.ts'
import { VerdictOwed } from './verdict-owed.ts'

const Ms = z.number().min(0)
const Tally = z.int().min(0)

/** One peer's try at one unit, as the requester sees it. */
export const AttemptState = z.object({
  attempt: Attempt,
  awardId: Name,
  peer: PeerId,
  role: VerificationRole,
  awardedAtMs: Ms,
  deadlineMs: Ms,
  /** The engine that the peer offered; absent where it does not tell it, and where results are not compared exactly. */
  engine: EngineId.exactOptional(),
  status: z.discriminatedUnion('state', [
    z.object({ state: z.literal('awarded') }),
    z.object({
      state: z.literal('returned'),
      cid: Cid,
      metrics: RunMetrics,
      inline: Bytes.exactOptional(),
      /** Absent in snapshots of older versions. */
      returnedAtMs: Ms.exactOptional(),
    }),
    z.object({ state: z.literal('failed'), fault: Fault }),
    /**
     * The provider would not take it, is gone, is late, stopped sharing, is no longer needed, or computed it by another engine
     * than it had offered. `ready` says that it has the result all the same: it will not offer the unit again, but answers a new award of it at once.
     */
    z.object({
      state: z.literal('void'),
      why: z.enum(['refused', 'late', 'disconnected', 'withdrawn', 'handed-back', 'other-engine']),
      ready: z.boolean(),
      /** It was late or lost, and is not needed any more either: its peer was told to stop. Absent otherwise. */
      withdrawn: z.literal(true).exactOptional(),
    }),
    /** Returned, but the others agreed on something else (`against`), in output or fuel, or the output could not be had. */
    z.object({
      state: z.literal('rejected'),
      cid: Cid,
      fuel: Fuel.exactOptional(),
      against: Cid.exactOptional(),
      /** Of the rejected run; absent in snapshots of older versions. */
      metrics: RunMetrics.exactOptional(),
      returnedAtMs: Ms.exactOptional(),
    }),
  ]),
})
export type AttemptState = z.infer<typeof AttemptState>

/** The output of a unit that its peers agreed on. */
const VerifiedOutput = z.object({
  cid: Cid,
  fuel: Fuel.exactOptional(),
  winners: z.array(PeerId),
  inline: Bytes.exactOptional(),
  atMs: Ms,
  /** The output is on this peer's disk (or inline). */
  stored: z.boolean(),
})

/** A verified unit that a job takes over from an earlier one of the same work. Its output is on this peer's disk. */
export const TakenUnit = z.object({ unit_index: UnitIndex, verified: VerifiedOutput })
export type TakenUnit = z.infer<typeof TakenUnit>

/** A unit that a peer holds or has finished. Units that were never awarded have no entry. */
export const UnitState = z.object({
  attempts: z.array(AttemptState),
  openSinceMs: Ms,
  /** Which of its outputs are alike, until the verified one is stored; only where the comparator is not exact. */
  compared: z.object({ likeness: Likeness, fault: Fault.exactOptional() }).exactOptional(),
  verified: VerifiedOutput.exactOptional(),
})
export type UnitState = z.infer<typeof UnitState>

const Sum = z.number().min(0)

/** A peer's part in a job, counted over some of its units. */
export const PeerPart = z.object({
  /** Units whose verified output is this peer's too. */
  verified: Tally,
  rejected: Tally,
  failed: Tally,
  timedOut: Tally,
  /** Units that it was too late with. */
  expired: Tally,
  cpuMs: Sum,
  wallMs: Sum,
  outputBytes: Sum,
  fuel: Sum.exactOptional(),
})
export type PeerPart = z.infer<typeof PeerPart>

/** The units of a job whose verified output a peer returned too, and those where its output was rejected. */
export const PeerEnds = z.object({ won: UnitBits, lost: UnitBits })
export type PeerEnds = z.infer<typeof PeerEnds>

/**
 * Units of a job that are in the history (P13): nothing about them changes any more. One bit each stays in the state, and
 * the sums over them.
 */
export const ArchivedUnits = z.object({
  bits: UnitBits,
  count: Tally,
  /** By peer; everybody who was ever given one of them. */
  parts: mapOf(PeerId, PeerPart),
  ends: mapOf(PeerId, PeerEnds),
  /** Fuel of their verified outputs, each counted once. */
  fuel: Sum.exactOptional(),
})
export type ArchivedUnits = z.infer<typeof ArchivedUnits>

/** A job that this peer asked for. */
export const JobState = z.object({
  manifest: JobManifest,
  manifestCid: Cid,
  submittedAtMs: Ms,
  /** As the policy was when it was submitted. */
  verification: VerificationPolicy,
  status: z.discriminatedUnion('state', [
    z.object({ state: z.literal('running') }),
    /** By its user: no units of it are awarded until it is resumed. */
    z.object({ state: z.literal('paused'), sinceMs: Ms }),
    z.object({ state: z.literal('done'), atMs: Ms }),
    /** `kept`: its user wants what is there as its result. */
    z.object({ state: z.literal('cancelled'), atMs: Ms, kept: z.literal(true).exactOptional() }),
    z.object({ state: z.literal('failed'), atMs: Ms, fault: Fault }),
  ]),
  /** Those that a peer was ever given, but those in the history. */
  units: mapOf(UnitIndex, UnitState),
  archived: ArchivedUnits.exactOptional(),
  firstAwardAtMs: Ms.exactOptional(),
  /** When the job last came forward: at its submission, and with every unit that is verified. */
  progressAtMs: Ms,
  verified: Tally,
  /** How many of the verified units were taken over from an earlier job; absent where none was. */
  taken: Tally.exactOptional(),
  stored: Tally,
  /** Outputs that lost against a quorum. */
  rejectedOutputs: Tally,
  /** Attempts that had to be made again: failed, late, lost or refused. */
  retried: Tally,
  /** Units that were given to a second peer too because the first was slow. */
  backups: Tally,
  /** The duration of a unit where it ran, as a decaying average; 0 before the first result. */
  observedMs: Ms,
  /** For how long it was paused before, in all. */
  pausedMs: Ms,
  /** As its user said after it was submitted; before that, and mostly, the manifest's counts. */
  priority: Fraction.exactOptional(),
  /** Since when fewer peers than the manifest names compute each unit, as its user said; units verified before stay so. */
  lowered: z.object({ redundancy: Redundancy, atMs: Ms }).exactOptional(),
})
export type JobState = z.infer<typeof JobState>

/** Whether a job has not come to its end: it runs, or is paused. */
export function isUnderWay({ status }: Pick<JobState, 'status'>): boolean {
  return status.state === 'running' || status.state === 'paused'
}

/** How many different peers are to compute each unit that is open: the manifest says it until its user lowers it. */
export function redundancyOf({ manifest, lowered }: Pick<JobState, 'manifest' | 'lowered'>): number {
  return lowered?.redundancy ?? manifest.verification_redundancy
}

/** How many peers must agree on a unit of a job. */
export function quorumOfJob(job: Pick<JobState, 'manifest' | 'lowered' | 'verification'>): number {
  return quorumOf(redundancyOf(job), job.verification)
}

/** Which of the own jobs goes first. */
export function priorityOf({ priority, manifest }: JobState): number {
  return priority ?? manifest.priority
}

/** Own jobs, and the experience with those who computed for them. */
export const RequesterSlice = z.object({
  awardsMade: Tally,
  jobs: mapOf(JobId, JobState),
  /** This peer's own experience with others. */
  records: mapOf(PeerId, PeerRecord),
  /** Verdicts about ended jobs that their providers do not have yet, the oldest first; absent before the first. */
  verdictsOwed: mapOf(z.string(), VerdictOwed).exactOptional(),
})
export type RequesterSlice = z.infer<typeof RequesterSlice>

/** The slice of a peer that has just been created. */
export function newRequester(): RequesterSlice {
  return { awardsMade: 0, jobs: new Map(), records: new Map() }
}
