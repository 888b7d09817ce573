import { chooseAwards, type Offer } from '../market/award.ts'
import type { ComputeAllocationState, WorkAssignment } from '../protocol/assignment.ts'
import { unitOrigin, type JobId, type PeerId } from '../protocol/ids.ts'
import { AWARD_UNITS_MAX } from '../protocol/limits.ts'
import type { AwardedUnit } from '../protocol/messages.ts'
import { toMs } from '../protocol/time.ts'
import { newRecord } from '../verification/reputation.ts'
import type { Effect } from './effect.ts'
import type { IssuedAward } from './event.ts'
import { activeProviders, trustOf } from './trust.ts'
import { slotsForOwn } from './shared-slots.ts'
import type { JobState, PeerState } from './state.ts'
import { needOf } from './unit.ts'

/** How long a unit waits for better providers before one of poor standing may have it. */
const PATIENCE_MS = 5_000
/** How long a new job collects offers, from the first one on, before its first awards. */
const COLLECT_OFFERS_MS = 60
/** An award is late after this many times its expected duration … */
const LATE_FACTOR = 3
/** … and at least this long: fetching inputs takes time, and a busy machine is not a dead one. */
const LATE_MS_MIN = 15_000
/** Each loss of a unit to lateness doubles the patience with it, up to this many times. */
const LATE_DOUBLINGS_MAX = 6

/** What one provider's newest allocation offers to this peer, by job. */
function offersByJob(
  peer: PeerId,
  assignments: readonly WorkAssignment[],
  into: Map<JobId, Offer[]> = new Map<JobId, Offer[]>(),
): Map<JobId, Offer[]> {
  for (const entry of assignments) {
    const { job, index } = unitOrigin(entry.work_unit_id)
    const offers = into.get(job) ?? []
    offers.push({ peer, first: index, count: entry.unit_count ?? 1, expectedEndMs: toMs(entry.expected_end) })
    into.set(job, offers)
  }
  return into
}

/** Remembers what a provider offers this peer's jobs. */
export function hearOffers(state: PeerState, { peer_id, slot_assignments }: ComputeAllocationState): void {
  const offers = slot_assignments.flatMap((slot): WorkAssignment[] =>
    [...slot.tier1_assignments, ...slot.tier2_assignments].filter(
      (entry) =>
        entry.assigned_by_peer === state.me &&
        entry.assigned_to_peer === peer_id &&
        state.jobs.has(unitOrigin(entry.work_unit_id).job),
    ),
  )
  state.view.offers.set(peer_id, offers)
}

/**
 * This peer's offers to its own jobs, which nobody else hears of, and awards from them to jobs that have begun. First
 * awards wait for others' offers: `awardCollected`.
 */
export function hearOwnOffers(state: PeerState, allocation: ComputeAllocationState, atMs: number): Effect[] {
  hearOffers(state, allocation)
  const effects: Effect[] = []
  for (const [jobId, offers] of offersByJob(state.me, state.view.offers.get(state.me) ?? [])) {
    const job = state.jobs.get(jobId)
    if (job?.firstAwardAtMs !== undefined) effects.push(...decide(state, job, offers, atMs))
  }
  return effects
}

/** Awards from what one provider has just offered. */
export function awardOffered(state: PeerState, peer: PeerId, atMs: number): Effect[] {
  const effects: Effect[] = []
  for (const [jobId, offers] of offersByJob(peer, state.view.offers.get(peer) ?? [])) {
    const job = state.jobs.get(jobId)
    if (job === undefined) continue
    if (job.firstAwardAtMs === undefined) effects.push(...decideFirst(state, job, atMs))
    else effects.push(...decide(state, job, offers, atMs))
  }
  return effects
}

/** First awards of jobs whose offers have been collected for long enough. */
export function awardCollected(state: PeerState, atMs: number): Effect[] {
  const effects: Effect[] = []
  for (const job of state.jobs.values()) {
    if (job.status.state === 'running' && job.firstAwardAtMs === undefined) {
      effects.push(...decideFirst(state, job, atMs))
    }
  }
  return effects
}

/**
 * The first awards of a job wait a moment for everybody's offers: whoever answers first, mostly this peer itself,
 * would else take all that fits into its time, and the others would have nothing to do.
 */
function decideFirst(state: PeerState, job: JobState, atMs: number): Effect[] {
  const offers = offersFor(state, job)
  const offering = new Set(offers.map(({ peer }) => peer))
  const others = activeProviders(state, atMs).some((peer) => !offering.has(peer))
  if (offers.length === 0) return []
  const { job_id } = job.manifest
  const sinceMs = state.view.firstOfferAtMs.get(job_id) ?? atMs
  if (others && atMs - sinceMs < COLLECT_OFFERS_MS) {
    state.view.firstOfferAtMs.set(job_id, sinceMs)
    return [{ kind: 'allocation-due' }]
  }
  state.view.firstOfferAtMs.delete(job_id)
  return decide(state, job, offers, atMs)
}

/**
 * Awards of units that are open again, from the offers at hand. `ready` adds the results that peers have already; not
 * after a refusal, since two who are just not reachable would be tried in turns as fast as they fail. The next tick
 * comes back to them.
 */
export function awardReopened(
  state: PeerState,
  job: JobState,
  units: ReadonlySet<number>,
  atMs: number,
  ready: boolean,
): Effect[] {
  const results = ready ? readyResults(state, job, units, atMs) : []
  return decide(state, job, [...offersFor(state, job), ...results], atMs, units)
}

/**
 * Results that peers have of attempts that were given up as lost: as good as offers that end now. Their peers do not
 * offer these units any more, since they hold them.
 */
function readyResults(
  state: PeerState,
  job: JobState,
  units: Iterable<number>,
  atMs: number,
): readonly Offer[] {
  const offers: Offer[] = []
  for (const first of units) {
    const unit = job.units.get(first)
    if (unit === undefined || unit.verified !== undefined) continue
    for (const { peer, attempt, status } of unit.attempts) {
      if (status.state !== 'void' || !status.ready) continue
      if (unit.attempts.some((later) => later.peer === peer && later.attempt > attempt)) continue
      const here = peer === state.me || (state.contacts.has(peer) && state.view.connected.has(peer))
      if (here) offers.push({ peer, first, count: 1, expectedEndMs: atMs })
    }
  }
  return offers
}

/** Awards of everything that is open and offered: for units that have waited long enough to be less choosy. */
export function awardWaiting(state: PeerState, atMs: number): Effect[] {
  const effects: Effect[] = []
  for (const job of state.jobs.values()) {
    if (job.status.state !== 'running') continue
    const offers = [...offersFor(state, job), ...readyResults(state, job, job.units.keys(), atMs)]
    effects.push(...decide(state, job, offers, atMs))
  }
  return effects
}

function offersFor(state: PeerState, job: JobState): readonly Offer[] {
  const all = new Map<JobId, Offer[]>()
  for (const [peer, assignments] of state.view.offers) offersByJob(peer, assignments, all)
  return all.get(job.manifest.job_id) ?? []
}

function decide(
  state: PeerState,
  job: JobState,
  offers: readonly Offer[],
  atMs: number,
  only?: ReadonlySet<number>,
): Effect[] {
  if (job.status.state !== 'running' || offers.length === 0) return []
  const working = slotsForOwn(state, atMs).length > 0
  const providers = [...activeProviders(state, atMs), ...(working ? [state.me] : [])]
  const chosen = chooseAwards({
    offers,
    needOf: (index) => (only === undefined || only.has(index) ? needOf(job, index) : undefined),
    standingOf: (peer) => standing(state, peer),
    trustEachOtherFully: (a, b) =>
      areFriends(state, a, b) && providers.some((c) => c !== a && !areFriends(state, c, b)),
    others: providers.length - 1,
    nowMs: atMs,
    patienceMs: PATIENCE_MS,
    unitsMax: AWARD_UNITS_MAX,
  })
  const attempts = new Map<number, number>()
  const awards: IssuedAward[] = chosen.map(({ peer, units }, position) => ({
    award_id: `${job.manifest.job_id}-${state.epoch}-${state.awardsMade + position}`,
    job_id: job.manifest.job_id,
    peer,
    units: units.map(({ index, role }): AwardedUnit => ({
      unit_index: index,
      attempt: nextAttempt(job, index, attempts),
      role,
    })),
    deadline_ms: Math.round(atMs + allowedMs(job, peer, units, offers, atMs)),
  }))
  if (awards.length === 0) return []
  return [{ kind: 'record', event: { kind: 'awards-issued', at_ms: atMs, awards } }]
}

/** The number of a unit's next attempt; several peers may get the unit in one decision, each its own attempt. */
function nextAttempt(job: JobState, index: number, given: Map<number, number>): number {
  const attempt = (given.get(index) ?? job.units.get(index)?.attempts.at(-1)?.attempt ?? 0) + 1
  given.set(index, attempt)
  return attempt
}

function allowedMs(
  job: JobState,
  peer: PeerId,
  units: readonly { readonly index: number }[],
  offers: readonly Offer[],
  atMs: number,
): number {
  const promisedMs = Math.max(...offers.filter((o) => o.peer === peer).map((o) => o.expectedEndMs - atMs))
  const expectedMs = Math.max(promisedMs, units.length * job.observedMs)
  const lost = Math.max(0, ...units.map(({ index }) => timesLate(job, index)))
  return Math.max(LATE_MS_MIN, LATE_FACTOR * expectedMs) * 2 ** Math.min(lost, LATE_DOUBLINGS_MAX)
}

function timesLate(job: JobState, index: number): number {
  const attempts = job.units.get(index)?.attempts ?? []
  return attempts.filter(({ status }) => status.state === 'void' && status.why === 'late').length
}

function standing(state: PeerState, peer: PeerId): { trust: number; quality: number; reliability: number } {
  const { quality, reliability } = state.records.get(peer) ?? newRecord()
  return { trust: trustOf(state, peer), quality, reliability }
}

/**
 * Whether two peers trust each other fully. In `decide` they count as such only while somebody else could check
 * instead: where all are friends, friends check each other.
 */
function areFriends(state: PeerState, a: PeerId, b: PeerId): boolean {
  return a === b || (trustFully(state, a, b) && trustFully(state, b, a))
}

function trustFully(state: PeerState, a: PeerId, b: PeerId): boolean {
  if (a === state.me) return trustOf(state, b) === 1
  return state.view.commitments.get(a)?.trust_weights[b] === 1
}
