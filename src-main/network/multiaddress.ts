import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { refuse } from '../protocol/fault.ts'
import { printableLine } from '../protocol/printable-text.ts'
import type { PeerId } from '../protocol/ids.ts'
import { ADDRESSES_MAX } from './limits.ts'

/**
 * Addresses to dial a peer at, each ending in `/p2p/PEER`.
 * @throws FaultError `bad-input` when a text is no multiaddress or names another peer
 */
export function dialable(peer: PeerId, addresses: readonly string[]): Multiaddr[] {
  return addresses.slice(0, ADDRESSES_MAX).map((text) => {
    const address = parseAddress(text)
    const components = address.getComponents()
    // Behind a relay's part comes the peer's own; `/…/p2p/RELAY/p2p-circuit` alone names the relay only.
    const circuitAt = components.findLastIndex(({ name }) => name === 'p2p-circuit')
    const named = components.findLast(({ name }, at) => name === 'p2p' && at > circuitAt)?.value
    if (named === undefined) return address.encapsulate(`/p2p/${peer}`)
    if (named !== peer) refuse('bad-input', `the address ${text} is that of another peer`)
    return address
  })
}

/** A parsed multiaddress. @throws FaultError `bad-input` */
export function parseAddress(text: string): Multiaddr {
  try {
    return multiaddr(text)
  } catch (error) {
    refuse('bad-input', `not an address: ${printableLine(text.slice(0, 300))}`, error)
  }
}

/** The relay of an address that goes through one; undefined where it does not. */
export function relayOf(address: Multiaddr): PeerId | undefined {
  const components = address.getComponents()
  const circuitAt = components.findIndex(({ name }) => name === 'p2p-circuit')
  if (circuitAt < 0) return undefined
  const relay = components.slice(0, circuitAt).findLast(({ name }) => name === 'p2p')?.value
  return (relay ?? '') as PeerId
}
