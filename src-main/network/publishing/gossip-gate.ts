import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub'
import { FaultError } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'

type Registrar = GossipSubComponents['registrar']
type Topology = Parameters<Registrar['register']>[1]

/** Limits gossip to admitted peers: others neither send nor receive a message, a subscription or a topic's name. */
export interface GossipGate {
  /** The gossip service of a node, behind the gate. */
  service(
    create: (components: GossipSubComponents) => GossipSub,
  ): (components: GossipSubComponents) => GossipSub
  /** Reviews the connected peers: takes in those admitted now, and removes those no longer admitted. */
  review(connections: readonly Connection[]): void
  /** One of a peer's connections has ended: gossip goes on over another one. */
  moved(connection: Connection): void
}

/** A gate. `isAdmitted` is asked whenever a peer comes, and at each review. */
export function createGossipGate(isAdmitted: (peer: PeerId) => boolean): GossipGate {
  const inside = new Set<string>()
  const streams = createAdmittedStreams()
  const waiting = createWaitingStreams()
  let topology: Topology | undefined
  const admits = (peer: Libp2pPeerId) => isAdmitted(peer.toString() as PeerId)

  const enter = (peer: Libp2pPeerId, connection: Connection) => {
    if (!admits(peer)) return
    const id = peer.toString()
    inside.add(id)
    void topology?.onConnect?.(peer, connection)
    waiting.release(id)
  }
  const leave = (peer: Libp2pPeerId) => {
    inside.delete(peer.toString())
    streams.abort(peer.toString())
    void topology?.onDisconnect?.(peer)
  }

  /** The registrar as gossip sees it: its streams and neighbours are those of admitted peers. */
  const guarded = (registrar: Registrar): Registrar => ({
    getProtocols: () => registrar.getProtocols(),
    getHandler: (protocol) => registrar.getHandler(protocol),
    getTopologies: (protocol) => registrar.getTopologies(protocol),
    getMiddleware: (protocol) => registrar.getMiddleware(protocol),
    handle: (protocol, handler, options) =>
      registrar.handle(
        protocol,
        (stream, connection) => {
          const { remotePeer } = connection
          const admit = () => {
            inside.add(remotePeer.toString())
            streams.add(remotePeer.toString(), stream)
            void handler(stream, connection)
          }
          if (admits(remotePeer)) admit()
          else waiting.hold(remotePeer.toString(), stream, admit)
        },
        options,
      ),
    unhandle: (protocols, options) => registrar.unhandle(protocols, options),
    register(protocol, wanted, options) {
      topology = wanted
      return registrar.register(protocol, { ...wanted, onConnect: enter, onDisconnect: leave }, options)
    },
    unregister: (id) => registrar.unregister(id),
    use: (protocol, middleware) => registrar.use(protocol, middleware),
    unuse: (protocol) => registrar.unuse(protocol),
  })

  return {
    service: (create) => (components) => {
      const { privateKey, peerId, peerStore, registrar, connectionManager, logger } = components
      return create({
        privateKey,
        peerId,
        peerStore,
        registrar: guarded(registrar),
        connectionManager,
        logger,
      })
    },
    moved(connection) {
      const { remotePeer } = connection
      if (inside.has(remotePeer.toString())) void topology?.onConnect?.(remotePeer, connection)
    },
    review(connections) {
      for (const connection of connections) {
        const { remotePeer } = connection
        const isInside = inside.has(remotePeer.toString())
        if (isInside && !admits(remotePeer)) leave(remotePeer)
        else if (!isInside) enter(remotePeer, connection)
      }
    },
  }
}

/** The open streams of admitted peers. */
function createAdmittedStreams() {
  const streams = new Map<string, Set<Stream>>()
  return {
    add(id: string, stream: Stream): void {
      const known = streams.get(id) ?? new Set()
      streams.set(id, known.add(stream))
      stream.addEventListener('close', () => {
        known.delete(stream)
        if (known.size === 0 && streams.get(id) === known) streams.delete(id)
      })
    },
    abort(id: string): void {
      for (const stream of streams.get(id) ?? []) stream.abort(notAdmitted())
    },
  }
}

/** The newest stream of each peer not admitted, unread: the peer may be admitted soon, and opens no other. */
function createWaitingStreams() {
  const waiting = new Map<string, { readonly stream: Stream; readonly admit: () => void }>()
  return {
    hold(id: string, stream: Stream, admit: () => void): void {
      waiting.get(id)?.stream.abort(notAdmitted())
      waiting.set(id, { stream, admit })
      stream.pause()
      stream.addEventListener('close', () => {
        if (waiting.get(id)?.stream === stream) waiting.delete(id)
      })
    },
    /** Admits the stream that waits, if one does, and reads it from now on. */
    release(id: string): void {
      const held = waiting.get(id)
      waiting.delete(id)
      held?.admit()
      held?.stream.resume()
    },
  }
}

function notAdmitted(): FaultError {
  return new FaultError({ kind: 'not-trusted', message: 'gossip is between contacts' })
}
