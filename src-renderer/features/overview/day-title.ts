import type { DayStatistics } from '#contract'
import type { Format, Messages } from '#text'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

/** The day in a sentence, for the screen's first line. */
export function dayTitle(
  today: Omit<DayStatistics, 'date' | 'shared_ms'> | undefined,
  words: Messages['overview']['title'],
  format: Format,
): string {
  if (today === undefined) return words.unknown
  const given = told(today.units_for_others, today.cpu_ms_for_others, format)
  const got = told(today.units_by_others, today.cpu_ms_by_others, format)
  if (given !== undefined && got !== undefined) return words.both(given, got)
  if (given !== undefined) return words.given(given)
  return got === undefined ? words.nothing : words.got(got)
}

/** The time that units took, in words, at least a second, and without seconds once there is a minute. */
function told(units: number, ms: number, format: Format): string | undefined {
  if (units === 0) return undefined
  return format.duration(ms < MINUTE_MS ? Math.max(SECOND_MS, ms) : Math.floor(ms / MINUTE_MS) * MINUTE_MS)
}
