import type { LookFailure, Person, Reach } from '#contract'
import type { Format, Messages } from '#text'

type Words = Messages['people']['link']

/** The kind of a person's connection, which decides its icon and words. */
export type ReachKind = 'ip4' | 'ip6' | 'local' | 'machine' | 'relayed' | 'looking' | 'unreachable'

/** The facts of a person that say how they are reached. */
export type Reached = Pick<Person, 'connected' | 'reach' | 'rtt_ms' | 'last_seen_ms'>

/** The kind of a person's connection; undefined before this PC has begun to look for them. */
export function reachKind(reach: Reach | undefined): ReachKind | undefined {
  return reach?.state === 'direct' ? reach.over : reach?.state
}

/** How a person is connected, or since when they are not, in a few words. */
export function linkWords(
  { connected, reach, rtt_ms, last_seen_ms }: Reached,
  words: Words,
  format: Format,
): string {
  if (reach === undefined) {
    if (connected) return words.connected
    return last_seen_ms === undefined ? words.never : words.seen(format.ago(last_seen_ms))
  }
  switch (reach.state) {
    case 'direct':
      return withRoundTrip(words.over[reach.over], rtt_ms, words, format)
    case 'relayed':
      return withRoundTrip(relayedWords(reach, words), rtt_ms, words, format)
    case 'looking':
      return words.looking
    case 'unreachable':
      return words.unreachable(format.time(reach.since_ms))
  }
}

/** A person's connection in one sentence. */
export function linkSentence({ name, reach, connected }: Person, words: Words, format: Format): string {
  const { page } = words
  if (reach === undefined) return connected ? page.connected(name) : page.notLooked(name)
  switch (reach.state) {
    case 'direct':
      return page.over[reach.over](name)
    case 'relayed':
      return reach.through_name === undefined
        ? page.relayed(name)
        : page.relayedThrough(name, reach.through_name)
    case 'looking':
      return page.looking(name)
    case 'unreachable':
      return page.unreachable(name, format.time(reach.since_ms))
  }
}

/** Why a person is not reached and what to do, or what a relayed connection means. Undefined for a direct one. */
export function reachAdvice(
  reach: Reach | undefined,
  words: Words,
): { readonly why: string; readonly todo?: string } | undefined {
  if (reach?.state === 'relayed') return words.relayedMeans
  if (reach?.state !== 'looking' && reach?.state !== 'unreachable') return undefined
  const { failure } = reach
  if (failure === undefined) return { why: words.firstTry }
  const why = whyWords(failure, words)
  // In the first half minute there is nothing to do but wait: most are back by then.
  return reach.state === 'looking' ? { why } : { why, todo: words.todo[failure.kind] }
}

function whyWords(failure: LookFailure, { why }: Words): string {
  return 'addresses' in failure ? why[failure.kind](failure.addresses) : why[failure.kind]
}

function relayedWords(reach: Extract<Reach, { state: 'relayed' }>, words: Words): string {
  return reach.through_name === undefined ? words.relayed : words.relayedThrough(reach.through_name)
}

function withRoundTrip(text: string, ms: number | undefined, words: Words, format: Format): string {
  // A round trip within a room takes less than a millisecond; how much less does not matter.
  return ms === undefined ? text : words.in(text, format.number(Math.max(1, ms)))
}
