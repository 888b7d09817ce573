import type { VerificationRole } from '../protocol/assignment.ts'
import type { EngineId } from '../protocol/engine.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { BitSet } from './bit-set.ts'
import type { UnitOrder } from './unit-order.ts'

/** The offer of one provider to one job, and the units that it holds of it. */
export interface Seat {
  readonly peer: PeerId
  /** The most units of the job that it takes at a time, running ones included. */
  readonly capacity: number
  /** How many of them it computes at once. */
  readonly lanes: number
  /** The duration of one unit there. */
  readonly unitMs: number
  /** Until a unit awarded now begins at an idle provider, and until the news of its end is back. */
  readonly latencyMs: number
  /** Units of the job that it holds and has not finished. */
  readonly busy: number
  /** The place where it would begin: a preference, so that each works in a region of its own. */
  readonly begin: number
  /** The engine that computes there; absent where results of different engines may be compared. */
  readonly engine?: EngineId
}

/** The need of a unit. */
export interface UnitNeed {
  /** How many more peers. */
  readonly missing: number
  /** Peers that hold, held or returned it: never asked twice. */
  readonly holders: readonly PeerId[]
  readonly openSinceMs: number
  /** The only engine that may compute it; absent where any may. */
  readonly engine?: EngineId
}

/** The requester's view of a provider, each from 0 to 1. */
export interface Standing {
  readonly trust: number
  readonly quality: number
  readonly reliability: number
}

/** The units of a job that need a peer, by their places in the order in which they are given out. */
export interface OpenUnits {
  readonly order: UnitOrder
  /** Not begun yet. */
  readonly untouched: BitSet
  /** Begun by a peer, and needing more. */
  readonly partial: BitSet
  /** How many of `partial` a peer has a part in already. */
  readonly partialHeldBy: (peer: PeerId) => number
}

/** The facts from which `chooseAwards` decides. */
export interface AwardInput {
  readonly seats: readonly Seat[]
  readonly open: OpenUnits
  /** The need of a unit; undefined when it needs nothing or is no unit of the job. */
  needOf(index: number): UnitNeed | undefined
  standingOf(peer: PeerId): Standing
  trustEachOtherFully(a: PeerId, b: PeerId): boolean
  /** Whether a peer may not check one of these others, however long a unit waits: they have one owner. */
  sharesOwner?(peer: PeerId, others: readonly PeerId[]): boolean
  /** How many providers that could check a peer are active besides it. */
  othersOf(peer: PeerId): number
  /** Whether a provider of this engine may begin units: others could check it, or none could be checked. */
  mayBegin(engine: EngineId): boolean
  readonly nowMs: number
  /** How long a unit waits for a better peer. */
  readonly patienceMs: number
  /** Peers whose quality or reliability is below this are of poor standing. */
  readonly poorBelow: number
  /** The most units given to one peer at a time. */
  readonly unitsMax: number
}

/** Units given to one peer. */
export interface ChosenAward {
  readonly peer: PeerId
  readonly engine?: EngineId
  readonly units: readonly { readonly index: number; readonly role: VerificationRole }[]
}

/** Standings within a tenth of each other count as equal: then it matters more who is done first. */
const STANDING_LEVELS = 10
/** Latency varies: this much more work than the measured latency needs is queued ahead. */
const LATENCY_MARGIN = 2
/** Short units go in batches: this much work is queued ahead everywhere, little enough to wait for at a job's end. */
const AHEAD_MS_MIN = 250
/** A seat that has enough is filled up only when this part of what it should have is missing: fewer messages. */
const TOP_UP_PART = 4
/** Units that do not suit a peer and are passed over in one decision, before it has to wait for the next. */
const PASSED_OVER_MAX = 4_096

/** The units that this decision has given to each peer so far. */
interface Given {
  readonly chosen: Map<number, PeerId[]>
  /** The engines of the first peers chosen, where engines count. */
  readonly engines: Map<number, EngineId>
  /** Units among them that wanted more peers when the first was chosen, in the order of the choice. */
  readonly wanting: number[]
}

interface Candidate {
  readonly seat: Seat
  readonly poor: boolean
  readonly score: number
  readonly target: number
  /** Whether it may begin units that no engine has begun. */
  readonly mayBegin: boolean
  busy: number
  /** Nothing that is open suits it. */
  done: boolean
  untouchedFrom: number
  /** Undefined when none of `partial` suits it. */
  partialFrom: number | undefined
  /** So many of `wanting` it has looked at. */
  wantingSeen: number
  readonly units: { index: number; role: VerificationRole }[]
}

/**
 * How many units of a job a seat should hold: one a lane that runs, and behind it as many as keep the lane busy until
 * an award that answers its end arrives, at least one. Not more, so that what waits can still go elsewhere.
 */
export function targetOf({ capacity, lanes, unitMs, latencyMs }: Seat): number {
  const aheadMs = Math.max(AHEAD_MS_MIN, latencyMs * LATENCY_MARGIN)
  const ahead = Math.max(lanes, Math.ceil((lanes * aheadMs) / unitMs))
  return Math.min(capacity, lanes + ahead)
}

/** How many units a seat should get now: none while it has nearly all that it should. */
export function roomOf(seat: Seat): number {
  const target = targetOf(seat)
  const room = target - seat.busy
  const hasEnough = seat.busy >= seat.lanes && seat.busy > target / 2
  return hasEnough && room < Math.floor(target / TOP_UP_PART) ? 0 : Math.max(0, room)
}

/**
 * The requester's choice: who computes which unit, and who checks it.
 *
 * Free lanes come first, wherever they are; what is left is queued where it ends earliest. Own cores are one provider
 * among the others. A unit goes to as many peers as it misses, to none twice; begun units come before others.
 * Peers of poor standing get a unit only when it has waited long enough or no other peer is there, and so do two that
 * trust each other fully, as they might collude. Where engines count, all peers of a unit have one engine, and an
 * engine begins none that too few of its peers could finish. The result does not depend on the order of the seats.
 */
export function chooseAwards(input: AwardInput): readonly ChosenAward[] {
  const given: Given = { chosen: new Map(), engines: new Map(), wanting: [] }
  const candidates = input.seats.flatMap((seat) => {
    // Untrusted peers are given nothing, however long a unit has waited.
    if (!(input.standingOf(seat.peer).trust > 0)) return []
    return roomOf(seat) > 0 ? [candidateOf(seat, input)] : []
  })
  candidates.sort(compareStanding)
  for (const mayWaive of [false, true]) {
    for (const candidate of candidates) {
      candidate.done = candidate.poor && !mayWaive
      candidate.untouchedFrom = candidate.partialFrom = candidate.seat.begin
      candidate.wantingSeen = 0
    }
    while (input.open.untouched.count + input.open.partial.count > 0) {
      const candidate = earliest(candidates, input.unitsMax)
      if (candidate === undefined) break
      const unit = unitFor(candidate, given, mayWaive, input)
      if (unit === undefined) candidate.done = true
      else give(candidate, unit, given, input)
    }
  }
  return candidates.flatMap(({ seat: { peer, engine }, units }): ChosenAward[] => {
    if (units.length === 0) return []
    const { placeOf } = input.open.order
    const sorted = units.sort((a, b) => placeOf(a.index) - placeOf(b.index))
    return [{ peer, ...(engine === undefined ? {} : { engine }), units: sorted }]
  })
}

/** Whether a peer is wrong or missing so often that others are preferred. */
export function isPoor(
  { quality, reliability }: Pick<Standing, 'quality' | 'reliability'>,
  poorBelow: number,
): boolean {
  return !(quality >= poorBelow && reliability >= poorBelow)
}

function candidateOf(seat: Seat, input: AwardInput): Candidate {
  const { trust, quality, reliability } = input.standingOf(seat.peer)
  return {
    seat,
    poor: isPoor({ quality, reliability }, input.poorBelow),
    score: Math.round(trust * quality * reliability * STANDING_LEVELS),
    target: targetOf(seat),
    mayBegin: seat.engine === undefined || input.mayBegin(seat.engine),
    busy: seat.busy,
    done: false,
    untouchedFrom: seat.begin,
    partialFrom: seat.begin,
    wantingSeen: 0,
    units: [],
  }
}

function compareStanding(a: Candidate, b: Candidate): number {
  if (a.poor !== b.poor) return a.poor ? 1 : -1
  return b.score - a.score || (a.seat.peer < b.seat.peer ? -1 : 1)
}

/** The candidate whose next unit ends first: of those with a free lane, if there are any; the first among equals. */
function earliest(candidates: readonly Candidate[], unitsMax: number): Candidate | undefined {
  let best: Candidate | undefined
  for (const candidate of candidates) {
    if (candidate.done || candidate.busy >= candidate.target || candidate.units.length >= unitsMax) continue
    if (best === undefined || comesBefore(candidate, best)) best = candidate
  }
  return best
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  if (a.poor !== b.poor) return b.poor
  if (hasFreeLane(a) !== hasFreeLane(b)) return hasFreeLane(a)
  return nextEndMs(a) < nextEndMs(b)
}

function hasFreeLane({ busy, seat }: Candidate): boolean {
  return busy < seat.lanes
}

/** When one more unit would end, from now on. */
function nextEndMs({ seat: { lanes, unitMs, latencyMs }, busy }: Candidate): number {
  const waitMs = busy < lanes ? 0 : ((busy - lanes + 1) / lanes) * unitMs
  return Math.max(latencyMs, waitMs) + unitMs
}

/** The next unit that suits a peer: one that others have begun, else one not begun. */
function unitFor(
  candidate: Candidate,
  given: Given,
  mayWaive: boolean,
  input: AwardInput,
): { index: number; isFirst: boolean } | undefined {
  const { untouched, partial, order } = input.open
  const suits = (index: number): boolean => isWanted(index, candidate, given, mayWaive, input)
  // A unit that did not suit a peer once will not in this decision: the peer looks at each unit once.
  if (candidate.partialFrom !== undefined && partial.count > input.open.partialHeldBy(candidate.seat.peer)) {
    const place = around(partial, candidate.partialFrom, (at) => suits(order.unitAt(at)))
    candidate.partialFrom = place === undefined ? undefined : place + 1
    if (place !== undefined) return { index: order.unitAt(place), isFirst: false }
  }
  while (candidate.wantingSeen < given.wanting.length) {
    const index = given.wanting[candidate.wantingSeen++]
    if (index !== undefined && suits(index)) return { index, isFirst: false }
  }
  if (!candidate.mayBegin) return undefined
  const place = around(untouched, candidate.untouchedFrom, (at) => {
    const index = order.unitAt(at)
    return !given.chosen.has(index) && suits(index)
  })
  if (place === undefined) return undefined
  candidate.untouchedFrom = place + 1
  return { index: order.unitAt(place), isFirst: true }
}

/** The first member that suits, from a place on and around the end; gives up after PASSED_OVER_MAX. */
function around(set: BitSet, from: number, suits: (place: number) => boolean): number | undefined {
  let left = Math.min(set.count, PASSED_OVER_MAX)
  let at = from
  while (left > 0) {
    const place = set.next(at) ?? set.next(0)
    if (place === undefined) return undefined
    if (suits(place)) return place
    at = place + 1
    left--
  }
  return undefined
}

/** Whether a peer cannot have a unit that these have a part in: it is one of them, or has the owner of one. */
function isBarred(peer: PeerId, parts: readonly PeerId[], input: AwardInput): boolean {
  return parts.includes(peer) || input.sharesOwner?.(peer, parts) === true
}

function isWanted(
  index: number,
  { seat: { peer, engine }, poor, mayBegin }: Candidate,
  given: Given,
  mayWaive: boolean,
  input: AwardInput,
): boolean {
  const need = input.needOf(index)
  const chosen = given.chosen.get(index) ?? []
  if (need === undefined || chosen.length >= need.missing) return false
  if (isBarred(peer, need.holders, input) || isBarred(peer, chosen, input)) return false
  if (engine !== undefined) {
    const only = need.engine ?? given.engines.get(index)
    if (only === undefined ? !mayBegin : only !== engine) return false
  }
  const befriended = (other: PeerId): boolean => input.trustEachOtherFully(peer, other)
  if (!poor && !need.holders.some(befriended) && !chosen.some(befriended)) return true
  if (!mayWaive) return false
  const holders = new Set(need.holders).size + chosen.length
  return input.nowMs - need.openSinceMs >= input.patienceMs || input.othersOf(peer) - holders <= 0
}

function give(
  candidate: Candidate,
  { index, isFirst }: { index: number; isFirst: boolean },
  { chosen, engines, wanting }: Given,
  input: AwardInput,
): void {
  const before = chosen.get(index) ?? []
  candidate.units.push({ index, role: isFirst ? 'primary' : 'verification' })
  chosen.set(index, [...before, candidate.seat.peer])
  if (candidate.seat.engine !== undefined) engines.set(index, candidate.seat.engine)
  if (before.length === 0 && (input.needOf(index)?.missing ?? 0) > 1) wanting.push(index)
  candidate.busy++
}
