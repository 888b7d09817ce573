import { z } from 'zod'
import { Comparator } from '../../src-main/protocol/comparator.ts'
import { Fault } from '../../src-main/protocol/fault.ts'
import { Fuel } from '../../src-main/protocol/fuel.ts'
import { JobId, PeerId } from '../../src-main/protocol/ids.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { JobFacts } from './job-kinds/table.ts'
import { DeadlineRisk } from './placement.ts'
import { AtMs, Count, DurationMs } from './procedure.ts'

/** Names the frames that were submitted together: the id of the first one's job. */
export const SeriesId = JobId
export type SeriesId = JobId

/** Where a job stands. */
export const JobPhase = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('running') }),
  /** Paused by its user: no peer works on it until it is resumed. */
  z.strictObject({ kind: z.literal('paused'), since_ms: AtMs }),
  z.strictObject({ kind: z.literal('done') }),
  /** Ended by its user. `kept`: what was there by then is its result. */
  z.strictObject({ kind: z.literal('cancelled'), kept: z.literal(true).exactOptional() }),
  z.strictObject({ kind: z.literal('failed'), fault: Fault }),
])
export type JobPhase = z.infer<typeof JobPhase>

/** The job that combines the outputs of another. */
export const FollowingJob = z.strictObject({
  job_id: JobId,
  /** It begins when the other is done; `failed` also says why it could not begin. */
  state: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('waiting') }), ...JobPhase.options]),
})
export type FollowingJob = z.infer<typeof FollowingJob>

/** How a running job comes forward. `timeLeftOf` tells the time left of it, the same wherever it is shown. */
export const JobPace = z.strictObject({
  /** When a unit was verified last, or when it was submitted or resumed. */
  progress_at_ms: AtMs,
  /** From the first award until then, without pauses; absent before the first award. */
  active_ms: DurationMs.exactOptional(),
  /** Without another verified unit by then it stands still, and its end is not known. */
  stalls_at_ms: AtMs,
  /** Present while too few PCs are there for what is left: since when no unit has been verified. */
  stalled_since_ms: AtMs.exactOptional(),
  /** Verified units that it took over from an earlier job: they took none of its time. Absent where it took none. */
  taken_units: Count.exactOptional(),
})
export type JobPace = z.infer<typeof JobPace>

/** Makers of a result that are named; the rest are counted. */
export const MAKERS_MAX = 4

/** Whose PCs made a result: those that most of it is of come first. */
export const MadeBy = z.strictObject({
  /** At least one. */
  makers: z.array(z.strictObject({ name: z.string(), is_self: z.boolean() })).max(MAKERS_MAX),
  /** More PCs than are named. */
  others: Count,
})
export type MadeBy = z.infer<typeof MadeBy>

/** A job in a list. */
export const JobSummary = z.strictObject({
  job_id: JobId,
  description: z.string(),
  /** Algorithm id and version. */
  algorithm: z.strictObject({ id: z.string(), version: z.string() }),
  state: JobPhase,
  /** Units in all. */
  units: Count,
  /** Units whose output a quorum agreed on. */
  verified: Count,
  /** Verified outputs that are on this peer's disk; the job is done when all are. */
  stored: Count,
  /** Outputs that lost against a quorum. */
  rejected_outputs: Count,
  /** Absent before the first verified unit. */
  made_by: MadeBy.exactOptional(),
  /** Attempts that had to be made again: failed, late, lost or refused. */
  retried: Count,
  /** Distinct peers that compute each unit. */
  redundancy: Count,
  submitted_at_ms: AtMs,
  /** From submission to the first award; absent before it. */
  first_award_ms: DurationMs.exactOptional(),
  /** From submission to the end, or to now while it runs. */
  wall_ms: DurationMs,
  /** Present while it runs. */
  pace: JobPace.exactOptional(),
  /** For a map job with a reduce module. */
  reduced_by: FollowingJob.exactOptional(),
  priority: Fraction,
  deadline_ms: AtMs.exactOptional(),
  /** Absent while the deadline is expected to be met. */
  deadline_at_risk: DeadlineRisk.exactOptional(),
  /** The estimate at submission, to compare. */
  estimated_ms: DurationMs.exactOptional(),
  /** Of its kind; `other` for one that this version does not know. */
  facts: JobFacts,
  /** Present for an encrypted job: only its providers can read its inputs and outputs. */
  encrypted: z.literal(true).exactOptional(),
  /** Present where outputs need not be equal to agree: the rule by which they are alike. */
  comparator: Comparator.exactOptional(),
  /** Jobs that were submitted together, a frame each. */
  series: z.strictObject({ id: SeriesId, index: Count, count: Count }).exactOptional(),
})
export type JobSummary = z.infer<typeof JobSummary>

/** Why a person's PC does not work for others now, and since when; without a time where it began before this PC could see it. */
export const Away = z.strictObject({
  /** `gone`: not connected; `paused`: it shared, and stopped before the end of its hours; `outside-hours`: it shares at others. */
  kind: z.enum(['gone', 'paused', 'outside-hours']),
  since_ms: AtMs.exactOptional(),
})
export type Away = z.infer<typeof Away>

/** Work of one peer for a job. */
export const PeerShare = z.strictObject({
  peer_id: PeerId,
  name: z.string(),
  short_name: z.string(),
  /** Whether it is this peer itself. */
  is_self: z.boolean(),
  /** Units verified with this peer's output. */
  verified_units: Count,
  /** Units that it holds at the moment. */
  running_units: Count,
  /** Outputs that lost against a quorum. */
  rejected: Count,
  /** Runs that ended with a fault. */
  failed: Count,
  /** Runs that used up the unit's time limit there, which is no failure of the peer; absent where there were none. */
  timed_out: Count.exactOptional(),
  /** Units that were late there, or lost when it disconnected. */
  expired: Count,
  /** Processor time and wall time of its runs whose output counts, by its own account. */
  cpu_ms: DurationMs,
  wall_ms: DurationMs,
  /** Bytes of those outputs. */
  output_bytes: Count,
  /** Units of fuel that they took; absent where nothing is metered. */
  fuel: Fuel.exactOptional(),
  /** Present of a running job's peer that works for nobody now. */
  away: Away.exactOptional(),
})
export type PeerShare = z.infer<typeof PeerShare>

/** Too few different PCs are there to compute each unit as often as its job asks. */
export const Shortage = z.strictObject({
  /** Different PCs that each unit needs, and those that could compute one now. */
  needed: Count,
  here: Count,
  /** Those who had a part in the job, or shared since it was submitted, and do not now; who left last is first. */
  left: z.array(z.strictObject({ peer_id: PeerId, name: z.string(), away: Away })),
  /** With how many PCs for each unit it goes on at once (`lowerRedundancy`); absent where the policy does not let it. */
  may_lower_to: Count.exactOptional(),
})
export type Shortage = z.infer<typeof Shortage>

/** Why a running job does not go on, for the user to act on. */
export const Waiting = z.strictObject({
  kind: z.enum([
    'nobody-connected', // and this machine is not measured yet: it works on its own jobs whatever it shares
    'nobody-shares', // people are there, but share nothing now
    'nobody-runs-it', // none, or too few, of those who share have the algorithm in this version
    'nobody-fits', // no sharing peer has the memory or the cores that a unit needs, or lends a module so much
    'nobody-trusts-you', // those who could work do not work for this peer
    'nobody-trusted', // they would, but this user trusts none of them
    'key-lost', // it is encrypted, and this machine has its key no longer: it cannot go on
    'no-room', // it was done, and this machine has no room for the outputs
    'more-verifiers', // peers work, but fewer distinct ones than the redundancy asks
  ]),
  /** One clear line. */
  message: z.string(),
  /** Of `more-verifiers`, where too few PCs are there at all. The job may still have units at work, which cannot complete it. */
  shortage: Shortage.exactOptional(),
})
export type Waiting = z.infer<typeof Waiting>

/** The full status of a job. */
export const JobStatus = JobSummary.extend({
  /** Absent after its end, and while a peer works on it unless it cannot end with those who are there. */
  waiting: Waiting.exactOptional(),
  /** Units of fuel that the verified units took, each counted once; absent where nothing is metered. */
  fuel: Fuel.exactOptional(),
  /** Every peer that was given a unit, most verified first. */
  by_peer: z.array(PeerShare),
})
export type JobStatus = z.infer<typeof JobStatus>
