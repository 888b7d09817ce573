import type { PeerId } from '../../protocol/ids.ts'
import type { Traffic } from '../../ports/transport.ts'
import { TRAFFIC_PEERS_MAX } from '../limits.ts'

/** Counts payload bytes by peer. */
export interface TrafficMeter {
  readonly byPeer: ReadonlyMap<PeerId, Traffic>
  received(peer: PeerId, bytes: number): void
  sent(peer: PeerId, bytes: number): void
}

/** A meter that remembers the `TRAFFIC_PEERS_MAX` peers met last. */
export function createTrafficMeter(): TrafficMeter {
  const byPeer = new Map<PeerId, { bytesIn: number; bytesOut: number }>()
  const entry = (peer: PeerId) => {
    const known = byPeer.get(peer)
    if (known !== undefined) return known
    const fresh = { bytesIn: 0, bytesOut: 0 }
    byPeer.set(peer, fresh)
    if (byPeer.size > TRAFFIC_PEERS_MAX) {
      const [oldest] = byPeer.keys()
      if (oldest !== undefined) byPeer.delete(oldest)
    }
    return fresh
  }
  return {
    byPeer,
    received: (peer, bytes) => void (entry(peer).bytesIn += bytes),
    sent: (peer, bytes) => void (entry(peer).bytesOut += bytes),
  }
}
