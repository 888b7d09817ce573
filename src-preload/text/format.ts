import type { Language } from './language.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Words for a moment a few seconds ago; a language's own “now” does not go with “done”. */
const JUST_NOW: Record<Language, string> = { en: 'just now', de: 'gerade eben' }

/** Surroundings of a formatter; the machine's own when absent. */
export interface FormatOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** An IANA name. */
  readonly timeZone?: string
}

/** Writes figures as a language does. Everything that is not a number (NaN, infinity) is a dash. */
export interface Format {
  readonly language: Language
  /** With at most so many digits after the comma; none when absent. */
  number(value: number, digits?: number): string
  /** Of a share from 0 to 1. */
  percent(fraction: number): string
  /** In powers of 1,000, as disks are sold: `1.5 GB`. */
  bytes(count: number): string
  bytesPerSecond(count: number): string
  /** The two largest units that are not zero: `1 h 20 min`; `0 s` for nothing. */
  duration(ms: number): string
  /** A duration that was forecast, as one would say it: `40 min` rather than 38, `5 h` rather than 5 h 17 min; at least a minute. */
  roughly(ms: number): string
  /** Time that is left, which is a forecast too and is seen to shrink: seconds in the last minute, whole minutes before. */
  remaining(ms: number): string
  /** A time of day, with its day when that is neither today nor within the next twelve hours. */
  time(atMs: number): string
  /** A day, with its year when that is not this one. */
  date(atMs: number): string
  /** How long ago, roughly, in words. */
  ago(atMs: number): string
  /** Several as one: `Bob, Cy and this PC`. */
  list(items: readonly string[]): string
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** The formatter of a language. */
export function createFormat(language: Language, options: FormatOptions = {}): Format {
  const now = options.now ?? Date.now
  const zone = options.timeZone === undefined ? {} : { timeZone: options.timeZone }
  const clock = new Intl.DateTimeFormat(language, {
    ...zone,
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
  const weekday = new Intl.DateTimeFormat(language, { ...zone, weekday: 'short' })
  const day = new Intl.DateTimeFormat(language, { ...zone, day: 'numeric', month: 'short' })
  const dayOfYear = new Intl.DateTimeFormat(language, {
    ...zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
  const isoDay = new Intl.DateTimeFormat('en-CA', {
    ...zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  // British: no comma before the last.
  const listed = new Intl.ListFormat(language === 'en' ? 'en-GB' : language, { type: 'conjunction' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const numbers = Array.from(
    { length: 4 },
    (_, digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }),
  )

  const number = (value: number, digits = 0): string =>
    Number.isFinite(value) ? (numbers[Math.min(digits, 3)]?.format(value) ?? '–') : '–'
  const bytes = (count: number): string => {
    if (!Number.isFinite(count)) return '–'
    let value = Math.max(0, count)
    let unit = 0
    // A value that rounds to a thousand is shown as one of the next unit.
    while (Math.round(value) >= 1_000 && unit < BYTE_UNITS.length - 1) {
      value /= 1_000
      unit += 1
    }
    return `${number(value, unit === 0 || value >= 99.95 ? 0 : 1)} ${BYTE_UNITS[unit] ?? ''}`
  }
  const date = (atMs: number): string => {
    if (!isDate(atMs)) return '–'
    const year = (ms: number) => isoDay.format(ms).slice(0, 4)
    return year(atMs) === year(now()) ? day.format(atMs) : dayOfYear.format(atMs)
  }
  return {
    language,
    number,
    percent: (fraction) => (Number.isFinite(fraction) ? `${number(fraction * 100)} %` : '–'),
    bytes,
    bytesPerSecond: (count) => (Number.isFinite(count) ? `${bytes(count)}/s` : '–'),
    duration: (ms) => (Number.isFinite(ms) ? durationWords(language, ms, number) : '–'),
    remaining: (ms) => (Number.isFinite(ms) ? durationWords(language, withoutSeconds(ms), number) : '–'),
    roughly: (ms) => (Number.isFinite(ms) ? durationWords(language, rounded(ms), number) : '–'),
    time(atMs) {
      if (!isDate(atMs)) return '–'
      const hour = clock.format(atMs)
      const isSoon = atMs >= now() && atMs - now() < 12 * HOUR_MS
      if (isSoon || isoDay.format(atMs) === isoDay.format(now())) return hour
      const isNear = Math.abs(atMs - now()) < 6 * DAY_MS
      return `${isNear ? weekday.format(atMs) : date(atMs)} ${hour}`
    },
    date,
    ago(atMs) {
      if (!isDate(atMs)) return '–'
      const ms = Math.max(0, now() - atMs)
      return ms < 45 * SECOND_MS ? JUST_NOW[language] : agoWords(relative, ms)
    },
    list: (items) => listed.format(items),
  }
}

/** Whether a moment is within what a calendar can say. */
function isDate(atMs: number): boolean {
  return Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15
}

function durationWords(language: Language, ms: number, number: (value: number) => string): string {
  const seconds = Math.round(Math.max(0, ms) / SECOND_MS)
  const minutes = Math.round((seconds * SECOND_MS) / MINUTE_MS)
  const hours = Math.round((seconds * SECOND_MS) / HOUR_MS)
  if (seconds < MINUTE_MS / SECOND_MS) return `${number(seconds)} s`
  // Seconds do not matter once it takes ten minutes.
  if (seconds < (10 * MINUTE_MS) / SECOND_MS) return pair(seconds, 60, 'min', 's', number)
  if (minutes < HOUR_MS / MINUTE_MS) return `${number(minutes)} min`
  if (minutes < DAY_MS / MINUTE_MS) return pair(minutes, 60, 'h', 'min', number)
  return pair(hours, 24, language === 'de' ? 'T.' : 'd', 'h', number)
}

/** Whole minutes, of more than one. */
function withoutSeconds(ms: number): number {
  return ms < MINUTE_MS ? ms : Math.round(ms / MINUTE_MS) * MINUTE_MS
}

/** Steps to which forecasts are rounded, by their length. */
const ROUGH_STEPS = [
  { upToMs: 10 * MINUTE_MS, stepMs: MINUTE_MS },
  { upToMs: HOUR_MS, stepMs: 5 * MINUTE_MS },
  { upToMs: 5 * HOUR_MS, stepMs: 15 * MINUTE_MS },
] as const

function rounded(ms: number): number {
  const stepMs = ROUGH_STEPS.find(({ upToMs }) => ms <= upToMs)?.stepMs ?? HOUR_MS
  return Math.max(MINUTE_MS, Math.round(ms / stepMs) * stepMs)
}

/** A count of small units as large ones and what is left. */
function pair(
  smalls: number,
  perLarge: number,
  largeName: string,
  smallName: string,
  number: (value: number) => string,
): string {
  const [whole, rest] = [Math.floor(smalls / perLarge), smalls % perLarge]
  return rest > 0
    ? `${number(whole)} ${largeName} ${number(rest)} ${smallName}`
    : `${number(whole)} ${largeName}`
}

function agoWords(relative: Intl.RelativeTimeFormat, ms: number): string {
  if (ms < 45 * MINUTE_MS) return relative.format(-Math.max(1, Math.round(ms / MINUTE_MS)), 'minute')
  if (ms < 22 * HOUR_MS) return relative.format(-Math.max(1, Math.round(ms / HOUR_MS)), 'hour')
  if (ms < 26 * DAY_MS) return relative.format(-Math.max(1, Math.round(ms / DAY_MS)), 'day')
  if (ms < 320 * DAY_MS) return relative.format(-Math.max(1, Math.round(ms / (30.44 * DAY_MS))), 'month')
  return relative.format(-Math.max(1, Math.round(ms / (365.25 * DAY_MS))), 'year')
}
