import type { PortMapping } from './port-mapping.ts'
import type { RelayChoice } from './transport.ts'

/** The user's choices about the network, and what came of them. They are remembered. */
export interface NetworkChoices {
  /** Puts what was chosen into effect; the transport has started. */
  start(): void
  /** Whether contacts reach each other through this peer: the user's choice, or what this host does without one. */
  relaying(): RelayChoice
  setRelaying(isAllowed: boolean): void
  /** Whether the home's router lets others in. */
  portMapping(): PortMapping
  /** Whether the router may be asked to. */
  mapsPort(): boolean
  setMapsPort(isAllowed: boolean): void
  /** Multiaddresses of peers through which this one joins the network, as the user listed them; none at first. */
  joinThrough(): readonly string[]
  /** @throws FaultError `bad-input` for an address that is none, or does not say which peer it is of, and for too many */
  setJoinThrough(addresses: readonly string[]): void
  /** Calls back when any of it has changed, until the returned function is called. */
  onChange(listener: () => void): () => void
}
