import type { DayStatistics } from '#contract'

/** Which of a month's courses is shown. */
export type MonthView = 'units' | 'hours'

/** A day as it is drawn. */
export interface MonthDay {
  /** An ISO date; unique, so that it stands for its day on the axis. */
  readonly date: string
  /** Noon of that day in the reader's time zone, milliseconds since 1970: writes the same date everywhere. */
  readonly atMs: number
  readonly given: number
  readonly got: number
  readonly sharedMs: number
  /** `got`, drawn downwards from the line. */
  readonly gotDown: number
}

/** Days with what all of them come to. */
export interface Month {
  /** The oldest first, today last. */
  readonly days: readonly MonthDay[]
  readonly given: number
  readonly got: number
  readonly sharedMs: number
}

/** The range of a chart's vertical axis, and where it has lines. */
export interface MonthScale {
  readonly domain: readonly [number, number]
  readonly ticks: readonly number[]
}

/** As many lines above the zero as are read at a glance. */
const LINES = 3
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Steps in which people count time; the longest day is one of 25 hours. */
const TIME_STEPS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  4 * HOUR_MS,
  6 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
]
const WEEK_DAYS = 7

/** The days as they are drawn, and their sums. */
export function monthOf(days: readonly DayStatistics[]): Month {
  const drawn = days.map(({ date, units_for_others, units_by_others, shared_ms }) => ({
    date,
    atMs: new Date(`${date}T12:00`).getTime(),
    given: units_for_others,
    got: units_by_others,
    sharedMs: shared_ms,
    // A zero of its own: minus nothing is not drawn and would be written as -0.
    gotDown: units_by_others === 0 ? 0 : -units_by_others,
  }))
  const sum = (of: (day: MonthDay) => number): number => drawn.reduce((all, day) => all + of(day), 0)
  return {
    days: drawn,
    given: sum(({ given }) => given),
    got: sum(({ got }) => got),
    sharedMs: sum(({ sharedMs }) => sharedMs),
  }
}

/** The courses in which anything happened, in the order in which they are offered. */
export function viewsOf(month: Month): readonly MonthView[] {
  const units: readonly MonthView[] = month.given + month.got > 0 ? ['units'] : []
  // Less than a minute is written as nothing.
  return month.sharedMs >= MINUTE_MS ? [...units, 'hours'] : units
}

/** An axis that ends where the bars do, with a few lines at round figures. */
export function scaleOf(days: readonly MonthDay[], view: MonthView): MonthScale {
  const most = (of: (day: MonthDay) => number): number => Math.max(0, ...days.map(of))
  const up = most(view === 'units' ? ({ given }) => given : ({ sharedMs }) => sharedMs)
  const down = view === 'units' ? most(({ got }) => got) : 0
  const least = Math.max(up, down) / LINES
  const step =
    view === 'units' ? roundStep(least) : (TIME_STEPS_MS.find((one) => one >= least) ?? 12 * HOUR_MS)
  const [below, above] = [Math.floor(down / step), Math.floor(up / step)]
  const ticks = Array.from({ length: below + above + 1 }, (_, line) => (line - below) * step)
  return { domain: [down === 0 ? 0 : -down, up], ticks }
}

/** The dates that are written under the days: today and the same weekday before, the oldest first. */
export function writtenDates(days: readonly MonthDay[]): readonly string[] {
  const last = days.length - 1
  return days.filter((_, day) => (last - day) % WEEK_DAYS === 0).map(({ date }) => date)
}

/** The smallest of 1, 2, 5, 10, 20, 50, … that is not below; units are whole. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  return [1, 2, 5, 10].map((one) => one * power).find((step) => step >= least) ?? 10 * power
}
