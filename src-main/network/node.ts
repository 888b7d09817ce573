import type { Connection as Libp2pConnection, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CID } from 'multiformats/cid'
import { assert, FaultError, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { ConnectionEvent, KnownPeer, RequestHandler, Standing, Transport } from '../ports/transport.ts'
import { createByteBudget, createReservation } from './byte-budget.ts'
import { createConnectionPlaces } from './connection-places.ts'
import { bareAddress, createDialer } from './dialer.ts'
import { createFrameStream } from './frame-stream.ts'
import { createGossipGate } from './gossip-gate.ts'
import { createGuests } from './guests.ts'
import { createNode, type Node, type NodeOptions } from './libp2p-options.ts'
import {
  ASSEMBLY_BYTES_PER_PEER_MAX,
  ASSEMBLY_BYTES_PER_STRANGER_MAX,
  CONTACT_VALUE,
  DISCOVERED_CONNECTIONS_MAX,
  REPLY_BYTES_MAX,
  REQUEST_BYTES_MAX,
  STRANGER_REQUEST_BYTES_MAX,
  STREAM_OPEN_MS_MAX,
  STREAMS_IN_MAX,
  STREAMS_OUT_MAX,
  SWEEP_MS,
} from './limits.ts'
import { createLineWatch } from './line-watch.ts'
import { dialable, relayOf } from './multiaddress.ts'
import { createReconnector } from './reconnect.ts'
import { createRequestPool, openFault } from './request-pool.ts'
import { createRequestServer } from './request-server.ts'
import { throwIfAborted } from './signal-fault.ts'
import type { RelayLimits } from './relay-quota.ts'
import { createRoutes } from './routes.ts'
import { createTopics } from './topics.ts'
import { createTrafficMeter } from './traffic.ts'
import { createTurnTaking } from './turn-taking.ts'

/** What a transport over libp2p is made of. */
export interface TransportOptions extends Omit<NodeOptions, 'guard' | 'relays'> {
  readonly clock: Clock
  readonly random: Random
  /** What others are to this peer at this moment. */
  readonly standingOf: (peer: PeerId) => Standing
  /** Told of errors that are defects of ours and must not become a remote crash. */
  readonly onDefect: (error: unknown) => void
  /** How much this peer carries for its contacts, where it relays. */
  readonly relayLimits?: RelayLimits
  /** Whether an IP address can be reached from anywhere; as it is on the internet when absent. */
  readonly isOutside?: (host: string) => boolean
}

interface Handler {
  readonly answer: RequestHandler
  /** The longest request of somebody; who may ask nothing is heard and refused. */
  readonly bytesMaxOf: (peer: PeerId) => number
}

/** The libp2p id of one of our peers. */
const libp2pId = (peer: PeerId) => peerIdFromString(peer)
/** Ranks connections. */
const directFirst = (a: Libp2pConnection, b: Libp2pConnection) => Number(b.direct) - Number(a.direct)
/** Ours of a libp2p id; the gater lets only Ed25519 keys in. */
const ourId = (id: { toString(): string }) => id.toString() as PeerId

/**
 * The Transport over libp2p.
 *
 * @example
 * const transport = createTransport({
 *   identity: createIdentity(seed), listen: ['/ip4/0.0.0.0/tcp/0'], mdns: true, bootstrap: [], clock, random, onDefect,
 * })
 * await transport.start()
 */
export function createTransport(options: TransportOptions): Transport {
  const { identity, clock, random, onDefect, standingOf } = options
  const nowMs = () => clock.nowMs()
  const isContact = (peer: PeerId) => standingOf(peer) === 'contact'
  const handlers = new Map<string, Handler>()
  const listeners = new Set<(event: ConnectionEvent) => void>()
  const addressListeners = new Set<() => void>()
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
  /** Direct ones first. */
  const connectionsOf = (peer: PeerId) =>
    (node?.getConnections(libp2pId(peer)).filter(({ status }) => status === 'open') ?? []).sort(directFirst)

  const pool = createRequestPool({
    nowMs,
    traffic,
    open: async (peer, protocol, signal) => {
      const [connection] = connectionsOf(peer)
      if (connection === undefined) refuse('unreachable', `not connected with ${peer}`)
      guests.welcome(peer)
      try {
        const stream = await connection.newStream(protocol, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(STREAM_OPEN_MS_MAX)]),
          // The pool keeps count of its streams; the other direction's are bounded where they are accepted.
          maxOutboundStreams: 2 * STREAMS_OUT_MAX,
          runOnLimitedConnection: true,
        })
        return createFrameStream(stream, { bytesMax: () => REPLY_BYTES_MAX, nowMs })
      } catch (error) {
        throw openFault(error, signal, peer)
      }
    },
  })
  const server = createRequestServer({ nowMs, traffic, turns, onDefect })

  const accept = ({ answer, bytesMaxOf }: Handler, stream: Stream, connection: Libp2pConnection) => {
    const from = ourId(connection.remotePeer)
    const reservation = createReservation(budget, from)
    const bytesMax = () => bytesMaxOf(from)
    const frames = createFrameStream(stream, { bytesMax, nowMs, reserve: reservation.reserve })
    // libp2p counts a stream as accepted when this returns; it is served from here on until it ends.
    void server.serve({ from, stream: frames, handler: answer, reservation })
  }
  const register = (target: Node, protocol: string, handler: Handler) =>
    target.handle(protocol, (stream, connection) => accept(handler, stream, connection), {
      maxInboundStreams: STREAMS_IN_MAX,
      maxOutboundStreams: 2 * STREAMS_OUT_MAX,
      force: true,
      // What is large is bounded where it is served; all else is little beside a relay's quota.
      runOnLimitedConnection: true,
    })

  const dialer = createDialer(clock)
  const dial = async (peer: PeerId, addresses: readonly string[], signal: AbortSignal) => {
    throwIfAborted(signal)
    const targets = dialable(peer, addresses)
      .filter((address) => routes.mayDial(address))
      .sort((a, b) => Number(relayOf(a) !== undefined) - Number(relayOf(b) !== undefined))
    if (connectionsOf(peer).length > 0) return
    const target = running()
    try {
      if (targets.length > 0) await dialer.dial(targets, target.services.dialAddress, signal)
      else await target.dial(libp2pId(peer), { signal })
    } catch (error) {
      throw openFault(error, signal, peer)
    }
  }
  const dialDirect = async (peer: PeerId, signal: AbortSignal) => {
    const targets = dialable(peer, reconnector.addressesOf(peer)).filter((a) => relayOf(a) === undefined)
    if (targets.length === 0) refuse('unreachable', 'no direct address is known')
    await dialer.dial(targets, running().services.dialAddress, signal)
  }
  const reconnector = createReconnector({
    clock,
    random,
    isConnected: (peer) => connectionsOf(peer).length > 0,
    onNews: (peer) => routes.news(peer),
    dial: async ({ peer, addresses }, signal) => {
      try {
        await dial(peer, addresses, signal)
      } catch {
        // Where it used to be it is not: where it told us itself, or where the network knows it.
        await dial(peer, [], signal)
      }
    },
  })

  /** What the connection is worth when there are too many. */
  const rate = (target: Node, peer: PeerId) => {
    const tags = { contact: isContact(peer) ? { value: CONTACT_VALUE } : undefined }
    target.peerStore.merge(libp2pId(peer), { tags }).catch(onDefect)
  }
  const tell = (event: ConnectionEvent) => {
    if (event.kind === 'connected') reconnector.onConnected(event.peer)
    else if (event.kind === 'disconnected') {
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
    dial(peer, [], AbortSignal.timeout(STREAM_OPEN_MS_MAX)).catch(() => undefined)
  }
  const tellAddresses = () => {
    const now = addresses().join(' ')
    if (now === told) return
    told = now
    for (const listener of [...addressListeners]) listener()
  }
  const routes = createRoutes({
    self: identity.peer,
    clock,
    isContact,
    request: (peer, protocol, bytes, signal) => pool.request(peer, protocol, bytes, { signal }),
    dialDirect,
    tell,
    retire: (peer) => pool.retire(peer),
    moved: (line) => gossip.moved(line),
    addressesChanged: tellAddresses,
    onDefect,
    ...(options.relayLimits === undefined ? {} : { relayLimits: options.relayLimits }),
    ...(options.isOutside === undefined ? {} : { isOutside: options.isOutside }),
  })
  const observe = (target: Node) => {
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
  const handle: Transport['handle'] = (
    protocol,
    answer,
    { requestBytesMax = REQUEST_BYTES_MAX, strangers } = {},
  ) => {
    const strangersMax = strangers?.requestBytesMax ?? STRANGER_REQUEST_BYTES_MAX
    const handler: Handler = {
      answer(from, request, signal) {
        if (!isContact(from) && strangers === undefined) refuse('not-trusted', 'this is for contacts')
        return answer(from, request, signal)
      },
      bytesMaxOf: (peer) => (isContact(peer) ? requestBytesMax : Math.min(strangersMax, requestBytesMax)),
    }
    handlers.set(protocol, handler)
    if (node !== undefined) void register(node, protocol, handler).catch(onDefect)
  }
  for (const [protocol, answer] of routes.handlers) handle(protocol, answer)
  const sweep = () => {
    pool.sweep()
    server.sweep()
    routes.sweep()
    cancelSweep = clock.after(SWEEP_MS, sweep)
  }

  return {
    peer: identity.peer,
    async start() {
      assert(node === undefined, 'a transport is started once')
      const starting = await createNode({
        ...options,
        guard: {
          gossip,
          lines: createLineWatch({ nowMs, standingOf: treatedAs }),
          places: createConnectionPlaces(treatedAs),
        },
        relays: routes,
      })
      for (const [protocol, handler] of handlers) await register(starting, protocol, handler)
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
      sweep()
    },
    async stop() {
      cancelSweep?.()
      routes.stop()
      reconnector.stop()
      server.stop()
      pool.stop()
      topics.detach()
      const stopping = node
      await stopping?.stop()
      node = undefined
    },
    addresses,
    onAddresses(listener) {
      const entry = () => listener()
      addressListeners.add(entry)
      return () => void addressListeners.delete(entry)
    },

    connect: (peer, addresses, { signal }) => dial(peer, addresses, signal),
    keepConnected(peers: readonly KnownPeer[]) {
      reconnector.keep(peers)
      if (node === undefined) return
      const connections = node.getConnections()
      gossip.review(connections)
      for (const { remotePeer } of connections) rate(node, ourId(remotePeer))
    },
    networkChanged() {
      dialer.reset()
      routes.networkChanged()
      reconnector.hurry()
      tellAddresses()
    },
    async disconnect(peer) {
      await node?.hangUp(libp2pId(peer))
    },
    connections() {
      const byPeer = new Map<PeerId, Libp2pConnection>()
      for (const connection of node?.getConnections() ?? []) {
        const peer = ourId(connection.remotePeer)
        if (byPeer.get(peer)?.direct !== true) byPeer.set(peer, connection)
      }
      return [...byPeer].map(([peer, { direct, remoteAddr, rtt }]) => ({
        peer,
        route: direct ? 'direct' : 'relayed',
        address: remoteAddr.toString(),
        ...(rtt === undefined ? {} : { rttMs: rtt }),
      }))
    },
    reachability: () => routes.reachability(),
    relays: () => routes.relays(),
    relayedLines: () => routes.lines(),
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
    handle,
    welcome: (peer) => guests.welcome(peer),
    traffic: () => traffic.byPeer,

    async provide(cid, { signal }) {
      throwIfAborted(signal)
      try {
        await running().contentRouting.provide(CID.parse(cid), { signal })
      } catch (error) {
        // A hint that reached nobody is no failure; a caller's own signal is.
        if (signal.aborted) throw openFault(error, signal, identity.peer)
      }
    },
    async *findProviders(cid, { signal }) {
      throwIfAborted(signal)
      try {
        for await (const { id } of running().contentRouting.findProviders(CID.parse(cid), { signal })) {
          const peer = ourId(id)
          if (id.type === 'Ed25519' && peer !== identity.peer) yield peer
        }
      } catch (error) {
        if (error instanceof FaultError) throw error
        // The network knows no more: the search ends, as it does when nobody has the blob.
        throwIfAborted(signal)
      }
    },
  }
}
