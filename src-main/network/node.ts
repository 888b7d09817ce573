import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { assert, onlyFault, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { ConnectionEvent, KnownPeer, Standing, Transport } from '../ports/transport.ts'
import { createConnectionPlaces } from './connection/connection-places.ts'
import { createDialBack } from './reach/dial-back.ts'
import { bareAddress } from './dialing/dialer.ts'
import { createDirectory } from './discovery/directory.ts'
import { createGossipGate } from './publishing/gossip-gate.ts'
import { createGuests } from './connection/guests.ts'
import type { Node } from './libp2p-node.ts'
import { createNode, type NodeGuard, type NodeOptions } from './libp2p-options.ts'
import {
  CONTACT_VALUE,
  DISCOVERED_CONNECTIONS_MAX,
  REQUEST_BYTES_MAX,
  STREAM_OPEN_MS_MAX,
  SWEEP_MS,
} from './limits.ts'
import { endDeadLines } from './connection/line-probe.ts'
import { createLineWatch } from './connection/line-watch.ts'
import { bootstrapPeers, checkAddresses } from './addresses/multiaddress.ts'
import { connectionsByPeer } from './connection/open-connections.ts'
import { createReachNews, reachOf } from './dialing/peer-reach.ts'
import { createReconnector, type Reconnector } from './dialing/reconnect.ts'
import { createContactDials, type ContactDials } from './dialing/contact-dials.ts'
import { createListeners } from './listeners.ts'
import { createNodeLines, type NodeLines } from './connection/node-lines.ts'
import { createRequestLines } from './requests/request-lines.ts'
import { createProviders } from './discovery/providers.ts'
import { createSeenNearby, type SeenNearby } from './discovery/seen-nearby.ts'
import type { RelayLimits } from './relay/relay-quota.ts'
import { createRoutes } from './reach/routes.ts'
import { createTopics } from './publishing/topics.ts'

/** Options of a transport over libp2p. */
export interface TransportOptions extends Omit<NodeOptions, 'guard' | 'seenNearby' | 'relays'> {
  /** Multiaddresses, each with its peer id, of peers to join the network through; one stays connected with them. */
  readonly bootstrap: readonly string[]
  readonly clock: Clock
  readonly random: Random
  /** The standing of each peer at this moment. */
  readonly standingOf: (peer: PeerId) => Standing
  /** Whether a peer that is no contact may come through a contact's relay now: with an invite. None may when absent. */
  readonly awaitsGuests?: () => boolean
  /** Told of errors that are defects of ours and must not become a remote crash. */
  readonly onDefect: (error: unknown) => void
  /** How much this peer carries for its contacts, where it relays. */
  readonly relayLimits?: RelayLimits
  /** Whether an IP address can be reached from anywhere; as it is on the internet when absent. */
  readonly isOutside?: (host: string) => boolean
}

/** The peer of a libp2p id; the gater lets only Ed25519 keys in. */
const ourId = (id: { toString(): string }) => id.toString() as PeerId

/**
 * The Transport over libp2p.
 * @throws FaultError `bad-input` for an address to listen at or to begin with that is none
 *
 * @example
 * const transport = createTransport({
 *   identity: createIdentity(seed), listen: ['/ip4/0.0.0.0/tcp/0'], mdns: true, bootstrap: [], clock, random, onDefect,
 * })
 * await transport.start()
 */
export function createTransport(options: TransportOptions): Transport {
  checkAddresses(options)
  const network = createNetwork(options)
  const { lines, requests, routes, reconnector, dials, news } = network
  const { peer } = options.identity
  const transport: Transport = {
    peer,
    start: () => start(network, options),
    stop: () => stop(network),
    addresses: network.addresses,
    onAddresses: (listener) => news.addresses.on(listener),
    connect: dials.dial,
    ...createKeptPeers(network, options),
    networkChanged() {
      dials.reset()
      routes.networkChanged()
      reconnector.hurry()
      network.tellAddresses()
      network.probe(lines.all())
    },
    disconnect: async (other) => lines.node()?.hangUp(peerIdFromString(other)),
    connections: () => [...connectionsByPeer(lines.all()).values()],
    reach() {
      const open = connectionsByPeer(lines.all())
      const nowMs = options.clock.nowMs()
      return new Map(
        [...reconnector.looks()].map(([other, look]) => [other, reachOf(open.get(other), look, nowMs)]),
      )
    },
    onReach: (listener) => news.reach.on(listener),
    probe: (other, address, { signal }) => dials.probe(other, address, signal),
    reachability: () => routes.reachability(),
    confirmations: () => routes.confirmations(),
    checkReach: (how) => routes.checkReach(how),
    onOwnReach: (listener) => news.ownReach.on(listener),
    relays: () => routes.relays(),
    relaying: () => routes.relaying(),
    setRelaying: (choice) => routes.setRelaying(choice),
    announce: (announced) => routes.announce(announced),
    onConnection: (listener) => news.connections.on(listener),

    publish: network.topics.publish,
    subscribe: network.topics.subscribe,

    async request(other, protocol, request, how) {
      if (request.byteLength > REQUEST_BYTES_MAX) {
        refuse('oversized', `a request of ${request.byteLength} bytes, limit ${REQUEST_BYTES_MAX}`)
      }
      return requests.pool.request(other, protocol, request, how)
    },
    handle: (protocol, answer, how) => requests.served.handle(protocol, answer, how),
    welcome: (other) => network.guests.welcome(other),
    traffic: () => requests.traffic.byPeer,

    ...createProviders(() => lines.running(), peer),
    ...createDirectory(() => lines.running(), peer),
  }
  network.dialBack = createDialBack({ transport, clock: options.clock })
  network.dialBack.start()
  return transport
}

type Network = ReturnType<typeof createNetwork>

/** The parts of one transport, wired to each other. */
function createNetwork(options: TransportOptions) {
  const { identity, clock, onDefect, standingOf } = options
  const isContact = (peer: PeerId) => standingOf(peer) === 'contact'
  const mayBeRelayed = (peer: PeerId) => isContact(peer) || options.awaitsGuests?.() === true
  const lines = createNodeLines()
  const guests = createGuests(() => clock.nowMs())
  const treatedAs = (peer: PeerId): Standing => {
    const standing = standingOf(peer)
    return standing === 'stranger' && guests.has(peer) ? 'guest' : standing
  }
  const requests = createRequestLines({ clock, lines, guests, isContact, treatedAs, onDefect })
  const gossip = createGossipGate(isContact)
  const dials = createContactDials({
    ...{ clock, lines, standingOf },
    mayDialRoute: (address) => routes.mayDial(address),
  })
  const reconnector = createContactReconnector(options, lines, dials, {
    onChange: () => news.reach.changed(),
    onNews: (peer) => routes.news(peer),
  })
  const news = createTransportNews(clock, lines, reconnector)
  const tell = (event: ConnectionEvent) => {
    if (event.kind === 'rerouted') news.reach.changed()
    else if (event.kind === 'connected') reconnector.onConnected(event.peer)
    else {
      reconnector.onDisconnected(event.peer)
      requests.turns.forget(event.peer)
    }
    news.connections.tell(event, onDefect)
  }
  const addresses = () => (lines.node() === undefined ? [] : routes.addresses())
  const tellAddresses = createAddressChange(addresses, () => news.addresses.tell())
  const routes = createRoutes({
    ...{ self: identity.peer, clock, isContact, mayBeRelayed, tell, onDefect },
    request: (peer, protocol, bytes, signal) => requests.pool.request(peer, protocol, bytes, { signal }),
    askBack: (peer, ports, asking) => dialBackOf(network).ask(peer, ports, asking),
    dialDirect: (peer, signal) => dials.dialDirect(peer, reconnector.addressesOf(peer), signal),
    mayDialOf: dials.take,
    retire: (peer) => requests.pool.retire(peer),
    moved: (line) => gossip.moved(line),
    addressesChanged: tellAddresses,
    reachChanged: () => news.ownReach.tell(),
    ...(options.relayLimits === undefined ? {} : { relayLimits: options.relayLimits }),
    ...(options.isOutside === undefined ? {} : { isOutside: options.isOutside }),
  })
  for (const [protocol, answer] of routes.handlers) requests.served.handle(protocol, answer)
  const guard: NodeGuard = {
    gossip,
    lines: createLineWatch({ nowMs: () => clock.nowMs(), standingOf: treatedAs }),
    places: createConnectionPlaces(treatedAs, mayBeRelayed),
    mayDial: dials.mayDial,
  }
  const network = {
    ...{ lines, guests, requests, gossip, dials, reconnector, news, routes, guard },
    ...{ addresses, tell, tellAddresses },
    topics: createTopics(onDefect),
    probe: (some: readonly Libp2pConnection[]) => void endDeadLines(some).catch(onDefect),
    /** Set when the transport is made, over which it asks. */
    dialBack: undefined as ReturnType<typeof createDialBack> | undefined,
    cancelSweep: undefined as (() => void) | undefined,
    /** Peers to stay connected with: the known ones, and those to join the network through. */
    kept: { known: [] as readonly KnownPeer[], gates: bootstrapPeers(options.bootstrap) },
  }
  return network
}

function dialBackOf({ dialBack }: Pick<Network, 'dialBack'>): ReturnType<typeof createDialBack> {
  assert(dialBack !== undefined, 'a transport has its dial-back before it starts')
  return dialBack
}

/** Reconnects with known peers, first at the addresses that they told, then where the network knows them. */
function createContactReconnector(
  { clock, random }: TransportOptions,
  lines: NodeLines,
  dials: ContactDials,
  told: { readonly onChange: () => void; readonly onNews: (peer: PeerId) => void },
): Reconnector {
  return createReconnector({
    clock,
    random,
    isConnected: (peer) => lines.with(peer).length > 0,
    ...told,
    dial: async ({ peer, addresses }, signal, note) => {
      try {
        await dials.dial(peer, addresses, { signal, note })
      } catch {
        await dials.dial(peer, [], { signal })
      }
    },
  })
}

/** Listeners of a transport, by the kind of news. */
function createTransportNews(clock: Clock, lines: NodeLines, reconnector: Reconnector) {
  const connections = new Set<(event: ConnectionEvent) => void>()
  return {
    addresses: createListeners(),
    ownReach: createListeners(),
    reach: createReachNews(clock, () => {
      const open = connectionsByPeer(lines.all())
      const missing = [...reconnector.looks()].filter(([peer]) => !open.has(peer))
      return missing.map(([, { hopefulFromMs }]) => hopefulFromMs)
    }),
    connections: {
      on(listener: (event: ConnectionEvent) => void): () => void {
        const entry = (event: ConnectionEvent) => listener(event)
        connections.add(entry)
        return () => void connections.delete(entry)
      },
      /** A listener that throws does not keep the others from being told. */
      tell(event: ConnectionEvent, onDefect: (error: unknown) => void): void {
        for (const listener of [...connections]) {
          try {
            listener(event)
          } catch (error) {
            onDefect(error)
          }
        }
      },
    },
  }
}

/** Calls back when the addresses differ from those told last. */
function createAddressChange(addresses: () => readonly string[], tell: () => void): () => void {
  let told = ''
  return () => {
    const now = addresses().join(' ')
    if (now === told) return
    told = now
    tell()
  }
}

/** Chooses the peers to stay connected with. */
function createKeptPeers(
  network: Network,
  { bootstrap, standingOf, onDefect }: TransportOptions,
): Pick<Transport, 'joinThrough' | 'keepConnected'> {
  const { kept, reconnector, lines } = network
  return {
    joinThrough(addresses) {
      kept.gates = bootstrapPeers([...bootstrap, ...addresses])
      reconnector.keep([...kept.known, ...kept.gates])
    },
    keepConnected(peers) {
      kept.known = peers
      reconnector.keep([...kept.known, ...kept.gates])
      const node = lines.node()
      if (node === undefined) return
      const connections = node.getConnections()
      network.gossip.review(connections)
      network.routes.review()
      for (const { remotePeer } of connections) {
        const peer = ourId(remotePeer)
        rate(node, peer, standingOf(peer), onDefect)
      }
    },
  }
}

async function start(network: Network, options: TransportOptions): Promise<void> {
  const { lines, requests, routes, topics, reconnector, kept } = network
  assert(lines.node() === undefined, 'a transport is started once')
  const seenNearby = createNearbyDials(network, options)
  const starting = await createNode({ ...options, seenNearby, guard: network.guard, relays: routes })
  await requests.served.attach(starting)
  observe(network, starting, options)
  lines.set(starting)
  try {
    await starting.start()
  } catch (error) {
    lines.set(undefined)
    refuse('bad-input', `cannot listen at ${options.listen.join(', ')}: ${listenReason(error)}`, error)
  }
  routes.attach(starting)
  topics.attach(starting.services.pubsub)
  reconnector.keep([...kept.known, ...kept.gates])
  const sweep = () => {
    requests.pool.sweep()
    requests.served.sweep()
    routes.sweep()
    network.cancelSweep = options.clock.after(SWEEP_MS, sweep)
  }
  sweep()
}

/** The system's words for a failed listening, in one line: libp2p quotes them in a text of many lines, stacks included. */
function listenReason(error: unknown): string {
  const text = String(error)
  return /\blisten E[A-Z]+: .+/.exec(text)?.[0] ?? text
}

async function stop(network: Network): Promise<void> {
  const { lines, requests, routes, topics, reconnector, news, guard } = network
  network.cancelSweep?.()
  routes.stop()
  reconnector.stop()
  news.reach.stop()
  requests.served.stop()
  requests.pool.stop()
  topics.detach()
  // While its parts end, one of them, or another peer, may dial again: contacts would see it come back and go.
  guard.places.close()
  await lines.node()?.stop()
  lines.set(undefined)
}

/** Dials peers that mDNS hears. */
function createNearbyDials({ lines, dials }: Network, { onDefect }: TransportOptions): SeenNearby {
  return createSeenNearby({
    isConnected: (peer) => lines.with(peer).length > 0,
    async dial(peer, at) {
      const node = lines.node()
      if (node === undefined || node.getConnections().length >= DISCOVERED_CONNECTIONS_MAX) return
      await dials.dial(peer, at, { signal: AbortSignal.timeout(STREAM_OPEN_MS_MAX), isHeardOf: true })
    },
    onDefect,
  })
}

/** Follows the node's connections, addresses and discoveries. */
function observe(network: Network, node: Node, { standingOf, onDefect }: TransportOptions): void {
  const { lines, dials, tell } = network
  // A peer that connects a second time may have lost its first line, which looks open from here.
  node.addEventListener('connection:open', ({ detail }) => {
    network.probe(lines.with(ourId(detail.remotePeer)).filter(({ id }) => id !== detail.id))
  })
  node.addEventListener('peer:connect', ({ detail }) => {
    const peer = ourId(detail)
    rate(node, peer, standingOf(peer), onDefect)
    const dialled = lines.with(peer).find(({ direction, direct }) => direction === 'outbound' && direct)
    tell({
      kind: 'connected',
      peer,
      ...(dialled === undefined ? {} : { dialled: bareAddress(dialled.remoteAddr.toString(), peer) }),
    })
  })
  node.addEventListener('peer:disconnect', ({ detail }) =>
    tell({ kind: 'disconnected', peer: ourId(detail) }),
  )
  node.addEventListener('self:peer:update', network.tellAddresses)
  node.addEventListener('peer:discovery', ({ detail }) => {
    if (node.getConnections().length >= DISCOVERED_CONNECTIONS_MAX) return
    // Discovery is a hint: a peer that cannot be reached is discovered again.
    dials
      .dial(ourId(detail.id), [], { signal: AbortSignal.timeout(STREAM_OPEN_MS_MAX) })
      .catch(onlyFault)
      .catch(onDefect)
  })
}

/** Ranks a peer's connections for the moment when there are too many: contacts' are kept. */
function rate(node: Node, peer: PeerId, standing: Standing, onDefect: (error: unknown) => void): void {
  const tags = { contact: standing === 'contact' ? { value: CONTACT_VALUE } : undefined }
  node.peerStore.merge(peerIdFromString(peer), { tags }).catch(onDefect)
}
