import type { PeerId } from '../../protocol/ids.ts'
import { RELAY_AGAIN_MS, RELAYS_MAX } from '../limits.ts'
import type { RelayPlaces } from './relay-places.ts'

/** Dependencies of the relay client. */
export interface RelayClientParts {
  readonly nowMs: () => number
  /** Contacts who are connected directly and relay. */
  readonly offers: () => readonly PeerId[]
  /** Whether others reach this peer through relays only. */
  readonly isNeeded: () => boolean
  readonly places: Pick<RelayPlaces, 'has' | 'isDue'>
  /** Asks for a place. @throws when there is none */
  readonly ask: (relay: PeerId) => Promise<void>
}

/** Holds places at contacts who relay, so that others reach this peer through them. */
export interface RelayClient {
  /** Looks whether there are enough places, and asks for those that are missing. To be called when something has changed. */
  tend(): void
  /** Whether this peer has asked it for a place. */
  isRelay(peer: PeerId): boolean
  /** The network is another one: who gave no place may give one now. */
  reset(): void
}

/** Holds none yet. */
export function createRelayClient(parts: RelayClientParts): RelayClient {
  const { nowMs, offers, isNeeded, places, ask } = parts
  /** The relays that were asked, and when. */
  const asked = new Map<PeerId, number>()
  const asking = new Set<PeerId>()

  async function askOne(relay: PeerId): Promise<void> {
    asking.add(relay)
    asked.delete(relay)
    asked.set(relay, nowMs())
    try {
      await ask(relay)
    } catch {
      // It gave none, or is gone; another one, or a later try, may do better.
    } finally {
      asking.delete(relay)
    }
  }

  /** Whether it was not asked a moment ago. A clock that was set back forbids nothing. */
  function mayAsk(relay: PeerId): boolean {
    const agoMs = nowMs() - (asked.get(relay) ?? -Infinity)
    return !asking.has(relay) && (agoMs >= RELAY_AGAIN_MS || agoMs < 0)
  }

  return {
    tend() {
      const all = offers()
      for (const relay of asked.keys()) if (!all.includes(relay)) asked.delete(relay)
      if (!isNeeded()) return
      const held = all.filter((relay) => places.has(relay) || asking.has(relay))
      const free = all.filter((relay) => !held.includes(relay) && mayAsk(relay))
      const due = held.filter((relay) => places.isDue(relay) && mayAsk(relay))
      for (const relay of [...due, ...free.slice(0, Math.max(0, RELAYS_MAX - held.length))])
        void askOne(relay)
    },
    isRelay: (peer) => asked.has(peer),
    reset: () => {
      for (const relay of asked.keys()) asked.set(relay, -Infinity)
    },
  }
}
