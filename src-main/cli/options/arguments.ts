import { InvalidArgumentError } from 'commander'

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const
/** Letters behind counts of things, in powers of 1000, and of bytes, in powers of 1024 as `split` and `dd` have them. */
const STEPS = ['', 'k', 'M', 'G', 'T'] as const

/** A number within bounds, both inclusive. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`a number from ${boundText(min)} to ${boundText(max)}, please.`)
    return value
  }
}

/** A bound as a person reads it: `1,000,000`. */
function boundText(bound: number): string {
  return bound.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

/** A whole number within bounds, both inclusive. */
export function integerBetween(min: number, max: number): (text: string) => number {
  const parse = numberBetween(min, max)
  return (text) => {
    const value = parse(text)
    if (!Number.isInteger(value)) throw new InvalidArgumentError('a whole number, please.')
    return value
  }
}

/** A duration such as `500ms`, `90s`, `60m`, `2h` or `7d`, in milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) {
    throw new InvalidArgumentError('a duration such as 90s, 60m, 2h or 7d, please.')
  }
  return Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
}

/** Moments may be so far away: no user waits longer for a job. */
const AHEAD_MS_MAX = 10 * 366 * MILLISECONDS.d
const A_MOMENT =
  'a moment to come, please: +2h, 18:00, or 2026-12-24T18:00 (this machine’s time zone unless it says one).'

/**
 * A moment that is still to come, in milliseconds since 1970: so long from now (`+2h`, or `2h`), a time of day (`18:00`, of
 * tomorrow when it has passed today), or an ISO 8601 date with or without a time, by this machine's time zone unless it
 * names one.
 */
export function deadlineMs(text: string, nowMs: number): number {
  const atMs = momentMs(text.trim(), nowMs)
  if (!(atMs > nowMs && atMs - nowMs <= AHEAD_MS_MAX)) throw new InvalidArgumentError(A_MOMENT)
  return Math.round(atMs)
}

function momentMs(text: string, nowMs: number): number {
  if (/^\+?\d+(?:\.\d+)?[a-z]+$/.test(text)) return nowMs + durationMs(text.replace('+', ''))
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hour !== undefined && minute !== undefined) {
    const at = new Date(nowMs)
    at.setHours(Number(hour), Number(minute), 0, 0)
    if (at.getTime() <= nowMs) at.setDate(at.getDate() + 1)
    return at.getTime()
  }
  // A date alone means its end.
  return dateMs(text, '23:59:59')
}

/**
 * An ISO 8601 date and time in milliseconds since 1970, by this machine's time zone unless it names one; NaN for anything else.
 * @param time of a date alone
 */
export function dateMs(text: string, timeOfDate = ''): number {
  const [, date, time = timeOfDate, zone = ''] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ?? []
  // A date that no month has is none, though Date would take it for one of the next.
  if (date === undefined || new Date(`${date}T00:00Z`).getUTCDate() !== Number(date.slice(8))) return NaN
  return time === '' ? NaN : Date.parse(`${date}T${time}${zone}`)
}

/** A duration in minutes: more than none, and at most so many. */
export function durationMinutes(max: number): (text: string) => number {
  return (text) => {
    const minutes = durationMs(text) / MILLISECONDS.m
    if (minutes <= 0 || minutes > max) {
      throw new InvalidArgumentError(`at least 1ms and at most ${max / (24 * 60)}d, please.`)
    }
    return minutes
  }
}

/** A count of at least one: `10000`, `5e9`, `20k`, `1.5G`. */
export function unitCount(text: string): number {
  return stepped(text, 1_000, 'a count of at least 1, such as 10000, 5e9 or 20k, please.')
}

/** A count of bytes of at least one: `4096`, `64M`, `1.5G`. */
export function byteCount(text: string): number {
  return stepped(text, 1_024, 'at least 1 byte, such as 4096, 64M or 1G, please.')
}

function stepped(text: string, base: number, please: string): number {
  const [, amount, step = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([kKMGT]?)$/.exec(text) ?? []
  const value =
    Number(amount ?? NaN) * base ** STEPS.indexOf(step.replace('K', 'k') as (typeof STEPS)[number])
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError(please)
  return value
}

/** Text of so many characters, both bounds inclusive. */
export function textBetween(min: number, max: number): (text: string) => string {
  return (text) => {
    if (text.trim().length < min) throw new InvalidArgumentError('something, please: it is empty.')
    if (text.length > max)
      throw new InvalidArgumentError(`at most ${max} characters, please, not ${text.length}.`)
    return text
  }
}

/** Whether something is to be: `on` or `off`. */
export function onOrOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('on or off, please.')
  return text === 'on'
}

/** Collects an option that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}
