import { createFormat } from '#text'
import { describe, expect, it } from 'vitest'
import { english } from '../../../src-preload/text/en/all.ts'
import { linkWords, theirTrustWords, tierWords } from './person-words.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const format = createFormat('en', { now: () => NOW, timeZone: 'UTC' })
const { people: words } = english

describe('how somebody is connected, in words', () => {
  it('says the way and how long it takes, never less than a millisecond', () => {
    expect(linkWords({ connected: true, route: 'direct', rtt_ms: 0.2 }, words.link, format)).toBe(
      'connected directly, 1 ms',
    )
    expect(linkWords({ connected: true, route: 'relayed', rtt_ms: 83.6 }, words.link, format)).toBe(
      'connected through others, 84 ms',
    )
  })

  it('says the way alone before the first ping', () => {
    expect(linkWords({ connected: true, route: 'direct' }, words.link, format)).toBe('connected directly')
    expect(linkWords({ connected: true }, words.link, format)).toBe('connected')
  })

  it('says when they were last seen, and when they never were', () => {
    expect(linkWords({ connected: false, last_seen_ms: NOW - 3 * 3_600_000 }, words.link, format)).toBe(
      'last seen 3 hours ago',
    )
    expect(linkWords({ connected: false }, words.link, format)).toBe('not seen since this PC started')
  })
})

describe('trust and tier in words', () => {
  it('tells no trust from trust that was not heard of', () => {
    expect(theirTrustWords(undefined, words.theirs)).toBe('not heard from yet')
    expect(theirTrustWords(0, words.theirs)).toBe('trusts you not yet')
    expect(theirTrustWords(0.75, words.theirs)).toBe('trusts you a lot')
  })

  it('has the exact term of every tier', () => {
    expect(tierWords(1, words).exact).toMatch(/^Tier 1/)
    expect(tierWords(2, words).exact).toMatch(/^Tier 2/)
    expect(tierWords('none', words).exact).toMatch(/^No tier/)
  })
})
