import { describe, expect, it } from 'vitest'
import type { Clock } from '../../ports/clock.ts'
import type { Connection } from '../../ports/reach.ts'
import type { PeerId } from '../../protocol/ids.ts'
import {
  addressFailure,
  createReachNews,
  lookFailure,
  LOOKING_MS,
  REACH_SETTLE_MS,
  reachOf,
  type AddressFailure,
} from './peer-reach.ts'

const look = { sinceMs: 1_000, hopefulFromMs: 1_000, tries: 3 }

describe('how a contact stands', () => {
  it('[H10] is connected by the open connection, whatever was looked for before', () => {
    const connection: Connection = {
      peer: 'anna' as PeerId,
      route: 'direct',
      scope: 'internet',
      address: '/ip4/203.0.113.5/tcp/1',
      sinceMs: 5,
    }
    expect(reachOf(connection, look, 10 ** 9)).toEqual({ state: 'connected', connection })
  })

  it('[H10] is looked for at first, then unreachable, and looked for again with new hope', () => {
    expect(reachOf(undefined, look, 1_000 + LOOKING_MS - 1).state).toBe('looking')
    expect(reachOf(undefined, look, 1_000 + LOOKING_MS).state).toBe('unreachable')
    const hopeful = { ...look, hopefulFromMs: 10 ** 6 }
    expect(reachOf(undefined, hopeful, 10 ** 6 + 1)).toEqual({ state: 'looking', sinceMs: 1_000, tries: 3 })
  })
})

describe('what a round of dialling has shown', () => {
  const shown = (...kinds: (AddressFailure | undefined)[]) => {
    const addresses = kinds.map((_, i) => `/ip4/10.0.0.${i}/tcp/1`)
    const failed = kinds.flatMap((kind, i) => (kind === undefined ? [] : [[addresses[i]!, kind] as const]))
    return lookFailure(addresses, new Map(failed))
  }

  it.each([
    [[], { kind: 'no-address' }],
    [[undefined, undefined], { kind: 'no-answer', addresses: 2 }],
    [['refused', 'refused'], { kind: 'refused', addresses: 2 }],
    [['refused', undefined], { kind: 'no-answer', addresses: 2 }],
    [['refused', 'no-route'], { kind: 'refused', addresses: 2 }],
    [['no-route', 'no-route'], { kind: 'no-route', addresses: 2 }],
    [['another-peer'], { kind: 'another-peer', addresses: 1 }],
    [['refused', 'another-peer'], { kind: 'no-answer', addresses: 2 }],
    [['no-answer', 'turned-away', 'refused'], { kind: 'turned-away' }],
  ] as const)('[H10] %j is %j', (kinds, failure) => {
    expect(shown(...kinds)).toEqual(failure)
  })

  it.each([
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'refused'],
    [Object.assign(new Error('x'), { code: 'ENETUNREACH' }), 'no-route'],
    [Object.assign(new Error('x'), { code: 'EHOSTUNREACH' }), 'no-answer'],
    [new DOMException('late', 'TimeoutError'), 'no-answer'],
    [new DOMException('given up', 'AbortError'), 'no-answer'],
    [
      new Error('encryption', { cause: Object.assign(new Error('x'), { name: 'UnexpectedPeerError' }) }),
      'another-peer',
    ],
    [new Error('the stream ended'), 'turned-away'],
  ] as const)('[H10] %s is %s', (error, failure) => {
    expect(addressFailure(error)).toBe(failure)
  })
})

describe('news of changed reach', () => {
  function createNews(hopes: readonly number[]) {
    let nowMs = 0
    let timers: { atMs: number; callback: () => void }[] = []
    const clock: Clock = {
      nowMs: () => nowMs,
      after(delayMs, callback) {
        const timer = { atMs: nowMs + delayMs, callback }
        timers.push(timer)
        return () => void (timers = timers.filter((other) => other !== timer))
      },
    }
    const news = createReachNews(clock, () => hopes)
    let told = 0
    const stop = news.on(() => (told += 1))
    const pass = (ms: number): void => {
      for (const endMs = nowMs + ms; nowMs < endMs; nowMs++) {
        const due = timers.filter(({ atMs }) => atMs <= nowMs)
        timers = timers.filter(({ atMs }) => atMs > nowMs)
        for (const { callback } of due) callback()
      }
    }
    return { news, stop, pass, told: () => told, timers: () => timers.length }
  }

  it('[H11] tells of hundreds of changes a few times a second', () => {
    const { news, pass, told } = createNews([])
    for (let i = 0; i < 1_000; i++) {
      news.changed()
      pass(1)
    }
    pass(REACH_SETTLE_MS + 1)
    expect(told()).toBeGreaterThan(1)
    expect(told()).toBeLessThanOrEqual(1_000 / REACH_SETTLE_MS + 1)
  })

  it('[H11] tells when a contact becomes unreachable, which nothing else tells', () => {
    const { news, pass, told } = createNews([100])
    news.changed()
    pass(LOOKING_MS)
    expect(told()).toBe(1)
    pass(100 + REACH_SETTLE_MS + 1)
    expect(told()).toBe(2)
    pass(10 * LOOKING_MS)
    expect(told()).toBe(2)
  })

  it('[H11] tells nothing to listeners that were removed, nor after the stop', () => {
    const { news, stop, pass, told, timers } = createNews([0])
    news.changed()
    stop()
    pass(REACH_SETTLE_MS + 1)
    expect(told()).toBe(0)
    news.changed()
    news.stop()
    expect(timers()).toBe(0)
  })
})
