import { circuitRelayTransport, type CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Connection, Stream, StreamHandler, StreamMessageEvent, Transport } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import type { PeerId } from '../../protocol/ids.ts'
import {
  RELAY_ANSWER_MS_MAX,
  RELAY_MESSAGE_BYTES_MAX,
  RELAYED_PER_PEER_MAX,
  STRANGERS_MAX,
} from '../limits.ts'
import { STOP, withLength } from './relay-wire.ts'

/** As libp2p's class has it, which its type hides. */
interface WithPlaces {
  readonly reservationStore: { hasReservation: () => boolean }
}

/** A length in front of a message of libp2p. */
const LENGTH_BYTES_MAX = 10
/** Lines that one relay may bring at a time: two from each of as many peers as may be strangers. */
const LINES_PER_RELAY_MAX = RELAYED_PER_PEER_MAX * STRANGERS_MAX

/**
 * libp2p's transport through relays. It takes lines only from relays at which this peer holds a place. libp2p's
 * own would first ask any peer that offers a line for a place, and publish that this peer is reached there.
 */
export function createRelayTransport(
  isOurRelay: (relay: PeerId) => boolean,
): (components: CircuitRelayTransportComponents) => Transport {
  const guarded = (handler: StreamHandler): StreamHandler =>
    async function takeLine(stream: Stream, connection: Connection) {
      try {
        if (!isOurRelay(connection.remotePeer.toString() as PeerId))
          throw new Error('nobody asked for a line')
        await holdShort(stream)
        await handler(stream, connection)
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
  return (components) => {
    const { registrar, connectionManager } = components
    const guardedComponents = overriding(components, {
      registrar: overriding(registrar, {
        handle: (protocol, handler, options) =>
          registrar.handle(protocol, protocol === STOP ? guarded(handler) : handler, options),
      }),
      connectionManager: overriding(connectionManager, {
        getConnections: (peer) => connectionManager.getConnections(peer).map(hearingShort),
        openConnection: async (peer, options) =>
          hearingShort(await connectionManager.openConnection(peer, options)),
      }),
    })
    const transport = circuitRelayTransport({ maxInboundStopStreams: LINES_PER_RELAY_MAX })(guardedComponents)
    // Places are held elsewhere; who gets so far brings lines of one.
    Object.assign((transport as Transport & WithPlaces).reservationStore, { hasReservation: () => true })
    return transport
  }
}

/** An object of which some things are others. Functions stay those of the object, whose own state may be hidden. */
function overriding<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (key in own) return Reflect.get(own, key) as unknown
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** A connection with a relay, whose answers are short. libp2p reads and parses 4 MiB, for seconds. */
function hearingShort(connection: Connection): Connection {
  return overriding(connection, {
    async newStream(protocols, options) {
      const stream = await connection.newStream(protocols, options)
      boundFirstMessage(stream)
      return stream
    },
  })
}

/** Ends a stream whose first message says that it is longer than any of a relay. */
function boundFirstMessage(stream: Stream): void {
  let length = 0
  let scale = 1
  const onMessage = ({ data }: StreamMessageEvent): void => {
    for (const byte of data.subarray(0, Math.min(data.byteLength, LENGTH_BYTES_MAX))) {
      length += (byte & 0x7f) * scale
      scale *= 0x80
      if (length > RELAY_MESSAGE_BYTES_MAX) stream.abort(new Error('longer than any message of a relay'))
      else if (byte >= 0x80) continue
      return stream.removeEventListener('message', onMessage)
    }
  }
  stream.addEventListener('message', onMessage)
}

/** Reads a request for a line, which libp2p reads up to 4 MiB and parses whole, and gives it back if it is short. */
async function holdShort(stream: Stream): Promise<void> {
  const bounds = { maxDataLength: RELAY_MESSAGE_BYTES_MAX, maxBufferSize: 2 * RELAY_MESSAGE_BYTES_MAX }
  const asking = lpStream(stream, bounds)
  const request = await asking.read({ signal: AbortSignal.timeout(RELAY_ANSWER_MS_MAX) })
  asking.unwrap().unshift(withLength(request.subarray()))
}
