import {
  allocate,
  toAllocationState,
  type AllocationInput,
  type AllocationPlan,
  type OpenWork,
  type PlannedOffer,
  type Reservation,
} from '../market/allocation.ts'
import { nextDamping } from '../market/damping.ts'
import { expectedDurationMs } from '../market/compatibility.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import { OFFERS_MAX, OPEN_RANGES_MAX } from '../protocol/limits.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../protocol/resource.ts'
import { toMs } from '../protocol/time.ts'
import { unitOfManifest, type JobManifest, type UnitRange, type WorkUnit } from '../protocol/work.ts'
import type { Effect } from './effect.ts'
import { askedAboveLent } from './lending.ts'
import { observedUnitMs } from './observed.ts'
import { hearOwnOffers } from './awarding.ts'
import { ownClock } from './publishing.ts'
import { ownSlot, pauseReason, sharedSlots, slotAt } from './shared-slots.ts'
import { holdingKey, priorityOf, type HeldUnit, type Holding, type PeerState } from './state.ts'
import { activeCommitments, activeProviders, standingOfRequester } from './trust.ts'
import { isOwnFault, openRanges } from './unit.ts'

/** Offers start within this time: enough to stay busy over a few rounds, little enough to leave work for others. */
const OFFER_HORIZON_MS = 4_000
/** Consecutive units are offered together up to about this much work, so that small units cost few messages. */
const OFFER_BLOCK_MS = 50
/** A unit that failed here is not offered again for so long, unless the fault is its own: what was missing takes time. */
const TRY_AGAIN_AFTER_MS = 5_000
/** Unchanged offers are repeated this often, for requesters who missed them. */
const REPEAT_OFFERS_MS = 5_000

/** By how much of priority an own job is behind one with a nearer deadline: less than anybody says, or the UI can. */
const DEADLINE_STEP = 1e-9

/** When it is, since when the program runs, and the slot in which one kind of work runs at this moment. */
interface Moment {
  readonly nowMs: number
  readonly startedAtMs: number
  readonly slot: AvailabilitySlot | undefined
}

/**
 * One round's phases 3 to 6 (document 000): trust, compatibility, two-tier assignment, publication of the offers. Own
 * jobs run in a slot of their own that nobody else hears of; what they take goes before what is shared.
 */
export function planAllocation(state: PeerState, nowMs: number): Effect[] {
  const { view } = state
  const shared = nearSlots(sharedSlots(state, nowMs), nowMs)
  const own = ownSlot(state, nowMs)
  const ownPlan = own === undefined ? undefined : planOwn(state, own, nowMs)
  const moment = { nowMs, startedAtMs: view.startedAtMs, slot: slotAt(shared, nowMs) }
  const { work, effects } = workOfOthers(state, moment)
  const held = reservations(state, moment, ({ requester }) => own === undefined || requester !== state.me)
  const plan = planIn(state, shared, nowMs, {
    work: own === undefined ? [...ownWork(state, moment), ...work] : work,
    reservations:
      own === undefined || ownPlan === undefined
        ? held
        : [...held, ...takenByOwn(ownPlan, own, held, moment)],
  })
  const offers = [...(ownPlan?.offers ?? []), ...plan.offers]
  const repeat = nowMs - view.allocatedAtMs >= REPEAT_OFFERS_MS && offers.length > 0
  if (sameOffers(offers, view.ownOffers) && !repeat) return effects
  learnDamping(state)
  view.ownOffers = offers
  view.offered.units = offers.reduce((sum, offer) => sum + offer.count, 0)
  view.allocatedAtMs = nowMs
  view.round++
  const about = { peer: state.me, nowMs, clock: ownClock(state) }
  const allocation = toAllocationState(plan, { ...about, slots: shared })
  const published: Effect = { kind: 'publish-allocation', allocation }
  if (ownPlan === undefined || own === undefined) return [...effects, published]
  const unpublished = toAllocationState(ownPlan, { ...about, slots: [own] })
  return [...effects, published, ...hearOwnOffers(state, unpublished, nowMs)]
}

/** A plan of one kind of work, and what is reserved for it. */
interface OwnPlan extends AllocationPlan {
  readonly reservations: readonly Reservation[]
}

function planOwn(state: PeerState, slot: AvailabilitySlot, nowMs: number): OwnPlan {
  const moment = { nowMs, startedAtMs: state.view.startedAtMs, slot }
  const reserved = reservations(state, moment, ({ requester }) => requester === state.me)
  const work = ownWork(state, moment)
  return { ...planIn(state, [slot], nowMs, { work, reservations: reserved }), reservations: reserved }
}

function planIn(
  state: PeerState,
  slots: readonly AvailabilitySlot[],
  nowMs: number,
  { work, reservations }: Pick<AllocationInput, 'work' | 'reservations'>,
): AllocationPlan {
  return allocate({
    nowMs,
    peer: state.me,
    slots,
    work,
    reservations,
    rivals: activeProviders(state, nowMs),
    damping: state.view.damping,
    offersMax: OFFERS_MAX,
    horizonMs: OFFER_HORIZON_MS,
    blockMs: OFFER_BLOCK_MS,
  })
}

/** Slots in which anything that is offered now may start: of a painted week that is one or two. */
function nearSlots(slots: readonly AvailabilitySlot[], nowMs: number): AvailabilitySlot[] {
  return slots.filter((slot) => toMs(slot.start_time) <= nowMs + OFFER_HORIZON_MS)
}

/**
 * What own jobs leave of the shared slot: they use first what is not shared, and of the rest as much as they would use
 * at once, until the last of them is through; but never what others were awarded before.
 */
function takenByOwn(
  { offers, reservations: reserved }: OwnPlan,
  own: AvailabilitySlot,
  others: readonly Reservation[],
  { nowMs, slot }: Moment,
): Reservation[] {
  const parts = [...reserved, ...offers]
  if (slot === undefined || parts.length === 0) return []
  const lastMs = Math.max(...parts.map((part) => part.endMs))
  const taken: Reservation[] = []
  const take = (fromMs: number, untilMs: number, besides: ComputeResource): void => {
    const [startMs, endMs] = [fromMs, Math.min(untilMs, lastMs)]
    if (startMs >= endMs) return
    const resources: ComputeResource = { cpu_cores: 0, ram_gb: 0 }
    for (const dimension of RESOURCE_DIMENSIONS) {
      const [whole, shared] = [amount(own.resources, dimension), amount(slot.resources, dimension)]
      const wanted = parts.reduce((sum, part) => sum + amount(part.resources, dimension), 0)
      const used = Math.min(whole, wanted) - Math.max(0, whole - shared)
      resources[dimension] = Math.max(0, Math.min(used, shared - amount(besides, dimension)))
    }
    taken.push({ slotId: slot.slot_id, startMs, endMs, resources })
  }
  // What is reserved for others comes one after the other.
  let fromMs = nowMs
  for (const { startMs, endMs, resources } of others) {
    take(startMs, endMs, resources)
    fromMs = Math.max(fromMs, endMs)
  }
  take(fromMs, lastMs, { cpu_cores: 0, ram_gb: 0 })
  return taken
}

/**
 * This peer's own open jobs. Of equal priority the one with the nearer deadline goes first, and does not take turns with
 * the others: among one's own there is nobody to be fair to.
 */
function ownWork(state: PeerState, moment: Moment): OpenWork[] {
  const work: OpenWork[] = []
  const jobs = [...state.jobs.values()].filter(
    (job) => job.status.state === 'running' && askedAboveLent(job.manifest, state.lent) === undefined,
  )
  const deadlines = [...new Set(jobs.map(({ manifest }) => manifest.deadline))].sort(byDeadline)
  for (const job of jobs) {
    const behind = deadlines.indexOf(job.manifest.deadline)
    const ranges = openRanges(job, OPEN_RANGES_MAX)
    const me = { requester: state.me, tier: 1, trust: 1 } as const
    work.push(workOf(state, moment, me, job.manifest, ranges, priorityOf(job) - behind * DEADLINE_STEP))
  }
  return work
}

/** The nearest first; none at all comes last. */
function byDeadline(a: string | undefined, b: string | undefined): number {
  const [atMs, otherMs] = [a, b].map((time) => (time === undefined ? Number.MAX_VALUE : toMs(time)))
  return (atMs ?? 0) - (otherMs ?? 0)
}

/** Jobs of active contacts whom this peer trusts, within what it lends. */
function workOfOthers(state: PeerState, moment: Moment): { work: OpenWork[]; effects: Effect[] } {
  const work: OpenWork[] = []
  const effects: Effect[] = []
  if (moment.slot === undefined && pauseReason(state, moment.nowMs) !== undefined) return { work, effects }
  for (const commitment of activeCommitments(state, moment.nowMs)) {
    const standing = standingOfRequester(state, commitment.peer_id, commitment)
    if (standing === undefined) continue
    for (const request of commitment.work_requests) {
      if (request.manifest_cid === undefined) continue
      const manifest = state.view.manifests.get(request.manifest_cid)
      if (manifest === undefined) {
        if (!state.view.manifestsAsked.has(request.manifest_cid)) {
          state.view.manifestsAsked.add(request.manifest_cid)
          effects.push({ kind: 'fetch-manifest', cid: request.manifest_cid, from: commitment.peer_id })
        }
      } else if (
        manifest.requester_id === commitment.peer_id &&
        manifest.job_id === request.job_id &&
        askedAboveLent(manifest, state.lent) === undefined
      ) {
        const ranges = request.open_ranges ?? []
        const priority = request.priority ?? manifest.priority
        work.push(
          workOf(state, moment, { requester: commitment.peer_id, ...standing }, manifest, ranges, priority),
        )
      }
    }
  }
  return { work, effects }
}

function workOf(
  state: PeerState,
  moment: Moment,
  who: Pick<OpenWork, 'requester' | 'tier' | 'trust'>,
  manifest: JobManifest,
  ranges: readonly UnitRange[],
  priority: number,
): OpenWork {
  const held = state.holdings.get(holdingKey(who.requester, manifest.job_id))
  return {
    ...who,
    template: { ...templateOf(manifest, held, moment), priority },
    ranges: ranges.flatMap(([from, to]): UnitRange[] =>
      from < manifest.unit_count ? [[from, Math.min(to, manifest.unit_count)]] : [],
    ),
    taken: held === undefined ? new Set() : unitsTaken(held, manifest, moment.nowMs),
    ...(manifest.deadline === undefined ? {} : { deadlineMs: toMs(manifest.deadline) }),
  }
}

/** Units that are not offered: those at hand and those whose result is here, but not those that may be tried again. */
function unitsTaken(held: Holding, manifest: JobManifest, nowMs: number): Set<number> {
  const taken = new Set<number>()
  for (const [index, { status }] of held.units) {
    if (!mayTryAgain(status, manifest, nowMs)) taken.add(index)
  }
  return taken
}

/**
 * Whether a unit failed here, its requester knows, and another run may help. Where others check, a unit that fails by
 * itself is theirs to judge; where nobody does, its requester believes it when it has failed often enough.
 */
function mayTryAgain(status: HeldUnit['status'], manifest: JobManifest, nowMs: number): boolean {
  if (status.state !== 'ran' || !status.delivered || status.receipt.outcome.kind !== 'fault') return false
  if (isOwnFault(status.receipt.outcome.fault)) return manifest.verification_redundancy === 1
  return nowMs - status.ranAtMs >= TRY_AGAIN_AFTER_MS
}

/**
 * The time and resources that queued units will take here: one requester's job after the other, each spread over
 * as many cores as it may use at once.
 */
function reservations(
  state: PeerState,
  moment: Moment,
  isMeant: (holding: Holding) => boolean,
): Reservation[] {
  const { nowMs, slot } = moment
  if (slot === undefined) return []
  const reserved: Reservation[] = []
  let startMs = nowMs
  for (const holding of state.holdings.values()) {
    const queued = isMeant(holding) ? queuedUnits(holding) : 0
    const manifest = manifestOf(state, holding)
    if (queued === 0 || manifest === undefined) continue
    const template = templateOf(manifest, holding, moment)
    const capability = slot.algorithms.find((a) => a.algorithm_id === template.algorithm_id)
    if (capability === undefined) continue
    const lanes = Math.max(1, Math.min(queued, fitting(template.required_resources, slot.resources)))
    const endMs = startMs + Math.ceil(queued / lanes) * expectedDurationMs(template, capability)
    reserved.push({ slotId: slot.slot_id, startMs, endMs, resources: times(template, lanes) })
    startMs = endMs
  }
  return reserved
}

/** How many units a slot has resources for at once, in every dimension. */
function fitting(unit: ComputeResource, slot: ComputeResource): number {
  const each = RESOURCE_DIMENSIONS.map((dimension) => {
    const needed = amount(unit, dimension)
    return needed > 0 ? Math.floor(amount(slot, dimension) / needed) : Number.POSITIVE_INFINITY
  })
  return Math.min(...each)
}

function queuedUnits(holding: Holding): number {
  let queued = 0
  for (const { status } of holding.units.values()) if (status.state === 'queued') queued++
  return queued
}

function manifestOf(state: PeerState, { requester, job, manifestCid }: Holding): JobManifest | undefined {
  const own = requester === state.me ? state.jobs.get(job)?.manifest : undefined
  return own ?? state.view.manifests.get(manifestCid)
}

/**
 * A job's unit as it is matched here: what it is estimated to take, until units of the job have run here. An estimate
 * from a module's fuel limit may be a thousand times too long, and then hardly anything would be offered at once.
 */
function templateOf(
  manifest: JobManifest,
  held: Holding | undefined,
  { startedAtMs, slot }: Moment,
): WorkUnit {
  const unit = unitOfManifest(manifest, 0)
  const score = slot?.algorithms.find((c) => c.algorithm_id === unit.algorithm_id)?.performance_score
  if (held === undefined || slot === undefined || score === undefined) return unit
  const lanes = Math.max(1, fitting(unit.required_resources, slot.resources))
  const observedMs = observedUnitMs(held, startedAtMs, lanes)
  if (observedMs === undefined) return unit
  return { ...unit, estimated_duration_seconds: (observedMs * score) / 1_000 }
}

/** What several units need at once. Memory and disk count as often as cores do. */
function times(unit: WorkUnit, count: number): WorkUnit['required_resources'] {
  const one = unit.required_resources
  return {
    cpu_cores: one.cpu_cores * count,
    ram_gb: one.ram_gb * count,
    gpu_vram_gb: amount(one, 'gpu_vram_gb') * count,
    disk_gb: amount(one, 'disk_gb') * count,
    network_mbps: amount(one, 'network_mbps') * count,
  }
}

function sameOffers(a: readonly PlannedOffer[], b: readonly PlannedOffer[]): boolean {
  if (a.length !== b.length) return false
  return a.every((offer, i) => {
    const other = b[i]
    return (
      offer.requester === other?.requester &&
      offer.jobId === other.jobId &&
      offer.first === other.first &&
      offer.count === other.count
    )
  })
}

/** Compares what was offered last with what came of it, and damps the next offers (document 000). */
function learnDamping(state: PeerState): void {
  const { view } = state
  if (view.offered.units === 0) return
  const next = nextDamping(
    { damping: view.damping, history: view.overAllocation },
    { offered: view.offered.units, awarded: view.offered.awarded },
  )
  view.damping = next.damping
  view.overAllocation = next.history
  view.offered.awarded = 0
}

/** A commitment that this peer has not matched against yet, or that opens other ranges than before. */
export function opensWork(known: ComputeCommitment | undefined, news: ComputeCommitment): boolean {
  if (news.work_requests.length === 0) return (known?.work_requests.length ?? 0) > 0
  return JSON.stringify(known?.work_requests.map(shapeOf)) !== JSON.stringify(news.work_requests.map(shapeOf))
}

function shapeOf(request: ComputeCommitment['work_requests'][number]): unknown {
  return [request.manifest_cid, request.open_ranges, request.priority]
}
