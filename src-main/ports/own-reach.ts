import type { PeerId } from '../protocol/ids.ts'
import type { PortMapping } from './port-mapping.ts'
import type { AddressScope } from './reach.ts'
import type { RelayChoice } from './transport.ts'

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
  /** How far its clock is ahead of this one's, and how wrong that may be, in ms; absent without its word. */
  readonly clock?: { readonly aheadMs: number; readonly errorMs: number }
}

/** How this peer can be reached, as far as it knows. */
export interface OwnReachFacts {
  /** `kept`: the port that was chosen at the first start. `given`: as the user said. */
  readonly listening:
    | { readonly kind: 'kept'; readonly port: number }
    | { readonly kind: 'given'; readonly ports: readonly number[] }
    | { readonly kind: 'nowhere' }
  readonly addresses: readonly { readonly address: string; readonly scope: AddressScope }[]
  /** How far its IPv6 addresses reach. */
  readonly ipv6: 'internet' | 'local' | 'none'
  /** Whether peers of the same network find each other by themselves (mDNS). */
  readonly nearby: boolean
  /**
   * The state that contacts confirm: `open` from the internet, `local` from its own network or machine only, `closed` from the
   * internet; `unknown` before anybody was asked and while nobody could say.
   */
  readonly reachability: 'open' | 'local' | 'closed' | 'unknown'
  /** The latest word of each contact; empty before the first was asked. */
  readonly confirmations: readonly Confirmation[]
  readonly portMapping: PortMapping & { readonly allowed: boolean }
  /** Contacts through whom this peer is reached at this moment. */
  readonly relays: readonly PeerId[]
  /** Whether contacts reach each other through this peer, and how many pairs do at this moment. */
  readonly relaying: { readonly choice: RelayChoice; readonly isOn: boolean; readonly lines: number }
  /** Addresses, each with its peer id, of those through whom this peer joins the network, as its user listed them. */
  readonly joinThrough: readonly string[]
}

/** Knows how this peer can be reached, and asks contacts. */
export interface OwnReach {
  now(): OwnReachFacts
  /** Asks some connected contacts to dial back. Calls at the same time are one. */
  check(options: { readonly signal: AbortSignal }): Promise<OwnReachFacts>
  /** Calls back when `now` may say something else, until the returned function is called. */
  onChange(listener: () => void): () => void
}
