import { tierOf, type Tier } from '../../market/trust.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { PeerState } from '../state.ts'
import { trustOf } from './trust.ts'

/** The tier of a contact (document 000): 1 with mutual trust, 2 where only this peer trusts, as far as it has heard. */
export function tierOfContact(state: PeerState, peer: PeerId): Tier | undefined {
  const theirs = state.view.commitments.get(peer)?.trust_weights[state.me] ?? 0
  return state.pairing.contacts.has(peer) ? tierOf(trustOf(state, peer), theirs) : undefined
}

/** Contacts with mutual trust: they follow all of each other's stores, and may read them. */
export function trustedPeers(state: PeerState): PeerId[] {
  return ofTier(state, 1)
}

/** Contacts that do not trust this peer, or have not told yet: of each other the two follow commitments alone. */
export function semiTrustedPeers(state: PeerState): PeerId[] {
  return ofTier(state, 2)
}

function ofTier(state: PeerState, tier: Tier): PeerId[] {
  return [...state.pairing.contacts.keys()].filter((peer) => tierOfContact(state, peer) === tier)
}
