import {
  MAKERS_MAX,
  type FollowingJob,
  type JobFacts,
  type JobStatus,
  type JobSummary,
  type MadeBy,
  type PeerShare,
  type Waiting,
} from '#contract'
import { fuelOf, partsOf } from '../../peer/requester/archived.ts'
import {
  isUnderWay,
  priorityOf,
  redundancyOf,
  type JobState,
  type PeerPart,
} from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { comparatorOf, comparesExactly } from '../../protocol/comparator.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { toMs } from '../../protocol/time.ts'
import type { DeadlineRisks } from './deadline-risk.ts'
import type { JobNotes } from '../../jobs/job-notes.ts'
import { hasJobEnded, phaseOf } from '../../jobs/job-phase.ts'
import { awayOf } from '../../peer/pairing/away.ts'
import { awayView } from './shortage.ts'
import { paceOf } from './job-pace.ts'
import { whyWaiting } from './waiting.ts'

/** Inputs of a job's views besides the state. */
export interface JobViewOptions {
  readonly nowMs: number
  readonly shortNameOf: (peer: PeerId) => string
  /** What this user calls a peer. */
  readonly nameOf: (peer: PeerId) => string
  /** The job that combines a map job's outputs. */
  readonly follower: (job: JobState) => FollowingJob | undefined
  /** Notes that this user alone has of a job. */
  readonly notesOf: (job: JobState) => JobNotes
  /** The facts of its kind. */
  readonly factsOf: (job: JobState) => JobFacts
  /** Whether it will miss its deadline. */
  readonly riskOf: DeadlineRisks
  /** Whether too few peers are there for what is left of it. */
  readonly isHeldUp: (job: JobState, nowMs: number) => boolean
  /** Why its outputs are not here, if it is for this machine. */
  readonly troubleOf: (job: JobState) => Fault | undefined
  /** Whether it is encrypted by a key that is here no longer. */
  readonly isKeyLost: (job: JobState) => boolean
}

/** A job for a list. Costs the same however many units it has. */
export function jobSummary(
  job: JobState,
  {
    nowMs,
    nameOf,
    follower,
    notesOf,
    factsOf,
    riskOf,
    isHeldUp,
  }: Pick<JobViewOptions, 'nowMs' | 'nameOf' | 'follower' | 'notesOf' | 'factsOf' | 'riskOf' | 'isHeldUp'>,
): JobSummary {
  const { manifest, submittedAtMs, firstAwardAtMs } = job
  const endMs = endedAtMs(job) ?? nowMs
  const pace = paceOf(job, isHeldUp(job, nowMs))
  const following = follower(job)
  const notes = notesOf(job)
  const risk = riskOf(job, nowMs)
  const comparator = comparesExactly(manifest.comparator) ? undefined : comparatorOf(manifest.comparator)
  const made = madeBy(job, nameOf)
  return {
    job_id: manifest.job_id,
    description: manifest.description,
    algorithm: { id: manifest.algorithm_id, version: manifest.algorithm_version },
    state: phaseOf(job.status),
    units: manifest.unit_count,
    verified: job.verified,
    stored: job.stored,
    rejected_outputs: job.rejectedOutputs,
    ...(made === undefined ? {} : { made_by: made }),
    retried: job.retried,
    redundancy: redundancyOf(job),
    submitted_at_ms: submittedAtMs,
    ...(firstAwardAtMs === undefined ? {} : { first_award_ms: Math.max(0, firstAwardAtMs - submittedAtMs) }),
    wall_ms: Math.max(0, endMs - submittedAtMs),
    ...(pace === undefined ? {} : { pace }),
    ...(following === undefined ? {} : { reduced_by: following }),
    priority: priorityOf(job),
    ...(manifest.deadline === undefined ? {} : { deadline_ms: toMs(manifest.deadline) }),
    ...(risk === undefined ? {} : { deadline_at_risk: risk }),
    ...(notes.estimated_ms === undefined ? {} : { estimated_ms: notes.estimated_ms }),
    facts: factsOf(job),
    ...(manifest.encryption === undefined ? {} : { encrypted: true }),
    ...(comparator === undefined ? {} : { comparator }),
    ...(notes.series === undefined ? {} : { series: notes.series }),
  }
}

/** Whose PCs had the most verified units of a job. Costs time in proportion to its peers. */
function madeBy(job: JobState, nameOf: JobViewOptions['nameOf']): MadeBy | undefined {
  const parts = [...partsOf(job)].filter(([, { verified }]) => verified > 0)
  if (parts.length === 0) return undefined
  const makers = parts
    .sort(([a, { verified: of }], [b, { verified: than }]) => than - of || (a < b ? -1 : 1))
    .slice(0, MAKERS_MAX)
    .map(([peer]) => ({ name: nameOf(peer), is_self: peer === job.manifest.requester_id }))
  return { makers, others: parts.length - makers.length }
}

/** What the user of a peer calls another: its own name, a contact's, or the short form of its id. */
export function peerNames(
  state: Readonly<PeerState>,
  shortNameOf: (peer: PeerId) => string,
): JobViewOptions['nameOf'] {
  return (peer) =>
    peer === state.me ? state.name : (state.pairing.contacts.get(peer)?.name ?? shortNameOf(peer))
}

/** All there is to say of a job; costs time in proportion to its units. */
export function jobStatus(state: Readonly<PeerState>, job: JobState, options: JobViewOptions): JobStatus {
  const shares = peerShares(state, job, options)
  const busy = shares.some((share) => share.running_units > 0)
  const why = whyWaiting(state, job, options.nowMs)
  // A peer at work cannot end a job alone that needs more different ones than are there.
  const waiting = heldUpHere(job, options) ?? (busy && why?.shortage === undefined ? undefined : why)
  const fuel = fuelOf(job)
  return {
    ...jobSummary(job, options),
    ...(waiting === undefined ? {} : { waiting }),
    ...(fuel === undefined ? {} : { fuel }),
    by_peer: shares,
  }
}

/** That a job waits for this machine, which goes before all that is said of others. */
function heldUpHere(job: JobState, { troubleOf, isKeyLost }: JobViewOptions): Waiting | undefined {
  if (!isUnderWay(job)) return undefined
  if (isKeyLost(job)) {
    const { job_id } = job.manifest
    const message = `the key of the encrypted job ${job_id} is lost: remove it, and submit it anew`
    return { kind: 'key-lost', message }
  }
  const trouble = troubleOf(job)
  return trouble === undefined ? undefined : { kind: 'no-room', message: trouble.message }
}

function endedAtMs({ status }: JobState): number | undefined {
  return 'atMs' in status ? status.atMs : undefined
}

function peerShares(state: Readonly<PeerState>, job: JobState, options: JobViewOptions): PeerShare[] {
  const running = hasJobEnded(job) ? new Map<PeerId, number>() : runningUnits(job)
  return [...partsOf(job)]
    .map(([peer, part]) => peerShare(state, peer, part, running.get(peer) ?? 0, job, options))
    .sort((a, b) => b.verified_units - a.verified_units || (a.peer_id < b.peer_id ? -1 : 1))
}

/** Units that each peer has at this moment. Those that were running when the job ended have been told to stop. */
function runningUnits({ units }: JobState): Map<PeerId, number> {
  const running = new Map<PeerId, number>()
  for (const { attempts } of units.values()) {
    for (const { peer, status } of attempts) {
      if (status.state === 'awarded') running.set(peer, (running.get(peer) ?? 0) + 1)
    }
  }
  return running
}

function peerShare(
  state: Readonly<PeerState>,
  peer: PeerId,
  part: PeerPart,
  running: number,
  job: JobState,
  { shortNameOf, nameOf, nowMs }: JobViewOptions,
): PeerShare {
  const isSelf = peer === state.me
  const away = isSelf || hasJobEnded(job) ? undefined : awayOf(state, peer, nowMs)
  return {
    peer_id: peer,
    name: nameOf(peer),
    short_name: shortNameOf(peer),
    is_self: isSelf,
    verified_units: part.verified,
    running_units: running,
    rejected: part.rejected,
    failed: part.failed,
    ...(part.timedOut === 0 ? {} : { timed_out: part.timedOut }),
    expired: part.expired,
    cpu_ms: part.cpuMs,
    wall_ms: part.wallMs,
    output_bytes: part.outputBytes,
    ...(part.fuel === undefined ? {} : { fuel: part.fuel }),
    ...(away === undefined ? {} : { away: awayView(away) }),
  }
}
