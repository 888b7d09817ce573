import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import type { Settings } from '../../ports/settings.ts'
import type { Transport } from '../../ports/transport.ts'
import type { AddressRecord } from '../../protocol/address-record.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { sealEnvelope } from '../../protocol/envelope.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { LEFT_MAX, WhereaboutsMessage, type LeftRecord } from '../../protocol/whereabouts.ts'
import { createIdentity } from '../identity/identity.ts'
import { localPeer, machineClock, machineRandom } from '../local-mesh.ts'
import { createLeftRecords, LEFT_PER_PEER_MAX } from './left-records.ts'
import { pairKeys, sealKeyOf, tokenOf } from '../identity/pair-key.ts'
import { openRecord, sealRecord } from './sealed-record.ts'
import { createWhereabouts, type Whereabouts } from './whereabouts.ts'

const PROTOCOL = '/meshwork/whereabouts/1'
const seeds = { ann: randomBytes(32), bea: randomBytes(32), cy: randomBytes(32), dan: randomBytes(32) }
const peerOf = (name: keyof typeof seeds): PeerId => createIdentity(seeds[name]).peer
/** Anew for each question: together they take longer on a busy machine. */
const signal = (): AbortSignal => AbortSignal.timeout(120_000)

function memorySettings(): Settings {
  const values = new Map<string, unknown>()
  return {
    read: <S extends z.ZodType>(key: string, schema: S) => schema.safeParse(values.get(key)).data,
    write: (key, value) => void values.set(key, value),
  }
}

interface Member {
  readonly transport: Transport
  readonly whereabouts: Whereabouts
  readonly learned: AddressRecord[]
  stop(): Promise<void>
}

const running: Member[] = []
afterEach(async () => {
  for (const member of running.splice(0)) await member.stop()
})

/** A peer that knows some others, with what it remembers from a former run. */
async function start(
  name: keyof typeof seeds,
  contacts: readonly PeerId[],
  kept: ReadonlyMap<PeerId, readonly string[]> = new Map(),
  bootstrap: readonly string[] = [],
  clock = machineClock,
): Promise<Member> {
  const identity = createIdentity(seeds[name])
  const known = new Map(kept)
  const learned: AddressRecord[] = []
  const { transport } = localPeer({
    identity,
    bootstrap,
    standingOf: (peer) => (contacts.includes(peer) ? 'contact' : 'stranger'),
  })
  const keep = (): void =>
    transport.keepConnected([...known].map(([peer, addresses]) => ({ peer, addresses })))
  const whereabouts = createWhereabouts({
    transport,
    identity,
    pairKeyOf: pairKeys(seeds[name]),
    clock,
    random: machineRandom,
    settings: memorySettings(),
    contacts: () => contacts,
    learned: (record) => {
      learned.push(record)
      known.set(record.peer_id, record.addresses)
      keep()
      return Promise.resolve()
    },
    onDefect: (error) => {
      throw error
    },
  })
  await transport.start()
  whereabouts.start()
  keep()
  const member = {
    transport,
    whereabouts,
    learned,
    async stop() {
      whereabouts.stop()
      await transport.stop()
    },
  }
  running.push(member)
  return member
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

const isConnected = ({ transport }: Member, peer: PeerId): boolean =>
  transport.connections().some((line) => line.peer === peer)

describe('[H2] contacts', () => {
  it('tell each other where they are, signed, when they meet and when that changes', async () => {
    const [ann, bea] = [peerOf('ann'), peerOf('bea')]
    const b = await start('bea', [ann])
    const a = await start('ann', [bea], new Map([[bea, b.transport.addresses()]]))
    await until(() => a.learned.length > 0 && b.learned.length > 0)
    expect(b.learned[0]).toMatchObject({ peer_id: ann })
    expect(a.transport.addresses()).toContain(`${b.learned[0]?.addresses[0]}/p2p/${ann}`)
  })

  it('hear of one another although a clock is an hour ahead', async () => {
    const [ann, bea] = [peerOf('ann'), peerOf('bea')]
    const ahead: Clock = { ...machineClock, nowMs: () => machineClock.nowMs() + 3_600_000 }
    const b = await start('bea', [ann])
    await start('ann', [bea], new Map([[bea, b.transport.addresses()]]), [], ahead)
    await until(() => b.learned.length > 0)
    expect(b.learned[0]).toMatchObject({ peer_id: ann })
  })

  it('do not take a record that another peer has signed, or about another peer', async () => {
    const [ann, bea, cy] = [peerOf('ann'), peerOf('bea'), peerOf('cy')]
    const b = await start('bea', [ann, cy])
    const { transport } = localPeer({ identity: createIdentity(seeds.ann) })
    await transport.start()
    try {
      await transport.connect(bea, b.transport.addresses(), { signal: signal() })
      const timestamp = toTimestamp(Date.now())
      const record = { sequence: 1, addresses: ['/ip4/203.0.113.9/tcp/9'], timestamp }
      const seal = (about: PeerId, by: keyof typeof seeds): Uint8Array =>
        sealEnvelope('meshwork/1/address-record', { ...record, peer_id: about }, peerOf(by), (message) =>
          createIdentity(seeds[by]).sign(message),
        )
      const tell = (envelope: Uint8Array) =>
        transport.request(bea, PROTOCOL, encodeCanonical({ kind: 'here', record: envelope }), {
          signal: signal(),
        })
      for (const lie of [seal(cy, 'ann'), seal(ann, 'cy'), seal(cy, 'cy')]) {
        await expect(tell(lie)).rejects.toMatchObject({ fault: { kind: 'unsigned' } })
      }
      await tell(seal(ann, 'ann'))
      expect(b.learned).toHaveLength(1)
      expect(b.learned[0]).toMatchObject({ peer_id: ann, sequence: 1 })
    } finally {
      await transport.stop()
    }
  })
})

it('[H7] a peer whose address changes each second tells contacts the latest, and no more than they take', async () => {
  const [ann, bea] = [peerOf('ann'), peerOf('bea')]
  const timers = new Set<{ atMs: number; callback: () => void }>()
  let nowMs = Date.now() - 180_000
  const clock: Clock = {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms
    for (const timer of [...timers]) if (timer.atMs <= nowMs && timers.delete(timer)) timer.callback()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const b = await start('bea', [ann])
  const a = await start('ann', [bea], new Map([[bea, b.transport.addresses()]]), [], clock)
  await until(() => b.learned.length > 0)
  const at = (second: number): string => `/ip4/25.0.0.${second}/tcp/20000`
  for (let second = 1; second <= 40; second++) {
    a.transport.announce([at(second)])
    await pass(1_000)
  }
  for (let second = 0; second < 62; second++) await pass(1_000)
  await until(() => b.learned.some(({ addresses }) => addresses.includes(at(40))))
  expect(b.learned.length).toBeLessThanOrEqual(12)
})

describe('[H3] two peers that both come back at new addresses', () => {
  it('find each other through a peer that knows both', async () => {
    const [ann, bea, cy] = [peerOf('ann'), peerOf('bea'), peerOf('cy')]
    const c = await start('cy', [ann, bea])
    const toCy = new Map([[cy, c.transport.addresses()]])
    // The addresses that they remember of each other are out of date.
    const gone = ['/ip4/127.0.0.1/tcp/9']
    const a = await start('ann', [bea, cy], new Map([...toCy, [bea, gone]]))
    const b = await start('bea', [ann, cy], new Map([...toCy, [ann, gone]]))
    await until(() => isConnected(a, bea) && isConnected(b, ann))
  })

  it('[H5] find each other through directory servers that see names and sealed bytes only', async () => {
    const [ann, bea] = [peerOf('ann'), peerOf('bea')]
    const server = localPeer({ serveDht: true, standingOf: () => 'stranger' })
    await server.transport.start()
    try {
      const at = server.transport.addresses()
      const gone = ['/ip4/127.0.0.1/tcp/9']
      const a = await start('ann', [bea], new Map([[bea, gone]]), at)
      const b = await start('bea', [ann], new Map([[ann, gone]]), at)
      await until(() => isConnected(a, bea) && isConnected(b, ann))
      const token = tokenOf(pairKeys(seeds.bea)(ann)!, ann, Math.floor(Date.now() / 86_400_000))
      const found: Uint8Array[] = []
      for await (const record of server.transport.findRecords(token, { signal: signal() })) found.push(record)
      expect(found).toHaveLength(1)
      for (const address of a.transport.addresses()) {
        expect(Buffer.from(found[0]!).includes(address.split('/p2p/')[0]!)).toBe(false)
      }
      expect(openRecord(found[0]!, sealKeyOf(pairKeys(seeds.cy)(ann)!, ann), token)).toBeUndefined()
    } finally {
      await server.transport.stop()
    }
  })

  it('are told nothing by a peer that knows only one of them', async () => {
    const [ann, cy] = [peerOf('ann'), peerOf('cy')]
    const c = await start('cy', [ann])
    const b = await start('bea', [ann, cy], new Map([[cy, c.transport.addresses()]]))
    await until(() => isConnected(b, cy))
    const pairKey = pairKeys(seeds.bea)(ann)!
    const tokens = [tokenOf(pairKey, ann, Math.floor(Date.now() / 86_400_000))]
    const asked = b.transport.request(cy, PROTOCOL, encodeCanonical({ kind: 'find', tokens }), {
      signal: signal(),
    })
    await expect(asked).rejects.toMatchObject({ fault: { kind: 'not-trusted' } })
  })
})

describe('[H7] malicious contacts', () => {
  const day = Math.floor(Date.now() / 86_400_000)

  const secrets = { ann: pairKeys(seeds.ann)(peerOf('bea'))!, dan: pairKeys(seeds.dan)(peerOf('bea'))! }

  /** Signed by its author and sealed for Bea, as if it had been left for her. */
  function left(author: 'ann' | 'dan', sequence: number, envelope?: Uint8Array) {
    const pairKey = secrets[author]
    const token = tokenOf(pairKey, peerOf(author), day)
    const record = {
      peer_id: peerOf(author),
      sequence,
      addresses: [`/ip4/203.0.113.9/tcp/${sequence}`],
      timestamp: toTimestamp(Date.now()),
    }
    const signed =
      envelope ??
      sealEnvelope('meshwork/1/address-record', record, record.peer_id, (message) =>
        createIdentity(seeds[author]).sign(message),
      )
    return { token, sealed: sealRecord(signed, sealKeyOf(pairKey, record.peer_id), token, machineRandom) }
  }

  /** Cy, who answers Bea's questions with whatever it likes. */
  async function hostileCy(found: (tokens: readonly Uint8Array[]) => LeftRecord[]) {
    const { transport } = localPeer({ identity: createIdentity(seeds.cy) })
    let asked = 0
    transport.handle(PROTOCOL, (_from, request) => {
      const message = decodeCanonical(request, WhereaboutsMessage, 1 << 20)
      if (!message.ok || message.value.kind !== 'find')
        return Promise.resolve(encodeCanonical({ kind: 'taken' }))
      asked += 1
      return Promise.resolve(encodeCanonical({ kind: 'found', records: found(message.value.tokens) }))
    })
    await transport.start()
    running.push({ transport, stop: () => transport.stop() } as Member)
    return { transport, asked: () => asked }
  }

  it('have one record of each written down an answer, the newest, and no more a minute than that one may tell', async () => {
    const [ann, cy] = [peerOf('ann'), peerOf('cy')]
    let sequence = 0
    const { transport, asked } = await hostileCy(() =>
      Array.from({ length: LEFT_MAX }, () => left('ann', (sequence += 1))),
    )
    // All of it in one minute, however long it takes here.
    const atMs = Date.now()
    const still: Clock = { ...machineClock, nowMs: () => atMs }
    const b = await start('bea', [ann, cy], new Map([[cy, transport.addresses()]]), [], still)
    await until(() => asked() >= 1 && b.learned.length >= 1)
    for (let round = 0; round < 13; round++) {
      const before = asked()
      b.whereabouts.hurry()
      await until(() => asked() > before)
    }
    const before = asked()
    b.whereabouts.hurry()
    await until(() => asked() > before)
    const taken = b.learned.filter(({ peer_id }) => peer_id === ann).map((record) => record.sequence)
    expect(taken).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) * LEFT_MAX))
  })

  it('do not keep others from being found by a record of their own that is none', async () => {
    const [ann, cy, dan] = [peerOf('ann'), peerOf('cy'), peerOf('dan')]
    const wrong = left('ann', 1, new Uint8Array([1, 2, 3]))
    const { transport } = await hostileCy(() => [wrong, left('dan', 7)])
    const b = await start('bea', [ann, dan, cy], new Map([[cy, transport.addresses()]]))
    await until(() => b.learned.length > 0)
    expect(b.learned).toMatchObject([{ peer_id: dan, sequence: 7 }])
  })

  it('do not put off the search for others by coming and going, nor make it go on without end', async () => {
    const [ann, bea, cy] = [peerOf('ann'), peerOf('bea'), peerOf('cy')]
    const { transport: mallory } = localPeer({ identity: createIdentity(seeds.dan) })
    await mallory.start()
    const { transport, asked } = await hostileCy(() => [])
    // Timers run as the test says, all those of one moment together.
    const timers = new Set<{ atMs: number; callback: () => void }>()
    let nowMs = Date.now()
    const clock: Clock = {
      nowMs: () => nowMs,
      after(delayMs, callback) {
        const timer = { atMs: nowMs + delayMs, callback }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    }
    const pass = (ms: number): void => {
      nowMs += ms
      for (const timer of [...timers]) if (timer.atMs <= nowMs && timers.delete(timer)) timer.callback()
    }
    const b = await start('bea', [ann, peerOf('dan'), cy], new Map([[cy, transport.addresses()]]), [], clock)
    await until(() => isConnected(b, cy))
    for (let round = 0; round < 40; round++) {
      await mallory.connect(bea, b.transport.addresses(), { signal: signal() })
      await until(() => isConnected(b, peerOf('dan')))
      pass(100)
      await mallory.disconnect(bea)
      await until(() => !isConnected(b, peerOf('dan')))
      pass(100)
    }
    await mallory.stop()
    pass(2_000)
    await until(() => asked() > 0)
    const rounds = asked()
    expect(rounds).toBeGreaterThan(1)
    expect(rounds).toBeLessThan(10)
  })
})

describe('the secret of a pair', () => {
  const [ann, bea, cy] = [pairKeys(seeds.ann), pairKeys(seeds.bea), pairKeys(seeds.cy)]

  it('is the same for both, and different for all others', () => {
    const shared = ann(peerOf('bea'))
    expect(shared).toHaveLength(32)
    expect(bea(peerOf('ann'))).toEqual(shared)
    expect(cy(peerOf('ann'))).not.toEqual(shared)
    expect(cy(peerOf('bea'))).not.toEqual(shared)
    expect(ann('no peer' as PeerId)).toBeUndefined()
  })

  it('names a record anew for each day and each author', () => {
    const key = ann(peerOf('bea'))!
    const tokens = [
      tokenOf(key, peerOf('ann'), 1),
      tokenOf(key, peerOf('ann'), 2),
      tokenOf(key, peerOf('bea'), 1),
    ]
    expect(new Set(tokens.map((token) => Buffer.from(token).toString('hex'))).size).toBe(3)
  })

  it('opens what was sealed with it, for the same name, unchanged', () => {
    const key = sealKeyOf(ann(peerOf('bea'))!, peerOf('ann'))
    const token = new Uint8Array(32).fill(7)
    for (const bytes of [0, 1, 300, 509, 510, 511, 3_000]) {
      const record = new Uint8Array(randomBytes(bytes))
      const sealed = sealRecord(record, key, token, machineRandom)
      expect(openRecord(sealed, key, token)).toEqual(record)
      expect(openRecord(sealed, key, new Uint8Array(32))).toBeUndefined()
      expect(openRecord(sealed, sealKeyOf(cy(peerOf('ann'))!, peerOf('ann')), token)).toBeUndefined()
      const damaged = sealed.slice()
      damaged[20]! ^= 1
      expect(openRecord(damaged, key, token)).toBeUndefined()
    }
    expect(openRecord(new Uint8Array(3), key, token)).toBeUndefined()
    expect(sealRecord(new Uint8Array(1), key, token, machineRandom)).toHaveLength(
      sealRecord(new Uint8Array(400), key, token, machineRandom).length,
    )
  })
})

describe('[H3] records that were left', () => {
  const record = (number: number) => {
    const token = new Uint8Array(32)
    new DataView(token.buffer).setUint32(0, number)
    return { token, sealed: Uint8Array.of(number & 255) }
  }
  const [ann, bea] = [peerOf('ann'), peerOf('bea')]

  it('are bounded for each author, the oldest first', () => {
    const left = createLeftRecords(() => 0)
    left.leave(bea, [record(0)])
    for (let number = 1; number <= LEFT_PER_PEER_MAX + 10; number++) left.leave(ann, [record(number)])
    expect(left.find([record(0).token])).toHaveLength(1)
    expect(left.find([record(1).token])).toHaveLength(0)
    expect(left.find([record(11).token])).toHaveLength(1)
    expect(left.find([record(LEFT_PER_PEER_MAX + 10).token])).toHaveLength(1)
  })

  it('stand beside those of others of the same name, and go with their author, or after two days', () => {
    let nowMs = 0
    const left = createLeftRecords(() => nowMs)
    left.leave(ann, [record(1)])
    left.leave(bea, [record(1)])
    left.leave(bea, [record(1)])
    expect(left.find([record(1).token])).toHaveLength(2)
    left.keepOnly((peer) => peer === bea)
    expect(left.find([record(1).token])).toHaveLength(1)
    nowMs += 48 * 3_600_000
    left.leave(ann, [record(2)])
    expect(left.find([record(1).token])).toHaveLength(0)
  })
})
