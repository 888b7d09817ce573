import type { Away } from '#contract'
import type { Format, Messages } from '#text'

/** Why a person's PC does not work for others now, and since when, in a few words. */
export function awayWords(
  { kind, since_ms }: Away,
  words: Messages['people']['away'],
  format: Pick<Format, 'time'>,
): string {
  return words[kind](since_ms === undefined ? undefined : format.time(since_ms))
}
