import type { Cid, PeerId } from '../protocol/ids.ts'

/** How a peer is reached at this moment. */
export interface Connection {
  readonly peer: PeerId
  readonly route: 'direct' | 'relayed'
  readonly address: string
  /** Round trip of the latest ping, if there was one. */
  readonly rttMs?: number
}

/** What the transport tells about others coming and going. */
export type ConnectionEvent =
  | { readonly kind: 'connected'; readonly peer: PeerId }
  | { readonly kind: 'disconnected'; readonly peer: PeerId }

/** Answers one request of an authenticated peer. A FaultError that it throws goes back as that fault. */
export type RequestHandler = (from: PeerId, request: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

/** Bytes to and from authenticated peers. What they mean is no business of the transport. */
export interface Transport {
  readonly peer: PeerId
  start(): Promise<void>
  stop(): Promise<void>
  /** Addresses at which others may dial this peer, each with its peer id at the end. */
  addresses(): readonly string[]
  /** Connects to a peer at one of the addresses, unless connected. @throws FaultError `unreachable`, `timed-out` */
  connect(peer: PeerId, addresses: readonly string[], options: { signal: AbortSignal }): Promise<void>
  connections(): readonly Connection[]
  /** Calls back on every coming and going, until the returned function is called. */
  onConnection(listener: (event: ConnectionEvent) => void): () => void

  /** Publishes to a topic (gossip); reaches those who subscribe, at most once each, in no sure order. */
  publish(topic: string, bytes: Uint8Array): Promise<void>
  /** Receives a topic's messages until the returned function is called. The author is not authenticated here. */
  subscribe(topic: string, listener: (bytes: Uint8Array) => void): () => void

  /** Sends a request and waits for its answer. @throws FaultError `unreachable`, `timed-out`, or the other side's */
  request(
    peer: PeerId,
    protocol: string,
    request: Uint8Array,
    options: { signal: AbortSignal },
  ): Promise<Uint8Array>
  /** Answers requests of a protocol from now on. */
  handle(protocol: string, handler: RequestHandler): void

  /** Tells the network that this peer holds a blob, and asks who does. Both are hints. */
  provide(cid: Cid, options: { signal: AbortSignal }): Promise<void>
  findProviders(cid: Cid, options: { signal: AbortSignal }): AsyncIterable<PeerId>
}
