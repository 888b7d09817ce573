import type { IdentifyResult, PeerId as Libp2pPeerId, PeerInfo } from '@libp2p/interface'
import { KNOWN_PEERS_MAX } from '../limits.ts'

/** The DHT's own protocol name, so that it never mixes with the public one. */
export const KAD_PROTOCOL = '/meshwork/kad/1'

/**
 * The peers that serve the DHT, by their own word. Only these are told to others: a peer that only asks, as most do, is
 * not to be found by every peer that knows a name.
 */
export interface ServingPeers {
  heard(identified: Pick<IdentifyResult, 'peerId' | 'protocols'>): void
  /** The facts of a peer that others may be told: none where it does not serve. */
  tellable(info: PeerInfo): PeerInfo
}

/** No peers yet; the one heard of longest ago is forgotten first. */
export function createServingPeers(): ServingPeers {
  const serving = new Set<string>()
  const nameOf = (id: Libp2pPeerId): string => id.toString()
  return {
    heard({ peerId, protocols }) {
      serving.delete(nameOf(peerId))
      if (!protocols.includes(KAD_PROTOCOL)) return
      serving.add(nameOf(peerId))
      const [oldest] = serving
      if (serving.size > KNOWN_PEERS_MAX && oldest !== undefined) serving.delete(oldest)
    },
    tellable: (info) => (serving.has(nameOf(info.id)) ? info : { ...info, multiaddrs: [] }),
  }
}
