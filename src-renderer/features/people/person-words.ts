import type { Person } from '#contract'
import type { Format, Messages } from '#text'
import { trustStep } from '../../pairing/trust-step.ts'

type Words = Messages['people']

/** How somebody is connected, or when they were last seen. */
export function linkWords(
  person: Pick<Person, 'connected' | 'route' | 'rtt_ms' | 'last_seen_ms'>,
  words: Words['link'],
  format: Format,
): string {
  const { connected, route, rtt_ms, last_seen_ms } = person
  if (!connected) return last_seen_ms === undefined ? words.never : words.seen(format.ago(last_seen_ms))
  if (route === undefined) return words.connected
  if (rtt_ms === undefined) return words[route]
  // A round trip within a room takes less than a millisecond, and nobody needs to know how much less.
  const ms = format.number(Math.max(1, rtt_ms))
  return route === 'direct' ? words.directIn(ms) : words.relayedIn(ms)
}

/** Their trust in this user, in words. */
export function theirTrustWords(trust: number | undefined, words: Words['theirs']): string {
  return trust === undefined ? words.unknown : words[trustStep(trust)]
}

/** Whose work goes first here, in words and exactly. */
export function tierWords(
  tier: Person['tier'],
  words: Pick<Words, 'tier' | 'tierExact'>,
): { readonly short: string; readonly exact: string } {
  const name = tier === 1 ? 'first' : tier === 2 ? 'second' : 'none'
  return { short: words.tier[name], exact: words.tierExact[name] }
}
