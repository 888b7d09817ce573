import type { Cid, PeerId } from '../protocol/ids.ts'
import type { Confirmation, Connection, PeerReach } from './reach.ts'

/** Whether others can open a connection to this peer from outside its home. */
export type Reachability =
  /** No peer outside has tried yet. */
  | { readonly state: 'unknown' }
  /** A contact has; by IPv4, by IPv6 or both. */
  | { readonly state: 'public'; readonly sinceMs: number; readonly families: readonly ('ip4' | 'ip6')[] }
  /** A contact outside has tried, and did not get through. */
  | { readonly state: 'private'; readonly sinceMs: number }

/**
 * Whether this peer carries connections of its contacts to one another: `auto` does while others reach it from outside,
 * since only then it is of use.
 */
export type RelayChoice = 'on' | 'off' | 'auto'

/** Events of peers coming and going. */
export type ConnectionEvent =
  | {
      readonly kind: 'connected'
      readonly peer: PeerId
      /** Where it was reached, without its peer id; absent when it came by itself. */
      readonly dialled?: string
    }
  | { readonly kind: 'disconnected'; readonly peer: PeerId }
  /** It was reached through a relay, and is reached directly now, or the other way round. */
  | { readonly kind: 'rerouted'; readonly peer: PeerId; readonly dialled?: string }

/** Answers one request of an authenticated peer. A FaultError that it throws goes back as that fault. */
export type RequestHandler = (from: PeerId, request: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

/**
 * Takes a topic's message. `'refused'` says that it is invalid, `'kept'` that it is for this peer alone: neither is
 * passed on. A transport may ask before it forwards, so the answer must be quick.
 */
export type TopicListener = (bytes: Uint8Array) => 'refused' | 'kept' | undefined

/**
 * How much of this peer another one may take up: a contact is trusted, a guest is expected for a while (pairing is under
 * way), all others are strangers, those of trust 0 too.
 */
export type Standing = 'contact' | 'guest' | 'stranger'

/** A peer to stay connected with, and where to look, the likeliest first. */
export interface KnownPeer {
  readonly peer: PeerId
  readonly addresses: readonly string[]
}

/** How a request is made. */
export interface RequestOptions {
  readonly signal: AbortSignal
  /**
   * Memory for the answer: where it fits (with a byte to spare), the answer is a view of this. It saves callers
   * that fetch much the allocation of fresh memory, which costs more than the copy.
   */
  readonly into?: Uint8Array
}

/** Which requests of a protocol are answered. */
export interface HandleOptions {
  /** The longest request of a contact, default `MESSAGE_BYTES_MAX`. */
  readonly requestBytesMax?: number
  /**
   * Answers requests of peers that are no contacts, of at most 8 KiB. Without it they are refused (`not-trusted`) and
   * not read.
   */
  readonly strangers?: {
    readonly requestBytesMax: number
    /**
     * Answers only over a direct connection within the local network. A peer asked by such a protocol is still a
     * stranger, and its answers are as short as the requests.
     */
    readonly onlyLocal?: true
  }
}

/** Payload bytes exchanged with one peer by requests and replies since the start. */
export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

/** How a peer is connected with. */
export interface ConnectOptions {
  readonly signal: AbortSignal
  /** Neither its user nor the peer itself said where it is: a third one did, and may name any machine. */
  readonly isHeardOf?: boolean
}

/** Bytes to and from authenticated peers. What they mean is no business of the transport. */
export interface Transport {
  readonly peer: PeerId
  start(): Promise<void>
  stop(): Promise<void>
  /** Addresses at which others may dial this peer, each with its peer id at the end. */
  addresses(): readonly string[]
  /** Calls back when the addresses have changed, until the returned function is called. */
  onAddresses(listener: () => void): () => void
  /**
   * Connects to a peer at one of the addresses, unless connected. Without addresses it tries those known from
   * earlier and asks the network. Only the holder of the peer's key counts as that peer.
   * @throws FaultError `unreachable`, `timed-out`, `cancelled` or `bad-input` (an address that is none)
   */
  connect(peer: PeerId, addresses: readonly string[], options: ConnectOptions): Promise<void>
  /**
   * Connects to these peers again and again, with growing pauses; the latest call's list counts. Called again
   * when a peer's standing has changed.
   */
  keepConnected(peers: readonly KnownPeer[]): void
  /** This machine is in another network, or was asleep: lost peers of `keepConnected` are dialled at once. */
  networkChanged(): void
  /**
   * Stays connected with the peers through which it joins the network; the latest call's list counts.
   * @throws FaultError `bad-input` when an address does not say which peer it is of
   */
  joinThrough(addresses: readonly string[]): void
  /** Ends the connections with a peer; a peer of `keepConnected` comes back. */
  disconnect(peer: PeerId): Promise<void>
  /** One for each connected peer, the direct one where there are several. */
  connections(): readonly Connection[]
  /** How each peer of `keepConnected` stands. */
  reach(): ReadonlyMap<PeerId, PeerReach>
  /** Calls back when `reach` says something else, a few times a second at most, until the returned function is called. */
  onReach(listener: () => void): () => void
  /**
   * Looks whether a connected peer can be reached at one address, by a second connection that ends at once.
   * @throws FaultError `unreachable` (also when it is not connected), `timed-out`, `cancelled` or `bad-input`
   */
  probe(peer: PeerId, address: string, options: { signal: AbortSignal }): Promise<void>
  /** Whether others reach this peer from outside, as far as contacts have shown. */
  reachability(): Reachability
  /** The latest word of each contact on that, the newest first. */
  confirmations(): readonly Confirmation[]
  /** Asks some connected contacts now, the farthest ones. Calls at the same time are one. */
  checkReach(options: { signal: AbortSignal }): Promise<void>
  /** Calls back when `reachability`, `confirmations` or `relays` say something else, until the returned function is called. */
  onOwnReach(listener: () => void): () => void
  /** Contacts that relay for this peer at this moment. */
  relays(): readonly PeerId[]
  /** Whether contacts may reach each other through this peer at this moment, and lines between them that do. */
  relaying(): { readonly isOn: boolean; readonly lines: number }
  /** Whether contacts may reach each other through this peer, from now on; `off` at the start. */
  setRelaying(choice: RelayChoice): void
  /** Further addresses at which this peer is reached, such as a router's; they are tried by contacts and come first. */
  announce(addresses: readonly string[]): void
  /** Calls back on every coming and going, until the returned function is called. */
  onConnection(listener: (event: ConnectionEvent) => void): () => void

  /**
   * Publishes to a topic (gossip); reaches contacts who subscribe, at most once each, in no sure order.
   * @returns the neighbours that it was sent to now; others get it from them
   * @throws FaultError `oversized` above `ENVELOPE_BYTES_MAX`
   */
  publish(topic: string, bytes: Uint8Array): Promise<readonly PeerId[]>
  /** Receives a topic's messages until the returned function is called. The author is not authenticated here. */
  subscribe(topic: string, listener: TopicListener): () => void

  /**
   * Sends a request to a connected peer and waits for its answer, both up to `MESSAGE_BYTES_MAX`. Requests may
   * overtake one another. The bytes must not change until the answer is here.
   * @throws FaultError `unreachable` (not connected, connection lost, protocol unknown there; it may have been
   *   received or not), `timed-out` or `cancelled` (as the signal says), `oversized`, `too-busy` (too many waiting
   *   here), `malformed` (no sense in the answer), or the fault that the other side answered
   */
  request(peer: PeerId, protocol: string, request: Uint8Array, options: RequestOptions): Promise<Uint8Array>
  /** Answers requests of a protocol from now on; requests beyond the quota wait, unread. */
  handle(protocol: string, handler: RequestHandler, options?: HandleOptions): void
  /** A stranger has shown a good reason to ask much, and is not held short for some minutes. */
  welcome(peer: PeerId): void
  /** The bytes exchanged with each peer, as far back as a bounded memory goes. */
  traffic(): ReadonlyMap<PeerId, Traffic>

  /** Tells the network that this peer holds a blob, and asks who does. Both are hints. */
  provide(cid: Cid, options: { signal: AbortSignal }): Promise<void>
  findProviders(cid: Cid, options: { signal: AbortSignal }): AsyncIterable<PeerId>
  /**
   * Leaves a few bytes, at most 4 KiB, with the network's directory servers, under a name of 32 bytes, and asks
   * what any peer left under a name. Both are hints: where no peer serves, nothing is kept or found.
   */
  leaveRecord(token: Uint8Array, record: Uint8Array, options: { signal: AbortSignal }): Promise<void>
  findRecords(token: Uint8Array, options: { signal: AbortSignal }): AsyncIterable<Uint8Array>
}
