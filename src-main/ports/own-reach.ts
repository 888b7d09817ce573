import type { PeerId } from '../protocol/ids.ts'
import type { PortMapping } from './port-mapping.ts'
import type { AddressScope, Confirmation } from './reach.ts'
import type { RelayChoice } from './transport.ts'

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
   * internet; `unknown` before a contact was asked and while none could say.
   */
  readonly reachability: 'open' | 'local' | 'closed' | 'unknown'
  /** The latest word of each contact; empty before the first was asked. */
  readonly confirmations: readonly Confirmation[]
  readonly portMapping: PortMapping & { readonly allowed: boolean }
  /** Contacts that relay for this peer at this moment. */
  readonly relays: readonly PeerId[]
  /** Whether contacts reach each other through this peer, and how many pairs do at this moment. */
  readonly relaying: { readonly choice: RelayChoice; readonly isOn: boolean; readonly lines: number }
  /** Addresses, each with its peer id, of peers through which this one joins the network, as the user listed them. */
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
