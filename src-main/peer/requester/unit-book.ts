import type { OpenUnits } from '../../market/award.ts'
import { createBitSet, type BitSet } from '../../market/bit-set.ts'
import { INDEX_ORDER, unitOrder, type UnitOrder } from '../../market/unit-order.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { UnitRange } from '../../protocol/work.ts'
import { archivedIndices } from './archived.ts'
import type { AttemptState, JobState, UnitState } from './slice.ts'
import type { EngineId } from '../../protocol/engine.ts'
import { engineOfUnit, isExactlyChecked } from './engines.ts'
import { isOwed } from './given-up.ts'
import { isTimeOut } from './time-outs.ts'
import { holdersOf, missingOf } from './unit.ts'

/**
 * An index of a job's units by what they want: it follows from the job's state, so that it is neither journaled nor in
 * a snapshot, and is built anew after a restart. With it no event costs a walk over all units.
 */
export interface UnitBook extends OpenUnits {
  readonly open: BitSet
  /** Units whose result some peer has although its attempt was given up. */
  readonly ready: ReadonlySet<number>
  /** Who computes what at this moment, in the order of the awards. */
  readonly atWork: ReadonlyMap<PeerId, ReadonlyMap<number, AttemptState>>
  /** Units that were given up as late or lost and may still be at work: they keep their providers' lanes. */
  readonly owed: ReadonlyMap<PeerId, ReadonlyMap<number, AttemptState>>
  /**
   * How many units of `partial` a peer of an engine cannot take while they keep their engines: those in which it has a
   * part, and those of other engines.
   */
  readonly partialClosedTo: (peer: PeerId, engine: EngineId | undefined) => number
  /** How many units of `partial` in which a peer has a part are bound to its engine, or to none: others may begin anew. */
  readonly partialHeldIn: (peer: PeerId, engine: EngineId | undefined) => number
  /** All peers that were ever given a unit of it. */
  readonly takers: ReadonlySet<PeerId>
  /** To be called after every change of a unit's attempts or verdict. */
  refresh(index: number): void
}

/** The engine to which a begun unit is bound; undefined where engines do not count, or it has no results now. */
type Bound = EngineId | undefined

const books = new WeakMap<JobState, UnitBook>()

/** The index of a job, built at the first call. */
export function bookOf(job: JobState): UnitBook {
  const known = books.get(job)
  if (known !== undefined) return known
  const book = createUnitBook(job)
  books.set(job, book)
  return book
}

/** Tells the index, if there is one, that a unit has changed. */
export function refreshUnit(job: JobState, index: number): void {
  books.get(job)?.refresh(index)
}

/** An ended job needs no index any longer. */
export function closeBook(job: JobState): void {
  books.delete(job)
}

/** Units that need a provider now; none of a job that does not run. */
export function openCount(job: JobState): number {
  return job.status.state === 'running' ? bookOf(job).open.count : 0
}

/** At most `rangesMax` ranges of units that need a provider, in order; none of a job that does not run. */
export function openRanges(job: JobState, rangesMax: number): UnitRange[] {
  if (job.status.state !== 'running') return []
  const { open } = bookOf(job)
  const ranges: UnitRange[] = []
  for (let from = open.next(0); from !== undefined && ranges.length < rangesMax;) {
    const to = open.nextAbsent(from)
    ranges.push([from, to])
    from = open.next(to)
  }
  return ranges
}

/** Builds the index of a job as it is. */
export function createUnitBook(job: JobState): UnitBook {
  const order = unitOrder(job.manifest.unit_grid, job.manifest.unit_count)
  const open = unarchivedUnits(job, INDEX_ORDER)
  const untouched = unarchivedUnits(job, order)
  const partial = createBitSet(job.manifest.unit_count)
  const ready = new Set<number>()
  const atWork = new Map<PeerId, Map<number, AttemptState>>()
  const owed = new Map<PeerId, Map<number, AttemptState>>()
  const workers = new Map<number, readonly PeerId[]>()
  const debtors = new Map<number, readonly PeerId[]>()
  const partialHolders = createPartialHolders(partial, order)
  const isChecked = isExactlyChecked(job)
  const takers = new Set(job.archived?.parts.keys())
  function setWorkers(index: number, unit: UnitState): void {
    const now = unit.attempts.filter(({ status }) => status.state === 'awarded')
    for (const peer of workers.get(index) ?? []) {
      if (!now.some((attempt) => attempt.peer === peer)) atWork.get(peer)?.delete(index)
    }
    for (const attempt of now) {
      const units = atWork.get(attempt.peer) ?? new Map<number, AttemptState>()
      atWork.set(attempt.peer, units)
      if (units.get(index) !== attempt) units.set(index, attempt)
    }
    if (now.length === 0) workers.delete(index)
    else
      workers.set(
        index,
        now.map(({ peer }) => peer),
      )
  }

  function setDebtors(index: number, unit: UnitState): void {
    const now = unit.attempts.filter(isOwed)
    if (now.length === 0 && !debtors.has(index)) return
    for (const peer of debtors.get(index) ?? []) owed.get(peer)?.delete(index)
    for (const attempt of now) {
      const units = owed.get(attempt.peer) ?? new Map<number, AttemptState>()
      owed.set(attempt.peer, units.set(index, attempt))
    }
    if (now.length === 0) debtors.delete(index)
    else
      debtors.set(
        index,
        now.map(({ peer }) => peer),
      )
  }

  function refresh(index: number): void {
    const unit = job.units.get(index)
    if (unit === undefined) return
    for (const { peer } of unit.attempts) takers.add(peer)
    setWorkers(index, unit)
    setDebtors(index, unit)
    const isDone = unit.verified !== undefined
    const missing = isDone ? 0 : missingOf(job, unit)
    const holders = missing > 0 ? holdersOf(job, unit) : []
    if (missing > 0) open.add(index)
    else open.remove(index)
    // Where a unit's time was up it comes first, so that it is soon known whether it ends anywhere.
    const isBegun = missing > 0 && (holders.length > 0 || unit.attempts.some(isTimeOut))
    if (missing > 0 && !isBegun) untouched.add(order.placeOf(index))
    else untouched.remove(order.placeOf(index))
    partialHolders.set(index, isBegun ? holders : undefined, isChecked ? engineOfUnit(unit) : undefined)
    const hasResult = ({ status }: AttemptState): boolean => status.state === 'void' && status.ready
    if (!isDone && unit.attempts.some(hasResult)) ready.add(index)
    else ready.delete(index)
  }

  for (const index of job.units.keys()) refresh(index)
  return {
    open,
    order,
    untouched,
    partial,
    ready,
    atWork,
    owed,
    takers,
    partialHeldBy: partialHolders.countOf,
    partialClosedTo: partialHolders.countClosed,
    partialHeldIn: partialHolders.countHeldIn,
    refresh,
  }
}

/** All units but those in the history, by their places. */
function unarchivedUnits(job: JobState, { placeOf }: UnitOrder): BitSet {
  const units = createBitSet(job.manifest.unit_count, true)
  for (const index of archivedIndices(job)) units.remove(placeOf(index))
  return units
}

/** The peers that hold units of `partial`, which it keeps too, and the engines to which these units are bound. */
function createPartialHolders(partial: BitSet, { placeOf }: UnitOrder) {
  const known = new Map<number, { readonly holders: readonly PeerId[]; readonly engine: Bound }>()
  const unitsOf = new Map<Bound, number>()
  const heldBy = new Map<PeerId, Map<Bound, number>>()

  function count(holders: readonly PeerId[], engine: Bound, by: number): void {
    unitsOf.set(engine, (unitsOf.get(engine) ?? 0) + by)
    for (const peer of holders) {
      const held = heldBy.get(peer) ?? new Map<Bound, number>()
      heldBy.set(peer, held.set(engine, (held.get(engine) ?? 0) + by))
    }
  }

  return {
    /** Sets the holders of a unit and its engine; undefined for a unit that is not in `partial`. */
    set(index: number, holders: readonly PeerId[] | undefined, engine: Bound): void {
      const before = known.get(index)
      if (before !== undefined) count(before.holders, before.engine, -1)
      if (holders === undefined) {
        known.delete(index)
        partial.remove(placeOf(index))
        return
      }
      const distinct = [...new Set(holders)]
      count(distinct, engine, 1)
      known.set(index, { holders: distinct, engine })
      partial.add(placeOf(index))
    },
    /** How many units of `partial` a peer holds. */
    countOf: (peer: PeerId): number => {
      let held = 0
      for (const units of heldBy.get(peer)?.values() ?? []) held += units
      return held
    },
    /** How many units of `partial` that are bound to an engine, or to none, a peer holds. */
    countHeldIn: (peer: PeerId, engine: Bound): number => {
      const held = heldBy.get(peer)
      const unbound = held?.get(undefined) ?? 0
      return engine === undefined ? unbound : unbound + (held?.get(engine) ?? 0)
    },
    /** How many units of `partial` a peer holds, or are bound to another engine than this one. */
    countClosed: (peer: PeerId, engine: Bound): number => {
      let closed = 0
      for (const [bound, units] of unitsOf) {
        const isOther = bound !== undefined && bound !== engine
        closed += isOther ? units : (heldBy.get(peer)?.get(bound) ?? 0)
      }
      return closed
    },
  }
}
