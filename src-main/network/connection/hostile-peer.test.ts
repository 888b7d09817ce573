import { randomBytes } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault, FaultError } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { createHeaderWatch } from './guarded-yamux.ts'
import { createIdentity } from '../identity/identity.ts'
import type { Node } from '../libp2p-node.ts'
import { createNode } from '../libp2p-options.ts'
import {
  ANSWERS_AT_ONCE_MAX,
  ASSEMBLY_BYTES_PER_PEER_MAX,
  FRAME_MS_MAX,
  REPLY_BYTES_PER_PEER_MAX,
  REPLY_MS_MAX,
  SHORT_REPLY_BYTES_MAX,
  STREAM_IDLE_IN_MS_MAX,
  STREAM_WINDOW_BYTES_MAX,
  STREAMS_IN_MAX,
} from '../limits.ts'
import { localPeer } from '../local-mesh.ts'
import { readReply } from '../requests/reply.ts'

const PROTOCOL = '/hostile/test/1'
/** Requests of the longest kind that fit one peer's budget. */
const BUDGETED = Math.floor(ASSEMBLY_BYTES_PER_PEER_MAX / MESSAGE_BYTES_MAX)

/** The machine's time, shifted; its timers run when it is shifted. */
function shiftingClock(): Clock & { shift(ms: number): void } {
  let shiftedMs = 0
  let timers: (() => void)[] = []
  return {
    nowMs: () => Date.now() + shiftedMs,
    after(_delayMs, callback) {
      timers.push(callback)
      return () => void (timers = timers.filter((other) => other !== callback))
    },
    shift(ms) {
      shiftedMs += ms
      for (const callback of timers.splice(0)) callback()
    },
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

function frame(payload: Uint8Array, claimed = payload.byteLength): Uint8Array {
  const bytes = new Uint8Array(4 + payload.byteLength)
  new DataView(bytes.buffer).setUint32(0, claimed)
  bytes.set(payload, 4)
  return bytes
}

describe('a hostile peer', () => {
  const clock = shiftingClock()
  const defects: unknown[] = []
  const nodes: Node[] = []
  const transports: Transport[] = []
  let victim: Transport
  let friend: Transport
  let attacker: Node
  let line: Connection
  let handled = 0

  const attack = () => line.newStream(PROTOCOL, { maxOutboundStreams: 1_000 })
  const attackerId = () => attacker.peerId.toString() as PeerId
  const friendGetsAnswers = async () => {
    const answer = await friend.request(victim.peer, PROTOCOL, Uint8Array.of(42), {
      signal: AbortSignal.timeout(120_000),
    })
    expect(answer).toEqual(Uint8Array.of(42))
    expect(defects).toEqual([])
  }
  const ended = (stream: Stream) => until(() => stream.status !== 'open')
  /** Waits until the victim has read what was sent on the line before: a line is read in order, and it answers this. */
  const arrived = async () => {
    const identify = await line.newStream('/ipfs/id/1.0.0')
    await until(() => identify.remoteWriteStatus === 'closed')
    await identify.close()
  }

  beforeEach(async () => {
    defects.length = 0
    handled = 0
    victim = localPeer({ clock, onDefect: (error) => defects.push(error) }).transport
    victim.handle(PROTOCOL, (_from, request) => {
      handled += 1
      return Promise.resolve(request)
    })
    friend = localPeer().transport
    attacker = await createNode({
      identity: createIdentity(randomBytes(32)),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
    })
    nodes.push(attacker)
    transports.push(victim, friend)
    await Promise.all([victim.start(), friend.start(), attacker.start()])
    await friend.connect(victim.peer, victim.addresses(), { signal: AbortSignal.timeout(120_000) })
    line = await attacker.dial(victim.addresses().map((address) => multiaddr(address)))
  })

  afterEach(async () => {
    await Promise.all([
      ...transports.splice(0).map((transport) => transport.stop()),
      ...nodes.splice(0).map((node) => Promise.resolve(node.stop())),
    ])
  })

  test('a frame that claims more than the limit costs its stream', async () => {
    for (const claimed of [MESSAGE_BYTES_MAX + 1, 0xffff_ffff]) {
      const stream = await attack()
      stream.send(frame(randomBytes(100), claimed))
      await ended(stream)
    }
    expect(handled).toBe(0)
    await friendGetsAnswers()
  })

  test('garbage costs its stream at most, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const stream = await attack()
        stream.send(bytes)
        await stream.close().catch(() => undefined)
        await until(() => stream.remoteWriteStatus === 'closed')
      }),
      { numRuns: 30 },
    )
    await friendGetsAnswers()
  })

  test('a frame that never completes is given up after its time', async () => {
    const stream = await attack()
    stream.send(frame(randomBytes(10), 1_000))
    await arrived()
    clock.shift(FRAME_MS_MAX / 2)
    await friendGetsAnswers()
    expect(stream.status).toBe('open')
    clock.shift(FRAME_MS_MAX / 2 + 1)
    await ended(stream)
    await friendGetsAnswers()
  })

  test('a stream on which nothing is ever asked is closed', async () => {
    const stream = await attack()
    await arrived()
    clock.shift(STREAM_IDLE_IN_MS_MAX + 1)
    await ended(stream)
  })

  test('that does not read its answers loses the stream, and holds up no other', async () => {
    const stream = await attack()
    stream.pause()
    for (let i = 0; i < 3; i++) stream.send(frame(randomBytes(MESSAGE_BYTES_MAX)))
    await until(() => handled >= 1)
    await friendGetsAnswers()
    clock.shift(REPLY_MS_MAX + 1)
    await ended(stream)
    // One answer fills the window; the requests behind it were never read.
    expect(handled).toBeLessThanOrEqual(3)
    await friendGetsAnswers()
  })

  test('a flood of streams is cut at the limit', async () => {
    const streams = await Promise.all(Array.from({ length: 100 }, () => attack().catch(() => undefined)))
    const open = () => streams.filter((stream) => stream?.status === 'open').length
    await until(() => open() <= STREAMS_IN_MAX)
    await friendGetsAnswers()
  })

  test('half-arrived requests take no more memory than the budget; all are answered once they go on', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, attack))
    const half = randomBytes(MESSAGE_BYTES_MAX / 2)
    for (const stream of streams) stream.send(frame(half, MESSAGE_BYTES_MAX))
    await arrived()
    await friendGetsAnswers()
    expect(BUDGETED).toBeLessThan(streams.length)
    const before = handled
    for (const stream of streams) stream.send(half)
    await until(() => handled - before === streams.length)
  })

  test('[N1] few of its answers are made at a time, over however many connections; the others come after them', async () => {
    const open = Promise.withResolvers<undefined>()
    let underWay = 0
    let most = 0
    victim.handle('/hostile/slow/1', async (_from, request) => {
      underWay += 1
      most = Math.max(most, underWay)
      await open.promise
      underWay -= 1
      return request
    })
    const other = await attacker.dial(
      victim.addresses().map((address) => multiaddr(address)),
      { force: true },
    )
    const slow = (on: Connection) => on.newStream('/hostile/slow/1', { maxOutboundStreams: 1_000 })
    const streams = await Promise.all(
      Array.from({ length: 2 * ANSWERS_AT_ONCE_MAX }, (_, i) => slow(i % 2 === 0 ? line : other)),
    )
    let answered = 0
    for (const stream of streams) {
      stream.addEventListener('message', () => (answered += 1), { once: true })
      stream.send(frame(Uint8Array.of(1)))
    }
    await until(() => underWay === ANSWERS_AT_ONCE_MAX)
    for (let i = 0; i < 10; i++) await friendGetsAnswers()
    expect(most).toBe(ANSWERS_AT_ONCE_MAX)
    open.resolve(undefined)
    await until(() => answered === streams.length)
    expect(most).toBe(ANSWERS_AT_ONCE_MAX)
  })

  test('[N1] beyond what it may leave unread its long answers are refused, and its short ones are given', async () => {
    const ask = async (bytes: number) => {
      const stream = await attack()
      stream.send(frame(new Uint8Array(bytes)))
      return stream
    }
    const stuck = REPLY_BYTES_PER_PEER_MAX / MESSAGE_BYTES_MAX - 1
    for (let i = 0; i < stuck; i++) (await ask(MESSAGE_BYTES_MAX)).pause()
    await until(() => handled === stuck)
    const firstBytes = async (bytes: number): Promise<Uint8Array> => {
      const stream = await ask(bytes)
      return new Promise((resolve) =>
        stream.addEventListener('message', ({ data }) => resolve(data.subarray()), { once: true }),
      )
    }
    const refused = readReply((await firstBytes(MESSAGE_BYTES_MAX)).subarray(4))
    expect(refused).toMatchObject({ kind: 'fault', fault: { kind: 'too-busy' } })
    const given = readReply((await firstBytes(SHORT_REPLY_BYTES_MAX - 1)).subarray(4))
    expect(given).toMatchObject({ kind: 'answer' })
    await friendGetsAnswers()
  })

  test('a request that waits for the budget is not read: what its sender goes on sending stays there', async () => {
    const half = randomBytes(MESSAGE_BYTES_MAX / 2)
    const first = await Promise.all(Array.from({ length: BUDGETED }, attack))
    for (const stream of first) stream.send(frame(half, MESSAGE_BYTES_MAX))
    const sent = () => first.every((stream) => stream.writeBufferLength === 0)
    await until(sent)
    await friendGetsAnswers()
    const waiting = await attack()
    const flood = 16 * STREAM_WINDOW_BYTES_MAX
    waiting.send(frame(new Uint8Array(flood), MESSAGE_BYTES_MAX))
    // Each answer is a round trip through the victim, in which the flood could go on.
    for (let i = 0; i < 100; i++) await friendGetsAnswers()
    expect(waiting.writeBufferLength).toBeGreaterThan(flood - 3 * STREAM_WINDOW_BYTES_MAX)
    for (const stream of first) stream.send(half)
    await until(() => handled > 101 + first.length)
  })

  test('a multiplexer frame beyond any window ends the connection instead of filling the memory', async () => {
    const stream = await attack()
    const { muxer } = line as unknown as {
      muxer: { sendFrame(header: object, data: Uint8Array): boolean }
    }
    muxer.sendFrame(
      { type: 0, flag: 0, streamID: Number(stream.id), length: 0x7fff_ffff },
      randomBytes(1_000),
    )
    await until(() => line.status !== 'open')
    await friendGetsAnswers()
  })

  describe('that is asked something', () => {
    const ask = async (answer: (stream: Stream) => void): Promise<Fault['kind'] | undefined> => {
      await attacker.handle('/hostile/answer/1', (stream) => answer(stream), { force: true })
      await until(() => victim.connections().some(({ peer }) => peer === attackerId()))
      return victim
        .request(attackerId(), '/hostile/answer/1', randomBytes(10), { signal: AbortSignal.timeout(120_000) })
        .then(
          () => undefined,
          (error: unknown) => (error as FaultError).fault.kind,
        )
    }

    test('a reply that is neither answer nor fault, or a fault that is none, is malformed', async () => {
      expect(await ask((stream) => void stream.send(frame(Uint8Array.of(9, 9, 9))))).toBe('malformed')
      expect(await ask((stream) => void stream.send(frame(new Uint8Array(0))))).toBe('malformed')
      expect(await ask((stream) => void stream.send(frame(Uint8Array.of(1, 0xff))))).toBe('malformed')
    })

    test('a reply beyond the limit is oversized', async () => {
      expect(await ask((stream) => void stream.send(frame(randomBytes(9), MESSAGE_BYTES_MAX + 2)))).toBe(
        'oversized',
      )
    })

    test('a stream closed or reset instead of an answer is unreachable', async () => {
      expect(await ask((stream) => void stream.close())).toBe('unreachable')
      expect(await ask((stream) => stream.abort(new Error('no')))).toBe('unreachable')
      const cutShort = (stream: Stream) => {
        stream.send(frame(randomBytes(9), 100))
        void stream.close()
      }
      expect(await ask(cutShort)).toBe('unreachable')
    })
  })
})

describe('the header watch', () => {
  const header = (type: number, length: number) => {
    const bytes = new Uint8Array(12)
    bytes[1] = type
    new DataView(bytes.buffer).setUint32(8, length)
    return bytes
  }

  test('finds the longest data frame however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1, 2), fc.nat(300)), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (frames, cuts) => {
          const all = Buffer.concat(
            frames.flatMap(([type, length]) => [header(type, length), randomBytes(type === 0 ? length : 0)]),
          )
          const watch = createHeaderWatch()
          let longest = 0
          for (let at = 0, i = 0; at < all.byteLength; i++) {
            const cut = cuts[i % cuts.length]!
            longest = Math.max(longest, watch(all.subarray(at, at + cut)))
            at += cut
          }
          expect(longest).toBe(Math.max(...frames.map(([type, length]) => (type === 0 ? length : 0))))
        },
      ),
    )
  })
})
