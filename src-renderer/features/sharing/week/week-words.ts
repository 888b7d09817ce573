/** A painted week as few phrases, for the catalogue to say. Pure. */
import {
  CELLS_PER_DAY,
  DAYS,
  MINUTES_PER_CELL,
  cellsIn,
  cutAtMidnights,
  type Span,
  type WeekCells,
} from './week-paint.ts'

/** Days in words' order; 0 is Monday. */
export type DaySet =
  | { readonly kind: 'every-day' }
  | { readonly kind: 'weekdays' }
  | { readonly kind: 'weekends' }
  | { readonly kind: 'except'; readonly day: number }
  | { readonly kind: 'days'; readonly days: readonly number[] }

/** Hours that are shared on some days. Minutes past 1440 are on the day after. */
export type WeekPhrase = {
  readonly days: DaySet
  readonly hours: 'all-day' | { readonly fromMinute: number; readonly toMinute: number }
}

/** The week in words: phrases that together say exactly what is shared, or only how much where they would be many. */
export type WeekWords =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'always' }
  | { readonly kind: 'phrases'; readonly phrases: readonly WeekPhrase[] }
  | { readonly kind: 'many'; readonly stretches: number; readonly hours: number }

/** A sentence with more phrases than these is too long to read. */
const PHRASES_MAX = 3

/** Says what is shared. Whole days come first of all to be found, last to be told. */
export function weekWords(week: WeekCells): WeekWords {
  const shared = week.map((terms) => terms !== undefined)
  const count = shared.filter(Boolean).length
  if (count === 0) return { kind: 'nothing' }
  if (count === shared.length) return { kind: 'always' }
  const phrases = phrasesOf(shared)
  if (phrases.length <= PHRASES_MAX) return { kind: 'phrases', phrases }
  const stretches = runs(shared).length
  return { kind: 'many', stretches, hours: (count * MINUTES_PER_CELL) / 60 }
}

function phrasesOf(shared: readonly boolean[]): WeekPhrase[] {
  const wholeDays = allDays().filter((day) =>
    isShared(shared, { start: day * CELLS_PER_DAY, cells: CELLS_PER_DAY }),
  )
  const said = new Set(
    wholeDays.flatMap((day) => cellsIn({ start: day * CELLS_PER_DAY, cells: CELLS_PER_DAY })),
  )
  const phrases: WeekPhrase[] = []
  // Stretches that stand alone tell the pattern; what touches whole days often is the same pattern half hidden.
  const alone = runs(shared).filter((run) => run.cells < CELLS_PER_DAY)
  const hidden = runs(shared.map((is, cell) => is && !said.has(cell))).flatMap(cutLong)
  const patterns = [...alone, ...hidden]
    .map(({ start, cells }) => ({ start, cells, slot: start % CELLS_PER_DAY }))
    .map((pattern) => ({ pattern, days: allDays().filter((day) => isShared(shared, spanOn(day, pattern))) }))
    // The hours that most days share come first.
    .sort((a, b) => b.days.length - a.days.length)
  for (const { pattern, days } of patterns) {
    const { cells } = pattern
    if (cellsIn(pattern).every((cell) => said.has(cell))) continue
    const needed = days.filter((day) => cellsIn(spanOn(day, pattern)).some((cell) => !said.has(cell)))
    const told = days.length === DAYS ? days : needed
    for (const day of told) for (const cell of cellsIn(spanOn(day, pattern))) said.add(cell)
    const fromMinute = pattern.slot * MINUTES_PER_CELL
    phrases.push({
      days: daySet(told),
      hours: { fromMinute, toMinute: fromMinute + cells * MINUTES_PER_CELL },
    })
  }
  return wholeDays.length === 0 ? phrases : [...phrases, { days: daySet(wholeDays), hours: 'all-day' }]
}

/** The fewest words for some days. */
function daySet(days: readonly number[]): DaySet {
  const key = days.join('')
  if (key === '0123456') return { kind: 'every-day' }
  if (key === '01234') return { kind: 'weekdays' }
  if (key === '56') return { kind: 'weekends' }
  const [except] = allDays().filter((day) => !days.includes(day))
  if (days.length === DAYS - 1 && except !== undefined) return { kind: 'except', day: except }
  return { kind: 'days', days }
}

/** Stretches of shared cells, each begun where the cell before is not shared; also one that goes round the week. */
function runs(shared: readonly boolean[]): Span[] {
  return shared.flatMap((is, start) => {
    if (!is || shared.at(start - 1) === true) return []
    let cells = 1
    while (shared[(start + cells) % shared.length] === true) cells++
    return [{ start, cells }]
  })
}

/** A day or more, told as one, would not say which day it ends on. */
function cutLong(run: Span): Span[] {
  return run.cells < CELLS_PER_DAY ? [run] : cutAtMidnights(run)
}

function spanOn(day: number, { slot, cells }: { slot: number; cells: number }): Span {
  return { start: day * CELLS_PER_DAY + slot, cells }
}

function isShared(shared: readonly boolean[], span: Span): boolean {
  return cellsIn(span).every((cell) => shared[cell])
}

function allDays(): number[] {
  return Array.from({ length: DAYS }, (_, day) => day)
}
