import type { ComputeAllocationState, WorkAssignment } from '../../protocol/assignment.ts'
import { unitOrigin, type JobId, type PeerId } from '../../protocol/ids.ts'
import { CAPACITY_UNITS_MAX, LANES_MAX } from '../../protocol/limits.ts'
import { toMs } from '../../protocol/time.ts'
import { UNIT_DURATION_MS_MIN } from '../../market/compatibility.ts'
import type { Seat } from '../../market/award.ts'
import { inputBytes } from '../provider/fetching.ts'
import type { AttemptState, JobState } from './slice.ts'
import type { HeardOffer } from '../view.ts'
import type { PeerState } from '../state.ts'
import { trustOf } from '../pairing/trust.ts'
import { engineOfPeer, isExactlyChecked } from './engines.ts'
import { bookOf } from './unit-book.ts'

/** The assumed time for an award and the news of a unit's end, before anything was measured: a slow line at home. */
const TURNAROUND_MS_DEFAULT = 200
/** The time that this peer's own journal and loop need. */
const OWN_TURNAROUND_MS = 10
/** The time that journals, batching and starting a unit add to the network's own. */
const PROCESSING_MS = 30
/** How much of a slow turnaround is believed when a faster one was seen: latency comes and goes. */
const TURNAROUND_FADE = 0.9
/** The weight of the newest run in what a unit takes at a provider. */
const NEWEST_WEIGHT = 0.2
/** How long a provider that refused something or stopped is left alone. */
const CLOSED_MS = 1_000
/** A late unit keeps its lane for this many times the time that its award had. */
const OWED_FACTOR = 3
/** No provider is expected to take longer than this for a unit, whatever it says … */
const UNIT_MS_MAX = 30 * 24 * 3_600_000
/** … nor, unless units of the job took that long, than this many times what its manifest says … */
const SLOWEST_FACTOR = 100
/** … or what units of it took so far … */
const OBSERVED_FACTOR = 10
/** … though estimates of short ones may be further off. */
const UNIT_MS_BELIEVED = 5 * 60_000
/** An offer that begins later than its inputs would take by a very slow line, and this, is none for now. */
const START_WITHIN_MS = 10 * 60_000
const SLOWEST_BYTES_PER_S = 50_000

/** Remembers what a provider offers this peer's jobs. What it offered before and does not any longer has no capacity. */
export function hearOffers(state: PeerState, allocation: ComputeAllocationState): void {
  const provider = allocation.peer_id
  const known = state.view.offers.get(provider)
  const offers = new Map<JobId, HeardOffer>()
  for (const [job, offer] of known ?? []) {
    offer.capacity = 0
    if (state.requester.jobs.has(job)) offers.set(job, offer)
  }
  const saidAtMs = toMs(allocation.timestamp)
  for (const slot of allocation.slot_assignments) {
    for (const entry of [...slot.tier1_assignments, ...slot.tier2_assignments]) {
      const { job, index } = unitOrigin(entry.work_unit_id)
      if (entry.assigned_by_peer !== state.me || entry.assigned_to_peer !== provider) continue
      const mine = state.requester.jobs.get(job)
      if (mine === undefined || beginsTooLate(mine, toMs(entry.expected_start) - saidAtMs)) continue
      offers.set(job, heard(entry, index, saidAtMs, offers.get(job), unitMsMax(mine)))
    }
  }
  state.view.offers.set(provider, offers)
}

/** The longest believed duration of a unit: it sets an award's deadline, and until then the unit is kept. */
function unitMsMax({ manifest, observedMs }: JobState): number {
  const estimatedMs = manifest.estimated_duration_seconds * 1_000
  const slowestMs = Math.max(SLOWEST_FACTOR * estimatedMs, OBSERVED_FACTOR * observedMs)
  return Math.min(UNIT_MS_MAX, Math.max(UNIT_MS_BELIEVED, slowestMs))
}

function beginsTooLate({ manifest }: JobState, startDelayMs: number): boolean {
  const bytes = inputBytes(manifest, () => true) + (manifest.parts_bytes ?? 0)
  return startDelayMs > START_WITHIN_MS + (bytes / SLOWEST_BYTES_PER_S) * 1_000
}

function heard(
  entry: WorkAssignment,
  begin: number,
  saidAtMs: number,
  before: HeardOffer | undefined,
  unitMsMax: number,
): HeardOffer {
  const units = entry.unit_count ?? 1
  const lanes = Math.min(units, entry.concurrency ?? 1)
  const spanMs = Math.max(0, toMs(entry.expected_end) - toMs(entry.expected_start))
  const saidMs = entry.unit_seconds === undefined ? (spanMs * lanes) / units : entry.unit_seconds * 1_000
  const unitMs = Math.min(unitMsMax, Math.max(UNIT_DURATION_MS_MIN, saidMs))
  const startDelayMs = Math.max(0, toMs(entry.expected_start) - saidAtMs)
  if (before === undefined) {
    const fresh = { hasReturned: false, closedUntilMs: 0, begunAtMs: new Map<number, number>() }
    return { capacity: units, lanes, unitMs, startDelayMs, begin, ...fresh }
  }
  // Of two slots of one provider both count.
  const isSecond = before.capacity > 0
  before.lanes = isSecond ? Math.min(LANES_MAX, before.lanes + lanes) : lanes
  before.capacity = Math.min(CAPACITY_UNITS_MAX, before.capacity + units)
  before.unitMs = unitMs
  before.startDelayMs = startDelayMs
  return before
}

/** Nothing more is given to a provider for a moment: what it offers will have changed by then. */
export function closeOffers(state: PeerState, peer: PeerId, atMs: number): void {
  for (const offer of state.view.offers.get(peer)?.values() ?? []) offer.closedUntilMs = atMs + CLOSED_MS
}

/** A provider's seat at a job; undefined for one that has never offered anything to it. */
export function seatOf(state: PeerState, job: JobState, peer: PeerId, atMs: number): Seat | undefined {
  const offer = state.view.offers.get(peer)?.get(job.manifest.job_id)
  if (offer === undefined) return undefined
  const { atWork, owed } = bookOf(job)
  const busy = (atWork.get(peer)?.size ?? 0) + countOwed(owed.get(peer), atMs)
  const { lanes, unitMs, startDelayMs } = offer
  const isChecked = isExactlyChecked(job)
  const engine = isChecked ? engineOfPeer(state, peer, job.manifest) : undefined
  const isKnown = peer === state.me || (state.view.connected.has(peer) && trustOf(state, peer) > 0)
  // The engine of a peer follows from its commitment, which is on its way.
  const mayHave = isKnown && !(isChecked && engine === undefined) && atMs >= offer.closedUntilMs
  const travelMs = turnaroundOf(state, peer) + PROCESSING_MS
  return {
    peer,
    capacity: mayHave ? offer.capacity : 0,
    lanes,
    unitMs,
    // Units of a grid are given out in its order, to all.
    begin: job.manifest.unit_grid === undefined ? offer.begin : 0,
    busy,
    latencyMs: busy === 0 ? Math.max(travelMs, startDelayMs) : travelMs,
    ...(engine === undefined ? {} : { engine }),
  }
}

/** The time until a provider is ready for its first unit of a job, as it said; undefined once it has returned one. */
export function readyInMs(state: PeerState, job: JobState, peer: PeerId): number | undefined {
  const offer = state.view.offers.get(peer)?.get(job.manifest.job_id)
  return offer?.hasReturned === true ? undefined : (offer?.startDelayMs ?? 0)
}

/** Late units still keep a lane, but not for ever: after this their provider has lost them. */
function countOwed(owed: ReadonlyMap<number, AttemptState> | undefined, atMs: number): number {
  let count = 0
  for (const { awardedAtMs, deadlineMs } of owed?.values() ?? []) {
    if (atMs < deadlineMs + OWED_FACTOR * (deadlineMs - awardedAtMs)) count++
  }
  return count
}

/** The seats of a job: of the named peers, or of all that have ever offered to it. */
export function seatsOf(state: PeerState, job: JobState, atMs: number, peers?: Iterable<PeerId>): Seat[] {
  return [...(peers ?? state.view.offers.keys())].flatMap((peer) => seatOf(state, job, peer, atMs) ?? [])
}

function turnaroundOf(state: PeerState, peer: PeerId): number {
  return peer === state.me ? OWN_TURNAROUND_MS : (state.view.turnaroundMs.get(peer) ?? TURNAROUND_MS_DEFAULT)
}

/** Learns how long an award takes to its provider: a slow one counts at once, fast ones gradually. */
export function noteTurnaround(state: PeerState, peer: PeerId, tookMs: number): void {
  const before = state.view.turnaroundMs.get(peer) ?? 0
  state.view.turnaroundMs.set(
    peer,
    Math.max(tookMs, before * TURNAROUND_FADE + tookMs * (1 - TURNAROUND_FADE)),
  )
}

/** Units were awarded: those for which a lane is free begin when the award arrives. Later ones follow on from there. */
export function noteAwarded(
  state: PeerState,
  job: JobState,
  peer: PeerId,
  units: readonly number[],
  atMs: number,
): void {
  const offer = state.view.offers.get(peer)?.get(job.manifest.job_id)
  if (offer === undefined) return
  const last = units.at(-1)
  if (last !== undefined) offer.begin = (last + 1) % job.manifest.unit_count
  noteBegun(state, job, peer, atMs + turnaroundOf(state, peer) / 2)
}

/** A provider's results are here: what it took, and which units follow in the lanes that became free. */
export function noteReturned(
  state: PeerState,
  job: JobState,
  peer: PeerId,
  wallMs: readonly number[],
  atMs: number,
): void {
  const offer = state.view.offers.get(peer)?.get(job.manifest.job_id)
  if (offer === undefined) return
  if (wallMs.length > 0) offer.hasReturned = true
  for (const ms of wallMs) {
    const unitMs = Math.min(UNIT_MS_MAX, Math.max(UNIT_DURATION_MS_MIN, ms))
    offer.unitMs += NEWEST_WEIGHT * (unitMs - offer.unitMs)
  }
  noteBegun(state, job, peer, atMs - turnaroundOf(state, peer) / 2)
}

/** The oldest units at a provider are those that run. */
function noteBegun(state: PeerState, job: JobState, peer: PeerId, sinceMs: number): void {
  const offer = state.view.offers.get(peer)?.get(job.manifest.job_id)
  const atWork = bookOf(job).atWork.get(peer)
  if (offer === undefined) return
  for (const index of offer.begunAtMs.keys()) if (atWork?.has(index) !== true) offer.begunAtMs.delete(index)
  let lane = 0
  for (const index of atWork?.keys() ?? []) {
    if (lane++ >= offer.lanes) break
    if (!offer.begunAtMs.has(index)) offer.begunAtMs.set(index, sinceMs)
  }
}
