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
    const named = address.getComponents().findLast(({ name }) => name === 'p2p')?.value
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
