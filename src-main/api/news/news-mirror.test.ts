import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PREFERENCES, type NodeNews, type Person } from '#contract'
import { NOON, peerOf } from '../../peer/brain.fixture.ts'
import type { Connection } from '../../ports/reach.ts'
import { JobId } from '../../protocol/ids.ts'
import { newPlace } from './news-mirror.ts'
import { createMirrored, submitted } from './news.fixture.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const idsOf = (news: NodeNews | undefined) => news?.jobs?.changed.map(({ job_id }): string => job_id)

describe('the mirror of news', () => {
  it('tells each listener everything first, and nothing while nothing happens', () => {
    const { mirror, happens } = createMirrored()
    happens(submitted('a'), submitted('b'))
    for (const place of [newPlace(), newPlace()]) {
      const whole = mirror.take(place)
      expect(whole).toMatchObject({ is_whole: true, preferences: PREFERENCES, pair_requests: [] })
      expect(new Set(idsOf(whole))).toEqual(new Set(['a', 'b']))
      expect(mirror.take(place)).toBeUndefined()
    }
  })

  it('composes only the jobs that events have touched, and each once for all listeners', () => {
    const { mirror, happens, composed } = createMirrored()
    for (let i = 0; i < 1_000; i++) happens(submitted(`job-${i}`))
    const places = [newPlace(), newPlace(), newPlace()]
    for (const place of places) mirror.take(place)
    const before = composed()
    happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JobId.parse('job-500') })
    for (const place of places) expect(idsOf(mirror.take(place))).toEqual(['job-500'])
    expect(composed() - before).toBe(1)
  })

  it('tells a long list in several messages, the newest jobs first', () => {
    const { mirror, happens } = createMirrored()
    for (let i = 0; i < 2_500; i++) happens(submitted(`job-${i}`))
    const place = newPlace()
    const told: string[][] = []
    for (let news = mirror.take(place); news !== undefined; news = mirror.take(place)) {
      told.push(idsOf(news) ?? [])
    }
    expect(told.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
    expect(new Set(told.flat()).size).toBe(2_500)
  })

  it('tells that a job was removed', () => {
    const { mirror, happens } = createMirrored()
    const job_id = JobId.parse('a')
    happens(submitted('a'), { kind: 'job-cancelled', at_ms: NOON, job_id })
    const place = newPlace()
    mirror.take(place)
    happens({ kind: 'job-removed', at_ms: NOON, job_id })
    expect(mirror.take(place)?.jobs).toEqual({ changed: [], removed: [job_id] })
  })

  it('[H11] wakes people at once when the transport reports a changed contact', () => {
    const { mirror, people, reachChanges, person, happens } = createMirrored()
    happens({ kind: 'paired', at_ms: NOON, peer: peerOf('A'), name: 'Anna', addresses: [], trust: 1 })
    const look = { since_ms: NOON, tries: 1, failure: { kind: 'refused', addresses: 1 } } as const
    people.push(person({ state: 'looking', ...look }))
    const place = newPlace()
    expect(mirror.take(place)?.people?.changed).toHaveLength(1)
    // Made anew at each look, and the same: no news.
    people.splice(0, 1, person({ state: 'looking', ...look, failure: { ...look.failure } }))
    reachChanges()
    expect(mirror.take(place)?.people).toBeUndefined()
    people.splice(0, 1, person({ state: 'unreachable', ...look, failure: { ...look.failure } }))
    expect(mirror.take(place)?.people).toBeUndefined()
    reachChanges()
    expect(mirror.take(place)?.people?.changed).toMatchObject([{ reach: { state: 'unreachable' } }])
  })

  it('does not take pings and passing time for news, but new connections and slow ones', () => {
    const { mirror, connections } = createMirrored()
    const connection = (rttMs?: number): Connection => {
      const ping = rttMs === undefined ? {} : { rttMs }
      return { peer: peerOf('A'), route: 'direct', scope: 'local', address: '/x', sinceMs: NOON, ...ping }
    }
    const place = newPlace()
    const tellsOf = (...now: Connection[]): boolean => {
      connections.splice(0, connections.length, ...now)
      vi.advanceTimersByTime(60_000)
      return mirror.take(place)?.pulse !== undefined
    }
    expect(tellsOf()).toBe(true)
    expect(tellsOf()).toBe(false)
    expect(tellsOf(connection())).toBe(true)
    expect(tellsOf(connection(20))).toBe(true)
    expect(tellsOf(connection(23))).toBe(false)
    expect(tellsOf(connection(18))).toBe(false)
    expect(tellsOf(connection(80))).toBe(true)
    expect(tellsOf()).toBe(true)
  })

  it('shows at once what a user did, and what moves by itself a few times a second', () => {
    const { mirror, people, happens } = createMirrored()
    const place = newPlace()
    mirror.take(place)
    const anna = (trust_mine: number) => ({ peer_id: peerOf('A'), trust_mine, connected: true }) as Person
    happens({ kind: 'paired', at_ms: NOON, peer: peerOf('A'), name: 'Anna', addresses: [], trust: 0.1 })
    people.splice(0, 1, anna(0.1))
    expect(mirror.take(place)?.people?.changed).toHaveLength(1)
    people.splice(0, 1, anna(0.2))
    expect(mirror.take(place)?.people).toBeUndefined()
    happens({ kind: 'trust-set', at_ms: NOON, peer: peerOf('A'), trust: 0.3 })
    people.splice(0, 1, anna(0.3))
    expect(mirror.take(place)?.people?.changed).toEqual([anna(0.3)])
    people.splice(0, 1, anna(0.4))
    vi.advanceTimersByTime(60_000)
    expect(mirror.take(place)?.people?.changed).toEqual([anna(0.4)])
  })

  it('tells for whom this PC works, by name, until three seconds after it was last seen to', () => {
    const { mirror, happens, activeUnits, recentRuns } = createMirrored()
    const requester = peerOf('A')
    happens({ kind: 'paired', at_ms: NOON, peer: requester, name: 'Anna', addresses: [], trust: 1 })
    const place = newPlace()
    expect(mirror.take(place)?.working_for).toEqual([])
    const anna = [{ requester, is_own: false, name: 'Anna', kind: 'other' }]
    const job = JobId.parse('theirs')
    activeUnits.push({ requester, job, unit: 0, fraction: 0, startedAtMs: Date.now() })
    expect(mirror.take(place)?.working_for).toEqual(anna)
    activeUnits.length = 0
    vi.advanceTimersByTime(2_999)
    expect(mirror.take(place)?.working_for).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(mirror.take(place)?.working_for).toEqual([])
    recentRuns.push({ requester, ranAtMs: Date.now() })
    expect(mirror.take(place)?.working_for).toEqual(anna)
  })

  it('listens no longer once it is stopped', () => {
    const { mirror, listeners } = createMirrored()
    expect(listeners.size).toBe(1)
    mirror.stop()
    expect(listeners.size).toBe(0)
  })
})
