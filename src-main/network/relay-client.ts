import type { PeerId } from '../protocol/ids.ts'
import { RELAY_AGAIN_MS, RELAYS_MAX } from './limits.ts'

/** What holding places at relays acts through. */
export interface RelayClientParts {
  readonly nowMs: () => number
  /** Contacts who are connected directly and relay. */
  readonly offers: () => readonly PeerId[]
  /** Whether others reach this peer through relays only. */
  readonly isNeeded: () => boolean
  readonly hasPlace: (relay: PeerId) => boolean
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
  const { nowMs, offers, isNeeded, hasPlace, ask } = parts
  /** Who was asked, and from when on may be asked again. */
  const asked = new Map<PeerId, number>()
  const asking = new Set<PeerId>()

  async function askOne(relay: PeerId): Promise<void> {
    asking.add(relay)
    asked.delete(relay)
    asked.set(relay, nowMs() + RELAY_AGAIN_MS)
    try {
      await ask(relay)
    } catch {
      // It gave none, or is gone; another one, or a later try, may do better.
    } finally {
      asking.delete(relay)
    }
  }

  return {
    tend() {
      const all = offers()
      for (const relay of asked.keys()) if (!all.includes(relay)) asked.delete(relay)
      if (!isNeeded()) return
      const held = all.filter((relay) => hasPlace(relay) || asking.has(relay)).length
      const free = all.filter(
        (relay) => !hasPlace(relay) && !asking.has(relay) && (asked.get(relay) ?? 0) <= nowMs(),
      )
      for (const relay of free.slice(0, Math.max(0, RELAYS_MAX - held))) void askOne(relay)
    },
    isRelay: (peer) => asked.has(peer),
    reset: () => {
      for (const relay of asked.keys()) asked.set(relay, 0)
    },
  }
}
