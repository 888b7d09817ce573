import type { ComputeResource } from '../protocol/resource.ts'
import type { WeekPlan } from '../protocol/sharing-plan.ts'
import { evenStretches, zoneOffset, type EvenStretch, type ZoneOffset } from './zone-offset.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_DAY = 86_400_000
/** The first of January 1970 was a Thursday; the plan's week begins on Monday. */
const EPOCH_WEEKDAY = 3
/** A stretch lasts a day by the wall clock; with that of the day before and a change of the clock it reaches so far. */
const REACH_DAYS = 2
/** How far ahead the next hours are looked for when the nearest weeks have none: exceptions may blank a year. */
const SEARCH_DAYS_MAX = 400
/** Days ahead whose hours are told in one go. */
const SOON_DAYS = 8

/** Time in which so much is shared, by the plan. */
export interface SharedHours {
  readonly startMs: number
  readonly endMs: number
  readonly resources: ComputeResource
  readonly priority: number
  /** Only these algorithms are run; all when absent. */
  readonly algorithms?: readonly string[]
}

/** A painted stretch on one date, on the line of the wall clock (its milliseconds as if it were UTC). */
interface WallStretch {
  readonly day: number
  readonly startMs: number
  readonly endMs: number
  readonly terms: Omit<SharedHours, 'startMs' | 'endMs'>
}

type Block = WeekPlan['blocks'][number] | WeekPlan['exceptions'][number]['blocks'][number]

/** Whether hours can be told by this zone's wall clock here. */
export function isTimeZone(name: string): boolean {
  return zoneOffset(name) !== undefined
}

/**
 * When a plan shares, from `fromMs` (hours that have begun keep their own beginning) until `untilMs`: in order, none
 * overlapping, those alike that meet within a day as one.
 *
 * An instant is shared when its zone's wall clock then shows a time within a stretch: hours that a change of the clock
 * leaves out are not shared, those that it repeats are shared both times. Where stretches overlap, the one that begins
 * last counts, then the shorter. An exception replaces what would begin on its date; what began the day before goes on.
 *
 * @returns nothing for a time zone that is unknown here
 */
export function weekHours(plan: WeekPlan, fromMs: number, untilMs: number): SharedHours[] {
  const offsetOf = zoneOffset(plan.time_zone)
  if (offsetOf === undefined || untilMs <= fromMs) return []
  const stretches = wallStretches(plan, offsetOf, fromMs, untilMs)
  const even = evenStretches(offsetOf, fromMs - REACH_DAYS * MS_PER_DAY, untilMs + REACH_DAYS * MS_PER_DAY)
  const pieces = even.flatMap((stretch) => piecesWithin(stretch, stretches))
  return merged(resolved(pieces))
    .filter(({ startMs, endMs }) => endMs > fromMs && startMs < untilMs)
    .map(({ startMs, endMs, stretch }) => ({ startMs, endMs, ...stretch.terms }))
}

/**
 * When the hours change next: the end of those at hand (through whatever follows without a gap), or the beginning of
 * the next. @returns undefined where nothing changes within a week (always, or never within a year)
 */
export function nextChangeMs(plan: WeekPlan, nowMs: number): { isShared: boolean; atMs?: number } {
  const soonMs = nowMs + SOON_DAYS * MS_PER_DAY
  const hours = weekHours(plan, nowMs, soonMs)
  if (hours[0] !== undefined && hours[0].startMs <= nowMs) {
    let endMs = hours[0].endMs
    for (const next of hours) if (next.startMs <= endMs) endMs = Math.max(endMs, next.endMs)
    return endMs >= soonMs ? { isShared: true } : { isShared: true, atMs: endMs }
  }
  const nextMs = hours[0]?.startMs ?? laterStartMs(plan, soonMs)
  return nextMs === undefined ? { isShared: false } : { isShared: false, atMs: nextMs }
}

function laterStartMs(plan: WeekPlan, fromMs: number): number | undefined {
  const blocksOf = blocksByDay(plan)
  const firstDay = Math.floor(fromMs / MS_PER_DAY) - REACH_DAYS
  for (let day = firstDay; day < firstDay + SEARCH_DAYS_MAX; day++) {
    if (blocksOf(day).length === 0) continue
    // Around the date in any zone. A change of the clock may leave nothing of it.
    const [startMs, endMs] = [Math.max(fromMs, (day - 1) * MS_PER_DAY), (day + REACH_DAYS) * MS_PER_DAY]
    const [first] = weekHours(plan, startMs, endMs)
    if (first !== undefined) return first.startMs
  }
  return undefined
}

/** The hours that begin on a date, counted in days since 1970. Of two exceptions for a date the later in the list counts. */
function blocksByDay(plan: WeekPlan): (day: number) => readonly Block[] {
  const exceptions = new Map(
    plan.exceptions.map(({ date, blocks }) => [Date.parse(date) / MS_PER_DAY, blocks]),
  )
  const weekdays = Array.from({ length: 7 }, (_, weekday) => plan.blocks.filter(({ day }) => day === weekday))
  return (day) => exceptions.get(day) ?? weekdays[(((day + EPOCH_WEEKDAY) % 7) + 7) % 7] ?? []
}

/** The hours painted on the dates around a window. */
function wallStretches(plan: WeekPlan, offsetOf: ZoneOffset, fromMs: number, untilMs: number): WallStretch[] {
  const firstDay = Math.floor((fromMs + offsetOf(fromMs)) / MS_PER_DAY) - REACH_DAYS
  const lastDay = Math.floor((untilMs + offsetOf(untilMs)) / MS_PER_DAY)
  const blocksOf = blocksByDay(plan)
  const stretches: WallStretch[] = []
  for (let day = firstDay; day <= lastDay; day++) {
    for (const block of blocksOf(day)) stretches.push(wallStretch(plan, block, day))
  }
  return stretches
}

function wallStretch(plan: WeekPlan, block: Block, day: number): WallStretch {
  const startMs = day * MS_PER_DAY + block.start_minute * MS_PER_MINUTE
  return {
    day,
    startMs,
    endMs: startMs + block.minutes * MS_PER_MINUTE,
    terms: {
      resources: block.resources ?? plan.resources,
      priority: block.priority ?? plan.priority,
      ...(block.algorithms === undefined ? {} : { algorithms: block.algorithms }),
    },
  }
}

/** A part of a stretch in time itself. */
interface Piece {
  readonly startMs: number
  readonly endMs: number
  readonly stretch: WallStretch
}

function piecesWithin(even: EvenStretch, stretches: readonly WallStretch[]): Piece[] {
  return stretches.flatMap((stretch) => {
    const startMs = Math.max(even.startMs, stretch.startMs - even.offsetMs)
    const endMs = Math.min(even.endMs, stretch.endMs - even.offsetMs)
    return startMs < endMs ? [{ startMs, endMs, stretch }] : []
  })
}

/** The same time without overlaps: at each instant the piece that goes before the others. */
function resolved(pieces: readonly Piece[]): Piece[] {
  const bounds = [...new Set(pieces.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort((a, b) => a - b)
  const ordered = [...pieces].sort((a, b) => a.startMs - b.startMs)
  const result: Piece[] = []
  let open: Piece[] = []
  let next = 0
  for (const [i, startMs] of bounds.entries()) {
    const endMs = bounds[i + 1]
    if (endMs === undefined) break
    open = open.filter((piece) => piece.endMs > startMs)
    while (ordered[next]?.startMs === startMs) {
      const piece = ordered[next++]
      if (piece !== undefined) open.push(piece)
    }
    const [first, ...others] = open
    if (first === undefined) continue
    const { stretch } = others.reduce((best, piece) => (goesBefore(piece, best) ? piece : best), first)
    result.push({ startMs, endMs, stretch })
  }
  return result
}

/** Which of two that overlap counts; the last resort only makes the outcome the same whatever their order. */
function goesBefore({ stretch: a }: Piece, { stretch: b }: Piece): boolean {
  if (a.startMs !== b.startMs) return a.startMs > b.startMs
  if (a.endMs !== b.endMs) return a.endMs < b.endMs
  return JSON.stringify(a.terms) < JSON.stringify(b.terms)
}

function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const last = result.pop()
    if (last === undefined) {
      result.push(piece)
    } else if (last.endMs === piece.startMs && areAlike(last.stretch, piece.stretch)) {
      result.push({ ...last, endMs: piece.endMs })
    } else {
      result.push(last, piece)
    }
  }
  return result
}

/** Of one day and on the same terms: hours of different days stay apart, so that what is published keeps its bounds. */
function areAlike(a: WallStretch, b: WallStretch): boolean {
  return a.day === b.day && JSON.stringify(a.terms) === JSON.stringify(b.terms)
}
