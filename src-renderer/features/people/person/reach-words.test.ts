import { createFormat } from '#text'
import type { LookFailure, Person, Reach } from '#contract'
import { describe, expect, it } from 'vitest'
import { english } from '../../../../src-preload/text/en/all.ts'
import { german } from '../../../../src-preload/text/de/all.ts'
import { linkSentence, linkWords, reachAdvice, reachKind } from './reach-words.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const format = createFormat('en', { now: () => NOW, timeZone: 'UTC' })
const words = english.people.link

const direct = (over: 'ip4' | 'ip6' | 'local' | 'machine'): Reach => ({
  state: 'direct',
  over,
  address: '/x',
  since_ms: NOW,
})
const missing = (state: 'looking' | 'unreachable', failure?: LookFailure): Reach => ({
  state,
  since_ms: NOW - 3_600_000,
  tries: 3,
  ...(failure === undefined ? {} : { failure }),
})
const row = (reach: Reach, rtt_ms?: number) =>
  linkWords({ connected: true, reach, ...(rtt_ms === undefined ? {} : { rtt_ms }) }, words, format)

describe('how a person is connected, in a few words', () => {
  it('[H10] says the way and how long it takes, never less than a millisecond', () => {
    expect(row(direct('ip4'), 0.2)).toBe('connected directly, 1 ms')
    expect(row(direct('ip6'), 83.6)).toBe('connected directly (IPv6), 84 ms')
    expect(row(direct('local'))).toBe('connected, same network')
    expect(row({ state: 'relayed', through_name: 'Cy', since_ms: NOW }, 84)).toBe(
      'connected through Cy, 84 ms',
    )
    expect(row({ state: 'relayed', since_ms: NOW })).toBe('connected through others')
  })

  it('[H10] says that they are looked for, then since when they are unreachable', () => {
    expect(row(missing('looking'))).toBe('looking for their PC…')
    expect(row(missing('unreachable'))).toBe('unreachable since 11:00')
  })

  it('says when they were last seen, and when they never were, before the search for them begins', () => {
    const away = { connected: false, last_seen_ms: NOW - 3 * 3_600_000 }
    expect(linkWords(away, words, format)).toBe('last seen 3 hours ago')
    expect(linkWords({ connected: false }, words, format)).toBe('not seen since this PC started')
    expect(linkWords({ connected: true }, words, format)).toBe('connected')
  })

  it('is a sentence about them on their page', () => {
    const person = { name: 'Bo', connected: true } as Person
    expect(linkSentence({ ...person, reach: missing('unreachable') }, words, format)).toBe(
      'Bo has been unreachable since 11:00',
    )
    const relayed: Reach = { state: 'relayed', through_name: 'Cy', since_ms: NOW }
    expect(linkSentence({ ...person, reach: relayed }, words, format)).toBe('Bo is connected through Cy')
    expect(linkSentence(person, words, format)).toBe('Bo is connected')
  })
})

describe('what it means that a person is relayed', () => {
  it('[H24] says that large files wait for a direct connection, and what helps, in both languages', () => {
    const relayed: Reach = { state: 'relayed', through_name: 'Cy', since_ms: NOW }
    expect(reachAdvice(relayed, words)?.why).toMatch(/Large files wait for a direct connection/)
    expect(reachAdvice(relayed, words)?.todo).toMatch(/Settings, Network/)
    expect(reachAdvice(relayed, german.people.link)?.why).toMatch(/Große Dateien warten auf eine direkte/)
  })

  it('names a friend who passes things on as a way out where no address answers', () => {
    const failure: LookFailure = { kind: 'no-answer', addresses: 1 }
    expect(reachAdvice(missing('unreachable', failure), words)?.todo).toMatch(/pass things on/)
    expect(reachAdvice(missing('unreachable', failure), german.people.link)?.todo).toMatch(/weiterreichen/)
  })
})

describe('why a person is not reached, and what to do', () => {
  const failures: LookFailure[] = [
    { kind: 'no-address' },
    { kind: 'turned-away' },
    { kind: 'no-answer', addresses: 3 },
    { kind: 'refused', addresses: 1 },
    { kind: 'no-route', addresses: 1 },
    { kind: 'another-peer', addresses: 2 },
  ]

  it.each(failures)(
    '[H10] has words of its own and something to do for $kind, in both languages',
    (failure) => {
      for (const { people } of [english, german]) {
        const advice = reachAdvice(missing('unreachable', failure), people.link)
        const others = failures.filter(({ kind }) => kind !== failure.kind)
        const whys = others.map((other) => reachAdvice(missing('unreachable', other), people.link)?.why)
        expect(whys).not.toContain(advice?.why)
        expect(advice?.todo).toBe(people.link.todo[failure.kind])
      }
    },
  )

  it('[H10] counts the addresses that were tried', () => {
    const why = (addresses: number) =>
      reachAdvice(missing('unreachable', { kind: 'no-answer', addresses }), words)?.why
    expect(why(3)).toMatch(/at the 3 addresses that this PC knows/)
    expect(why(1)).toMatch(/at the address that this PC knows/)
  })

  it('asks nothing of the user in the first half minute, nor where all is well', () => {
    expect(reachAdvice(missing('looking', { kind: 'refused', addresses: 1 }), words)?.todo).toBeUndefined()
    expect(reachAdvice(missing('looking'), words)?.why).toBe(words.firstTry)
    expect(reachAdvice(direct('ip4'), words)).toBeUndefined()
    expect(reachAdvice(undefined, words)).toBeUndefined()
    expect(reachKind(direct('ip6'))).toBe('ip6')
    expect(reachKind(missing('looking'))).toBe('looking')
  })
})
