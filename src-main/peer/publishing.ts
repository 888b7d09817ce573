import { encodeCanonical } from '../protocol/canonical.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import { CONTACTS_MAX, ENVELOPE_BYTES_MAX, OPEN_RANGES_MAX, REQUESTS_MAX } from '../protocol/limits.ts'
import type { ComputeRoundState } from '../protocol/result.ts'
import { toTimestamp } from '../protocol/time.ts'
import { unitOfManifest, type WorkRequest } from '../protocol/work.ts'
import { publishedSlots } from './sharing/shared-slots.ts'
import { isUnderWay, priorityOf, type JobState } from './requester/slice.ts'
import { nextClock } from './own-clock.ts'
import { activeJobs, phasesOf } from './round-phases.ts'
import type { PeerState } from './state.ts'
import { openRanges } from './requester/unit-book.ts'

/** A signed envelope names its domain, signer and signature beside the commitment: less than this. */
const ENVELOPE_OVERHEAD_BYTES = 1_024
/** A commitment of more bytes would be refused by everybody. */
export const COMMITMENT_BYTES_MAX = ENVELOPE_BYTES_MAX - ENVELOPE_OVERHEAD_BYTES

/**
 * The commitment that this peer publishes now. One that would have more than
 * `bytesMax` bytes names fewer ranges of open units: the others follow when these have shrunk.
 */
export function composeCommitment(
  state: PeerState,
  clockMs: number,
  bytesMax = COMMITMENT_BYTES_MAX,
): ComputeCommitment {
  const whole = wholeCommitment(state, clockMs)
  for (let rangesMax = OPEN_RANGES_MAX; ; rangesMax = Math.floor(rangesMax / 2)) {
    const work_requests = whole.work_requests.map((request) => withRanges(request, rangesMax))
    const commitment = { ...whole, work_requests }
    if (rangesMax <= 1 || encodeCanonical(commitment).byteLength <= bytesMax) return commitment
  }
}

function withRanges(request: WorkRequest, rangesMax: number): WorkRequest {
  const { open_ranges: ranges } = request
  return ranges === undefined ? request : { ...request, open_ranges: ranges.slice(0, rangesMax) }
}

function wholeCommitment(state: PeerState, clockMs: number): ComputeCommitment {
  const { view } = state
  // Peers accept only newer states, also when this machine's clock was set back.
  const nowMs = Math.max(clockMs, view.lastPublishedAtMs + 1)
  view.lastPublishedAtMs = nowMs
  const trusted = [...state.pairing.contacts.values()].filter((c) => c.trust > 0)
  if (trusted.length > CONTACTS_MAX) trusted.sort((a, b) => b.trust - a.trust)
  const weights = trusted.slice(0, CONTACTS_MAX).map((c) => [c.peer_id, c.trust] as const)
  return {
    peer_id: state.me,
    availability_slots: publishedSlots(state, nowMs),
    work_requests: publishedJobs(state).map((job) => requestOf(state, job, nowMs)),
    trust_weights: Object.fromEntries(weights),
    contribution_history: state.provider.history,
    damping_factor: view.damping,
    over_allocation_history: [...view.overAllocation],
    timestamp: toTimestamp(nowMs),
    vector_clock: nextClock(state),
  }
}

/** Where this peer stands in the protocol's rounds. */
export function composeRound(state: PeerState, nowMs: number): ComputeRoundState {
  return {
    peer_id: state.me,
    round: state.view.round,
    vector_clock: nextClock(state),
    active_jobs: activeJobs(state),
    phases: phasesOf(state, nowMs),
    timestamp: toTimestamp(nowMs),
  }
}

/**
 * The jobs that others hear of: those that do not run are named too, without open units, since who holds something of a
 * job that is not named any longer lets go of it. For the same reason jobs that others may hold something of come first
 * when there are more than one state may name; then those that go first.
 */
function publishedJobs(state: PeerState): JobState[] {
  const jobs = [...state.requester.jobs.values()].filter(isUnderWay)
  if (jobs.length <= REQUESTS_MAX) return jobs
  const hasBegun = (job: JobState): number => (job.firstAwardAtMs === undefined ? 0 : 1)
  return jobs
    .sort((a, b) => hasBegun(b) - hasBegun(a) || priorityOf(b) - priorityOf(a))
    .slice(0, REQUESTS_MAX)
}

function requestOf(state: PeerState, job: JobState, nowMs: number): WorkRequest {
  const { manifest, manifestCid } = job
  const ranges = openRanges(job, OPEN_RANGES_MAX)
  state.view.publishedOpen.set(manifest.job_id, ranges.length > 0)
  return {
    request_id: `${manifest.job_id}-${state.epoch}`,
    requester_id: state.me,
    job_id: manifest.job_id,
    // Stands for all: peers that read it can offer at once, and fetch the manifest meanwhile.
    work_units: [unitOfManifest(manifest, 0)],
    ...(manifest.deadline === undefined ? {} : { deadline: manifest.deadline }),
    ...(job.priority === undefined ? {} : { priority: job.priority }),
    timestamp: toTimestamp(nowMs),
    manifest_cid: manifestCid,
    open_ranges: ranges,
    unfinished: job.status.state === 'running' ? manifest.unit_count - job.verified : 0,
  }
}
