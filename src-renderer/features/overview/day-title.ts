import type { DayStatistics } from '#contract'
import type { Format, Messages } from '#text'

/** The day in a sentence, for the screen's first line. */
export function dayTitle(
  today: Pick<DayStatistics, 'units_for_others' | 'units_by_others'> | undefined,
  words: Messages['overview']['title'],
  format: Format,
): string {
  if (today === undefined) return words.unknown
  const { units_for_others: given, units_by_others: got } = today
  if (given > 0 && got > 0) return words.both(format.number(given), format.number(got))
  if (given > 0) return words.given(given, format.number(given))
  return got > 0 ? words.got(got, format.number(got)) : words.nothing
}
