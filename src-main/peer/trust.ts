import { tierOf } from '../market/trust.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import type { PeerId } from '../protocol/ids.ts'
import { STALE_AFTER_MS } from '../protocol/limits.ts'
import { toMs } from '../protocol/time.ts'
import { slotAt } from './shared-slots.ts'
import type { PeerState } from './state.ts'

/** This user's own trust in a peer: 1 in oneself, 0 in strangers. */
export function trustOf(state: PeerState, peer: PeerId): number {
  return peer === state.me ? 1 : (state.contacts.get(peer)?.trust ?? 0)
}

/** The tier in which this peer would work for a requester, and the weight that decides within it. */
export function standingOfRequester(
  state: PeerState,
  requester: PeerId,
  commitment: ComputeCommitment | undefined,
): { tier: 1 | 2; trust: number } | undefined {
  if (requester === state.me) return { tier: 1, trust: 1 }
  const mine = trustOf(state, requester)
  const theirs = commitment?.trust_weights[state.me] ?? 0
  const tier = tierOf(mine, theirs)
  return tier === undefined ? undefined : { tier, trust: tier === 1 ? Math.min(mine, theirs) : mine }
}

/** The commitments of contacts who were heard of within the last minute (document 000, active participants). */
export function activeCommitments(state: PeerState, nowMs: number): ComputeCommitment[] {
  return [...state.view.commitments.values()].filter((c) => nowMs - toMs(c.timestamp) <= STALE_AFTER_MS)
}

/** Other peers that share anything at this moment. */
export function activeProviders(state: PeerState, nowMs: number): PeerId[] {
  return activeCommitments(state, nowMs)
    .filter((c) => slotAt(c.availability_slots, nowMs) !== undefined)
    .map((c) => c.peer_id)
}
