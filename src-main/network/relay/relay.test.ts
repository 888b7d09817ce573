import { randomBytes } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConnectionEvent, Transport } from '../../ports/transport.ts'
import { createIdentity } from '../identity/identity.ts'
import type { Node } from '../libp2p-node.ts'
import { createNode } from '../libp2p-options.ts'
import { localPeer, machineClock } from '../local-mesh.ts'
import type { TransportOptions } from '../node.ts'
import { createRelayQuota, RELAY_LIMITS, type RelayLimits } from './relay-quota.ts'
import { createRelayServer, type RelayServer, type RelayServerNode } from './relay-server.ts'
import { HOP, RELAY_STATUS, STOP } from './relay-wire.ts'

const seeds = { ann: randomBytes(32), bob: randomBytes(32), cy: randomBytes(32), eve: randomBytes(32) }
type Name = keyof typeof seeds
const peerOf = (name: Name): PeerId => createIdentity(seeds[name]).peer
const soon = () => ({ signal: AbortSignal.timeout(60_000) })
const bytes = (length: number) => new Uint8Array(randomBytes(length))

function fail(error: unknown): never {
  throw error
}

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A peer with these contacts. */
async function start(
  name: Name,
  contacts: readonly Name[],
  options: Partial<TransportOptions> = {},
): Promise<Transport> {
  const peers = new Set(contacts.map(peerOf))
  const { transport } = localPeer({
    identity: createIdentity(seeds[name]),
    standingOf: (peer) => (peers.has(peer) ? 'contact' : 'stranger'),
    ...options,
  })
  transport.handle('echo', (_from, request) => Promise.resolve(request))
  await transport.start()
  stops.push(() => transport.stop())
  return transport
}

const routeTo = (from: Transport, to: PeerId) => from.connections().find(({ peer }) => peer === to)?.route

/** A libp2p node without any of this program's rules. */
async function startNode(name: Name, listen: readonly string[] = ['/ip4/127.0.0.1/tcp/0']): Promise<Node> {
  const node = await createNode({
    identity: createIdentity(seeds[name]),
    listen,
    mdns: false,
  })
  await node.start()
  stops.push(() => node.stop())
  return node
}

/** Ann and Bob, who cannot be reached directly, and Cy, who relays for them. */
async function friends(cyOptions: Partial<TransportOptions> = {}) {
  const cy = await start('cy', ['ann', 'bob'], cyOptions)
  cy.setRelaying('on')
  const ann = await start('ann', ['bob', 'cy'], { listen: [] })
  const bob = await start('bob', ['ann', 'cy'], { listen: [] })
  for (const peer of [ann, bob]) await peer.connect(cy.peer, cy.addresses(), soon())
  await until(() => ann.relays().includes(cy.peer) && bob.relays().includes(cy.peer))
  return { ann, bob, cy }
}

/** A message of the relay's protocol, sent and answered. */
async function ask(
  line: Connection,
  request: Uint8Array,
): Promise<{ stream: Stream; status: number | undefined }> {
  const stream = await line.newStream(HOP, soon())
  const asking = lpStream(stream)
  await asking.write(request, soon())
  const reply = (await asking.read(soon())).subarray()
  // The status is the last field of the answer: its tag, and 100 to 401 in one or two bytes.
  const at = reply.lastIndexOf(5 << 3)
  const [low = 0, high = 0] = reply.subarray(at + 1)
  return { stream: asking.unwrap(), status: low < 0x80 ? low : (low & 0x7f) + high * 128 }
}

const RESERVE = Uint8Array.of(8, 0)
function connectTo(peer: PeerId): Uint8Array {
  const id = peerIdFromString(peer).toMultihash().bytes
  return Uint8Array.of(8, 1, 0x12, id.byteLength + 2, 0x0a, id.byteLength, ...id)
}

describe('two peers that cannot be reached directly', () => {
  it('[H20] meet through a contact of both', async () => {
    const { ann, bob, cy } = await friends()
    expect(bob.addresses().length).toBeGreaterThan(0)
    expect(bob.addresses().every((a) => a.includes(`/p2p/${cy.peer}/p2p-circuit/p2p/${bob.peer}`))).toBe(true)
    await ann.connect(bob.peer, bob.addresses(), soon())
    const said = bytes(50_000)
    expect(await ann.request(bob.peer, 'echo', said, soon())).toEqual(said)
    expect(await bob.request(ann.peer, 'echo', said, soon())).toEqual(said)
    expect([routeTo(ann, bob.peer), routeTo(bob, ann.peer)]).toEqual(['relayed', 'relayed'])
  })

  it('[H20] are reached nowhere once the contact relays no more', async () => {
    const { ann, bob, cy } = await friends()
    await ann.connect(bob.peer, bob.addresses(), soon())
    cy.setRelaying('off')
    await until(() => routeTo(ann, bob.peer) === undefined && bob.addresses().length === 0)
    await until(() => ann.addresses().length === 0)
  })

  it('[H21] need not be contacts while one of them waits for a guest with an invite', async () => {
    let isOpen = false
    const cy = await start('cy', ['ann', 'bob'])
    cy.setRelaying('on')
    const ann = await start('ann', ['cy', 'bob'], { listen: [] })
    const bob = await start('bob', ['cy'], { listen: [], awaitsGuests: () => isOpen })
    for (const peer of [ann, bob]) await peer.connect(cy.peer, cy.addresses(), soon())
    await until(() => bob.relays().includes(cy.peer))
    bob.handle('invite', (_from, request) => Promise.resolve(request), { strangers: { requestBytesMax: 64 } })
    await expect(ann.connect(bob.peer, bob.addresses(), soon())).rejects.toMatchObject({
      fault: { kind: 'unreachable' },
    })
    isOpen = true
    // Addresses that failed lately wait a moment; another network ends that.
    ann.networkChanged()
    await ann.connect(bob.peer, bob.addresses(), soon())
    const secret = bytes(16)
    expect(await ann.request(bob.peer, 'invite', secret, soon())).toEqual(secret)
    await expect(ann.request(bob.peer, 'echo', secret, soon())).rejects.toMatchObject({
      fault: { kind: 'not-trusted' },
    })
  })

  it('[H20] publish to each other', async () => {
    const { ann, bob } = await friends()
    await ann.connect(bob.peer, bob.addresses(), soon())
    const heard: Uint8Array[] = []
    stops.push(bob.subscribe('news', (message) => void heard.push(message)))
    stops.push(ann.subscribe('news', () => undefined))
    while (heard.length === 0) {
      await ann.publish('news', bytes(100))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
})

it('[H20] the relay sees nothing of what two peers say to each other', async () => {
  const node = await startNode('cy')
  const seen: Uint8Array[] = []
  const tapped: RelayServerNode = {
    handle: (protocol, handler, options) =>
      node.handle(
        protocol,
        (stream, connection) => {
          stream.addEventListener('message', ({ data }) => void seen.push(data.subarray()))
          handler(stream, connection)
        },
        options,
      ),
    unhandle: (protocol) => node.unhandle(protocol),
    getConnections: (peer) => node.getConnections(peer),
    getMultiaddrs: () => node.getMultiaddrs(),
  }
  const isContact = (): boolean => true
  createRelayServer({ node: tapped, clock: machineClock, isContact, onDefect: fail }).set(true)
  const [ann, bob] = await Promise.all([
    start('ann', ['bob', 'cy'], { listen: [] }),
    start('bob', ['ann', 'cy'], { listen: [] }),
  ])
  const addresses = node.getMultiaddrs().map(String)
  for (const peer of [ann, bob]) await peer.connect(peerOf('cy'), addresses, soon())
  await until(() => bob.relays().length > 0)
  await ann.connect(bob.peer, bob.addresses(), soon())
  const secret = 'the scene of the unpublished film'
  await ann.request(bob.peer, 'echo', new TextEncoder().encode(secret.repeat(100)), soon())
  const all = Buffer.concat(seen)
  expect(all.byteLength).toBeGreaterThan(secret.length * 100)
  expect(all.includes(secret)).toBe(false)
  expect(all.includes('echo')).toBe(false)
})

describe('a stranger', () => {
  it('[H21] gets no place and no line at a relay, and the relay of a contact leads to its contacts alone', async () => {
    const { ann, bob, cy } = await friends()
    const eve = await startNode('eve', [])
    const line = await eve.dial(cy.addresses().map((address) => multiaddr(address)))
    for (const request of [RESERVE, connectTo(bob.peer)]) {
      await expect(ask(line, request)).rejects.toThrow()
    }
    expect(bob.connections().map(({ peer }) => peer)).toEqual([cy.peer])
    // Eve is a friend of Ann's, not of the relay's: Ann does not reach her through Cy.
    const friendly = await start('eve', ['ann', 'cy'], { listen: [] }).catch(() => undefined)
    expect(friendly).toBeDefined()
    await friendly!.connect(cy.peer, cy.addresses(), soon())
    const address = `${cy.addresses()[0]}/p2p-circuit/p2p/${friendly!.peer}`
    await expect(ann.connect(friendly!.peer, [address], soon())).rejects.toThrow()
  })

  it('[H21] brings no lines, and what it says leads to no address of this peer', async () => {
    const ann = await start('ann', ['bob'])
    const before = ann.addresses()
    const eve = await startNode('eve', [])
    const line = await eve.dial(before.map((address) => multiaddr(address)))
    const stream = await line.newStream(STOP, soon())
    await until(() => stream.status !== 'open')
    expect(ann.addresses()).toEqual(before)
  })

  it('[H21] is no relay that is dialled through', async () => {
    const ann = await start('ann', ['bob'])
    const eve = await startNode('eve')
    const address = `${String(eve.getMultiaddrs()[0])}/p2p-circuit/p2p/${peerOf('bob')}`
    await expect(ann.connect(peerOf('bob'), [address], soon())).rejects.toThrow()
    expect(eve.getConnections()).toEqual([])
  })
})

/** A relay whose streams are looked at, between two nodes of no rules. */
async function bareRelay(limits: Partial<RelayLimits>) {
  const [ann, bob, cy] = await Promise.all([startNode('ann', []), startNode('bob', []), startNode('cy')])
  const server: RelayServer = createRelayServer({
    node: cy,
    clock: machineClock,
    isContact: (peer) => [peerOf('ann'), peerOf('bob')].includes(peer),
    onDefect: fail,
    limits: { ...RELAY_LIMITS, ...limits },
  })
  server.set(true)
  await until(() => cy.getProtocols().includes(HOP))
  const ends: Stream[] = []
  await bob.handle(STOP, (stream) => {
    const asking = lpStream(stream)
    void asking
      .read(soon())
      .then(() => asking.write(Uint8Array.of(8, 1, 0x20, RELAY_STATUS.ok), soon()))
      .then(() => ends.push(asking.unwrap()))
  })
  const [fromAnn, fromBob] = await Promise.all([ann, bob].map((node) => node.dial(cy.getMultiaddrs())))
  if (fromAnn === undefined || fromBob === undefined) throw new Error('not connected')
  expect((await ask(fromBob, RESERVE)).status).toBe(RELAY_STATUS.ok)
  return { cy, server, fromAnn, ends, bob: peerOf('bob') }
}

describe('a relay', () => {
  it('[H22] ends a line whose pair has used up its day, and makes no other one', async () => {
    const { fromAnn, ends, server } = await bareRelay({ pairBytesPerDay: 100_000 })
    const { stream, status } = await ask(fromAnn, connectTo(peerOf('bob')))
    expect(status).toBe(RELAY_STATUS.ok)
    await until(() => ends.length === 1)
    stream.send(bytes(60_000))
    let got = 0
    ends[0]!.addEventListener('message', ({ data }) => void (got += data.byteLength))
    await until(() => got === 60_000)
    stream.send(bytes(60_000))
    await until(() => stream.status !== 'open' && ends[0]!.status !== 'open')
    expect(got).toBeLessThanOrEqual(100_000)
    expect(server.lines()).toBe(0)
    expect((await ask(fromAnn, connectTo(peerOf('bob')))).status).toBe(RELAY_STATUS.overLimit)
  })

  it('[H22] makes no more lines between two peers than the limit, and ends expired ones', async () => {
    const { fromAnn, server } = await bareRelay({ linesPerPairMax: 1, lineMsMax: 300 })
    const { stream } = await ask(fromAnn, connectTo(peerOf('bob')))
    expect((await ask(fromAnn, connectTo(peerOf('bob')))).status).toBe(RELAY_STATUS.overLimit)
    await until(() => stream.status !== 'open' && server.lines() === 0)
    expect((await ask(fromAnn, connectTo(peerOf('bob')))).status).toBe(RELAY_STATUS.ok)
  })

  it('[H22] has no more places than the limit says', async () => {
    const { fromAnn } = await bareRelay({ placesMax: 1 })
    expect((await ask(fromAnn, RESERVE)).status).toBe(RELAY_STATUS.placeRefused)
  })

  it('[H22] holds no more than a window of what one end sends and the other does not take', async () => {
    const { cy, fromAnn, ends } = await bareRelay({ pairBytesPerS: 1 << 30, bytesPerS: 1 << 30 })
    const { stream } = await ask(fromAnn, connectTo(peerOf('bob')))
    await until(() => ends.length === 1)
    ends[0]!.pause()
    // A window waits at Bob's, one at the relay, and what the relay has sent and may not send on.
    const sent = 64 << 20
    stream.send(bytes(sent))
    const held = (): number =>
      cy
        .getConnections()
        .flatMap(({ streams }) => streams)
        .reduce((sum, each) => sum + each.readBufferLength + each.writeBufferLength, 0)
    // Nothing moves any more when what waits at the sender has been the same for a while.
    let waiting = -1
    while (waiting !== stream.writeBufferLength) {
      waiting = stream.writeBufferLength
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(held()).toBeLessThan(6 << 20)
    }
    expect(waiting).toBeGreaterThan(sent - (12 << 20))
  })
})

describe('the quota of a pair', () => {
  const [ann, bob, cy] = [peerOf('ann'), peerOf('bob'), peerOf('cy')]
  /** A clock that stands until it is told to go. */
  function standingClock() {
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
    const pass = (ms: number): void => {
      nowMs += ms
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      timers = timers.filter(({ atMs }) => atMs > nowMs)
      for (const { callback } of due) callback()
    }
    return { clock, pass }
  }

  it('[H22] grants no more bytes a second than the limit says, to it and to all together', async () => {
    const { clock, pass } = standingClock()
    const quota = createRelayQuota(clock, { ...RELAY_LIMITS, pairBytesPerS: 1_000, bytesPerS: 1_000 })
    const signal = new AbortController().signal
    const [one, two] = [quota.open(ann, bob)!, quota.open(ann, cy)!]
    pass(1_000)
    expect(one.take(1_000, signal)).toBeUndefined()
    let granted = 0
    for (const line of [one, two]) void Promise.resolve(line.take(1_000, signal)).then(() => granted++)
    await Promise.resolve()
    expect(granted).toBe(0)
    for (let s = 0; s < 3; s++) {
      pass(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(granted).toBe(2)
  })

  it('[H22] begins anew after a day, and is the same from either end', () => {
    const { clock, pass } = standingClock()
    const quota = createRelayQuota(clock, { ...RELAY_LIMITS, pairBytesPerDay: 1_000, linesPerPairMax: 1 })
    const signal = new AbortController().signal
    const line = quota.open(ann, bob)
    expect(quota.open(bob, ann)).toBeUndefined()
    expect(line?.take(1_001, signal)).toBe('used-up')
    line?.close()
    expect(quota.open(bob, ann)).toBeUndefined()
    expect(quota.open(ann, cy)).toBeDefined()
    pass(86_400_000)
    expect(quota.open(bob, ann)?.bytesLeft).toBe(1_000)
  })
})

describe('a direct connection', () => {
  it('[H23] takes over when there is one, and the relayed one ends, while requests go on', async () => {
    const cy = await start('cy', ['ann', 'bob'])
    cy.setRelaying('on')
    const ann = await start('ann', ['bob', 'cy'], { listen: [] })
    const bob = await start('bob', ['ann', 'cy'])
    for (const peer of [ann, bob]) await peer.connect(cy.peer, cy.addresses(), soon())
    await until(() => ann.relays().includes(cy.peer))
    const events: ConnectionEvent[] = []
    stops.push(ann.onConnection((event) => void events.push(event)))
    await bob.connect(ann.peer, ann.addresses(), soon())
    await until(() => routeTo(ann, bob.peer) === 'relayed' && routeTo(bob, ann.peer) === 'relayed')
    const said = bytes(1_000)
    // Where Bob is, Ann learns only now.
    ann.keepConnected([{ peer: bob.peer, addresses: [] }])
    ann.keepConnected([{ peer: bob.peer, addresses: bob.addresses() }])
    await until(() => routeTo(ann, bob.peer) === 'direct' && routeTo(bob, ann.peer) === 'direct')
    while (cy.relaying().lines > 0) {
      expect(await ann.request(bob.peer, 'echo', said, soon())).toEqual(said)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(await bob.request(ann.peer, 'echo', said, soon())).toEqual(said)
    expect(events.map(({ kind }) => kind)).toEqual(['connected', 'rerouted'])
    expect(events[1]).toMatchObject({ dialled: bob.addresses()[0]?.replace(`/p2p/${bob.peer}`, '') })
    const heard: Uint8Array[] = []
    stops.push(bob.subscribe('news', (message) => void heard.push(message)))
    stops.push(ann.subscribe('news', () => undefined))
    while (heard.length === 0) {
      await ann.publish('news', bytes(100))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
})
