import type { Person } from '#contract'
import type { Messages } from '#text'
import { trustStep } from '../../../pairing/trust-step.ts'

type Words = Messages['people']

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
