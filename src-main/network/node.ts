import type { Connection as Libp2pConnection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { assert, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { ConnectionEvent, ConnectOptions, KnownPeer, Standing, Transport } from '../ports/transport.ts'
import { createByteBudget } from './quotas/byte-budget.ts'
import { createConnectionPlaces } from './connection/connection-places.ts'
import { createDialBack } from './reach/dial-back.ts'
import { createDialBudget } from './dialing/dial-budget.ts'
import { bareAddress, createDialer } from './dialing/dialer.ts'
import { createDirectory } from './discovery/directory.ts'
import { createFrameStream } from './requests/frame-stream.ts'
import { createGossipGate } from './publishing/gossip-gate.ts'
import { createGuests } from './connection/guests.ts'
import { createNode, type Node, type NodeOptions } from './libp2p-options.ts'
import {
  ASSEMBLY_BYTES_PER_PEER_MAX,
  ASSEMBLY_BYTES_PER_STRANGER_MAX,
  CONTACT_VALUE,
  DISCOVERED_CONNECTIONS_MAX,
  REPLY_BYTES_MAX,
  REQUEST_BYTES_MAX,
  STREAM_OPEN_MS_MAX,
  STREAMS_OUT_MAX,
  SWEEP_MS,
} from './limits.ts'
import { endDeadLines, newestFirst } from './connection/line-probe.ts'
import { createLineWatch } from './connection/line-watch.ts'
import { bootstrapPeers, checkAddresses, dialable, peerOfAddress, relayOf } from './addresses/multiaddress.ts'
import { connectionsByPeer } from './connection/open-connections.ts'
import { createReachNews, reachOf } from './dialing/peer-reach.ts'
import { createReconnector, type NoteFailure } from './dialing/reconnect.ts'
import { createProviders } from './discovery/providers.ts'
import { createRequestPool, openFault } from './requests/request-pool.ts'
import { createServedProtocols } from './requests/served-protocols.ts'
import { createSeenNearby } from './discovery/seen-nearby.ts'
import { throwIfAborted } from './signal-fault.ts'
import type { RelayLimits } from './relay/relay-quota.ts'
import { createRoutes } from './reach/routes.ts'
import { createTopics } from './publishing/topics.ts'
import { createTrafficMeter } from './quotas/traffic.ts'
import { createTurnTaking } from './quotas/turn-taking.ts'

/** What a transport over libp2p is made of. */
export interface TransportOptions extends Omit<NodeOptions, 'guard' | 'seenNearby' | 'relays'> {
  /** Multiaddresses, each with its peer id, of peers to join the network through; one stays connected with them. */
  readonly bootstrap: readonly string[]
  readonly clock: Clock
  readonly random: Random
  /** What others are to this peer at this moment. */
  readonly standingOf: (peer: PeerId) => Standing
  /** Whether somebody who is no contact may come through a contact's relay now: with an invite. Nobody may when absent. */
  readonly awaitsGuests?: () => boolean
  /** Told of errors that are defects of ours and must not become a remote crash. */
  readonly onDefect: (error: unknown) => void
  /** How much this peer carries for its contacts, where it relays. */
  readonly relayLimits?: RelayLimits
  /** Whether an IP address can be reached from anywhere; as it is on the internet when absent. */
  readonly isOutside?: (host: string) => boolean
}

/** The libp2p id of one of our peers. */
const libp2pId = (peer: PeerId) => peerIdFromString(peer)
/** Ranks connections. */
const directFirst = (a: Libp2pConnection, b: Libp2pConnection) => Number(b.direct) - Number(a.direct)
/** Ours of a libp2p id; the gater lets only Ed25519 keys in. */
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
  const { identity, clock, random, onDefect, standingOf } = options
  checkAddresses(options)
  const nowMs = () => clock.nowMs()
  const isContact = (peer: PeerId) => standingOf(peer) === 'contact'
  const mayBeRelayed = (peer: PeerId) => isContact(peer) || options.awaitsGuests?.() === true
  const listeners = new Set<(event: ConnectionEvent) => void>()
  const addressListeners = new Set<() => void>()
  const ownReachNews = new Set<() => void>()
  const traffic = createTrafficMeter()
  const topics = createTopics(onDefect)
  const gossip = createGossipGate(isContact)
  const guests = createGuests(nowMs)
  /** How short somebody is held: who was asked, or has shown a pass, is a guest. */
  const treatedAs = (peer: PeerId): Standing => {
    const standing = standingOf(peer)
    return standing === 'stranger' && guests.has(peer) ? 'guest' : standing
  }
  const budget = createByteBudget<PeerId>((peer) =>
    isContact(peer) ? ASSEMBLY_BYTES_PER_PEER_MAX : ASSEMBLY_BYTES_PER_STRANGER_MAX,
  )
  const turns = createTurnTaking(clock, treatedAs)
  let node: Node | undefined
  let cancelSweep: (() => void) | undefined
  /** The addresses that were told last. */
  let told = ''

  const running = (): Node => node ?? refuse('unreachable', 'this peer is not connected to any network')
  const addresses = () => (node === undefined ? [] : routes.addresses())
  const linesOf = (lines: readonly Libp2pConnection[]) => newestFirst(lines).sort(directFirst)
  const connectionsOf = (peer: PeerId) => linesOf(node?.getConnections(libp2pId(peer)) ?? [])

  const pool = createRequestPool({
    nowMs,
    traffic,
    open: async (peer, protocol, signal) => {
      const [connection] = connectionsOf(peer)
      if (connection === undefined) refuse('unreachable', `not connected with ${peer}`)
      const localBytesMax = served.localBytesMaxOf(protocol)
      // Strangers nearby are asked for their names without a reason to trust them with more.
      if (localBytesMax === undefined) guests.welcome(peer)
      try {
        const stream = await connection.newStream(protocol, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(STREAM_OPEN_MS_MAX)]),
          // The pool keeps count of its streams; the other direction's are bounded where they are accepted.
          maxOutboundStreams: 2 * STREAMS_OUT_MAX,
          runOnLimitedConnection: true,
        })
        return createFrameStream(stream, { bytesMax: () => localBytesMax ?? REPLY_BYTES_MAX, nowMs })
      } catch (error) {
        throw openFault(error, signal, peer)
      }
    },
  })
  const served = createServedProtocols({ nowMs, traffic, turns, budget, isContact, onDefect })

  const dialer = createDialer(clock)
  let gates = bootstrapPeers(options.bootstrap)
  let kept: readonly KnownPeer[] = []
  const dials = createDialBudget(nowMs)
  const dial = async (
    peer: PeerId,
    addresses: readonly string[],
    { signal, isHeardOf = false, note }: ConnectOptions & { readonly note?: NoteFailure },
  ) => {
    throwIfAborted(signal)
    const targets = dialable(peer, addresses)
      .filter((address) => routes.mayDial(address))
      .sort((a, b) => Number(relayOf(a) !== undefined) - Number(relayOf(b) !== undefined))
    if (connectionsOf(peer).length > 0) return
    const target = running()
    try {
      const mayTry = () => dials.take(isHeardOf ? 'heard-of' : peer)
      const noteBare: NoteFailure = (address, error) => note?.(bareAddress(address, peer), error)
      const dialOne = target.services.dialAddress
      if (targets.length > 0) await dialer.dial(targets, { dialOne, mayTry, signal, note: noteBare })
      else await target.dial(libp2pId(peer), { signal })
    } catch (error) {
      throw openFault(error, signal, peer)
    }
  }
  const dialDirect = async (peer: PeerId, signal: AbortSignal) => {
    const targets = dialable(peer, reconnector.addressesOf(peer)).filter((a) => relayOf(a) === undefined)
    if (targets.length === 0) refuse('unreachable', 'no direct address is known')
    const mayTry = () => dials.take(peer)
    await dialer.dial(targets, { dialOne: running().services.dialAddress, mayTry, signal })
  }
  const openConnections = () => connectionsByPeer(newestFirst(node?.getConnections() ?? []))
  const reachNews = createReachNews(clock, () => {
    const open = openConnections()
    const missing = [...reconnector.looks()].filter(([peer]) => !open.has(peer))
    return missing.map(([, { hopefulFromMs }]) => hopefulFromMs)
  })
  const reconnector = createReconnector({
    clock,
    random,
    isConnected: (peer) => connectionsOf(peer).length > 0,
    onChange: () => reachNews.changed(),
    onNews: (peer) => routes.news(peer),
    dial: async ({ peer, addresses }, signal, note) => {
      try {
        await dial(peer, addresses, { signal, note })
      } catch {
        // Where it used to be it is not: where it told us itself, or where the network knows it.
        await dial(peer, [], { signal })
      }
    },
  })
  /** Whether libp2p may try an address that it knows from the peer itself, or from others. */
  const mayDial = (address: Multiaddr) => {
    const peer = peerOfAddress(address)
    return dials.take(peer === undefined || standingOf(peer) === 'stranger' ? 'heard-of' : peer)
  }

  /** What the connection is worth when there are too many. */
  const rate = (target: Node, peer: PeerId) => {
    const tags = { contact: isContact(peer) ? { value: CONTACT_VALUE } : undefined }
    target.peerStore.merge(libp2pId(peer), { tags }).catch(onDefect)
  }
  const tell = (event: ConnectionEvent) => {
    if (event.kind === 'rerouted') reachNews.changed()
    else if (event.kind === 'connected') reconnector.onConnected(event.peer)
    else {
      reconnector.onDisconnected(event.peer)
      turns.forget(event.peer)
    }
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (error) {
        onDefect(error)
      }
    }
  }
  const onDiscovered = (target: Node, peer: PeerId) => {
    if (target.getConnections().length >= DISCOVERED_CONNECTIONS_MAX) return
    // Discovery is a hint; who cannot be reached is discovered again.
    dial(peer, [], { signal: AbortSignal.timeout(STREAM_OPEN_MS_MAX) }).catch(() => undefined)
  }
  const nearby = createSeenNearby({
    isConnected: (peer) => connectionsOf(peer).length > 0,
    dial: async (peer, at) => {
      if (node === undefined || node.getConnections().length >= DISCOVERED_CONNECTIONS_MAX) return
      await dial(peer, at, { signal: AbortSignal.timeout(STREAM_OPEN_MS_MAX), isHeardOf: true })
    },
  })
  const tellAddresses = () => {
    const now = addresses().join(' ')
    if (now === told) return
    told = now
    for (const listener of [...addressListeners]) listener()
  }
  const probe = (lines: readonly Libp2pConnection[]) => void endDeadLines(lines).catch(onDefect)
  const routes = createRoutes({
    self: identity.peer,
    clock,
    isContact,
    mayBeRelayed,
    request: (peer, protocol, bytes, signal) => pool.request(peer, protocol, bytes, { signal }),
    askBack: (peer, ports, asking) => dialBack.ask(peer, ports, asking),
    dialDirect,
    mayDialOf: (peer) => dials.take(peer),
    tell,
    retire: (peer) => pool.retire(peer),
    moved: (line) => gossip.moved(line),
    addressesChanged: tellAddresses,
    reachChanged: () => ownReachNews.forEach((listener) => listener()),
    onDefect,
    ...(options.relayLimits === undefined ? {} : { relayLimits: options.relayLimits }),
    ...(options.isOutside === undefined ? {} : { isOutside: options.isOutside }),
  })
  const observe = (target: Node) => {
    // Whoever comes a second time may have lost the first line, which looks open from here.
    target.addEventListener('connection:open', ({ detail }) => {
      probe(connectionsOf(ourId(detail.remotePeer)).filter(({ id }) => id !== detail.id))
    })
    target.addEventListener('peer:connect', ({ detail }) => {
      const peer = ourId(detail)
      rate(target, peer)
      const dialled = connectionsOf(peer).find(({ direction, direct }) => direction === 'outbound' && direct)
      tell({
        kind: 'connected',
        peer,
        ...(dialled === undefined ? {} : { dialled: bareAddress(dialled.remoteAddr.toString(), peer) }),
      })
    })
    target.addEventListener('peer:disconnect', ({ detail }) =>
      tell({ kind: 'disconnected', peer: ourId(detail) }),
    )
    target.addEventListener('self:peer:update', tellAddresses)
    target.addEventListener('peer:discovery', ({ detail }) => onDiscovered(target, ourId(detail.id)))
  }
  for (const [protocol, answer] of routes.handlers) served.handle(protocol, answer)
  const sweep = () => {
    pool.sweep()
    served.sweep()
    routes.sweep()
    cancelSweep = clock.after(SWEEP_MS, sweep)
  }

  const transport: Transport = {
    peer: identity.peer,
    async start() {
      assert(node === undefined, 'a transport is started once')
      const starting = await createNode({
        ...options,
        seenNearby: nearby,
        guard: {
          gossip,
          lines: createLineWatch({ nowMs, standingOf: treatedAs }),
          places: createConnectionPlaces(treatedAs, mayBeRelayed),
          mayDial,
        },
        relays: routes,
      })
      await served.attach(starting)
      observe(starting)
      node = starting
      try {
        await starting.start()
      } catch (error) {
        node = undefined
        refuse('bad-input', `cannot listen at ${options.listen.join(', ')}: ${String(error)}`, error)
      }
      routes.attach(starting)
      topics.attach(starting.services.pubsub)
      reconnector.keep([...kept, ...gates])
      sweep()
    },
    async stop() {
      cancelSweep?.()
      routes.stop()
      reconnector.stop()
      reachNews.stop()
      served.stop()
      pool.stop()
      topics.detach()
      const stopping = node
      await stopping?.stop()
      node = undefined
    },
    addresses,
    onAddresses: (listener) => listen(addressListeners, listener),
    connect: dial,
    joinThrough(addresses) {
      gates = bootstrapPeers([...options.bootstrap, ...addresses])
      reconnector.keep([...kept, ...gates])
    },
    keepConnected(peers: readonly KnownPeer[]) {
      kept = peers
      reconnector.keep([...kept, ...gates])
      if (node === undefined) return
      const connections = node.getConnections()
      gossip.review(connections)
      routes.review()
      for (const { remotePeer } of connections) rate(node, ourId(remotePeer))
    },
    networkChanged() {
      dialer.reset()
      routes.networkChanged()
      reconnector.hurry()
      tellAddresses()
      probe(newestFirst(node?.getConnections() ?? []))
    },
    async disconnect(peer) {
      await node?.hangUp(libp2pId(peer))
    },
    connections: () => [...openConnections().values()],
    reach() {
      const open = openConnections()
      const nowMs = clock.nowMs()
      return new Map(
        [...reconnector.looks()].map(([peer, look]) => [peer, reachOf(open.get(peer), look, nowMs)]),
      )
    },
    onReach: (listener) => reachNews.on(listener),
    async probe(peer, address, { signal }) {
      throwIfAborted(signal)
      if (connectionsOf(peer).length === 0) refuse('unreachable', `not connected with ${peer}`)
      try {
        for (const target of dialable(peer, [address])) {
          const line = await running().services.dialAddress(target, { signal })
          await line.close({ signal })
        }
      } catch (error) {
        throw openFault(error, signal, peer)
      }
    },
    reachability: () => routes.reachability(),
    confirmations: () => routes.confirmations(),
    checkReach: (options) => routes.checkReach(options),
    onOwnReach: (listener) => listen(ownReachNews, listener),
    relays: () => routes.relays(),
    relaying: () => routes.relaying(),
    setRelaying: (choice) => routes.setRelaying(choice),
    announce: (announced) => routes.announce(announced),
    onConnection(listener) {
      const entry = (event: ConnectionEvent) => listener(event)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },

    publish: topics.publish,
    subscribe: topics.subscribe,

    async request(peer, protocol, request, options) {
      if (request.byteLength > REQUEST_BYTES_MAX) {
        refuse('oversized', `a request of ${request.byteLength} bytes, limit ${REQUEST_BYTES_MAX}`)
      }
      return pool.request(peer, protocol, request, options)
    },
    handle: (protocol, answer, how) => served.handle(protocol, answer, how),
    welcome: (peer) => guests.welcome(peer),
    traffic: () => traffic.byPeer,

    ...createProviders(running, identity.peer),
    ...createDirectory(running, identity.peer),
  }
  const dialBack = createDialBack({ transport, clock })
  dialBack.start()
  return transport
}

/** Adds a listener until the returned function is called; the same one may be there twice. */
function listen(all: Set<() => void>, listener: () => void): () => void {
  const entry = () => listener()
  all.add(entry)
  return () => void all.delete(entry)
}
