import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse, type Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Transport } from '../../ports/transport.ts'
import { createBlobExchange, type BlobExchange } from './blob-exchange.ts'
import { CHUNK, OPEN } from './blob-wire.ts'
import { createIdentity } from '../identity/identity.ts'
import { CHUNKS_PER_SOURCE_MAX } from '../limits.ts'
import { localPeer, machineClock } from '../local-mesh.ts'
import { createMemoryBlobs, type MemoryBlobs } from './memory-blobs.fixture.ts'
import { createMemoryNetwork } from '../memory-transport.ts'
import { openStorage } from '../../storage/storage.ts'

const CHUNK_BYTES = 1_000

interface Side {
  readonly identity: Identity
  readonly peer: PeerId
  readonly transport: Transport
  readonly blobs: MemoryBlobs
  readonly exchange: BlobExchange
}

async function kindOf(promise: Promise<unknown>): Promise<Fault['kind'] | 'went well'> {
  return promise.then(
    () => 'went well',
    (error: unknown) => {
      if (error instanceof FaultError) return error.fault.kind
      throw error
    },
  )
}

describe('blob exchange', () => {
  let network = createMemoryNetwork()
  let distrusted = new Set<PeerId>()
  let served: PeerId[] = []
  const signal = () => AbortSignal.timeout(120_000)

  const join = async (around: (transport: Transport) => Transport = (t) => t): Promise<Side> => {
    const identity = createIdentity(randomBytes(32))
    const { peer } = identity
    const transport = around(network.join(peer))
    await transport.start()
    const blobs = createMemoryBlobs(CHUNK_BYTES)
    const mayServe = (to: PeerId) => {
      served.push(peer)
      return !distrusted.has(to)
    }
    return {
      peer,
      identity,
      transport,
      blobs,
      exchange: createBlobExchange({ transport, identity, blobs, clock: machineClock, mayServe }),
    }
  }
  const connect = (a: Side, ...others: Side[]) =>
    Promise.all(others.map((b) => a.transport.connect(b.peer, b.transport.addresses(), { signal: signal() })))
  /** A peer whose answers to one protocol are something else. */
  const answering = (protocol: string, answer: (request: Uint8Array) => Promise<Uint8Array>) =>
    join((transport) => ({
      ...transport,
      handle: (name, handler, options) =>
        transport.handle(name, name === protocol ? (_from, request) => answer(request) : handler, options),
    }))

  beforeEach(() => {
    network = createMemoryNetwork()
    distrusted = new Set()
    served = []
  })

  test('[W29] a blob of more than was allowed is refused by its layout, small or large, before anything of it comes', async () => {
    const [here, there] = [await join(), await join()]
    await connect(here, there)
    for (const bytes of [500, 100_000]) {
      const cid = there.blobs.put(randomBytes(bytes))
      const options = { from: [there.peer], signal: signal() }
      expect(await kindOf(here.exchange.fetch(cid, { ...options, bytesMax: bytes - 1 }))).toBe('oversized')
      expect(here.blobs.has(cid)).toBe(false)
      expect(await kindOf(here.exchange.fetch(cid, { ...options, bytesMax: bytes }))).toBe('went well')
    }
    expect(here.exchange.traffic().bytesIn).toBeLessThan(110_000)
  })

  test('a small blob and a large one arrive whole, and are not fetched twice', async () => {
    const [a, b] = [await join(), await join()]
    await connect(a, b)
    for (const size of [1, CHUNK_BYTES, 25 * CHUNK_BYTES + 1]) {
      const bytes = randomBytes(size)
      const cid = b.blobs.put(bytes)
      const progress: number[] = []
      await a.exchange.fetch(cid, {
        from: [b.peer],
        signal: signal(),
        progress: ({ chunksDone }) => progress.push(chunksDone),
      })
      expect(Buffer.compare(a.blobs.read(cid)!, bytes)).toBe(0)
      expect(progress).toEqual(size > CHUNK_BYTES ? Array.from({ length: 26 }, (_, i) => i + 1) : [])
      const before = served.length
      await a.exchange.fetch(cid, { from: [b.peer], signal: signal() })
      expect(served).toHaveLength(before)
    }
    expect(a.exchange.traffic().bytesIn).toBeGreaterThan(27 * CHUNK_BYTES)
    expect(b.exchange.traffic().bytesOut).toBe(a.exchange.traffic().bytesIn)
  })

  test('[A16] upload and download stay within the user’s limits, and what they bound arrives all the same', async () => {
    for (const side of ['upload', 'download'] as const) {
      const [a, b] = [await join(), await join()]
      await connect(a, b)
      const rates = { upload: undefined, download: undefined, [side]: 10 * CHUNK_BYTES }
      if (side === 'upload') b.exchange.setRates(rates)
      else a.exchange.setRates(rates)
      const cid = b.blobs.put(randomBytes(20 * CHUNK_BYTES))
      const startMs = performance.now()
      await a.exchange.fetch(cid, { from: [b.peer], signal: signal() })
      // Twenty chunks at ten a second, less a second's worth that was saved up and the last, which is owed.
      expect(performance.now() - startMs).toBeGreaterThan(700)
      expect(a.blobs.has(cid)).toBe(true)
    }
  })

  test('hundreds of small blobs asked for at once travel in few questions', async () => {
    let questions = 0
    const a = await join((transport) => ({
      ...transport,
      request: (...args) => {
        questions += 1
        return transport.request(...args)
      },
    }))
    const b = await join()
    await connect(a, b)
    const cids = Array.from({ length: 300 }, () => b.blobs.put(randomBytes(200)))
    await Promise.all(cids.map((cid) => a.exchange.fetch(cid, { from: [b.peer], signal: signal() })))
    expect(cids.every((cid) => a.blobs.has(cid))).toBe(true)
    expect(questions).toBeLessThan(10)
  })

  test('several peers share the chunks of one blob', async () => {
    const [a, b, c] = [await join(), await join(), await join()]
    await connect(a, b, c)
    const bytes = randomBytes(60 * CHUNK_BYTES)
    const cid = b.blobs.put(bytes)
    c.blobs.put(bytes)
    await a.exchange.fetch(cid, { from: [b.peer, c.peer], signal: signal() })
    expect(Buffer.compare(a.blobs.read(cid)!, bytes)).toBe(0)
    expect(served.filter((peer) => peer === b.peer).length).toBeGreaterThan(10)
    expect(served.filter((peer) => peer === c.peer).length).toBeGreaterThan(10)
  })

  test('only chunks that are missing are sent: after a broken transfer, and of an edited blob', async () => {
    const [a, b] = [await join(), await join()]
    await connect(a, b)
    const bytes = randomBytes(40 * CHUNK_BYTES)
    const cid = b.blobs.put(bytes)
    const abort = new AbortController()
    const broken = a.exchange.fetch(cid, {
      from: [b.peer],
      signal: abort.signal,
      progress: ({ chunksDone }) => chunksDone === 20 && abort.abort(),
    })
    expect(await kindOf(broken)).toBe('cancelled')
    const kept = a.blobs.kept.size
    expect(kept).toBeGreaterThanOrEqual(20)
    let totals: number[] = []
    const progress = ({ chunksTotal }: { chunksTotal: number }) => totals.push(chunksTotal)
    await a.exchange.fetch(cid, { from: [b.peer], signal: signal(), progress })
    expect(totals[0]).toBe(40 - kept)
    expect(Buffer.compare(a.blobs.read(cid)!, bytes)).toBe(0)

    const edited = Buffer.from(bytes)
    edited[5_500] = edited[5_500]! ^ 1
    totals = []
    await a.exchange.fetch(b.blobs.put(edited), { from: [b.peer], signal: signal(), progress })
    expect(totals).toEqual([1])
  })

  test('a source that breaks off and comes back is asked again, within one fetch', async () => {
    const [a, b] = [await join(), await join()]
    await connect(a, b)
    const bytes = randomBytes(40 * CHUNK_BYTES)
    const cid = b.blobs.put(bytes)
    let cuts = 0
    await a.exchange.fetch(cid, {
      from: [b.peer],
      signal: signal(),
      progress: ({ chunksDone }) => {
        if (chunksDone % 15 === 0) {
          cuts += 1
          void b.transport.disconnect(a.peer)
        }
      },
    })
    expect(cuts).toBe(2)
    expect(Buffer.compare(a.blobs.read(cid)!, bytes)).toBe(0)
  })

  test('a source that sends something else is given up, and another one finishes', async () => {
    const liar = await answering(CHUNK, () => Promise.resolve(randomBytes(CHUNK_BYTES)))
    const [a, honest] = [await join(), await join()]
    await connect(a, liar, honest)
    const bytes = randomBytes(30 * CHUNK_BYTES)
    const cid = honest.blobs.put(bytes)
    liar.blobs.put(bytes)
    await a.exchange.fetch(cid, { from: [liar.peer, honest.peer], signal: signal() })
    expect(Buffer.compare(a.blobs.read(cid)!, bytes)).toBe(0)
    expect(
      await kindOf(
        a.exchange.fetch(liar.blobs.put(randomBytes(5_000)), { from: [liar.peer], signal: signal() }),
      ),
    ).toBe('blob-corrupt')
  })

  test('answers that fit no question are faults of the source', async () => {
    const answers: Uint8Array[] = [
      randomBytes(100),
      encodeCanonical({ blobs: [] }),
      encodeCanonical({ blobs: [{ kind: 'later' }] }),
      encodeCanonical({ blobs: [{ kind: 'list', node: new Uint8Array(3), chunks: [] }] }),
    ]
    const cid = createMemoryBlobs(CHUNK_BYTES).put(randomBytes(10))
    for (const answer of answers) {
      const [a, liar] = [await join(), await answering(OPEN, () => Promise.resolve(answer))]
      await connect(a, liar)
      expect(await kindOf(a.exchange.fetch(cid, { from: [liar.peer], signal: signal() }))).toMatch(
        /malformed|not-canonical/,
      )
    }
  })

  test('another blob than the one asked for is refused', async () => {
    const content = randomBytes(10)
    const liar = await answering(OPEN, () =>
      Promise.resolve(encodeCanonical({ blobs: [{ kind: 'whole', content }] })),
    )
    const a = await join()
    await connect(a, liar)
    const cid = createMemoryBlobs(CHUNK_BYTES).put(randomBytes(10))
    expect(await kindOf(a.exchange.fetch(cid, { from: [liar.peer], signal: signal() }))).toBe('blob-corrupt')
    expect(a.blobs.has(cid)).toBe(false)
  })

  test('a peer that may not have a blob does not get it, neither layout nor chunk', async () => {
    const [a, b] = [await join(), await join()]
    await connect(a, b)
    const cid = b.blobs.put(randomBytes(5 * CHUNK_BYTES))
    distrusted.add(a.peer)
    expect(await kindOf(a.exchange.fetch(cid, { from: [b.peer], signal: signal() }))).toBe('blob-missing')
    const chunk = a.transport.request(b.peer, CHUNK, encodeCanonical({ cid, index: 0 }), { signal: signal() })
    expect(await kindOf(chunk)).toBe('not-trusted')
  })

  test('a chunk that does not exist, and questions that are none, are faults and nothing worse', async () => {
    const [a, b] = [await join(), await join()]
    await connect(a, b)
    const cid = b.blobs.put(randomBytes(5 * CHUNK_BYTES))
    const ask = (protocol: string, question: unknown) =>
      kindOf(a.transport.request(b.peer, protocol, encodeCanonical(question), { signal: signal() }))
    expect(await ask(CHUNK, { cid, index: 5 })).toBe('malformed')
    expect(await ask(CHUNK, { cid, index: -1 })).toBe('malformed')
    expect(await ask(OPEN, { cids: [] })).toBe('malformed')
    expect(await ask(OPEN, { cids: Array.from({ length: 65 }, () => cid) })).toBe('malformed')
  })

  test('no peer has it: blob-missing; a provider that only the network knows has it: found', async () => {
    const [a, b, c] = [await join(), await join(), await join()]
    await connect(a, b)
    const bytes = randomBytes(3 * CHUNK_BYTES)
    const cid = c.blobs.put(bytes)
    expect(await kindOf(a.exchange.fetch(cid, { from: [b.peer], signal: signal() }))).toBe('blob-missing')
    await c.transport.provide(cid, { signal: signal() })
    await connect(a, c)
    await a.exchange.fetch(cid, { from: [b.peer], signal: signal() })
    expect(Buffer.compare(a.blobs.read(cid)!, bytes)).toBe(0)
  })

  test('two callers of one blob share its transfer; one giving up does not stop the other', async () => {
    const [a, b] = [await join(), await join()]
    await connect(a, b)
    const cid = b.blobs.put(randomBytes(20 * CHUNK_BYTES))
    const abort = new AbortController()
    const first = kindOf(a.exchange.fetch(cid, { from: [b.peer], signal: abort.signal }))
    const second = a.exchange.fetch(cid, { from: [], signal: signal() })
    abort.abort()
    expect(await first).toBe('cancelled')
    await second
    expect(a.blobs.has(cid)).toBe(true)
    expect(b.exchange.traffic().bytesOut).toBeLessThan(25 * CHUNK_BYTES)
  })

  test('a full store ends the transfer at once, whichever peers have the blob', async () => {
    const [a, b, c] = [await join(), await join(), await join()]
    await connect(a, b, c)
    const bytes = randomBytes(5 * CHUNK_BYTES)
    const cid = b.blobs.put(bytes)
    c.blobs.put(bytes)
    const full = createBlobExchange({
      transport: a.transport,
      identity: a.identity,
      clock: machineClock,
      mayServe: () => true,
      blobs: {
        ...a.blobs,
        receive: (wanted: Cid) => ({
          ...a.blobs.receive(wanted),
          accept: () => Promise.reject(new FaultError({ kind: 'quota-exceeded', message: 'full' })),
        }),
      },
    })
    expect(await kindOf(full.fetch(cid, { from: [b.peer, c.peer], signal: signal() }))).toBe('quota-exceeded')
    expect(served).toEqual([b.peer])
  })

  test('a fault while the blob is read there moves on to the next source', async () => {
    const torn = await answering(CHUNK, () => refuse('blob-corrupt', 'the disk is failing'))
    const [a, b] = [await join(), await join()]
    await connect(a, torn, b)
    const bytes = randomBytes(5 * CHUNK_BYTES)
    const cid = torn.blobs.put(bytes)
    b.blobs.put(bytes)
    await a.exchange.fetch(cid, { from: [torn.peer, b.peer], signal: signal() })
    expect(a.blobs.has(cid)).toBe(true)
  })
})

describe('blob exchange over libp2p, with stores on disk', () => {
  const running: (() => Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((stop) => stop()))
  })

  const side = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-exchange-'))
    const storage = await openStorage({ folder, quotaBytes: 1 << 30, clock: machineClock })
    const { blobs } = storage
    const { transport, identity } = localPeer()
    const exchange = createBlobExchange({
      transport,
      identity,
      blobs,
      clock: machineClock,
      mayServe: () => true,
    })
    await transport.start()
    running.push(async () => {
      await transport.stop()
      await storage.close()
      await rm(folder, { recursive: true, force: true })
    })
    return { transport, blobs, exchange }
  }

  test('a transfer that is broken in the middle resumes and sends no verified chunk twice', async () => {
    const [a, b] = [await side(), await side()]
    const bytes = randomBytes(24 << 20)
    const cid = await b.blobs.put(bytes)
    a.transport.keepConnected([{ peer: b.transport.peer, addresses: b.transport.addresses() }])
    while (a.transport.connections().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    let cut = false
    await a.exchange.fetch(cid, {
      from: [b.transport.peer],
      signal: AbortSignal.timeout(120_000),
      progress: ({ chunksDone }) => {
        if (chunksDone < 8 || cut) return
        cut = true
        void b.transport.disconnect(a.transport.peer)
      },
    })
    expect(cut).toBe(true)
    expect(Buffer.compare(await a.blobs.read(cid), bytes)).toBe(0)
    // Only chunks under way when the connection broke may come twice.
    expect(a.exchange.traffic().bytesIn).toBeLessThan((24 + 2 * CHUNKS_PER_SOURCE_MAX) << 20)
  })

  test('many small results, a structure and a large file arrive from the store that has them', async () => {
    const [a, b] = [await side(), await side()]
    await a.transport.connect(b.transport.peer, b.transport.addresses(), {
      signal: AbortSignal.timeout(120_000),
    })
    const cids = await Promise.all([
      ...Array.from({ length: 100 }, () => b.blobs.put(randomBytes(3_000))),
      b.blobs.putStructure(encodeCanonical({ name: 'manifest' })),
      b.blobs.put(randomBytes(5 << 20)),
      b.blobs.put(new Uint8Array(1)),
    ])
    const signal = AbortSignal.timeout(120_000)
    await Promise.all(cids.map((cid) => a.exchange.fetch(cid, { from: [b.transport.peer], signal })))
    for (const cid of cids) {
      expect(Buffer.compare(await a.blobs.read(cid), await b.blobs.read(cid))).toBe(0)
    }
  })
})
