import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import { createIdentity } from '../identity/identity.ts'
import { CONNECTION_MS_MIN, DIALS_MAX, RECONNECT_MS_MAX, RECONNECT_MS_MIN } from '../limits.ts'
import { backoffMs, createReconnector, type NoteFailure, type Reconnector } from './reconnect.ts'

describe('backoff', () => {
  test('grows with failures, stays within its bounds, and half of it is left to chance', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (failures, dice) => {
        const ms = backoffMs(failures, dice)
        expect(ms).toBeGreaterThanOrEqual(RECONNECT_MS_MIN / 2)
        expect(ms).toBeLessThanOrEqual(RECONNECT_MS_MAX)
        expect(backoffMs(failures + 1, dice)).toBeGreaterThanOrEqual(ms)
        expect(backoffMs(failures, 0)).toBe(backoffMs(failures, 1) / 2)
      }),
    )
  })
})

describe('reconnector', () => {
  const peers = Array.from({ length: DIALS_MAX + 5 }, () => createIdentity(randomBytes(32)).peer)
  const known = (peer: PeerId) => ({ peer, addresses: [] })
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
  const pass = async (ms: number) => {
    nowMs += ms
    const due = timers.filter(({ atMs }) => atMs <= nowMs)
    timers = timers.filter(({ atMs }) => atMs > nowMs)
    for (const { callback } of due) callback()
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  let dials: {
    peer: PeerId
    succeed: () => void
    fail: () => void
    signal: AbortSignal
    note: NoteFailure
  }[] = []
  const online = new Set<PeerId>()
  let reconnector: Reconnector
  let changes = 0
  const refused = Object.assign(new Error('nothing listens'), { code: 'ECONNREFUSED' })
  const [peer] = peers as [PeerId]

  beforeEach(() => {
    nowMs = 0
    timers = []
    dials = []
    online.clear()
    reconnector = createReconnector({
      clock,
      random: { bytes: (count) => new Uint8Array(count).fill(255) },
      isConnected: (asked) => online.has(asked),
      onChange: () => (changes += 1),
      dial: (target, signal, note) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('given up')))
          dials.push({
            peer: target.peer,
            signal,
            note,
            succeed: () => {
              online.add(target.peer)
              resolve()
            },
            fail: () => reject(new Error('nobody there')),
          })
        }),
    })
  })

  test('dials only so many at once, and all in the end', async () => {
    reconnector.keep(peers.map(known))
    expect(dials).toHaveLength(DIALS_MAX)
    for (const { succeed } of dials.slice(0, 3)) succeed()
    await pass(0)
    expect(dials).toHaveLength(DIALS_MAX + 3)
    for (const { succeed } of dials) {
      succeed()
      await pass(0)
    }
    expect(new Set(dials.map((dial) => dial.peer))).toEqual(new Set(peers))
  })

  test('tries again after growing pauses, also where each connection ends at once, and from the shortest after one that lasted', async () => {
    reconnector.keep([known(peer)])
    for (let failures = 1; failures <= 4; failures++) {
      dials[failures - 1]!.fail()
      await pass(0)
      expect(dials).toHaveLength(failures)
      await pass(backoffMs(failures, 1))
      expect(dials).toHaveLength(failures + 1)
    }
    const connectFor = async (ms: number) => {
      dials[dials.length - 1]?.succeed()
      reconnector.onConnected(peer)
      await pass(ms)
      online.delete(peer)
      reconnector.onDisconnected(peer)
    }
    await connectFor(CONNECTION_MS_MIN - 1)
    await pass(backoffMs(5, 1) - 1)
    expect(dials).toHaveLength(5)
    await pass(1)
    expect(dials).toHaveLength(6)
    await connectFor(CONNECTION_MS_MIN)
    await pass(RECONNECT_MS_MIN)
    expect(dials).toHaveLength(7)
  })

  test('[H4] a try under way begins anew when new addresses are known, which is no failure, and with old ones goes on', async () => {
    const at = (...addresses: string[]) => [{ peer, addresses }]
    reconnector.keep(at('/ip4/192.0.2.7/tcp/20000'))
    reconnector.keep(at('/ip4/192.0.2.7/tcp/20000'))
    await pass(0)
    expect(dials).toHaveLength(1)
    reconnector.keep(at('/ip4/192.0.2.7/tcp/20000', '/ip4/192.0.2.8/tcp/20000'))
    await pass(0)
    expect(dials.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect(reconnector.looks().get(peer)).not.toHaveProperty('failure')
    dials[1]?.succeed()
    await pass(RECONNECT_MS_MAX)
    expect(dials).toHaveLength(2)
  })

  test('[H7] contacts who say something new all the time do not take the turns of others', async () => {
    const noisy = peers.slice(0, DIALS_MAX)
    const quiet = peers.slice(DIALS_MAX)
    for (let round = 0; round < 3; round++) {
      const addresses = [`/ip4/192.0.2.7/tcp/${20_000 + round}`]
      reconnector.keep([...noisy.map((one) => ({ peer: one, addresses })), ...quiet.map(known)])
      await pass(0)
    }
    expect(new Set(dials.map((dial) => dial.peer))).toEqual(new Set(peers))
  })

  test('a contact that connects itself is not dialled, and a connection lost while dialling is noticed', async () => {
    reconnector.keep([known(peer)])
    dials[0]!.fail()
    await pass(0)
    online.add(peer)
    reconnector.onConnected(peer)
    await pass(RECONNECT_MS_MAX)
    expect(dials).toHaveLength(1)
    online.delete(peer)
    reconnector.onDisconnected(peer)
    await pass(RECONNECT_MS_MIN)
    expect(dials).toHaveLength(2)
    dials[1]!.succeed()
    online.delete(peer)
    await pass(0)
    await pass(RECONNECT_MS_MIN)
    expect(dials).toHaveLength(3)
  })

  test('[H10] says since when a contact is looked for, how often, when next, and how it failed last', async () => {
    const addresses = ['/ip4/10.0.0.1/tcp/1', `/ip4/10.0.0.2/tcp/1/p2p/${peer}`]
    const look = () => reconnector.looks().get(peer)
    nowMs = 1_000
    reconnector.keep([{ peer, addresses }])
    expect(look()).toEqual({ sinceMs: 1_000, hopefulFromMs: 1_000, tries: 1 })
    dials[0]!.note(addresses[0]!, refused)
    dials[0]!.fail()
    await pass(0)
    const nextTryMs = 1_000 + backoffMs(1, 1)
    expect(look()).toMatchObject({ tries: 1, failure: { kind: 'no-answer', addresses: 2 } })
    expect(look()?.nextTryMs).toBeCloseTo(nextTryMs)
    await pass(nextTryMs - nowMs)
    expect(look()).toMatchObject({ sinceMs: 1_000, tries: 2 })
    expect(look()).not.toHaveProperty('nextTryMs')
    dials[1]!.note('/ip4/10.0.0.2/tcp/1', refused)
    dials[1]!.fail()
    await pass(0)
    expect(look()?.failure).toEqual({ kind: 'refused', addresses: 2 })
    // Another network is new hope, and no new loss.
    await pass(60_000)
    const before = changes
    reconnector.hurry()
    expect(look()).toMatchObject({ sinceMs: 1_000, hopefulFromMs: nowMs })
    expect(changes).toBeGreaterThan(before)
  })

  test('[H10] a loss begins a new look; one right after the connection does not, and says so', async () => {
    reconnector.keep([known(peer)])
    await pass(100)
    const loseAfter = async (ms: number) => {
      online.add(peer)
      reconnector.onConnected(peer)
      await pass(ms)
      online.delete(peer)
      reconnector.onDisconnected(peer)
    }
    await loseAfter(CONNECTION_MS_MIN - 1)
    expect(reconnector.looks().get(peer)).toMatchObject({ sinceMs: 0, failure: { kind: 'turned-away' } })
    await loseAfter(CONNECTION_MS_MIN)
    expect(reconnector.looks().get(peer)).toMatchObject({ sinceMs: nowMs, tries: 0 })
    expect(reconnector.looks().get(peer)).not.toHaveProperty('failure')
  })

  test('a peer no longer kept is dialled no more, and a dial under way is given up', async () => {
    reconnector.keep([known(peer)])
    reconnector.keep([])
    expect(dials[0]!.signal.aborted).toBe(true)
    await pass(RECONNECT_MS_MAX)
    expect(dials).toHaveLength(1)
    reconnector.keep([known(peer)])
    expect(dials).toHaveLength(2)
    reconnector.stop()
    expect(dials[1]!.signal.aborted).toBe(true)
    await pass(RECONNECT_MS_MAX)
    expect(dials).toHaveLength(2)
  })
})
