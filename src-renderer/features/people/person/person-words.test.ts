import { describe, expect, it } from 'vitest'
import { english } from '../../../../src-preload/text/en/all.ts'
import { theirTrustWords, tierWords } from './person-words.ts'

const { people: words } = english

describe('trust and tier in words', () => {
  it('tells no trust from trust that was not heard of', () => {
    expect(theirTrustWords(undefined, words.theirs)).toBe('not heard from yet')
    expect(theirTrustWords(0, words.theirs)).toBe('doesn’t trust you yet')
    expect(theirTrustWords(0.75, words.theirs)).toBe('trusts you a lot')
  })

  it('has the exact term of every tier', () => {
    expect(tierWords(1, words).exact).toMatch(/^Tier 1/)
    expect(tierWords(2, words).exact).toMatch(/^Tier 2/)
    expect(tierWords('none', words).exact).toMatch(/^No tier/)
  })
})
