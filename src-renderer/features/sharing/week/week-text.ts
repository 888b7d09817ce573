/** Times, days and weeks as the catalogue says them. Pure. */
import type { ComputeResource, Sharing, WeekBlock } from '#contract'
import type { Format, Language, Messages } from '#text'
import { blocksOf, cellsOf, spanOf, CELLS_PER_DAY, MINUTES_PER_CELL, type Span } from './week-paint.ts'
import { pointOf } from './week-selection.ts'
import { weekWords, type DaySet, type WeekPhrase } from './week-words.ts'

const MINUTES_PER_DAY = 24 * 60
/** The first of January 2024 was a Monday. */
const MONDAY_MS = Date.UTC(2024, 0, 1)
const DAY_MS = 24 * 60 * 60_000

/** `22:00`; an end at midnight is `24:00`, and minutes past it are of the day after. */
export function clockText(minute: number): string {
  const within = minute <= MINUTES_PER_DAY ? minute : minute % MINUTES_PER_DAY
  const two = (part: number) => String(part).padStart(2, '0')
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`
}

/** A day of the week by name; 0 is Monday. */
export function dayName(language: Language, day: number, length: 'long' | 'short' = 'long'): string {
  const format = new Intl.DateTimeFormat(language, { weekday: length, timeZone: 'UTC' })
  return format.format(MONDAY_MS + day * DAY_MS)
}

/** `22:00–07:00` */
export function hoursText(messages: Messages, fromMinute: number, minutes: number): string {
  return messages.sharing.grid.hours(clockText(fromMinute), clockText(fromMinute + minutes))
}

/** `Monday 22:00–07:00` */
export function blockText(messages: Messages, language: Language, block: WeekBlock): string {
  const hours = hoursText(messages, block.start_minute, block.minutes)
  return messages.sharing.grid.dayHours(dayName(language, block.day), hours)
}

/** Spans of the same hours on several days, in words: `Monday to Friday 22:00–07:00`. */
export function spansText(messages: Messages, language: Language, spans: readonly Span[]): string {
  const [first] = spans
  if (first === undefined) return ''
  const days = spans.map(({ start }) => pointOf(start).day).sort((a, b) => a - b)
  const minute = (first.start % CELLS_PER_DAY) * MINUTES_PER_CELL
  const hours = hoursText(messages, minute, first.cells * MINUTES_PER_CELL)
  return messages.sharing.grid.dayHours(namesText(messages, language, days), hours)
}

/** When a PC is shared and how much, in one sentence without a full stop. */
export function sharingSentence(
  messages: Messages,
  format: Format,
  sharing: Sharing,
  coresHere: number | undefined,
): string {
  const text = messages.sharing.title
  const amount = (all: readonly ComputeResource[]) => coresText(messages, format, all, coresHere)
  switch (sharing.kind) {
    case 'never':
      return text.never
    case 'always':
      return text.always(amount([sharing.resources]))
    case 'slots':
      return text.slots(sharing.slots.length)
    case 'week': {
      const cells = cellsOf(sharing.plan.blocks)
      const words = weekWords(cells)
      const shared = amount(blocksOf(cells).map((block) => block.resources ?? sharing.plan.resources))
      switch (words.kind) {
        case 'nothing':
          return text.noHours
        case 'always':
          return text.always(shared)
        case 'many':
          return text.many(format.number(words.hours, 1), words.stretches, shared)
        case 'phrases': {
          const phrases = words.phrases.map((phrase) => phraseText(messages, format.language, phrase))
          return text.week(listText(format.language, phrases), shared)
        }
      }
    }
  }
}

/** How many hours of the week blocks share. */
export function hoursPerWeek(blocks: readonly WeekBlock[]): number {
  return (blocks.reduce((sum, block) => sum + spanOf(block).cells, 0) * MINUTES_PER_CELL) / 60
}

function coresText(
  messages: Messages,
  format: Format,
  all: readonly ComputeResource[],
  coresHere: number | undefined,
): string {
  const cores = all.map(({ cpu_cores }) => cpu_cores)
  const [least, most] = [Math.min(...cores), Math.max(...cores)]
  const written =
    least === most ? format.number(least, 1) : `${format.number(least, 1)}–${format.number(most, 1)}`
  return coresHere === undefined
    ? messages.sharing.resources.coresAlone(most, written)
    : messages.sharing.title.cores(written, coresHere)
}

function phraseText(messages: Messages, language: Language, { days, hours }: WeekPhrase): string {
  const when =
    hours === 'all-day'
      ? undefined
      : messages.sharing.grid.hours(clockText(hours.fromMinute), clockText(hours.toMinute))
  return messages.sharing.phrase(withNames(messages, language, days), when)
}

function withNames(
  messages: Messages,
  language: Language,
  days: DaySet,
): Parameters<Messages['sharing']['phrase']>[0] {
  switch (days.kind) {
    case 'except':
      return { kind: 'except', name: dayName(language, days.day) }
    case 'days':
      return { kind: 'days', names: namesText(messages, language, days.days), isRange: isRange(days.days) }
    case 'every-day':
    case 'weekdays':
    case 'weekends':
      return days
  }
}

/** `Monday to Friday`, `Monday and Thursday` */
function namesText(messages: Messages, language: Language, days: readonly number[]): string {
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0]
  return isRange(days)
    ? messages.sharing.grid.dayRange(dayName(language, first), dayName(language, last))
    : listText(
        language,
        days.map((day) => dayName(language, day)),
      )
}

/** Three days in a row or more are told as from one to another. */
function isRange(days: readonly number[]): boolean {
  return days.length > 2 && (days.at(-1) ?? 0) - (days[0] ?? 0) === days.length - 1
}

function listText(language: Language, parts: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(parts)
}
