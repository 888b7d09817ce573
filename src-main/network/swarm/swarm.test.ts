import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { Transport } from '../../ports/transport.ts'
import { createBlobPasses } from './blob-pass.ts'
import { CHUNK } from '../blobs/blob-wire.ts'
import { allChunksBut, noChunks } from '../chunks/chunk-set.ts'
import { createIdentity } from '../identity/identity.ts'
import { machineClock } from '../local-mesh.ts'
import {
  befriend,
  startSwarmPeer,
  unhurriedClock,
  type SwarmPeer,
  type SwarmPeerOptions,
} from './swarm.fixture.ts'
import { SWARM, SwarmAnswer } from './swarm-wire.ts'

const MIB = 1 << 20
const signal = () => AbortSignal.timeout(120_000)

const running: SwarmPeer[] = []
const start = async (options?: SwarmPeerOptions): Promise<SwarmPeer> => {
  const peer = await startSwarmPeer(options)
  running.push(peer)
  return peer
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()))
})

/** A requester, and providers that know it and, with `'friends'`, one another. */
async function group(count: number, how: 'strangers' | 'friends', options: SwarmPeerOptions = {}) {
  const requester = await start(options)
  const providers: SwarmPeer[] = []
  for (let i = 0; i < count; i++) {
    const provider = await start(options)
    await befriend(provider, requester)
    if (how === 'friends') for (const other of providers) await befriend(provider, other)
    providers.push(provider)
  }
  return { requester, providers }
}

const fetchFrom = (requester: SwarmPeer, provider: SwarmPeer, cid: Cid) =>
  provider.exchange.fetch(cid, { from: [requester.peer], leader: requester.peer, signal: signal() })

async function faultOf(promise: Promise<unknown>): Promise<Fault['kind'] | 'went well'> {
  return promise.then(
    () => 'went well',
    (error: unknown) => {
      if (error instanceof FaultError) return error.fault.kind
      throw error
    },
  )
}

/** A transport that answers one protocol in another way. */
const answering =
  (protocol: string, answer: (request: Uint8Array) => Promise<Uint8Array>) =>
  (transport: Transport): Transport => ({
    ...transport,
    handle: (name, handler, options) =>
      transport.handle(name, name === protocol ? (_from, request) => answer(request) : handler, options),
  })

describe('a swarm', () => {
  for (const how of ['strangers', 'friends'] as const) {
    test(`[D3] eight providers, ${how} to one another, take 16 MB of a requester that sends ≤ 1.5 × as much`, async () => {
      const { requester, providers } = await group(8, how, { clock: unhurriedClock })
      const content = randomBytes(16 * MIB)
      const cid = await requester.blobs.put(content)
      await Promise.all(providers.map((provider) => fetchFrom(requester, provider, cid)))
      for (const { blobs } of providers) expect(Buffer.compare(await blobs.read(cid), content)).toBe(0)
      expect(requester.exchange.traffic().bytesOut).toBeLessThan(1.5 * content.byteLength)
    })
  }

  test('[D3] many small files leave the requester about once, too', async () => {
    const { requester, providers } = await group(4, 'strangers', { clock: unhurriedClock })
    const sizes = Array.from({ length: 24 }, (_, i) => (i % 4 === 0 ? 40_000 : 400_000))
    const files = await Promise.all(sizes.map((bytes) => requester.blobs.put(randomBytes(bytes))))
    await Promise.all(
      providers.flatMap((provider) => files.map((cid) => fetchFrom(requester, provider, cid))),
    )
    for (const { blobs } of providers) expect(files.every((cid) => blobs.has(cid))).toBe(true)
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
    expect(requester.exchange.traffic().bytesOut).toBeLessThan(1.5 * total)
  })

  test('[D1] a member that sends something else is left out, and the others have what was asked for', async () => {
    const { requester, providers } = await group(2, 'strangers')
    const liar = await start({ around: answering(CHUNK, () => Promise.resolve(randomBytes(MIB))) })
    await befriend(liar, requester)
    const content = randomBytes(8 * MIB)
    const cid = await requester.blobs.put(content)
    await fetchFrom(requester, liar, cid)
    await Promise.all(providers.map((provider) => fetchFrom(requester, provider, cid)))
    for (const { blobs } of providers) expect(Buffer.compare(await blobs.read(cid), content)).toBe(0)
  })

  test('[D4] a member that claims chunks it lacks holds up no other', async () => {
    const { requester, providers } = await group(2, 'strangers')
    const boaster = await start()
    await befriend(boaster, requester)
    const content = randomBytes(8 * MIB)
    const cid = await requester.blobs.put(content)
    const count = listed(requester, cid)
    const boast = async () => {
      const report = { cid, held: allChunksBut(count, []), taking: [], without: [] }
      const question = encodeCanonical({ addresses: boaster.transport.addresses(), blobs: [report] })
      await boaster.transport.request(requester.peer, SWARM, question, { signal: signal() })
    }
    await boast()
    await Promise.all(providers.map((provider) => fetchFrom(requester, provider, cid)))
    for (const { blobs } of providers) expect(Buffer.compare(await blobs.read(cid), content)).toBe(0)
  })

  test('[D4] a member that vanishes in the middle, with chunks that it was to take, is made up for', async () => {
    const { requester, providers } = await group(4, 'strangers')
    const content = randomBytes(16 * MIB)
    const cid = await requester.blobs.put(content)
    const [leaver, ...others] = providers
    if (leaver === undefined) throw new Error('no provider')
    let isGone = false
    const left = leaver.exchange.fetch(cid, {
      from: [requester.peer],
      leader: requester.peer,
      signal: signal(),
      progress: ({ chunksDone }) => {
        if (chunksDone < 3 || isGone) return
        isGone = true
        void leaver.transport.stop()
      },
    })
    const fetched = Promise.all(others.map((provider) => fetchFrom(requester, provider, cid)))
    expect(await faultOf(left)).not.toBe('went well')
    await fetched
    expect(isGone).toBe(true)
    for (const { blobs } of others) expect(Buffer.compare(await blobs.read(cid), content)).toBe(0)
  })

  test('[D5] when the requester is gone, members finish with what they have among them', async () => {
    const { requester, providers } = await group(2, 'strangers')
    const [first, second] = providers
    if (first === undefined || second === undefined) throw new Error('no providers')
    const content = randomBytes(16 * MIB)
    const cid = await requester.blobs.put(content)
    await fetchFrom(requester, first, cid)
    let isGone = false
    await second.exchange.fetch(cid, {
      from: [requester.peer],
      leader: requester.peer,
      signal: signal(),
      progress: ({ chunksDone }) => {
        if (chunksDone < 2 || isGone) return
        isGone = true
        void requester.transport.stop()
      },
    })
    expect(isGone).toBe(true)
    expect(Buffer.compare(await second.blobs.read(cid), content)).toBe(0)
  })

  test('[D2] a stranger gets nothing: without a pass, with another’s, with one of its own, or of a peer that gave nothing', async () => {
    const { requester, providers } = await group(1, 'strangers')
    const [provider] = providers
    if (provider === undefined) throw new Error('no provider')
    const [stranger, friend] = [await start(), await start()]
    await befriend(friend, provider)
    const cid = await requester.blobs.put(randomBytes(4 * MIB))
    await fetchFrom(requester, provider, cid)
    await Promise.all(
      [requester, provider].map(({ peer, transport }) =>
        stranger.transport.connect(peer, transport.addresses(), { signal: signal() }),
      ),
    )
    const ask = (to: SwarmPeer, protocol: string, question: object) =>
      faultOf(stranger.transport.request(to.peer, protocol, encodeCanonical(question), { signal: signal() }))
    const passBy = (signer: SwarmPeer, peer: SwarmPeer, of = cid) =>
      createBlobPasses(signer.identity, machineClock).issue(of, peer.peer)
    const other = await requester.blobs.put(randomBytes(2 * MIB))

    for (const to of [requester, provider]) {
      expect(await ask(to, CHUNK, { cid, index: 0 })).toBe('not-trusted')
      for (const pass of [
        passBy(requester, friend),
        passBy(stranger, stranger),
        passBy(friend, stranger),
        passBy(requester, stranger, other),
        randomBytes(100),
      ]) {
        expect(await ask(to, CHUNK, { cid, index: 0, pass })).toBe('not-trusted')
      }
    }
    // The requester's own word opens it, at the provider alone.
    expect(await ask(provider, CHUNK, { cid, index: 0, pass: passBy(requester, stranger) })).toBe('went well')
    provider.contacts.delete(requester.peer)
    expect(await ask(provider, CHUNK, { cid, index: 0, pass: passBy(requester, stranger) })).toBe(
      'not-trusted',
    )

    const report = { cid, held: allChunksBut(listed(requester, cid), []), taking: [], without: [] }
    const reply = await stranger.transport.request(
      requester.peer,
      SWARM,
      encodeCanonical({ addresses: [], blobs: [report] }),
      { signal: signal() },
    )
    const answer = decodeCanonical(reply, SwarmAnswer, reply.byteLength)
    expect(answer).toMatchObject({
      ok: true,
      value: { members: [], blobs: [{ kind: 'refused', fault: { kind: 'not-trusted' } }] },
    })
  })

  test('[D2] nothing is announced to strangers: a bystander connected with all hears and finds nothing', async () => {
    const { requester, providers } = await group(3, 'strangers')
    const heard: string[] = []
    const bystander = await start({
      around: (transport) => ({
        ...transport,
        handle: (name, handler, options) =>
          transport.handle(
            name,
            (...args) => {
              heard.push(name)
              return handler(...args)
            },
            options,
          ),
      }),
    })
    for (const { peer, transport } of [requester, ...providers]) {
      await bystander.transport.connect(peer, transport.addresses(), { signal: signal() })
    }
    const cid = await requester.blobs.put(randomBytes(4 * MIB))
    await Promise.all(providers.map((provider) => fetchFrom(requester, provider, cid)))
    expect(heard).toEqual([])
    const found = []
    for await (const peer of bystander.transport.findProviders(cid, { signal: signal() })) found.push(peer)
    expect(found).toEqual([])
  })

  test('[D6] after a restart only chunks that are not there yet are sent', async () => {
    const { requester, providers } = await group(1, 'strangers')
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-swarm-'))
    const content = randomBytes(16 * MIB)
    const cid = await requester.blobs.put(content)
    await Promise.all(providers.map((provider) => fetchFrom(requester, provider, cid)))
    const identity = createIdentity(randomBytes(32))
    const before = await startSwarmPeer({ folder, identity })
    await befriend(before, requester)
    const abort = new AbortController()
    const broken = before.exchange.fetch(cid, {
      from: [requester.peer],
      leader: requester.peer,
      signal: abort.signal,
      progress: ({ chunksDone }) => {
        if (chunksDone === 8) abort.abort()
      },
    })
    expect(await faultOf(broken)).toBe('cancelled')
    await before.stop()

    const after = await startSwarmPeer({ folder, identity })
    await befriend(after, requester)
    let total: number | undefined
    await after.exchange.fetch(cid, {
      from: [requester.peer],
      leader: requester.peer,
      signal: signal(),
      progress: ({ chunksTotal }) => (total = chunksTotal),
    })
    expect(total).toBeLessThanOrEqual(listed(requester, cid) - 8)
    expect(Buffer.compare(await after.blobs.read(cid), content)).toBe(0)
    await after.stop()
    await rm(folder, { recursive: true })
  })

  test('a requester that knows no swarms gives the blob as ever', async () => {
    const requester = await start({
      around: (transport) => ({
        ...transport,
        handle: (name, ...rest) => name !== SWARM && transport.handle(name, ...rest),
      }),
    })
    const provider = await start()
    await befriend(provider, requester)
    const cid = await requester.blobs.put(randomBytes(4 * MIB))
    await fetchFrom(requester, provider, cid)
    expect(provider.blobs.has(cid)).toBe(true)
  })

  test('questions that are none are faults, each of its own blob', async () => {
    const { requester, providers } = await group(1, 'strangers')
    const [provider] = providers
    if (provider === undefined) throw new Error('no provider')
    const cid = await requester.blobs.put(randomBytes(4 * MIB))
    const absent = await provider.blobs.put(randomBytes(10))
    const ask = async (question: unknown) =>
      provider.transport.request(requester.peer, SWARM, encodeCanonical(question), { signal: signal() })
    const report = { cid, held: new Uint8Array(1_000), taking: [], without: [] }
    for (const question of [
      {},
      { addresses: [], blobs: [] },
      { addresses: [], blobs: [{ ...report, taking: [-1] }] },
      { addresses: [], blobs: Array.from({ length: 65 }, () => report) },
    ]) {
      expect(await faultOf(ask(question))).toBe('malformed')
    }
    const held = noChunks(listed(requester, cid))
    const reply = await ask({
      addresses: [],
      blobs: [report, { ...report, cid: absent, held: new Uint8Array(1) }, { ...report, held }],
    })
    const answer = decodeCanonical(reply, SwarmAnswer, reply.byteLength)
    expect(answer).toMatchObject({
      value: {
        blobs: [
          { kind: 'refused', fault: { kind: 'malformed' } },
          { kind: 'refused', fault: { kind: 'blob-missing' } },
          { kind: 'share', holders: [] },
        ],
      },
    })
  })
})

function listed({ blobs }: SwarmPeer, cid: Cid): number {
  const layout = blobs.layout(cid)
  if (layout?.kind !== 'list') throw new Error('not a list')
  return layout.chunks.length
}
