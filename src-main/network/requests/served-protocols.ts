import type { Connection, Stream } from '@libp2p/interface'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { isLocalAddress } from '../../protocol/local-address.ts'
import type { HandleOptions, RequestHandler } from '../../ports/transport.ts'
import { createByteBudget, createReservation, type ByteBudget } from '../quotas/byte-budget.ts'
import { createFrameStream } from './frame-stream.ts'
import type { Node } from '../libp2p-node.ts'
import {
  ANSWERS_AT_ONCE_MAX,
  REQUEST_BYTES_MAX,
  STRANGER_REQUEST_BYTES_MAX,
  STREAMS_IN_MAX,
  STREAMS_OUT_MAX,
} from '../limits.ts'
import { createRequestServer } from './request-server.ts'
import type { TrafficMeter } from '../quotas/traffic.ts'
import type { TurnTaking } from '../quotas/turn-taking.ts'

/** The protocols by which others may ask this peer. */
export interface ServedProtocols {
  /** Answers requests of a protocol from now on. */
  handle(protocol: string, answer: RequestHandler, options?: HandleOptions): void
  /** The longest answer by a protocol that is spoken in the local network alone; undefined for the others. */
  localBytesMaxOf(protocol: string): number | undefined
  /** Serves over a node, which has not started yet. */
  attach(node: Node): Promise<void>
  sweep(): void
  stop(): void
}

/** Dependencies of the served protocols. */
export interface ServedProtocolsParts {
  readonly nowMs: () => number
  readonly traffic: TrafficMeter
  readonly turns: TurnTaking
  /** Bounds what each peer's half-arrived requests take. */
  readonly budget: ByteBudget<PeerId>
  /** Bounds the answers that each peer has not taken off yet. */
  readonly replies: ByteBudget<PeerId>
  readonly isContact: (peer: PeerId) => boolean
  readonly onDefect: (error: unknown) => void
}

interface Handler {
  readonly answer: RequestHandler
  /** The longest request of a peer; one that may ask nothing is heard and refused. */
  readonly bytesMaxOf: (peer: PeerId) => number
  /** Set where only those in the local network are answered: the longest answer, too. */
  readonly localBytesMax: number | undefined
  /** Counts the answers that are being made for each peer. */
  readonly answering: ByteBudget<PeerId>
}

/** No protocols yet. */
export function createServedProtocols(parts: ServedProtocolsParts): ServedProtocols {
  const { nowMs, budget, isContact, onDefect } = parts
  const handlers = new Map<string, Handler>()
  const server = createRequestServer(parts)
  let node: Node | undefined

  function accept(handler: Handler, stream: Stream, connection: Connection): void {
    const { answer, bytesMaxOf, localBytesMax, answering } = handler
    const isFar =
      localBytesMax !== undefined && !(connection.direct && isLocalAddress(connection.remoteAddr.toString()))
    // The gater lets only Ed25519 keys in, whose libp2p ids are ours.
    const from = connection.remotePeer.toString() as PeerId
    const reservation = createReservation(budget, from)
    const bytesMax = () => bytesMaxOf(from)
    const frames = createFrameStream(stream, { bytesMax, nowMs, reserve: reservation.reserve })
    // libp2p counts a stream as accepted when this returns; it is served from here on until it ends.
    void server.serve({ from, stream: frames, handler: isFar ? refuseFar : answer, reservation, answering })
  }

  function register(target: Node, protocol: string, handler: Handler): Promise<unknown> {
    return target.handle(protocol, (stream, connection) => accept(handler, stream, connection), {
      maxInboundStreams: STREAMS_IN_MAX,
      maxOutboundStreams: 2 * STREAMS_OUT_MAX,
      force: true,
      // Handlers bound large answers themselves; all others are little beside a relay's quota.
      runOnLimitedConnection: true,
    })
  }

  return {
    handle(protocol, answer, { requestBytesMax = REQUEST_BYTES_MAX, strangers } = {}) {
      const strangersMax = strangers?.requestBytesMax ?? STRANGER_REQUEST_BYTES_MAX
      const handler: Handler = {
        answer(from, request, signal) {
          if (!isContact(from) && strangers === undefined) refuse('not-trusted', 'this is for contacts')
          return answer(from, request, signal)
        },
        bytesMaxOf: (peer) => (isContact(peer) ? requestBytesMax : Math.min(strangersMax, requestBytesMax)),
        localBytesMax: strangers?.onlyLocal === true ? strangersMax : undefined,
        answering: createByteBudget(() => ANSWERS_AT_ONCE_MAX),
      }
      handlers.set(protocol, handler)
      if (node !== undefined) void register(node, protocol, handler).catch(onDefect)
    },
    localBytesMaxOf: (protocol) => handlers.get(protocol)?.localBytesMax,
    async attach(target) {
      for (const [protocol, handler] of handlers) await register(target, protocol, handler)
      node = target
    },
    sweep: () => server.sweep(),
    stop() {
      server.stop()
      node = undefined
    },
  }
}

/** Refuses peers from outside what only the local network is told. */
const refuseFar: RequestHandler = () => refuse('not-trusted', 'this is for the local network')
