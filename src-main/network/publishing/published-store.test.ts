import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { sealEnvelope } from '../../protocol/envelope.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { CLOCK_SKEW_MS_MAX, STALE_AFTER_MS } from '../../protocol/limits.ts'
import { ComputeRoundState } from '../../protocol/result.ts'
import { Timestamp, toTimestamp } from '../../protocol/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { createIdentity, type NodeIdentity } from '../identity/identity.ts'
import { localPeer, machineClock } from '../local-mesh.ts'
import { createMemoryNetwork } from '../memory-transport.ts'
import { createPublishedStores, type NetworkStore, type PublishedStores } from './published-store.ts'
import { GET, PUT, topicOf } from './store-options.ts'

/** A clock that stands still until it is moved. */
function standingClock(): Clock & { pass(ms: number): void } {
  let now = Date.parse('2026-11-21T12:00:00.000Z')
  let timers: { atMs: number; callback: () => void }[] = []
  return {
    nowMs: () => now,
    after(delayMs, callback) {
      const timer = { atMs: now + delayMs, callback }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    },
    pass(ms) {
      now += ms
      const due = timers.filter(({ atMs }) => atMs <= now)
      timers = timers.filter(({ atMs }) => atMs > now)
      for (const { callback } of due) callback()
    },
  }
}

/** A break code where a value should be. */
const GARBAGE = Uint8Array.of(0xff, 1, 2)

/** Lets everything that waits for nothing but its turn happen. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

interface Side {
  readonly identity: NodeIdentity
  readonly transport: Transport
  readonly stores: PublishedStores
  readonly rounds: NetworkStore<ComputeRoundState>
}

const round = (peer: PeerId, number: number, atMs: number, count = number): ComputeRoundState => ({
  peer_id: peer,
  round: number,
  vector_clock: { [peer]: count },
  active_jobs: [],
  timestamp: toTimestamp(atMs),
})

describe('published stores', () => {
  const clock = standingClock()
  const memory = new Map<string, Uint8Array>()
  let network = createMemoryNetwork()
  const hidden = new Set<PeerId>()
  const mayRead = (peer: PeerId) => !hidden.has(peer)
  let author: Side
  let reader: Side

  const join = async (cacheable = true): Promise<Side> => {
    const identity = createIdentity(randomBytes(32))
    const transport = network.join(identity.peer)
    await transport.start()
    const stores = createPublishedStores({
      transport,
      identity,
      clock,
      mayRead,
      memory: { load: (key) => memory.get(key), save: (key, envelope) => void memory.set(key, envelope) },
    })
    const rounds = stores.createStore({
      networkPath: 'compute/round',
      schema: ComputeRoundState,
      cacheable,
      persistDebounce: 100,
    })
    rounds.initialize()
    return { identity, transport, stores, rounds }
  }
  const connect = (a: Side, b: Side) =>
    a.transport.connect(b.identity.peer, b.transport.addresses(), { signal: AbortSignal.timeout(120_000) })
  const publish = async (number: number, atMs = clock.nowMs()) => {
    author.rounds.set(round(author.identity.peer, number, atMs))
    clock.pass(0)
    await settled()
  }
  /** Collects the round numbers that the reader receives from the author. */
  const listen = (from = author) => {
    const heard: number[] = []
    const stop = reader.rounds.subscribeToUser(from.identity.peer, (value) => heard.push(value.round))
    return { heard, stop }
  }

  beforeEach(async () => {
    network = createMemoryNetwork()
    memory.clear()
    hidden.clear()
    author = await join()
    reader = await join()
  })

  test('a value reaches the followers of its author, and none after unsubscribing', async () => {
    await connect(author, reader)
    const { heard, stop } = listen()
    await publish(1)
    expect(heard).toEqual([1])
    stop()
    clock.pass(1_000)
    await publish(2)
    expect(heard).toEqual([1])
  })

  test('a change after a pause is published at once; closer ones wait for the debounce and travel as the newest', async () => {
    await connect(author, reader)
    const { heard } = listen()
    await publish(1)
    clock.pass(10)
    for (const number of [2, 3, 4]) {
      author.rounds.set(round(author.identity.peer, number, clock.nowMs()))
      clock.pass(10)
      await settled()
    }
    expect(heard).toEqual([1])
    clock.pass(60)
    await settled()
    expect(heard).toEqual([1, 4])
  })

  test('[T6] a peer that may not read gets nothing: not asked for, not pushed, and is not heard either', async () => {
    await connect(author, reader)
    hidden.add(reader.identity.peer)
    const signal = AbortSignal.timeout(120_000)
    const deaf: Transport = { ...author.transport, publish: () => Promise.resolve([]) }
    const stores = createPublishedStores({ transport: deaf, identity: author.identity, clock, mayRead })
    const how = { schema: ComputeRoundState, cacheable: false, persistDebounce: 100 }
    const rounds = stores.createStore({ networkPath: 'compute/round', ...how })
    rounds.initialize()
    const { heard } = listen()
    rounds.set(round(author.identity.peer, 1, clock.nowMs()))
    clock.pass(0)
    await settled()
    expect(heard).toEqual([])
    for (const protocol of [GET, PUT]) {
      await expect(
        reader.transport.request(author.identity.peer, protocol, GARBAGE, { signal }),
      ).rejects.toMatchObject({ fault: { kind: 'not-trusted' } })
    }
    hidden.clear()
    clock.pass(100)
    rounds.set(round(author.identity.peer, 2, clock.nowMs()))
    clock.pass(100)
    await settled()
    expect(heard).toEqual([2])
  })

  test('a store begins with initialize, with what was set and followed before, and ends with cleanup', async () => {
    await connect(author, reader)
    const how = { networkPath: 'compute/allocation', cacheable: false, persistDebounce: 100 } as const
    const [mine, theirs] = [author, reader].map(({ stores }) =>
      stores.createStore({ ...how, schema: ComputeRoundState }),
    ) as [NetworkStore<ComputeRoundState>, NetworkStore<ComputeRoundState>]
    const heard: number[] = []
    const set = async (number: number) => {
      clock.pass(100)
      mine.set(round(author.identity.peer, number, clock.nowMs()))
      clock.pass(0)
      await settled()
    }
    theirs.subscribeToUser(author.identity.peer, (value) => heard.push(value.round))
    theirs.initialize()
    await set(1)
    expect(heard).toEqual([])
    mine.initialize()
    clock.pass(0)
    await settled()
    expect(heard).toEqual([1])

    theirs.cleanup()
    await set(2)
    expect(heard).toEqual([1])
    theirs.initialize()
    theirs.subscribeToUser(author.identity.peer, (value) => heard.push(value.round))
    await settled()
    expect(heard).toEqual([1, 2])

    mine.cleanup()
    await set(3)
    await reader.transport.disconnect(author.identity.peer)
    await connect(reader, author)
    await settled()
    expect(heard).toEqual([1, 2])
    // The other store of both goes on.
    const { heard: rounds } = listen()
    await publish(7)
    expect(rounds).toEqual([7])
  })

  test('[T10] a store with an audience reaches it alone: gossiped, pushed and asked for', async () => {
    const outsider = await join()
    const how = { networkPath: 'compute/allocation', cacheable: false, persistDebounce: 100 } as const
    const audience = (peer: PeerId): boolean => peer !== outsider.identity.peer
    const mine = author.stores.createStore({ ...how, schema: ComputeRoundState, audience })
    mine.initialize()
    const heard = { reader: [] as number[], outsider: [] as number[] }
    const rounds = { reader: [] as number[], outsider: [] as number[] }
    for (const [name, side] of [
      ['reader', reader],
      ['outsider', outsider],
    ] as const) {
      const store = side.stores.createStore({ ...how, schema: ComputeRoundState })
      store.initialize()
      await connect(side, author)
      store.subscribeToUser(author.identity.peer, (value) => heard[name].push(value.round))
      side.rounds.subscribeToUser(author.identity.peer, (value) => rounds[name].push(value.round))
    }
    await settled()
    mine.set(round(author.identity.peer, 1, clock.nowMs()))
    clock.pass(100)
    await settled()
    expect(heard).toEqual({ reader: [1], outsider: [] })
    const signal = AbortSignal.timeout(120_000)
    const ask = (side: Side) =>
      side.transport.request(author.identity.peer, GET, encodeCanonical({ path: how.networkPath }), {
        signal,
      })
    expect((await ask(reader)).byteLength).toBeGreaterThan(0)
    await expect(ask(outsider)).rejects.toMatchObject({ fault: { kind: 'not-trusted' } })
    // What is for all readers still is.
    await publish(5)
    expect(rounds).toEqual({ reader: [5], outsider: [5] })
  })

  test('a peer that subscribes or connects late gets the newest value', async () => {
    await connect(author, reader)
    await publish(1)
    const late = listen()
    await settled()
    expect(late.heard).toEqual([1])

    const another = await join(false)
    const heard: number[] = []
    another.rounds.subscribeToUser(author.identity.peer, (value) => heard.push(value.round))
    await settled()
    expect(heard).toEqual([])
    await connect(another, author)
    await settled()
    expect(heard).toEqual([1])
  })

  test('a second subscriber of one author gets the known value at once', async () => {
    await connect(author, reader)
    listen()
    await publish(1)
    expect(listen().heard).toEqual([1])
  })

  test('a value that is set but not yet published is already given to peers that ask', async () => {
    await connect(author, reader)
    await publish(1)
    clock.pass(1)
    author.rounds.set(round(author.identity.peer, 2, clock.nowMs()))
    const { heard } = listen()
    await settled()
    expect(heard).toEqual([2])
  })

  test('neighbours that gossip does not reach get the value pushed', async () => {
    await connect(author, reader)
    const { heard } = listen()
    await settled()
    const deaf: Transport = { ...author.transport, publish: () => Promise.resolve([]) }
    const mute = createPublishedStores({ transport: deaf, identity: author.identity, clock, mayRead })
    const rounds = mute.createStore({
      networkPath: 'compute/round',
      schema: ComputeRoundState,
      cacheable: false,
      persistDebounce: 100,
    })
    rounds.initialize()
    // The reader asks again on connecting, which makes it a follower of the new store.
    await reader.transport.disconnect(author.identity.peer)
    await connect(reader, author)
    await settled()
    rounds.set(round(author.identity.peer, 7, clock.nowMs()))
    clock.pass(0)
    await settled()
    expect(heard).toEqual([7])
  })

  describe('what is refused, and counted', () => {
    const seal = (by: NodeIdentity, value: unknown) =>
      sealEnvelope('meshwork/1/store/compute/round', value, by.peer, (m) => by.sign(m))
    const gossip = async (envelope: Uint8Array, from = author) => {
      await from.transport.publish(topicOf(author.identity.peer, 'compute/round'), envelope)
      await settled()
    }

    test('another signer, another name inside, another path', async () => {
      await connect(author, reader)
      const { heard } = listen()
      const mallory = createIdentity(randomBytes(32))
      await gossip(seal(mallory, round(author.identity.peer, 1, clock.nowMs())))
      await gossip(seal(author.identity, round(mallory.peer, 2, clock.nowMs())))
      await gossip(
        sealEnvelope(
          'meshwork/1/store/compute/allocation',
          round(author.identity.peer, 3, clock.nowMs()),
          author.identity.peer,
          (m) => author.identity.sign(m),
        ),
      )
      expect(heard).toEqual([])
      expect(reader.stores.refusals()).toEqual({ unsigned: 3 })
    })

    test('stale, future-dated, malformed, and anything not newer than the newest', async () => {
      await connect(author, reader)
      const { heard } = listen()
      const made = (number: number, atMs: number, count = number) =>
        seal(author.identity, round(author.identity.peer, number, atMs, count))
      const now = clock.nowMs()
      await gossip(made(1, now - STALE_AFTER_MS - 1))
      await gossip(made(2, now + CLOCK_SKEW_MS_MAX + 1))
      await gossip(GARBAGE)
      await gossip(made(5, now))
      await gossip(made(4, now - 1))
      await gossip(made(3, now, 4))
      await gossip(made(6, now, 6))
      expect(heard).toEqual([5, 6])
      expect(reader.stores.refusals()).toEqual({ stale: 3, 'future-dated': 1, malformed: 1 })
    })

    test('[E8] a state that follows the known one is taken though its author set the clock back; one that precedes is not', async () => {
      await connect(author, reader)
      const { heard } = listen()
      const other = createIdentity(randomBytes(32)).peer
      const made = (number: number, atMs: number, own: number, others: number) => ({
        ...round(author.identity.peer, number, atMs, own),
        vector_clock: { [author.identity.peer]: own, [other]: others },
      })
      const now = clock.nowMs()
      await gossip(seal(author.identity, made(1, now, 5, 5)))
      await gossip(seal(author.identity, made(2, now - 10_000, 6, 5)))
      await gossip(seal(author.identity, made(3, now + 1, 6, 4)))
      await gossip(seal(author.identity, made(4, now + 1, 7, 4)))
      expect(heard).toEqual([1, 2, 4])
      expect(reader.stores.refusals()).toEqual({ stale: 1 })
    })

    test('the same envelope again is neither delivered nor an offence', async () => {
      await connect(author, reader)
      const { heard } = listen()
      const envelope = seal(author.identity, round(author.identity.peer, 1, clock.nowMs()))
      await gossip(envelope)
      await gossip(envelope)
      expect(heard).toEqual([1])
      expect(reader.stores.refusals()).toEqual({})
    })

    test('garbage in the direct exchange', async () => {
      await connect(author, reader)
      const signal = AbortSignal.timeout(120_000)
      const send = (protocol: string, bytes: Uint8Array) =>
        author.transport.request(reader.identity.peer, protocol, bytes, { signal })
      await expect(send(GET, GARBAGE)).rejects.toMatchObject({ fault: { kind: 'malformed' } })
      await expect(send(PUT, GARBAGE)).rejects.toMatchObject({ fault: { kind: 'malformed' } })
      expect(await send(GET, encodeCanonical({ path: 'no/such' }))).toEqual(new Uint8Array())
      expect(await send(PUT, encodeCanonical({ path: 'no/such', envelope: new Uint8Array() }))).toEqual(
        new Uint8Array(),
      )
    })

    test('a value too large for an envelope is counted and not sent', async () => {
      await connect(author, reader)
      const Wide = z.object({ timestamp: Timestamp, text: z.string() })
      const wide = author.stores.createStore({
        networkPath: 'compute/results',
        schema: Wide,
        cacheable: false,
        persistDebounce: 0,
      })
      wide.initialize()
      wide.set({ timestamp: toTimestamp(clock.nowMs()), text: 'x'.repeat(2 << 20) })
      clock.pass(0)
      await settled()
      expect(author.stores.refusals()).toEqual({ oversized: 1 })
    })
  })

  describe('memory', () => {
    test('a remembered value is told as not live, however old, and its live repetition again', async () => {
      await connect(author, reader)
      listen()
      await publish(1)
      const again = await join()
      clock.pass(STALE_AFTER_MS * 10)
      const heard: [number, boolean][] = []
      again.rounds.subscribeToUser(author.identity.peer, ({ round: number }, { live }) =>
        heard.push([number, live]),
      )
      expect(heard).toEqual([[1, false]])
      await connect(again, author)
      await publish(2)
      expect(heard).toEqual([
        [1, false],
        [2, true],
      ])
    })

    test('a memory that was tampered with is refused', async () => {
      await connect(author, reader)
      listen()
      await publish(1)
      for (const envelope of memory.values()) envelope[envelope.byteLength - 1]! ^= 1
      const again = await join()
      const heard: number[] = []
      again.rounds.subscribeToUser(author.identity.peer, (value) => heard.push(value.round))
      expect(heard).toEqual([])
      expect(Object.values(again.stores.refusals())).toEqual([1])
    })
  })
})

describe('published stores over libp2p', () => {
  const running: Transport[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((transport) => transport.stop()))
  })

  test('[T6] three peers: gossip and a late joiner; nothing goes by way of another peer', async () => {
    const sides = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const { identity, transport } = localPeer()
        await transport.start()
        running.push(transport)
        const stores = createPublishedStores({
          transport,
          identity,
          clock: machineClock,
          mayRead: () => true,
        })
        const rounds = stores.createStore({
          networkPath: 'compute/round',
          schema: ComputeRoundState,
          cacheable: true,
          persistDebounce: 20,
        })
        rounds.initialize()
        return { identity, transport, rounds }
      }),
    )
    const [a, b, c] = sides as [(typeof sides)[0], (typeof sides)[0], (typeof sides)[0]]
    const connect = (from: typeof a, to: typeof a) =>
      from.transport.connect(to.identity.peer, to.transport.addresses(), {
        signal: AbortSignal.timeout(120_000),
      })
    const heard = { b: [] as number[], c: [] as number[] }
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await connect(a, b)
    b.rounds.subscribeToUser(a.identity.peer, (value) => heard.b.push(value.round))
    a.rounds.set(round(a.identity.peer, 1, Date.now()))
    await until(() => heard.b.includes(1))
    // C knows only B, which subscribes to the same: what A publishes is not for C unless A itself says so.
    c.rounds.subscribeToUser(a.identity.peer, (value) => heard.c.push(value.round))
    c.rounds.subscribeToUser(b.identity.peer, (value) => heard.c.push(value.round))
    await connect(c, b)
    b.rounds.set(round(b.identity.peer, 500, Date.now()))
    await until(() => heard.c.includes(500))
    for (let number = 2; number < 12; number++) {
      a.rounds.set(round(a.identity.peer, number, Date.now()))
      await until(() => heard.b.includes(number))
    }
    expect(heard.c.filter((number) => number !== 500)).toEqual([])
    // Connected with A itself it need not wait for the next publication.
    a.rounds.set(round(a.identity.peer, 1_000, Date.now()))
    await connect(c, a)
    await until(() => heard.c.includes(1_000) && heard.b.includes(1_000))
    expect(heard.b).toEqual([...heard.b].sort((x, y) => x - y))
    expect(heard.c).toEqual([...heard.c].sort((x, y) => x - y))
  })
})
