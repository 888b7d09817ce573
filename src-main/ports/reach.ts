import type { PeerId } from '../protocol/ids.ts'

/**
 * How far an address reaches: this machine alone, its own network, everywhere, or through another peer that passes on
 * what it gets.
 */
export type AddressScope = 'machine' | 'local' | 'internet' | 'relay'

/** How a peer is reached at this moment. */
export interface Connection {
  readonly peer: PeerId
  readonly route: 'direct' | 'relayed'
  /** Over how wide a network it goes; `relay` for a relayed one. */
  readonly scope: AddressScope
  /** The peer that passes it on, where that is known; absent for a direct one. */
  readonly through?: PeerId
  readonly address: string
  readonly sinceMs: number
  /** Round trip of the latest ping, if there was one. */
  readonly rttMs?: number
}

/**
 * Why a peer was not reached at the last try, as far as it can be told from here. `addresses` is how many are known.
 * `no-answer`: all were silent, or not of one mind. `refused`: a machine answers, and nothing listens there.
 * `no-route`: this machine has no way to any of them. `another-peer`: another peer answers. `turned-away`: a connection
 * came about and was ended by the other side at once.
 */
export type LookFailure =
  | { readonly kind: 'no-address' | 'turned-away' }
  | {
      readonly kind: 'no-answer' | 'refused' | 'no-route' | 'another-peer'
      readonly addresses: number
    }

/** The state of the search for a peer. */
export interface LookFacts {
  /** Since when it is not connected. */
  readonly sinceMs: number
  /** Rounds of dialling since then, the one under way among them. */
  readonly tries: number
  /** Absent while it is being dialled. */
  readonly nextTryMs?: number
  /** Absent before the first try has failed. */
  readonly failure?: LookFailure
}

/** How a peer that this one stays connected with stands. One that is looked for longer than usual is unreachable. */
export type PeerReach =
  | { readonly state: 'connected'; readonly connection: Connection }
  | ({ readonly state: 'looking' | 'unreachable' } & LookFacts)

/** One contact's word on whether it reaches this peer from where it is. */
export interface Confirmation {
  readonly peer: PeerId
  readonly atMs: number
  /**
   * `open`: it connected anew. `refused`, `no-answer`: it tried and did not. `not-tried`: it sees no address of this peer
   * (through a relay), or this peer listens nowhere. `no-word`: it did not say; an older version, busy, or just gone.
   */
  readonly outcome: 'open' | 'refused' | 'no-answer' | 'not-tried' | 'no-word'
  /** From how far away it tried; absent where it did not. */
  readonly scope?: AddressScope
  /** Where it tried, as a multiaddress; absent where it did not. */
  readonly address?: string
  /** How far its clock is ahead of this one's, and how wrong that may be, in ms; absent if it did not say. */
  readonly clock?: { readonly aheadMs: number; readonly errorMs: number }
}
