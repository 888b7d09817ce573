import { allocate, type JobWish, type PlannedOffer } from '../../market/allocation.ts'
import { toAllocationState } from '../../market/allocation-state.ts'
import { slotFacts } from '../../market/compatibility.ts'
import { nextDamping } from '../../market/damping.ts'

import { rendezvousBegin } from '../../market/rendezvous.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { OFFERS_MAX } from '../../protocol/limits.ts'
import type { AvailabilitySlot } from '../../protocol/slot.ts'
import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../../protocol/resource.ts'
import { toMs } from '../../protocol/time.ts'
import { unitOfManifest, type JobManifest, type WorkRequest, type WorkUnit } from '../../protocol/work.ts'
import { awardTo } from '../requester/awarding.ts'
import type { Effect } from '../effect.ts'
import { engineOfPeer } from '../requester/engines.ts'
import { expectedFetchMs } from './fetching.ts'
import { holdingBookOf } from './holding-book.ts'
import { needsLimits, notLent } from './lending.ts'
import { hearOffers } from '../requester/offers.ts'
import { nextClock } from '../own-clock.ts'
import { ownSlot, pauseReason, sharedSlots, slotAt } from '../sharing/shared-slots.ts'
import { observedUnitMs, startUnits, UNIT_MS_NEWS } from './starting.ts'
import { holdingKey, type HeldUnit } from './slice.ts'
import { priorityOf, type JobState } from '../requester/slice.ts'
import type { PeerState } from '../state.ts'
import { activeCommitments, standingOfRequester } from '../pairing/trust.ts'
import { bookOf, openCount } from '../requester/unit-book.ts'

/** By how much of priority an own job is behind one with a nearer deadline: less than anybody says, or the UI can. */
const DEADLINE_STEP = 1e-9
/** Offers that were replaced and may still be believed. */
const OFFERED_KEPT_MAX = 8

/** When it is, and the slot in which one kind of work runs at this moment. */
interface Moment {
  readonly nowMs: number
  readonly slot: AvailabilitySlot | undefined
}

/** The demand of a job at this moment. */
interface Wanted {
  readonly open: number
  readonly unfinished: number
  readonly priority: number
  readonly deadline: string | undefined
  /** Until its inputs are here. */
  readonly fetchMs: number
}

const NOTHING: ComputeResource = { cpu_cores: 0, ram_gb: 0 }

/**
 * One round's phases 3 to 6 (document 000): trust, compatibility, two-tier assignment, publication of the offers. Own
 * jobs run in a slot of their own that is not published; what they take goes before what is shared. Units that wait for
 * a free lane begin.
 */
export function planAllocation(state: PeerState, nowMs: number): Effect[] {
  const shared = sharedSlots(state, nowMs)
  noteUnused(state, nowMs)
  state.view.plannedAtMs = nowMs
  state.view.slotChangeMs = nextChangeMs(shared, nowMs)
  const own = ownSlot(state, nowMs)
  const { work, effects } = workOfOthers(state, { nowMs, slot: slotAt(shared, nowMs) })
  const mine = ownWork(state, { nowMs, slot: own ?? slotAt(shared, nowMs) })
  forgetGone(state, [...mine, ...work], nowMs)
  const damping = state.view.damping
  const plan = { nowMs, damping, offersMax: OFFERS_MAX }
  const ownOffers = own === undefined ? [] : allocate({ ...plan, slots: [own], work: mine, taken: NOTHING })
  const offers = allocate({
    ...plan,
    slots: shared,
    work: own === undefined ? [...mine, ...work] : work,
    taken: own === undefined ? NOTHING : takenByOwn(ownOffers, mine, own, slotAt(shared, nowMs)),
  })
  effects.push(...startUnits(state, nowMs))
  const all = [...ownOffers, ...offers]
  notePlanned(state, offers)
  if (sameOffers(all, state.view.ownOffers) && !isRepeatDue(state, all, nowMs)) return effects
  learnDamping(state, nowMs)
  remember(state, all, nowMs)
  const about = { peer: state.me, nowMs, clock: nextClock(state) }
  effects.push({
    kind: 'publish-allocation',
    allocation: toAllocationState(offers, { ...about, slots: shared }),
  })
  if (own === undefined) return effects
  hearOffers(state, toAllocationState(ownOffers, { ...about, slots: [own] }))
  return [...effects, ...awardTo(state, [state.me], nowMs)]
}

/** Drops the waiting times of jobs that are gone, and the capacity offered to them. */
function forgetGone({ view, policy }: PeerState, work: readonly JobWish[], nowMs: number): void {
  for (const [key, offers] of view.offered) {
    const last = offers.at(-1)
    if (last?.units === 0 && nowMs - last.atMs > policy.provider.offer_grace_ms) view.offered.delete(key)
  }
  if (view.waitingSinceMs.size <= work.length) return
  const known = new Set(work.map(({ requester, job }) => holdingKey(requester, job)))
  for (const key of view.waitingSinceMs.keys()) if (!known.has(key)) view.waitingSinceMs.delete(key)
}

/** Notes which jobs have let lanes stand empty since the last plan. */
function noteUnused({ view, provider: { holdings }, me }: PeerState, nowMs: number): void {
  const unused = new Set<string>()
  for (const { requester, jobId, lanes } of view.ownOffers) {
    const key = holdingKey(requester, jobId)
    const holding = holdings.get(key)
    const held = holding === undefined ? 0 : holdingBookOf(holding).queued.size
    if (requester !== me && held < lanes) unused.add(key)
  }
  for (const key of view.unusedSinceMs.keys()) if (!unused.has(key)) view.unusedSinceMs.delete(key)
  for (const key of unused) if (!view.unusedSinceMs.has(key)) view.unusedSinceMs.set(key, nowMs)
}

/** When a slot begins or ends next. */
function nextChangeMs(slots: readonly AvailabilitySlot[], nowMs: number): number {
  const times = slots.map(slotFacts).flatMap(({ startMs, endMs }) => [startMs, endMs])
  return Math.min(...times.filter((atMs) => atMs > nowMs))
}

/** The duration of units when they were last looked at: only a change of it is news. */
function notePlanned({ view, me }: PeerState, offers: readonly PlannedOffer[]): void {
  for (const { requester, jobId } of offers) {
    const atWork = requester === me ? undefined : view.atWork.get(holdingKey(requester, jobId))
    if (atWork?.unitMs !== undefined) atWork.offeredUnitMs ??= atWork.unitMs
  }
}

/** An offer counts for admission, also for a while after it was replaced. */
function remember(state: PeerState, offers: readonly PlannedOffer[], nowMs: number): void {
  const { view } = state
  const units = new Map<string, number>()
  for (const offer of offers) {
    const key = holdingKey(offer.requester, offer.jobId)
    units.set(key, (units.get(key) ?? 0) + offer.units)
  }
  for (const key of view.offered.keys()) if (!units.has(key)) units.set(key, 0)
  for (const [key, count] of units) {
    const before = view.offered.get(key) ?? []
    if (before.at(-1)?.units === count) continue
    view.offered.set(key, [...before, { units: count, atMs: nowMs }].slice(-OFFERED_KEPT_MAX))
  }
  for (const { requester, jobId } of offers) {
    const atWork = view.atWork.get(holdingKey(requester, jobId))
    if (atWork?.unitMs !== undefined) atWork.offeredUnitMs = atWork.unitMs
  }
  view.ownOffers = offers
  view.allocatedAtMs = nowMs
  view.round++
}

/**
 * The part of the shared slot that own jobs leave: they use first what is not shared, and of the rest as much as they use at
 * once.
 */
function takenByOwn(
  offers: readonly PlannedOffer[],
  wishes: readonly JobWish[],
  own: AvailabilitySlot,
  shared: AvailabilitySlot | undefined,
): ComputeResource {
  const taken: ComputeResource = { ...NOTHING }
  if (shared === undefined) return taken
  // A job that has nothing to do here, and waits for others to check it, keeps no lanes from them.
  const idle = new Map(wishes.flatMap((wish) => (wish.open === 0 ? [[wish.job, wish.held] as const] : [])))
  const lanesOf = ({ jobId, lanes }: PlannedOffer): number => Math.min(lanes, idle.get(jobId) ?? lanes)
  for (const dimension of RESOURCE_DIMENSIONS) {
    const used = offers.reduce((sum, offer) => sum + lanesOf(offer) * amount(offer.resources, dimension), 0)
    const unshared = Math.max(0, amount(own.resources, dimension) - amount(shared.resources, dimension))
    taken[dimension] = Math.max(0, used - unshared)
  }
  return taken
}

/**
 * This peer's own open jobs. Of equal priority the one with the nearer deadline goes first, without taking turns:
 * fairness is between requesters.
 */
function ownWork(state: PeerState, moment: Moment): JobWish[] {
  const jobs = [...state.requester.jobs.values()].filter(
    (job) => job.status.state === 'running' && isLentHere(state, job.manifest),
  )
  const deadlines = [...new Set(jobs.map(({ manifest }) => manifest.deadline))].sort(byDeadline)
  const closedToMe = (job: JobState): number =>
    bookOf(job).partialClosedTo(state.me, engineOfPeer(state, state.me, job.manifest))
  return jobs.map((job) => {
    const { manifest } = job
    const behind = deadlines.indexOf(manifest.deadline)
    return wishOf(state, moment, { requester: state.me, tier: 1 }, unitOfManifest(manifest, 0), {
      open: openCount(job) - (openCount(job) === 0 ? 0 : closedToMe(job)),
      unfinished: manifest.unit_count - job.verified,
      priority: priorityOf(job) - behind * DEADLINE_STEP,
      deadline: manifest.deadline,
      fetchMs: 0,
    })
  })
}

/** The nearest first; none at all comes last. */
function byDeadline(a: string | undefined, b: string | undefined): number {
  const [atMs, otherMs] = [a, b].map((time) => (time === undefined ? Number.MAX_VALUE : toMs(time)))
  return (atMs ?? 0) - (otherMs ?? 0)
}

/** Jobs of active, trusted contacts, within what this peer lends. */
function workOfOthers(state: PeerState, moment: Moment): { work: JobWish[]; effects: Effect[] } {
  const work: JobWish[] = []
  const effects: Effect[] = []
  if (moment.slot === undefined && pauseReason(state, moment.nowMs) !== undefined) return { work, effects }
  for (const commitment of activeCommitments(state, moment.nowMs)) {
    if (commitment.work_requests.length === 0) continue
    const standing = standingOfRequester(state, commitment.peer_id, commitment)
    if (standing === undefined) continue
    const who = { requester: commitment.peer_id, tier: standing.tier }
    for (const request of commitment.work_requests) {
      if (request.manifest_cid === undefined) continue
      const manifest = state.view.manifests.get(request.manifest_cid)
      if (manifest === undefined && !state.view.manifestsAsked.has(request.manifest_cid)) {
        state.view.manifestsAsked.add(request.manifest_cid)
        effects.push({ kind: 'fetch-manifest', cid: request.manifest_cid, from: commitment.peer_id })
      }
      const unit = sampleUnit(state, commitment.peer_id, request, manifest)
      if (unit === undefined) continue
      const open = openFor(state, holdingKey(who.requester, request.job_id), request)
      const unfinished = request.unfinished ?? open
      const priority = request.priority ?? unit.priority
      const { deadline } = request
      const fetchMs = expectedFetchMs(state, request.manifest_cid, who.requester)
      work.push(wishOf(state, moment, who, unit, { open, unfinished, priority, deadline, fetchMs }))
    }
  }
  return { work, effects }
}

/** How many open units of a request this peer has no part in: a lower bound where it has many, exact where that says 0. */
function openFor(state: PeerState, key: string, { open_ranges = [] }: WorkRequest): number {
  const open = open_ranges.reduce((sum, [from, to]) => sum + to - from, 0)
  const held = state.provider.holdings.get(key)?.units
  if (held === undefined || held.size === 0) return open
  if (open > held.size) return open - held.size
  let fresh = 0
  for (const [from, to] of open_ranges) {
    for (let index = from; index < to; index++) if (mayHave(held.get(index))) fresh++
  }
  return fresh
}

/** Whether a unit may be given to this peer: it has no part in it, or has failed at it. */
function mayHave(held: HeldUnit | undefined): boolean {
  if (held === undefined) return true
  return held.status.state === 'ran' && held.status.receipt.outcome.kind === 'fault'
}

/**
 * Any unit of a requested job: its manifest's, or, until that is here, the one that is written out in the request. The
 * limits of a unit that runs a stranger's code stand in its manifest only.
 *
 * @returns undefined for what is not lent, or belongs to another job
 */
function sampleUnit(
  state: PeerState,
  requester: PeerId,
  { job_id, work_units }: WorkRequest,
  manifest: JobManifest | undefined,
): WorkUnit | undefined {
  if (manifest === undefined) {
    const [unit] = work_units
    if (unit?.job_id !== job_id || needsLimits(state.view.capabilities, unit.algorithm_id)) return undefined
    return notLent(unit, state.sharing.lent) === undefined ? unit : undefined
  }
  const isMeant = manifest.requester_id === requester && manifest.job_id === job_id
  if (!isMeant || !isLentHere(state, manifest)) return undefined
  return unitOfManifest(manifest, 0)
}

/** Whether this peer runs a job's units, as far as its manifest says. */
function isLentHere({ sharing: { lent }, view }: PeerState, manifest: JobManifest): boolean {
  if (manifest.limits === undefined && needsLimits(view.capabilities, manifest.algorithm_id)) return false
  return notLent(manifest, lent) === undefined
}

function wishOf(
  state: PeerState,
  { nowMs, slot }: Moment,
  who: Pick<JobWish, 'requester' | 'tier'>,
  unit: WorkUnit,
  { open, unfinished, priority, deadline, fetchMs }: Wanted,
): JobWish {
  const { unused_after_ms, starving_after_ms } = state.policy.provider
  const key = holdingKey(who.requester, unit.job_id)
  const holding = state.provider.holdings.get(key)
  const held = holding === undefined ? 0 : holdingBookOf(holding).queued.size
  const atWork = state.view.atWork.get(key)
  const waitsSinceMs = atWork?.servedAtMs ?? state.view.waitingSinceMs.get(key) ?? nowMs
  if (!state.view.waitingSinceMs.has(key)) state.view.waitingSinceMs.set(key, nowMs)
  return {
    ...who,
    job: unit.job_id,
    template: { ...asObserved(state, unit, who.requester, slot), priority },
    open,
    unfinished: Math.max(unfinished, held),
    held,
    fetchMs,
    isUnused: nowMs - (state.view.unusedSinceMs.get(key) ?? nowMs) >= unused_after_ms,
    isStarving: who.requester !== state.me && open > 0 && nowMs - waitsSinceMs >= starving_after_ms,
    begin: rendezvousBegin(state.me, who.requester, unit.job_id, unfinished),
    ...(deadline === undefined ? {} : { deadlineMs: toMs(deadline) }),
  }
}

/**
 * A job's unit as it is matched here: what it is estimated to take, until units of the job have run here. An estimate
 * from a module's fuel limit may be a thousand times too long, and then hardly anything would be offered at once.
 */
function asObserved(
  state: PeerState,
  unit: WorkUnit,
  requester: JobWish['requester'],
  slot: AvailabilitySlot | undefined,
): WorkUnit {
  const score = slot?.algorithms.find((c) => c.algorithm_id === unit.algorithm_id)?.performance_score
  const observedMs = observedUnitMs(state, requester, unit.job_id)
  if (score === undefined || observedMs === undefined) return unit
  return { ...unit, estimated_duration_seconds: (observedMs * score) / 1_000 }
}

function isRepeatDue(
  { view, policy, provider: { holdings } }: PeerState,
  offers: readonly PlannedOffer[],
  nowMs: number,
): boolean {
  const sinceMs = nowMs - view.allocatedAtMs
  if (offers.length === 0 || sinceMs < policy.provider.repeat_unused_ms) return false
  const isUsed = ({ requester, jobId }: PlannedOffer): boolean => {
    const holding = holdings.get(holdingKey(requester, jobId))
    return holding !== undefined && holdingBookOf(holding).queued.size > 0
  }
  return sinceMs >= policy.provider.repeat_used_ms || !offers.every(isUsed)
}

/** Whether offers are nearly the same as before. */
function sameOffers(a: readonly PlannedOffer[], b: readonly PlannedOffer[]): boolean {
  if (a.length !== b.length) return false
  return a.every((offer, i) => {
    const other = b[i]
    if (other?.requester !== offer.requester || offer.jobId !== other.jobId) return false
    const isAlike = (x: number, y: number): boolean => x <= y * UNIT_MS_NEWS && y <= x * UNIT_MS_NEWS
    const isSlot = offer.slotId === other.slotId && offer.lanes === other.lanes && offer.tier === other.tier
    return isSlot && isAlike(offer.unitMs, other.unitMs) && isAlike(offer.units, other.units)
  })
}

/**
 * Compares the capacity that was offered in a round with what was used of it, and damps what is offered ahead
 * (document 000): unused capacity counts, not that another provider was faster.
 */
function learnDamping(state: PeerState, nowMs: number): void {
  const { view, me } = state
  if (nowMs - view.roundSinceMs < state.policy.provider.round_ms) return
  const offered = view.ownOffers
    .filter(({ requester }) => requester !== me)
    .reduce((sum, { units }) => sum + units, 0)
  const next = nextDamping(
    { damping: view.damping, history: view.overAllocation },
    { offered, awarded: view.roundPeak },
  )
  view.damping = next.damping
  view.overAllocation = next.history
  view.roundSinceMs = nowMs
  view.roundPeak = 0
}

/** A commitment that this peer has not matched against yet, or that asks for something else than before. */
export function opensWork(known: ComputeCommitment | undefined, news: ComputeCommitment): boolean {
  if (news.work_requests.length === 0) return (known?.work_requests.length ?? 0) > 0
  return JSON.stringify(known?.work_requests.map(shapeOf)) !== JSON.stringify(news.work_requests.map(shapeOf))
}

function shapeOf(request: ComputeCommitment['work_requests'][number]): unknown {
  return [request.manifest_cid, request.open_ranges, request.unfinished, request.priority]
}
