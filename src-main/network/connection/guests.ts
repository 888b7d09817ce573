import type { PeerId } from '../../protocol/ids.ts'
import { GUEST_MS, GUESTS_MAX } from '../limits.ts'

/** Peers that are no contacts and that this one has to do with for a while: it asked them, or they showed a pass. */
export interface Guests {
  /** Makes a peer a guest for `GUEST_MS` from now on. */
  welcome(peer: PeerId): void
  has(peer: PeerId): boolean
}

/** No guests yet. When there are too many, the one welcomed longest ago is forgotten first. */
export function createGuests(nowMs: () => number): Guests {
  const untilMs = new Map<PeerId, number>()
  return {
    welcome(peer) {
      untilMs.delete(peer)
      untilMs.set(peer, nowMs() + GUEST_MS)
      if (untilMs.size <= GUESTS_MAX) return
      const [oldest] = untilMs.keys()
      if (oldest !== undefined) untilMs.delete(oldest)
    },
    has(peer) {
      const until = untilMs.get(peer)
      if (until === undefined) return false
      if (until > nowMs()) return true
      untilMs.delete(peer)
      return false
    },
  }
}
