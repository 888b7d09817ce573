import { onlyFault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ADDRESSES_MAX, NEARBY_DIALS_MAX } from '../limits.ts'

/** A peer was heard in the local network, at these multiaddresses. Returns at once. */
export type SeenNearby = (peer: PeerId, addresses: readonly string[]) => void

/**
 * Dials peers heard in the local network that are not connected, also again after a line was lost or a machine slept.
 * At most `NEARBY_DIALS_MAX` at once; the others are heard again.
 */
export function createSeenNearby(dependencies: {
  readonly isConnected: (peer: PeerId) => boolean
  readonly dial: (peer: PeerId, addresses: readonly string[]) => Promise<void>
  readonly onDefect: (error: unknown) => void
}): SeenNearby {
  const dialling = new Set<PeerId>()
  return (peer, addresses) => {
    if (dialling.size >= NEARBY_DIALS_MAX || dialling.has(peer) || dependencies.isConnected(peer)) return
    dialling.add(peer)
    dependencies
      .dial(peer, addresses.slice(0, ADDRESSES_MAX))
      // A peer that could not be reached is heard again.
      .catch(onlyFault)
      .catch(dependencies.onDefect)
      .finally(() => dialling.delete(peer))
  }
}
