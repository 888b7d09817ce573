import { createHash } from 'node:crypto'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type {
  ComponentLogger,
  Connection,
  Logger,
  PeerDiscovery,
  PeerId as Libp2pPeerId,
} from '@libp2p/interface'
import { kadDHT } from '@libp2p/kad-dht'
import { mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { ENVELOPE_BYTES_MAX } from '../protocol/limits.ts'
import type { PeerId } from '../protocol/ids.ts'
import { createBoundedDatastore, type BoundedDatastore } from './discovery/bounded-datastore.ts'
import { createConnectionPlaces, type ConnectionPlaces } from './connection/connection-places.ts'
import type { DialAddress, DialOptions } from './dialing/dialer.ts'
import { checkDirectoryRecord, DIRECTORY_NAMESPACE } from './discovery/directory.ts'
import { createGossipGate, type GossipGate } from './publishing/gossip-gate.ts'
import { createLineWatch, type LineWatch } from './connection/line-watch.ts'
import { createHandshakeErrors, type HandshakeErrors } from './connection/handshake-errors.ts'
import { guardedYamux } from './connection/guarded-yamux.ts'
import type { NodeIdentity } from './identity/identity.ts'
import type { Node } from './libp2p-node.ts'
import { isTcpAddress } from './addresses/multiaddress.ts'
import { createNoiseCrypto } from './connection/noise-crypto.ts'
import type { SeenNearby } from './discovery/seen-nearby.ts'
import { createServingPeers, KAD_PROTOCOL } from './discovery/serving-peers.ts'
import {
  ADDRESSES_MAX,
  CONNECTIONS_MAX,
  CONNECTIONS_PER_SECOND_MAX,
  DHT_STREAMS_IN_MAX,
  DIALS_MAX,
  HANDSHAKES_MAX,
  PING_EVERY_MS,
  PING_MS_MIN,
  STREAM_BUFFER_BYTES_MAX,
  STREAM_WINDOW_BYTES_MAX,
  STREAMS_PER_CONNECTION_MAX,
  TOPIC_BYTES_PER_PEER_MAX,
} from './limits.ts'
import type { Routes } from './reach/routes.ts'

/** A gossip message around an envelope: topic, protobuf framing. */
const GOSSIP_BYTES_MAX = ENVELOPE_BYTES_MAX + (4 << 10)
/** Gossip that waits for one slow neighbour; beyond it that neighbour's stream is dropped and made anew. */
const GOSSIP_WAITING_BYTES_MAX = 16 * GOSSIP_BYTES_MAX
/** Under which name peers are announced in the local network. */
const MDNS_TAG = '_meshwork._udp.local'
/** Bytes of a gossip message's id. 160 bits of sha-256 do not collide by accident or by design. */
const GOSSIP_ID_BYTES = 20

/** Guards a node against peers that it does not know. */
export interface NodeGuard {
  readonly gossip: GossipGate
  readonly lines: LineWatch
  readonly places: ConnectionPlaces
  /** Whether an address that libp2p has chosen by itself may be tried now. */
  readonly mayDial: (address: Multiaddr) => boolean
}

/** Options of one node. */
export interface NodeOptions {
  readonly identity: NodeIdentity
  readonly listen: readonly string[]
  readonly mdns: boolean
  /** Whether DHT questions of other peers are answered; this peer asks its own either way. */
  readonly serveDht?: boolean
  /** Whether a peer may be connected with at all; every peer when absent. */
  readonly mayConnect?: (peer: string) => boolean
  /** Where libp2p remembers others; a bounded memory of its own when absent. */
  readonly datastore?: BoundedDatastore
  /** The bounds for peers that are no contacts; none when absent. */
  readonly guard?: NodeGuard
  /** Told of each peer that mDNS hears, each time; libp2p itself tells only of those it did not know. */
  readonly seenNearby?: SeenNearby
  /** How others are reached, and reach this peer, through relays; not at all when absent. */
  readonly relays?: Pick<Routes, 'relayTransport' | 'mayDial' | 'mayComeThrough'>
}

/**
 * A libp2p node that has not started yet: TCP, noise, yamux, identify, ping, gossipsub and a Kademlia DHT of our own
 * protocol name, so that it never mixes with the public one. Private addresses count like public ones: friends'
 * machines mostly are in one house.
 */
export async function createNode(options: NodeOptions): Promise<Node> {
  const { gossip, lines, places, mayDial } = options.guard ?? openGuard()
  const { relays } = options
  const isDenied = (peer: Libp2pPeerId): boolean =>
    isForeignKey(peer) || options.mayConnect?.(peer.toString()) === false
  const handshakes = createHandshakeErrors()
  const self = datastoreKey(peerIdFromString(options.identity.peer))
  const connected = new Set([self])
  const serving = createServingPeers()
  const node = await createLibp2p({
    start: false,
    privateKey: options.identity.libp2pKey,
    nodeInfo: { name: 'meshwork', version: '1', userAgent: 'meshwork/1' },
    logger: silent,
    datastore: options.datastore ?? createBoundedDatastore((key) => connected.has(key)),
    addresses: { listen: [...options.listen] },
    transports: [
      tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } }),
      ...(relays === undefined
        ? []
        : [(components: CircuitRelayTransportComponents) => relays.relayTransport(components)]),
    ],
    connectionEncrypters: [
      (components) =>
        lines.identifying(handshakes.noting(noise({ crypto: createNoiseCrypto() })(components))),
    ],
    streamMuxers: [boundedYamux(lines)],
    connectionGater: {
      denyDialMultiaddr: (address) =>
        places.isClosed() ||
        !isTcpAddress(address) ||
        relays?.mayDial(address) === false ||
        !mayDial(address),
      denyInboundRelayedConnection: (relay, peer) =>
        relays?.mayComeThrough(relay.toString() as PeerId, peer.toString() as PeerId) !== true,
      denyInboundConnection: (connection) => !places.mayBegin(connection),
      denyInboundEncryptedConnection: (peer, connection) =>
        isDenied(peer) || !places.mayStay(peer.toString() as PeerId, connection),
      // Before the handshake, at whose end the other side is connected.
      denyOutboundConnection: () => places.isClosed(),
      denyOutboundEncryptedConnection: isDenied,
    },
    connectionManager: {
      maxConnections: CONNECTIONS_MAX,
      inboundConnectionThreshold: CONNECTIONS_PER_SECOND_MAX,
      maxIncomingPendingConnections: HANDSHAKES_MAX,
      maxParallelDials: 2 * DIALS_MAX,
      maxPeerAddrsToDial: ADDRESSES_MAX,
    },
    connectionMonitor: { pingInterval: PING_EVERY_MS, pingTimeout: { minTimeout: PING_MS_MIN } },
    peerDiscovery: options.mdns ? [heardBy(options.seenNearby, mdns({ serviceTag: MDNS_TAG }))] : [],
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      dialAddress: addressDialler(handshakes),
      confirmOwn,
      ping: ping(),
      dht: routingTable(options.serveDht === true, serving),
      pubsub: gossip.service(createGossip()),
    },
  })
  node.addEventListener('peer:identify', ({ detail }) => serving.heard(detail))
  node.addEventListener('peer:connect', ({ detail }) => connected.add(datastoreKey(detail)))
  node.addEventListener('peer:disconnect', ({ detail }) => connected.delete(datastoreKey(detail)))
  return node
}

/** The stream multiplexer, within bounds for each stream and connection, watched line by line. */
function boundedYamux(lines: LineWatch) {
  return guardedYamux(
    STREAM_WINDOW_BYTES_MAX,
    {
      maxInboundStreams: STREAMS_PER_CONNECTION_MAX,
      maxOutboundStreams: STREAMS_PER_CONNECTION_MAX,
      // Streams that come in while the handshake ends here. libp2p ends the connection at eleven, but a friend opens
      // more at once, and on a busy machine all of them are there before the handshake is over.
      maxEarlyStreams: STREAMS_PER_CONNECTION_MAX,
      streamOptions: {
        maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX,
        maxReadBufferLength: STREAM_BUFFER_BYTES_MAX,
      },
    },
    (line, muxer) => lines.watch(line, muxer),
  )
}

/** The Kademlia table. `isServing`: others' questions are answered. */
function routingTable(isServing: boolean, serving: ReturnType<typeof createServingPeers>) {
  return kadDHT({
    protocol: KAD_PROTOCOL,
    clientMode: !isServing,
    maxInboundStreams: DHT_STREAMS_IN_MAX,
    // Where no peer serves there is none to wait for.
    allowQueryWithZeroPeers: true,
    validators: { [DIRECTORY_NAMESPACE]: checkDirectoryRecord },
    // One is as good as another: a search tries all.
    selectors: { [DIRECTORY_NAMESPACE]: () => 0 },
    peerInfoMapper: (info) => serving.tellable(info),
  })
}

/** Gossip between contacts. */
function createGossip() {
  return gossipsub({
    // Payloads are envelopes with their author's signature; a second one by libp2p would triple the cost.
    globalSignaturePolicy: 'StrictNoSign',
    msgIdFn: ({ data }) => createHash('sha256').update(data).digest().subarray(0, GOSSIP_ID_BYTES),
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    maxInboundDataLength: GOSSIP_BYTES_MAX,
    maxOutboundBufferSize: GOSSIP_WAITING_BYTES_MAX,
    runOnLimitedConnection: true,
    maxTopicBytesPerPeer: TOPIC_BYTES_PER_PEER_MAX,
    // Many peers behind one address are a household or one machine, no attack.
    scoreParams: { IPColocationFactorWeight: 0 },
  })
}

/** The same discovery, which also tells `seen` of the peers that it hears. */
function heardBy<C>(seen: SeenNearby | undefined, begin: (components: C) => PeerDiscovery) {
  return (components: C): PeerDiscovery => {
    const discovery = begin(components)
    discovery.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      if (!isForeignKey(id)) seen?.(id.toString() as PeerId, multiaddrs.map(String))
    })
    return discovery
  }
}

/** The part of libp2p that dials a single address. */
interface AddressTransports {
  readonly transportManager: {
    dial(address: Multiaddr, options: DialOptions): Promise<Connection>
  }
}

/** Dials single addresses past libp2p's queue, which tries those of one peer one after the other. */
function addressDialler(handshakes: HandshakeErrors) {
  return ({ transportManager }: AddressTransports): DialAddress =>
    async (address, options) => {
      try {
        return await transportManager.dial(address, { ...options })
      } catch (error) {
        throw handshakes.of(options.signal) ?? error
      }
    }
}

/**
 * Announces this machine's own public addresses at once: libp2p tells them to no peer before AutoNAT, which asks
 * strangers, has found that they are reached. Peers that are told try them, and lose nothing where they are not.
 */
function confirmOwn({ addressManager }: { readonly addressManager: OwnAddresses }) {
  return (): void => {
    for (const { multiaddr, verified, type } of addressManager.getAddressesWithMetadata()) {
      if (type === 'transport' && !verified) addressManager.confirmObservedAddr(multiaddr, { type })
    }
  }
}

interface OwnAddresses {
  getAddressesWithMetadata(): { multiaddr: Multiaddr; verified: boolean; type: string }[]
  confirmObservedAddr(address: Multiaddr, options: { type: 'transport' }): void
}

/** The entry in which libp2p remembers a peer. */
function datastoreKey(peer: Libp2pPeerId): string {
  return `/peers/${peer.toCID().toString()}`
}

/** For nodes of tests and benchmarks, which know no strangers. */
function openGuard(): NodeGuard {
  const standingOf = () => 'contact' as const
  return {
    gossip: createGossipGate(() => true),
    lines: createLineWatch({ nowMs: () => Date.now(), standingOf }),
    places: createConnectionPlaces(standingOf),
    mayDial: () => true,
  }
}

/** Peers are Ed25519 keys; libp2p would take others too. */
function isForeignKey(peer: Libp2pPeerId): boolean {
  return peer.type !== 'Ed25519'
}

/** libp2p formats its log lines even without a listener; at hundreds of megabytes a second that shows. */
const silent: ComponentLogger = { forComponent: () => silentLogger() }

function silentLogger(): Logger {
  const ignore = () => undefined
  return Object.assign(ignore, {
    error: ignore,
    trace: ignore,
    enabled: false,
    newScope: () => silentLogger(),
  })
}
