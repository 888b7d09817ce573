import type { Connection } from '../../ports/reach.ts'
import type {
  ConnectionEvent,
  HandleOptions,
  RequestHandler,
  Standing,
  Transport,
} from '../../ports/transport.ts'
import { FaultError, faultOf, refuse, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Reply } from '../message.ts'
import type { Network } from '../network.ts'
import type { Power } from './power.ts'

/** The transport of one run of a peer's program, and what the network tells it. */
export interface ProcessTransport {
  readonly transport: Transport
  /** A connection came or went. */
  noticed(event: ConnectionEvent): void
  /** Answers another peer's request. */
  answer(from: PeerId, protocol: string, request: Uint8Array, reply: (reply: Reply) => void): void
}

/** The place of a transport in its world. */
export interface TransportDependencies {
  readonly me: PeerId
  readonly network: Network
  /** How far the machine's clock is ahead. */
  readonly skewMs: number
  readonly power: Power
  readonly standingOf: (peer: PeerId) => Standing
  /** Joins the network, from the start on. */
  readonly join: () => void
  /** A request was answered well. */
  readonly answered: (from: PeerId, protocol: string, request: Uint8Array) => void
}

/** Creates the transport of one run; it reaches no peer before its start. */
export function createProcessTransport(dependencies: TransportDependencies): ProcessTransport {
  const { me, network, power, standingOf, join, answered } = dependencies
  const handlers = new Map<string, { handler: RequestHandler; options: HandleOptions }>()
  const listeners = new Set<(event: ConnectionEvent) => void>()

  async function reply(from: PeerId, protocol: string, request: Uint8Array): Promise<Reply> {
    try {
      const known = handlers.get(protocol) ?? refuse('unreachable', `${protocol} is unknown here`)
      const isStranger = standingOf(from) !== 'contact'
      if (isStranger && known.options.strangers === undefined) refuse('not-trusted', 'this is for contacts')
      const bytes = await known.handler(from, request, new AbortController().signal)
      if (power.isOn) answered(from, protocol, request)
      return { kind: 'answer', bytes }
    } catch (error) {
      return { kind: 'fault', fault: faultOf(error, 'unreachable') }
    }
  }

  return {
    transport: {
      ...unusedParts(),
      ...createLinks(dependencies),
      peer: me,
      start() {
        join()
        return Promise.resolve()
      },
      stop() {
        network.leave(me)
        return Promise.resolve()
      },
      onConnection(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      request: (peer, protocol, bytes, { signal }) =>
        new Promise((resolve, reject) => {
          if (signal.aborted) return reject(new FaultError(faultOfAbort(signal)))
          if (!power.act()) return
          const giveUp = network.request(me, peer, { kind: 'request', protocol, bytes }, (outcome) => {
            signal.removeEventListener('abort', abort)
            if (!power.isOn) return
            if (outcome.kind === 'answer') resolve(outcome.bytes)
            else reject(new FaultError(outcome.kind === 'fault' ? outcome.fault : noSense()))
          })
          const abort = (): void => {
            giveUp()
            reject(new FaultError(faultOfAbort(signal)))
          }
          signal.addEventListener('abort', abort, { once: true })
        }),
      handle: (protocol, handler, options = {}) => void handlers.set(protocol, { handler, options }),
    },
    noticed(event) {
      for (const listener of [...listeners]) listener(event)
    },
    answer(from, protocol, request, done) {
      void reply(from, protocol, request).then((outcome) => {
        if (power.isOn) done(outcome)
      })
    },
  }
}

/** The connections of one run: with peers that either side wants to stay connected with, or has dialled. */
function createLinks({
  me,
  network,
  skewMs,
  power,
}: TransportDependencies): Pick<Transport, 'connect' | 'keepConnected' | 'disconnect' | 'connections'> {
  let kept: readonly PeerId[] = []
  const dialled = new Set<PeerId>()
  /** Every peer that was connected with, or might be. */
  const met = new Set<PeerId>()

  function wish(): void {
    for (const peer of [...kept, ...dialled]) met.add(peer)
    if (power.act()) network.keepConnected(me, [...kept, ...dialled])
  }

  return {
    async connect(peer) {
      dialled.add(peer)
      wish()
      await Promise.resolve()
      if (network.connectedSinceMs(me, peer) === undefined) refuse('unreachable', `${peer} does not answer`)
    },
    keepConnected(peers) {
      kept = peers.map(({ peer }) => peer)
      wish()
    },
    disconnect(peer) {
      dialled.delete(peer)
      wish()
      return Promise.resolve()
    },
    connections: () =>
      [...met].flatMap((peer): Connection[] => {
        const sinceMs = network.connectedSinceMs(me, peer)
        if (sinceMs === undefined) return []
        const address = addressOf(peer)
        return [{ peer, route: 'direct', scope: 'internet', address, sinceMs: sinceMs + skewMs }]
      }),
  }
}

/** Parts of the port that a peer's runtime does not use, or that mean nothing here. */
function unusedParts(): Omit<
  Transport,
  | 'peer'
  | 'start'
  | 'stop'
  | 'onConnection'
  | 'request'
  | 'handle'
  | 'connect'
  | 'keepConnected'
  | 'disconnect'
  | 'connections'
> {
  const never = (): (() => void) => () => undefined
  return {
    addresses: () => ['/sim'],
    onAddresses: never,
    networkChanged: () => undefined,
    joinThrough: () => undefined,
    reach: () => new Map(),
    onReach: never,
    probe: () => Promise.reject(new Error('addresses of a simulation are not looked at')),
    reachability: () => ({ state: 'unknown' }),
    confirmations: () => [],
    checkReach: () => Promise.resolve(),
    onOwnReach: never,
    relays: () => [],
    relaying: () => ({ isOn: false, lines: 0 }),
    setRelaying: () => undefined,
    announce: () => undefined,
    publish: () => Promise.resolve([]),
    subscribe: never,
    welcome: () => undefined,
    traffic: () => new Map(),
    provide: () => Promise.resolve(),
    async *findProviders() {
      // There is no directory here.
    },
    leaveRecord: () => Promise.resolve(),
    async *findRecords() {
      // There is no directory here.
    },
  }
}

function addressOf(peer: PeerId): string {
  return `/sim/${peer}`
}

function faultOfAbort({ reason }: AbortSignal): Fault {
  return reason instanceof FaultError ? reason.fault : { kind: 'cancelled', message: 'given up' }
}

function noSense(): Fault {
  return { kind: 'malformed', message: 'an answer to another question' }
}
