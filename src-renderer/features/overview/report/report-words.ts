import type { PersonReport, WorkReport } from '#contract'
import { helpedWithWords, type Format, type Messages } from '#text'

/** A night is from this hour of an evening … */
const EVENING_HOUR = 18
/** … to this one of the morning after. */
const MORNING_HOUR = 11
/** Before this hour it is not over: its work is told by the clock. */
const NIGHT_ENDS_HOUR = 5

/** The people of a report of whom the user could not see everything: work since they look at the window is no news. */
export function newsOf({ people }: WorkReport, lookingSinceMs: number): readonly PersonReport[] {
  return people.filter(
    ({ span, thanks_count }) => thanks_count > 0 || (span !== undefined && span.from_ms < lookingSinceMs),
  )
}

/** Whether all of a span lies in the night before this day, which is over, by this machine's time zone. */
export function isLastNight(
  { from_ms, until_ms }: NonNullable<PersonReport['span']>,
  nowMs: number,
): boolean {
  const morning = new Date(nowMs)
  morning.setHours(MORNING_HOUR, 0, 0, 0)
  const nightEnd = new Date(nowMs)
  nightEnd.setHours(NIGHT_ENDS_HOUR, 0, 0, 0)
  const evening = new Date(nowMs)
  evening.setDate(evening.getDate() - 1)
  evening.setHours(EVENING_HOUR, 0, 0, 0)
  if (nowMs < nightEnd.getTime() || nowMs < until_ms) return false
  return from_ms >= evening.getTime() && until_ms < morning.getTime()
}

/** What this PC did for a person, in a sentence; undefined where there are only thanks. */
export function workSentence(
  { name, work, span }: PersonReport,
  messages: Messages,
  format: Format,
  nowMs: number,
): string | undefined {
  if (span === undefined || work.length === 0) return undefined
  const text = messages.thanks.report
  const what = work.map(({ kind, jobs }) => helpedWithWords(messages, kind)(jobs, format.number(jobs)))
  const when = isLastNight(span, nowMs) ? text.lastNight : text.since(format.time(span.from_ms))
  return text.helped(name, format.list(what), when)
}

/** The thanks of a person, in a sentence; undefined where there are none. */
export function thanksSentence(
  { name, thanks_count: count }: PersonReport,
  messages: Messages,
  format: Format,
): string | undefined {
  const text = messages.thanks.report
  if (count === 0) return undefined
  return count === 1 ? text.thanks(name) : text.thanksTimes(name, count, format.number(count))
}
