import { createHash } from 'node:crypto'
import { bootstrap } from '@libp2p/bootstrap'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { ComponentLogger, Connection, Logger, PeerId as Libp2pPeerId } from '@libp2p/interface'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { ENVELOPE_BYTES_MAX } from '../protocol/limits.ts'
import type { PeerId } from '../protocol/ids.ts'
import { createBoundedDatastore, type BoundedDatastore } from './bounded-datastore.ts'
import { createConnectionPlaces, type ConnectionPlaces } from './connection-places.ts'
import type { DialAddress, DialOptions } from './dialer.ts'
import { createGossipGate, type GossipGate } from './gossip-gate.ts'
import { createLineWatch, type LineWatch } from './line-watch.ts'
import { guardedYamux } from './guarded-yamux.ts'
import type { NodeIdentity } from './identity.ts'
import { createNoiseCrypto } from './noise-crypto.ts'
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
import type { Routes } from './routes.ts'

/** A gossip message around an envelope: topic, protobuf framing. */
const GOSSIP_BYTES_MAX = ENVELOPE_BYTES_MAX + (4 << 10)
/** Gossip that waits for one slow neighbour; beyond it that neighbour's stream is dropped and made anew. */
const GOSSIP_WAITING_BYTES_MAX = 16 * GOSSIP_BYTES_MAX
/** Bytes of a gossip message's id. 160 bits of sha-256 do not collide by accident or by design. */
const GOSSIP_ID_BYTES = 20

/** What stands between a node and those whom it does not know. */
export interface NodeGuard {
  readonly gossip: GossipGate
  readonly lines: LineWatch
  readonly places: ConnectionPlaces
}

/** What differs between nodes. */
export interface NodeOptions {
  readonly identity: NodeIdentity
  readonly listen: readonly string[]
  readonly mdns: boolean
  readonly bootstrap: readonly string[]
  /** Whether others' questions of who is where and has what are answered; this one's own are asked either way. */
  readonly serveDht?: boolean
  /** Whether somebody may be connected with at all; anybody when absent. */
  readonly mayConnect?: (peer: string) => boolean
  /** Where libp2p remembers others; a bounded memory of its own when absent. */
  readonly datastore?: BoundedDatastore
  /** How those who are no contacts are held short; nobody is when absent. */
  readonly guard?: NodeGuard
  /** How others are reached, and reach this peer, through relays; not at all when absent. */
  readonly relays?: Pick<Routes, 'relayTransport' | 'mayDial' | 'mayComeThrough'>
}

/** A libp2p node as this adapter uses it. */
export type Node = Awaited<ReturnType<typeof createNode>>

/**
 * A libp2p node that has not started yet: TCP, noise, yamux, identify, ping, gossipsub and a Kademlia DHT of our own
 * protocol name, so that it never mixes with the public one. Private addresses count like public ones: friends'
 * machines mostly are in one house.
 */
export async function createNode(options: NodeOptions) {
  const { gossip, lines, places } = options.guard ?? openGuard()
  const { relays } = options
  const isDenied = (peer: Libp2pPeerId): boolean =>
    isForeignKey(peer) || options.mayConnect?.(peer.toString()) === false
  const self = datastoreKey(peerIdFromString(options.identity.peer))
  const connected = new Set([self])
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
      (components) => lines.identifying(noise({ crypto: createNoiseCrypto() })(components)),
    ],
    streamMuxers: [
      guardedYamux(
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
      ),
    ],
    connectionGater: {
      denyDialMultiaddr: (address) => relays?.mayDial(address) === false,
      denyInboundRelayedConnection: (relay, peer) =>
        relays?.mayComeThrough(relay.toString() as PeerId, peer.toString() as PeerId) !== true,
      denyInboundConnection: (connection) => !places.mayBegin(connection),
      denyInboundEncryptedConnection: (peer, connection) =>
        isDenied(peer) || !places.mayStay(peer.toString() as PeerId, connection),
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
    peerDiscovery: [
      ...(options.mdns ? [mdns({ serviceTag: '_meshwork._udp.local' })] : []),
      ...(options.bootstrap.length > 0 ? [bootstrap({ list: [...options.bootstrap], timeout: 0 })] : []),
    ],
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      dialAddress,
      listenAt,
      confirmOwn,
      ping: ping(),
      dht: kadDHT({
        protocol: '/meshwork/kad/1',
        clientMode: options.serveDht !== true,
        maxInboundStreams: DHT_STREAMS_IN_MAX,
        // Where nobody serves there is nobody to wait for.
        allowQueryWithZeroPeers: true,
        peerInfoMapper: passthroughMapper,
      }),
      pubsub: gossip.service(
        gossipsub({
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
        }),
      ),
    },
  })
  node.addEventListener('peer:connect', ({ detail }) => connected.add(datastoreKey(detail)))
  node.addEventListener('peer:disconnect', ({ detail }) => connected.delete(datastoreKey(detail)))
  return node
}

/** Dials single addresses past libp2p's queue, which tries those of one peer one after the other. */
function dialAddress(components: {
  readonly transportManager: {
    dial(address: Multiaddr, options: DialOptions): Promise<Connection>
  }
}): DialAddress {
  return (address, options) => components.transportManager.dial(address, { ...options })
}

/** Listens at one more address; a place at a relay is one. */
function listenAt(components: {
  readonly transportManager: { listen(addresses: Multiaddr[]): Promise<void> }
}) {
  return (address: Multiaddr): Promise<void> => components.transportManager.listen([address])
}

/**
 * Takes this machine's own public addresses for such: libp2p tells them to nobody before AutoNAT, which asks strangers, has
 * found that they are reached. Who is told tries them, and loses nothing where they are not.
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
  }
}

/** Peers are Ed25519 keys; libp2p would take others too. */
function isForeignKey(peer: Libp2pPeerId): boolean {
  return peer.type !== 'Ed25519'
}

/** libp2p formats its log lines even when nobody listens; at hundreds of megabytes a second that shows. */
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
