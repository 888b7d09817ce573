import { afterEach, describe, expect, test } from 'vitest'
import { FaultError, refuse, type Fault } from '../protocol/fault.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import { ENVELOPE_BYTES_MAX, MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import type { ConnectionEvent, Transport } from './transport.ts'

/** Where a contract's peers live. */
export interface TransportHarness {
  /**
   * A transport of the same network as the others, with a key of its own, not started yet.
   * @param mayConnect those with whom it may be connected; for networks that connect peers who were not told to
   */
  create(mayConnect?: (peer: string) => boolean): Transport
  /** A well-formed address at which no peer listens. */
  readonly emptyAddress: string
  /** Lets the clocks of all its transports jump ahead; timers stay as they are. */
  readonly jumpAhead: (ms: number) => void
}

const PROTOCOL = '/contract/echo/1'
const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' as Cid
const STRANGER = '12D3KooWGzBHcVPFWvZLmgZdgKCnFBVcPZ7QZyVnZEMmH6yvVyYP' as PeerId

/** A signal for what should be done long before. */
const soon = () => AbortSignal.timeout(120_000)
const text = (value: string) => new TextEncoder().encode(value)
const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Waits until something holds; the test's own time limit ends what never does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The fault that a promise fails with. */
async function faultOfPromise(promise: Promise<unknown>): Promise<Fault['kind']> {
  const error: unknown = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(FaultError)
  return (error as FaultError).fault.kind
}

/** The promises of every Transport. */
export function transportContract(name: string, createHarness: () => TransportHarness): void {
  describe(`transport contract: ${name}`, () => {
    const running: Transport[] = []
    let harness = createHarness()
    const create = (mayConnect?: (peer: string) => boolean) => {
      const transport = harness.create(mayConnect)
      running.push(transport)
      return transport
    }
    const started = async () => {
      const transport = create()
      await transport.start()
      return transport
    }
    /** Peers in a row, each connected with the next. */
    const chain = async (length: number) => {
      const peers = await Promise.all(Array.from({ length }, started))
      for (const [i, peer] of peers.slice(1).entries()) {
        await peers[i]!.connect(peer.peer, peer.addresses(), { signal: soon() })
      }
      for (const [i, peer] of peers.slice(1).entries()) {
        await until(() => peer.connections().some((c) => c.peer === peers[i]!.peer))
      }
      return peers
    }
    const pair = async () => (await chain(2)) as [Transport, Transport]

    afterEach(async () => {
      await Promise.all(running.splice(0).map((transport) => transport.stop()))
      harness = createHarness()
    })

    describe('connections', () => {
      test('both sides are told, both list one another, and connecting again changes nothing', async () => {
        const [a, b] = await Promise.all([started(), started()])
        const events: ConnectionEvent[] = []
        a.onConnection((event) => events.push(event))
        b.onConnection((event) => events.push(event))
        await a.connect(b.peer, b.addresses(), { signal: soon() })
        await a.connect(b.peer, b.addresses(), { signal: soon() })
        await until(() => events.length >= 2)
        expect(events).toContainEqual(expect.objectContaining({ kind: 'connected', peer: b.peer }))
        expect(events).toContainEqual(expect.objectContaining({ kind: 'connected', peer: a.peer }))
        expect(events).toHaveLength(2)
        expect(a.connections()).toMatchObject([{ peer: b.peer, route: 'direct' }])
        expect(b.connections()).toMatchObject([{ peer: a.peer }])
      })

      test('an address without a peer, or with another one, is unreachable', async () => {
        const [a, b] = await Promise.all([started(), started()])
        const at = (addresses: readonly string[]) =>
          faultOfPromise(a.connect(STRANGER, addresses, { signal: soon() }))
        expect(await at([harness.emptyAddress])).toBe('unreachable')
        expect(await at(b.addresses().map((address) => address.replace(/\/(p2p|memory)\/.*/, '')))).toMatch(
          /unreachable|bad-input/,
        )
        expect(a.connections()).toEqual([])
      })

      test('what is no address is bad input, and an aborted dial is cancelled', async () => {
        const [a, b] = await Promise.all([started(), started()])
        expect(await faultOfPromise(a.connect(b.peer, ['nowhere'], { signal: soon() }))).toBe('bad-input')
        const aborted = AbortSignal.abort()
        expect(await faultOfPromise(a.connect(b.peer, b.addresses(), { signal: aborted }))).toBe('cancelled')
      })

      test('a peer that stops is told as disconnected, and its requests under way are unreachable', async () => {
        const [a, b] = await pair()
        b.handle(PROTOCOL, () => new Promise(() => undefined))
        const asked = faultOfPromise(a.request(b.peer, PROTOCOL, text('?'), { signal: soon() }))
        const events: ConnectionEvent[] = []
        a.onConnection((event) => events.push(event))
        await new Promise((resolve) => setTimeout(resolve, 20))
        await b.stop()
        expect(await asked).toBe('unreachable')
        // A connection that was being made meanwhile may come and go after it.
        await until(() => events.length % 2 === 1 && a.connections().length === 0)
        const told = { kind: 'disconnected', peer: b.peer }
        expect([events.at(0), events.at(-1)]).toEqual([told, told])
      })

      test('a removed listener is told nothing more', async () => {
        const [a, b] = await pair()
        const events: ConnectionEvent[] = []
        const stop = a.onConnection((event) => events.push(event))
        stop()
        const told: ConnectionEvent[] = []
        a.onConnection((event) => told.push(event))
        await b.stop()
        await until(() => told.length > 0)
        expect(events).toEqual([])
      })

      test('a kept peer is connected, and comes back after a disconnect', async () => {
        const [a, b] = await Promise.all([started(), started()])
        const events: string[] = []
        a.onConnection(({ kind }) => events.push(kind))
        a.keepConnected([{ peer: b.peer, addresses: b.addresses() }])
        await until(() => a.connections().length === 1 && b.connections().length === 1)
        await b.disconnect(a.peer)
        await until(() => events.length >= 3)
        expect(events.slice(0, 3)).toEqual(['connected', 'disconnected', 'connected'])
      })

      test('a peer no longer kept stays away', async () => {
        const [a, b, c] = await Promise.all([started(), started(), started()])
        a.keepConnected([{ peer: b.peer, addresses: b.addresses() }])
        await until(() => a.connections().length === 1 && b.connections().length === 1)
        a.keepConnected([])
        await a.disconnect(b.peer)
        await until(() => a.connections().length === 0)
        a.keepConnected([{ peer: c.peer, addresses: c.addresses() }])
        await until(() => a.connections().some(({ peer }) => peer === c.peer))
        expect(a.connections().map(({ peer }) => peer)).toEqual([c.peer])
      })
    })

    describe('requests', () => {
      test('an answer comes back with the asker known, handlers may be set before and after the start', async () => {
        const a = await started()
        const b = create()
        b.handle(PROTOCOL, (from, request) => Promise.resolve(text(`${from} ${read(request)}`)))
        await b.start()
        b.handle('/contract/late/1', () => Promise.resolve(text('late')))
        await a.connect(b.peer, b.addresses(), { signal: soon() })
        const asked = (protocol: string) => a.request(b.peer, protocol, text('hi'), { signal: soon() })
        expect(read(await asked(PROTOCOL))).toBe(`${a.peer} hi`)
        expect(read(await asked('/contract/late/1'))).toBe('late')
        expect(read(await asked(PROTOCOL))).toBe(`${a.peer} hi`)
      })

      test('any size up to the limit goes through in both directions, unchanged', async () => {
        const [a, b] = await pair()
        b.handle(PROTOCOL, (_from, request) => Promise.resolve(request))
        for (const size of [0, 1, 65_536, 300_001, MESSAGE_BYTES_MAX]) {
          const bytes = new Uint8Array(size).map((_, i) => (i * 31 + size) % 251)
          const answer = await a.request(b.peer, PROTOCOL, bytes, { signal: soon() })
          expect(Buffer.compare(answer, bytes)).toBe(0)
        }
      })

      test('more than the limit is refused on either side', async () => {
        const [a, b] = await pair()
        const tooMuch = new Uint8Array(MESSAGE_BYTES_MAX + 1)
        b.handle(PROTOCOL, () => Promise.resolve(tooMuch))
        b.handle('/contract/narrow/1', () => Promise.resolve(text('')), { requestBytesMax: 10 })
        const asked = (protocol: string, bytes: Uint8Array) =>
          faultOfPromise(a.request(b.peer, protocol, bytes, { signal: soon() }))
        expect(await asked(PROTOCOL, tooMuch)).toBe('oversized')
        expect(await asked(PROTOCOL, text('?'))).toBe('oversized')
        expect(await asked('/contract/narrow/1', new Uint8Array(11))).toBe('unreachable')
        expect(await a.request(b.peer, '/contract/narrow/1', new Uint8Array(10), { signal: soon() })).toEqual(
          text(''),
        )
      })

      test('a fault of the other side arrives as that fault, and it serves on', async () => {
        const [a, b] = await pair()
        b.handle(PROTOCOL, (_from, request) =>
          read(request) === 'bad' ? refuse('not-trusted', 'no') : Promise.resolve(text('good')),
        )
        const error: unknown = await a
          .request(b.peer, PROTOCOL, text('bad'), { signal: soon() })
          .catch((caught: unknown) => caught)
        expect((error as FaultError).fault).toEqual({ kind: 'not-trusted', message: 'no' })
        expect(read(await a.request(b.peer, PROTOCOL, text('ok'), { signal: soon() }))).toBe('good')
      })

      test('an unknown protocol and a peer not connected are unreachable', async () => {
        const [a, b] = await pair()
        const asked = (peer: PeerId) =>
          faultOfPromise(a.request(peer, '/none/1', text(''), { signal: soon() }))
        expect(await asked(b.peer)).toBe('unreachable')
        expect(await asked(STRANGER)).toBe('unreachable')
      })

      test('the signal ends a request here and at the other side', async () => {
        const [a, b] = await pair()
        let begun = 0
        let ended = 0
        b.handle(PROTOCOL, (_from, _request, signal) => {
          begun += 1
          signal.addEventListener('abort', () => (ended += 1))
          return new Promise(() => undefined)
        })
        const reasons = [new DOMException('too late', 'TimeoutError'), undefined]
        for (const [i, reason] of reasons.entries()) {
          const abort = new AbortController()
          const asked = faultOfPromise(a.request(b.peer, PROTOCOL, text(''), { signal: abort.signal }))
          await until(() => begun === i + 1)
          abort.abort(reason)
          expect(await asked).toBe(reason === undefined ? 'cancelled' : 'timed-out')
          await until(() => ended === i + 1)
        }
      })

      test('hundreds at once each get their own answer, some slow, some cancelled', async () => {
        const [a, b] = await pair()
        b.handle(PROTOCOL, async (_from, request) => {
          if (request.byteLength % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
          return request
        })
        const answers = await Promise.all(
          Array.from({ length: 300 }, async (_, i) => {
            const signal = i % 50 === 49 ? AbortSignal.abort() : soon()
            return a.request(b.peer, PROTOCOL, new Uint8Array(i), { signal }).then(
              (answer) => answer.byteLength,
              () => -1,
            )
          }),
        )
        expect(answers).toEqual(answers.map((_, i) => (i % 50 === 49 ? -1 : i)))
      })

      test('traffic is counted by peer', async () => {
        const [a, b] = await pair()
        b.handle(PROTOCOL, () => Promise.resolve(new Uint8Array(2_000)))
        await a.request(b.peer, PROTOCOL, new Uint8Array(1_000), { signal: soon() })
        expect(a.traffic().get(b.peer)?.bytesOut).toBeGreaterThanOrEqual(1_000)
        expect(a.traffic().get(b.peer)?.bytesIn).toBeGreaterThanOrEqual(2_000)
        await until(() => (b.traffic().get(a.peer)?.bytesOut ?? 0) >= 2_000)
        expect(b.traffic().get(a.peer)?.bytesIn).toBeGreaterThanOrEqual(1_000)
      })
    })

    describe('topics', () => {
      /** Publishes until it arrives: subscriptions travel in their own time. */
      const publishUntil = async (from: Transport, topic: string, arrived: () => boolean) => {
        for (let i = 0; !arrived(); i++) {
          await from.publish(topic, text(`warm-up ${i}`))
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }

      test('a publication reaches subscribers beyond the neighbours, once, and no others', async () => {
        const [a, b, c] = (await chain(3)) as [Transport, Transport, Transport]
        const got: Record<'b' | 'c' | 'other', string[]> = { b: [], c: [], other: [] }
        b.subscribe('topic', (bytes) => void got.b.push(read(bytes)))
        c.subscribe('topic', (bytes) => void got.c.push(read(bytes)))
        c.subscribe('other', (bytes) => void got.other.push(read(bytes)))
        await publishUntil(a, 'topic', () => got.b.length > 0 && got.c.length > 0)
        expect(await a.publish('topic', text('news'))).toEqual([b.peer])
        await until(() => got.b.includes('news') && got.c.includes('news'))
        expect(got.b.filter((message) => message === 'news')).toHaveLength(1)
        expect(got.c.filter((message) => message === 'news')).toHaveLength(1)
        expect(got.other).toEqual([])
      })

      test('what a listener refuses is not passed on', async () => {
        const [b, c] = await pair()
        // Peers of a network get to know one another in time; what A says to C itself is not passed on by B.
        const a = create((peer) => peer !== c.peer)
        await a.start()
        await a.connect(b.peer, b.addresses(), { signal: soon() })
        const got: string[] = []
        b.subscribe('topic', (bytes) => (read(bytes) === 'forged' ? 'refused' : undefined))
        c.subscribe('topic', (bytes) => void got.push(read(bytes)))
        await publishUntil(a, 'topic', () => got.length > 0)
        await a.publish('topic', text('forged'))
        await a.publish('topic', text('genuine'))
        await until(() => got.includes('genuine'))
        expect(got).not.toContain('forged')
      })

      test('an unsubscribed peer gets nothing more, and others of the same topic do', async () => {
        const [a, b] = await pair()
        const kept: string[] = []
        const dropped: string[] = []
        b.subscribe('topic', (bytes) => void kept.push(read(bytes)))
        const stop = b.subscribe('topic', (bytes) => void dropped.push(read(bytes)))
        await publishUntil(a, 'topic', () => dropped.length > 0)
        stop()
        await a.publish('topic', text('after'))
        await until(() => kept.includes('after'))
        expect(dropped).not.toContain('after')
      })

      test('a publication above the limit is refused, one without subscribers is not', async () => {
        const a = await started()
        expect(await faultOfPromise(a.publish('topic', new Uint8Array(ENVELOPE_BYTES_MAX + 1)))).toBe(
          'oversized',
        )
        expect(await a.publish('topic', text('alone'))).toEqual([])
      })
    })

    describe('providers', () => {
      test('a provider of a blob is found by the others', async () => {
        const [a, b] = await pair()
        let found: PeerId[] = []
        while (found.length === 0) {
          await b.provide(CID, { signal: soon() })
          found = await collected(a.findProviders(CID, { signal: soon() }))
        }
        expect(found).toContain(b.peer)
      })

      test('an unprovided blob has no providers', async () => {
        const [a] = await pair()
        expect(await collected(a.findProviders(CID, { signal: soon() }))).toEqual([])
      })
    })
  })
}
