import { circuitRelayTransport, type CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId as Libp2pPeerId, Stream, StreamHandler, Transport } from '@libp2p/interface'
import type { PeerId } from '../protocol/ids.ts'
import { RELAYS_MAX, RELAY_ANSWER_MS_MAX, RELAYED_PER_PEER_MAX, STRANGERS_MAX } from './limits.ts'
import { STOP } from './relay-wire.ts'

/** Places that this peer holds at relays. */
export interface RelayPlaces {
  has(relay: Libp2pPeerId): boolean
  /** Asks for a place, where this peer has listened at that relay before. */
  renew(relay: Libp2pPeerId): Promise<unknown>
}

/** libp2p's transport through relays, and the places that it holds. */
export interface RelayTransport {
  readonly transport: (components: CircuitRelayTransportComponents) => Transport
  readonly places: RelayPlaces
}

/** As libp2p's class has it, which its type hides. */
interface WithPlaces {
  readonly reservationStore: {
    hasReservation(peer: Libp2pPeerId): boolean
    addRelay(peer: Libp2pPeerId, kind: 'configured'): Promise<unknown>
  }
}

/** Lines that one relay may bring at a time: two from each of as many peers as may be strangers. */
const LINES_PER_RELAY_MAX = RELAYED_PER_PEER_MAX * STRANGERS_MAX

/**
 * The transport. A line is taken from those alone whom this peer has asked for a place: libp2p's own would, for anybody who
 * offers a line, first ask that one for a place and tell the world that it is reached there.
 */
export function createRelayTransport(isOurRelay: (relay: PeerId) => boolean): RelayTransport {
  let store: WithPlaces['reservationStore'] | undefined
  const guarded = (handler: StreamHandler): StreamHandler =>
    function takeLine(stream: Stream, connection: Connection) {
      const relay = connection.remotePeer
      if (store?.hasReservation(relay) === true && isOurRelay(relay.toString() as PeerId)) {
        return handler(stream, connection)
      }
      stream.abort(new Error('nobody asked for a line'))
      return undefined
    }
  return {
    transport(components) {
      type Registrar = CircuitRelayTransportComponents['registrar']
      const { registrar } = components
      const handle: Registrar['handle'] = (protocol, handler, options) =>
        registrar.handle(protocol, protocol === STOP ? guarded(handler) : handler, options)
      const withGuard = new Proxy(registrar, {
        get(target, key) {
          if (key === 'handle') return handle
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      })
      const guardedComponents = new Proxy(components, {
        get: (target, key) => (key === 'registrar' ? withGuard : (Reflect.get(target, key) as unknown)),
      })
      const transport = circuitRelayTransport({
        maxInboundStopStreams: LINES_PER_RELAY_MAX,
        reservationConcurrency: RELAYS_MAX,
        reservationCompletionTimeout: RELAY_ANSWER_MS_MAX,
      })(guardedComponents)
      store = (transport as Transport & WithPlaces).reservationStore
      return transport
    },
    places: {
      has: (relay) => store?.hasReservation(relay) === true,
      renew: async (relay) => store?.addRelay(relay, 'configured'),
    },
  }
}
