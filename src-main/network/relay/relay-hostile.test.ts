import { randomBytes } from 'node:crypto'
import type { Connection, IdentifyResult, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { createIdentity } from '../identity/identity.ts'
import type { Node } from '../libp2p-node.ts'
import { createNode } from '../libp2p-options.ts'
import { RELAY_MESSAGE_BYTES_MAX } from '../limits.ts'
import { localPeer, machineClock } from '../local-mesh.ts'
import { createRelayQuota, RELAY_LIMITS } from './relay-quota.ts'
import { createRelayServer } from './relay-server.ts'
import { HOP, RELAY_STATUS, STOP, writeHopAnswer } from './relay-wire.ts'

const soon = () => ({ signal: AbortSignal.timeout(60_000) })
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

function fail(error: unknown): never {
  throw error
}

/** A peer with these contacts that cannot be reached directly. */
async function start(contacts: readonly PeerId[], listen: readonly string[] = []): Promise<Transport> {
  const { transport } = localPeer({
    listen,
    standingOf: (peer) => (contacts.includes(peer) ? 'contact' : 'stranger'),
  })
  await transport.start()
  stops.push(() => transport.stop())
  return transport
}

/** A libp2p node without any of this program's rules. */
async function startNode(listen: readonly string[] = ['/ip4/127.0.0.1/tcp/0']): Promise<Node> {
  const node = await createNode({ identity: createIdentity(randomBytes(32)), listen, mdns: false })
  await node.start()
  stops.push(() => node.stop())
  return node
}
const idOf = (node: Node): PeerId => node.peerId.toString() as PeerId
const addressesOf = (node: Node): string[] => node.getMultiaddrs().map(String)
const connect = (peer: Transport, node: Node): Promise<void> =>
  peer.connect(idOf(node), addressesOf(node), soon())

const HOUR_MS = 3_600_000

/** A relay that answers each question for a place with these bytes. */
async function hostileRelay(answer: () => Uint8Array): Promise<{ node: Node; asked: () => number }> {
  const node = await startNode()
  let asked = 0
  await node.handle(HOP, (stream) => {
    asked += 1
    const asking = lpStream(stream)
    void asking
      .read(soon())
      .then(() => asking.write(answer(), soon()))
      .catch(() => undefined)
  })
  return { node, asked: () => asked }
}

const place = (addresses: readonly string[], untilMs = Date.now() + HOUR_MS): Uint8Array =>
  writeHopAnswer({
    status: RELAY_STATUS.ok,
    place: { untilMs, addresses: addresses.map((address) => multiaddr(address).bytes) },
  })

describe('a relay that lies', () => {
  it('[H21] names others’ machines a few times at most, nothing but TCP, and hides no other relay', async () => {
    const victims = Array.from({ length: 40 }, (_, i) => `/ip4/25.0.0.${i + 1}/tcp/4001`)
    const honest = await hostileRelay(() => place([]))
    const evil = await hostileRelay(() =>
      place([
        '/unix/%2Ftmp%2Fx',
        '/ip4/25.1.1.1/udp/53',
        `/ip4/25.2.2.2/tcp/1/p2p/${idOf(honest.node)}`,
        ...victims,
      ]),
    )
    const contacts = [evil, honest].map(({ node }) => idOf(node))
    const ann = await start(contacts)
    for (const { node } of [evil, honest]) await connect(ann, node)
    await until(() => ann.relays().length === 2)
    const told = ann.addresses()
    const through = (node: Node): string[] =>
      told.filter((one) => one.includes(`/p2p/${idOf(node)}/p2p-circuit/`))
    expect(through(honest.node)).toEqual([`${addressesOf(honest.node)[0]}/p2p-circuit/p2p/${ann.peer}`])
    expect(through(evil.node)).toHaveLength(3)
    expect(through(evil.node)[0]).toBe(`${addressesOf(evil.node)[0]}/p2p-circuit/p2p/${ann.peer}`)
    expect(
      told.filter((one) => !/^\/ip4\/[\d.]+\/tcp\/\d+\/p2p\/\w+\/p2p-circuit\/p2p\/\w+$/.test(one)),
    ).toEqual([])
    expect(told).toHaveLength(4)
  })

  it('[H21] has no place where its answer is longer than any relay needs', async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `/ip4/25.0.${i >> 8}.${i & 255}/tcp/4001`)
    expect(place(many).byteLength).toBeGreaterThan(RELAY_MESSAGE_BYTES_MAX)
    const evil = await hostileRelay(() => place(many))
    const ann = await start([idOf(evil.node)])
    await connect(ann, evil.node)
    await until(() => evil.asked() > 0)
    await until(() => hopStreams(evil.node) === 0)
    expect(ann.relays()).toEqual([])
  })

  it.each([0, 1, Date.now() - HOUR_MS, 1e17, 2 ** 63])(
    '[H20] is taken at its word neither for a moment nor for ever, and is not asked again at once: %d',
    async (untilMs) => {
      const evil = await hostileRelay(() => place([], untilMs))
      const ann = await start([idOf(evil.node)])
      await connect(ann, evil.node)
      await until(() => evil.asked() > 0)
      await until(() => ann.relays().length === 1)
      ann.keepConnected([])
      await until(() => hopStreams(evil.node) === 0)
      expect(evil.asked()).toBe(1)
    },
  )

  it('[H21] cannot make a peer read long requests for a line', async () => {
    const evil = await hostileRelay(() => place([]))
    const ann = await start([idOf(evil.node)])
    await connect(ann, evil.node)
    await until(() => ann.relays().length === 1)
    const [line] = evil.node.getConnections()
    const stream = await line!.newStream(STOP, soon())
    const heard: Uint8Array[] = []
    stream.addEventListener('message', ({ data }) => void heard.push(data.subarray()))
    const asking = lpStream(stream)
    // A peer of that id, and addresses of it without end: an empty one is two bytes.
    const id = idMessage(ann.peer)
    const addresses = Buffer.alloc(200_000, Buffer.of(0x12, 0))
    const peer = Buffer.concat([id, addresses])
    const message = Buffer.concat([Buffer.of(8, 0, 0x12), varint(peer.byteLength), peer])
    await asking.write(message, soon()).catch(() => undefined)
    await until(() => stream.status !== 'open')
    expect(heard).toEqual([])
  })
})

/** Ten seconds pass in a tenth of one. */
const fast: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => machineClock.after(delayMs / 100, callback),
}

it('[H21] a relay’s answer to a peer that dials through it is read up to 4 KiB', async () => {
  const evil = await startNode()
  const heard: Uint8Array[] = []
  await evil.handle(HOP, (stream) => {
    const asking = lpStream(stream)
    // All is well, it says, after 200,000 bytes of empty addresses.
    const said = Buffer.concat([
      Buffer.of(8, 2, 0x1a),
      varint(200_000),
      Buffer.alloc(200_000, Buffer.of(0x12, 0)),
      Buffer.of(0x28, RELAY_STATUS.ok),
    ])
    void asking
      .read(soon())
      .then(() => {
        stream.addEventListener('message', ({ data }) => void heard.push(data.subarray()))
        return asking.write(said, soon())
      })
      .catch(() => undefined)
  })
  const bob = createIdentity(randomBytes(32)).peer
  const ann = await start([idOf(evil), bob])
  await connect(ann, evil)
  const address = `${addressesOf(evil)[0]}/p2p-circuit/p2p/${bob}`
  await expect(ann.connect(bob, [address], { signal: AbortSignal.timeout(3_000) })).rejects.toThrow()
  expect(heard).toEqual([])
})

function idMessage(peer: PeerId): Uint8Array {
  const id = peerIdFromString(peer).toMultihash().bytes
  return Buffer.concat([Buffer.of(0x0a, id.byteLength), id])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0))
    if (rest < 128) return Uint8Array.from(bytes)
  }
}

const hopStreams = (node: Node): number =>
  node
    .getConnections()
    .flatMap(({ streams }) => streams)
    .filter(({ protocol, status }) => protocol === HOP && status === 'open').length

describe('a stranger', () => {
  it('[H21] is not told which relays reach a peer', async () => {
    const relay = await hostileRelay(() => place([]))
    const ann = await start([idOf(relay.node)])
    await connect(ann, relay.node)
    await until(() => ann.relays().length === 1)
    const eve = await startNode()
    const told = Promise.withResolvers<IdentifyResult>()
    eve.addEventListener('peer:identify', ({ detail }: CustomEvent<IdentifyResult>) => told.resolve(detail))
    await connect(ann, eve)
    const { listenAddrs, protocols } = await told.promise
    expect(listenAddrs.map(String).filter((address) => address.includes(idOf(relay.node)))).toEqual([])
    expect(protocols.length).toBeGreaterThan(0)
  })
})

describe('a contact that uses a relay badly', () => {
  async function relayOf(limits = RELAY_LIMITS) {
    const [ann, bob, cy] = await Promise.all([startNode([]), startNode([]), startNode()])
    const contacts = [ann, bob].map(idOf)
    const server = createRelayServer({
      node: cy,
      clock: fast,
      isContact: (peer) => contacts.includes(peer),
      onDefect: fail,
      limits,
    })
    server.set(true)
    await until(() => cy.getProtocols().includes(HOP))
    const [fromAnn, fromBob] = (await Promise.all(
      [ann, bob].map((node) => node.dial(cy.getMultiaddrs())),
    )) as [Connection, Connection]
    return { ann, bob, cy, server, fromAnn, fromBob }
  }
  const write = async (line: Connection, message: Uint8Array): Promise<Stream> => {
    const asking = lpStream(await line.newStream(HOP, soon()))
    await asking.write(message, soon())
    return asking.unwrap()
  }
  const connectTo = (node: Node): Uint8Array => {
    const id = idMessage(idOf(node))
    return Buffer.concat([Buffer.of(8, 1, 0x12, id.byteLength), id])
  }
  const reserve = async (line: Connection): Promise<void> => {
    const asking = lpStream(await line.newStream(HOP, soon()))
    await asking.write(Uint8Array.of(8, 0), soon())
    await asking.read(soon())
  }
  const streamsOf = (node: Node, protocol: string): Stream[] =>
    node
      .getConnections()
      .flatMap(({ streams }) => streams)
      .filter((stream) => stream.protocol === protocol)

  it('[H22] leaves no stream behind, whatever it asks for and never ends', async () => {
    const { cy, fromAnn, fromBob } = await relayOf()
    await reserve(fromBob)
    for (const message of [
      Uint8Array.of(8, 0),
      Uint8Array.of(8, 7),
      Uint8Array.of(8, 1),
      Uint8Array.of(0xff),
    ]) {
      const stream = await write(fromAnn, message)
      stream.send(randomBytes(100_000))
      await until(() => streamsOf(cy, HOP).length === 0)
    }
  })

  it('[H22] holds no line when it is gone before the line begins', async () => {
    const { bob, cy, server, fromAnn, fromBob } = await relayOf()
    await reserve(fromBob)
    const asked = Promise.withResolvers<Stream>()
    await bob.handle(STOP, (stream) => asked.resolve(stream))
    const stream = await write(fromAnn, connectTo(bob))
    const atBob = await asked.promise
    stream.abort(new Error('gone'))
    await until(() => streamsOf(cy, HOP).every(({ status }) => status !== 'open'))
    const asking = lpStream(atBob)
    await asking.read(soon())
    await asking.write(Uint8Array.of(8, 1, 0x20, RELAY_STATUS.ok), soon()).catch(() => undefined)
    await until(() => streamsOf(cy, STOP).length === 0 && atBob.status !== 'open')
    expect(server.lines()).toBe(0)
  })

  it('[H22] is held to its day although the relay goes off and on', async () => {
    const { ann, bob, cy, server, fromAnn, fromBob } = await relayOf({
      ...RELAY_LIMITS,
      pairBytesPerDay: 1_000,
    })
    expect(idOf(ann)).not.toBe(idOf(bob))
    await bob.handle(STOP, (stream) => {
      const asking = lpStream(stream)
      void asking.read(soon()).then(() => asking.write(Uint8Array.of(8, 1, 0x20, RELAY_STATUS.ok), soon()))
    })
    await reserve(fromBob)
    const line = lpStream(await write(fromAnn, connectTo(bob)))
    await line.read(soon())
    const stream = line.unwrap()
    stream.send(randomBytes(2_000))
    await until(() => stream.status !== 'open')
    server.set(false)
    await until(() => !cy.getProtocols().includes(HOP))
    server.set(true)
    await until(() => cy.getProtocols().includes(HOP))
    await reserve(fromBob)
    const again = lpStream(await write(fromAnn, connectTo(bob)))
    const reply = (await again.read(soon())).subarray()
    expect([...reply.slice(-2)]).toEqual([(RELAY_STATUS.overLimit & 127) | 128, RELAY_STATUS.overLimit >> 7])
  })
})

it('[H22] a pair that would send more than it may does not take the turns of others', () => {
  let nowMs = 0
  const clock: Clock = { nowMs: () => nowMs, after: () => () => undefined }
  const quota = createRelayQuota(clock, {
    ...RELAY_LIMITS,
    pairBytesPerS: 1_000,
    bytesPerS: 1_000_000,
  })
  const { signal } = new AbortController()
  const peers = Array.from({ length: 3 }, () => createIdentity(randomBytes(32)).peer)
  const [greedy, modest] = [quota.open(peers[0]!, peers[1]!)!, quota.open(peers[1]!, peers[2]!)!]
  nowMs += 50
  // Two days' worth of seconds for this pair, and for all together a few seconds.
  let isGranted = false
  expect(greedy.take(10_000, signal)).toBeUndefined()
  const waiting = Promise.resolve(greedy.take(5_000_000, signal) as Promise<void>).then(
    () => (isGranted = true),
  )
  expect(modest.take(10, signal)).toBeUndefined()
  expect(isGranted).toBe(false)
  void waiting
})
