import type { JobId, PeerId } from '../protocol/ids.ts'
import { CAPACITY_UNITS_MAX, LANES_MAX } from '../protocol/limits.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import type { WorkUnit } from '../protocol/work.ts'
import { matchUnit, slotFacts, type SlotFacts } from './compatibility.ts'
import { demandOf, laneOf, lanesIn, type Demand } from './demand.ts'
import type { Tier } from './trust.ts'

/** One job that a peer may work on. */
export interface JobWish {
  readonly requester: PeerId
  readonly job: JobId
  readonly tier: Tier
  /** Any unit of the job, with the job's priority; all units are alike but for the index. */
  readonly template: WorkUnit
  /** Units that need a provider. */
  readonly open: number
  /** Units without a verdict: where none is open, help is still wanted at the end. */
  readonly unfinished: number
  /** Units of it that wait or run here. */
  readonly held: number
  /** Until its inputs are here. */
  readonly fetchMs: number
  readonly deadlineMs?: number
  /** It has waited for its turn for so long that it gets one whatever else there is. */
  readonly isStarving: boolean
  /** Its requester has let the lanes that were offered to it stand empty: others may have them meanwhile. */
  readonly isUnused: boolean
  /** Where this peer would begin. */
  readonly begin: number
}

/** The facts from which `allocate` decides. */
export interface AllocationInput {
  readonly nowMs: number
  readonly slots: readonly AvailabilitySlot[]
  readonly work: readonly JobWish[]
  /** Taken by what is not among `work`, in the slots of this moment. */
  readonly taken: ComputeResource
  /** From 0 to 1: how much of what could be queued ahead is offered. Lanes are always offered whole. */
  readonly damping: number
  readonly offersMax: number
}

/** Capacity for one job: up to `units` of it at a time, `lanes` at once. */
export interface PlannedOffer {
  readonly slotId: string
  readonly tier: Tier
  readonly requester: PeerId
  readonly jobId: JobId
  readonly begin: number
  readonly units: number
  readonly lanes: number
  readonly unitMs: number
  readonly startMs: number
  /** When the last of this many units is done. */
  readonly endMs: number
  /** The resources of one lane. */
  readonly resources: ComputeResource
}

/** So much work may be queued ahead: more than any round trip needs. */
const AHEAD_MS = 2_000

/** A job that can run in a slot. */
interface Match {
  readonly wish: JobWish
  readonly demand: Demand
  readonly durationMs: number
  readonly rank: readonly number[]
  readonly key: string
  /** Lanes that it wants in this slot. */
  readonly wanted: number
}

/** A job's part of a slot. */
interface Share {
  readonly lanes: number
  /** By how much longer than alone a unit takes, where several take turns in a lane. */
  readonly slowness: number
  readonly unitsMax: number
}

const SHARE: Share = { lanes: 1, slowness: 1, unitsMax: CAPACITY_UNITS_MAX }
/** A starving job's turn: one unit, which waits for the end of another. */
const TURN: Share = { lanes: 1, slowness: 2, unitsMax: 1 }

/** A slot while it is filled. */
interface Filling {
  readonly facts: SlotFacts
  readonly free: number[]
  readonly lanes: Map<Match, number>
}

/**
 * Offers of a peer in the slots of this moment: for each job so many lanes, and a queue behind them (document 000,
 * two-tier assignment; offers are capacity, so that providers cannot collide).
 *
 * Shares follow the tier, then the priority, then nearness of the data; equals have equal shares, and where there are
 * fewer lanes than equals they share by turns. What cannot end by its deadline comes last in its tier. Jobs with
 * nothing open come after all others: their requesters may want help at the end. A starving job that nothing is left for
 * is offered one unit in turn with the others. The lanes of all jobs together fit their slot in every resource, beside
 * what `taken` leaves; only what goes by turns, and unused lanes, are offered to the next job too. The plan does not
 * depend on the order of its inputs.
 */
export function allocate(input: AllocationInput): readonly PlannedOffer[] {
  const offers: PlannedOffer[] = []
  const slots = [...input.slots]
    .map(slotFacts)
    .filter(({ startMs, endMs }) => startMs <= input.nowMs && input.nowMs < endMs)
    .sort((a, b) => b.slot.priority - a.slot.priority || (a.slot.slot_id < b.slot.slot_id ? -1 : 1))
  const placed = new Map<string, number>()
  let taken = demandOf(input.taken)
  for (const facts of slots) {
    const room = facts.capacity.map((capacity, d) => Math.max(0, capacity - (taken[d] ?? 0)))
    taken = taken.map((amount, d) => Math.max(0, amount - (facts.capacity[d] ?? 0)))
    offers.push(...fillSlot(room, facts, placed, input))
  }
  return offers.slice(0, input.offersMax)
}

/** The offers in one slot, those of starving jobs first; `placed` learns how many lanes each job has. */
function fillSlot(
  room: Demand,
  facts: SlotFacts,
  placed: Map<string, number>,
  input: AllocationInput,
): PlannedOffer[] {
  const filling: Filling = { facts, free: [...room], lanes: new Map() }
  const matches = matchesOf(input, facts, placed)
  const offers = classesOf(matches).flatMap((members) => shareOut(members, filling, input))
  for (const [{ key }, count] of filling.lanes) placed.set(key, (placed.get(key) ?? 0) + count)
  const starving = matches.filter(({ wish }) => wish.isStarving)
  if (starving.length === 0) return offers
  const served = new Set(offers.map(({ requester, jobId }) => keyOf(requester, jobId)))
  const turns = starving.flatMap((match) => {
    if (served.has(match.key) || placed.has(match.key)) return []
    return lanesIn(match.demand, room, facts.capacity) < 1 ? [] : offerOf(match, TURN, facts, input)
  })
  const first = new Set(starving.map(({ key }) => key))
  const isFirst = ({ requester, jobId }: PlannedOffer): boolean => first.has(keyOf(requester, jobId))
  return [...offers.filter(isFirst), ...turns, ...offers.filter((offer) => !isFirst(offer))]
}

/** Jobs that can run in a slot and want lanes there, the first to be served first. */
function matchesOf(
  { work, nowMs }: AllocationInput,
  facts: SlotFacts,
  placed: ReadonlyMap<string, number>,
): Match[] {
  const matches = work.flatMap((wish): Match[] => {
    const key = keyOf(wish.requester, wish.job)
    const wanted = lanesWanted(wish) - (placed.get(key) ?? 0)
    if (wanted <= 0) return []
    const demand = demandOf(wish.template.required_resources)
    const match = matchUnit(wish.template, demand, facts, nowMs + wish.fetchMs)
    if (typeof match === 'string') return []
    const { durationMs, locality } = match
    const isLate = wish.deadlineMs !== undefined && nowMs + wish.fetchMs + durationMs > wish.deadlineMs
    const isStandby = wish.open === 0 && wish.held === 0
    const rank = [isStandby ? 1 : 0, wish.tier, isLate ? 1 : 0, -wish.template.priority, -locality]
    return [{ wish, demand, durationMs, rank, key, wanted }]
  })
  return matches.sort((a, b) => compareRanks(a.rank, b.rank) || (a.key < b.key ? -1 : 1))
}

/** Sorted jobs in classes of equals. */
function classesOf(matches: readonly Match[]): readonly (readonly Match[])[] {
  const classes: Match[][] = []
  let current: [Match, ...Match[]] | undefined
  for (const match of matches) {
    if (current !== undefined && compareRanks(current[0].rank, match.rank) === 0) current.push(match)
    else classes.push((current = [match]))
  }
  return classes
}

function keyOf(requester: PeerId, job: JobId): string {
  return `${requester}/${job}`
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Gives lanes to equals by turns, one at a time, until nothing fits or no job wants more. */
function shareOut(members: readonly Match[], filling: Filling, input: AllocationInput): PlannedOffer[] {
  const { facts, free, lanes } = filling
  const room = [...free]
  let turn = members
  while (turn.length > 0) turn = turn.filter((match) => takeLane(match, filling))
  for (const match of members) if (match.wish.isUnused) giveBackUnused(match, filling)
  return members.flatMap((match) => {
    const own = lanes.get(match)
    if (own !== undefined) return offerOf(match, { ...SHARE, lanes: own }, facts, input)
    // Those who came out empty take turns in the lanes of their equals.
    const lanesAlone = lanesIn(match.demand, room, facts.capacity)
    const slowness = members.length > lanesAlone ? members.length / lanesAlone : TURN.slowness
    return lanesAlone < 1 ? [] : offerOf(match, { ...SHARE, slowness }, facts, input)
  })
}

/** Gives one more lane to a job; false when it has all that it wants or nothing fits. */
function takeLane(match: Match, { facts, free, lanes }: Filling): boolean {
  const has = lanes.get(match) ?? 0
  if (has >= match.wanted || lanesIn(match.demand, free, facts.capacity) < 1) return false
  const lane = laneOf(match.demand, facts.capacity)
  // Units that need nothing would run in any number: one lane is enough for them.
  if (has > 0 && lane.every((amount) => amount === 0)) return false
  for (let d = 0; d < free.length; d++) free[d] = (free[d] ?? 0) - (lane[d] ?? 0)
  lanes.set(match, has + 1)
  return true
}

/** Offers unused lanes once more, to the next job: the first to award has them. */
function giveBackUnused(match: Match, { facts, free, lanes }: Filling): void {
  const unused = (lanes.get(match) ?? 0) - match.wish.held
  const lane = laneOf(match.demand, facts.capacity)
  for (let d = 0; d < free.length; d++) free[d] = (free[d] ?? 0) + Math.max(0, unused) * (lane[d] ?? 0)
}

/** One lane for each unit that may come, at most: of one with nothing open, those that may want help. */
function lanesWanted({ open, held, unfinished }: JobWish): number {
  return Math.min(LANES_MAX, unfinished, open + held > 0 ? open + held : unfinished)
}

function offerOf(
  { wish, durationMs }: Match,
  { lanes, slowness, unitsMax }: Share,
  { slot, endMs: slotEndMs }: SlotFacts,
  { nowMs, damping }: AllocationInput,
): PlannedOffer[] {
  const unitMs = durationMs * slowness
  // Behind each lane one unit at least, and no more for jobs with nothing open.
  const isStandby = wish.open === 0 && wish.held === 0
  const ahead = isStandby ? 0 : Math.round((lanes * AHEAD_MS * damping) / unitMs)
  const startMs = nowMs + wish.fetchMs
  const inTime = lanes * Math.floor(Math.max(0, slotEndMs - startMs) / unitMs)
  const units = Math.min(unitsMax, inTime, lanes + Math.max(lanes, ahead), wish.unfinished)
  if (units <= 0) return []
  return [
    {
      slotId: slot.slot_id,
      tier: wish.tier,
      requester: wish.requester,
      jobId: wish.job,
      begin: wish.begin,
      units,
      lanes,
      unitMs,
      startMs,
      endMs: startMs + Math.ceil(units / lanes) * unitMs,
      resources: wish.template.required_resources,
    },
  ]
}
