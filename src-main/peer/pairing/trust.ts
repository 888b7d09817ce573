import { tierOf } from '../../market/trust.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { STALE_AFTER_MS } from '../../protocol/limits.ts'
import { toMs } from '../../protocol/time.ts'
import { slotAt, slotsForOwn } from '../sharing/shared-slots.ts'
import type { PeerState } from '../state.ts'

/** This user's trust in a peer: 1 in this peer, 0 in strangers. */
export function trustOf(state: PeerState, peer: PeerId): number {
  return peer === state.me ? 1 : (state.pairing.contacts.get(peer)?.trust ?? 0)
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

const publishedTimes = new WeakMap<ComputeCommitment, number>()

/** When a commitment was made; read once for each, since every decision asks. */
function publishedAtMs(commitment: ComputeCommitment): number {
  const known = publishedTimes.get(commitment)
  if (known !== undefined) return known
  const atMs = toMs(commitment.timestamp)
  publishedTimes.set(commitment, atMs)
  return atMs
}

/** When a peer last said something, as far as is known at this moment: when it published, or was seen to go. */
export function heardAtMs({ view }: PeerState, peer: PeerId): number {
  const commitment = view.commitments.get(peer)
  const saidAtMs = commitment === undefined ? 0 : publishedAtMs(commitment)
  return Math.max(saidAtMs, view.disconnectedAtMs.get(peer) ?? 0)
}

/** The commitments of contacts who were heard of within the last minute (document 000, active participants). */
export function activeCommitments(state: PeerState, nowMs: number): ComputeCommitment[] {
  return [...state.view.commitments.values()].filter((c) => nowMs - publishedAtMs(c) <= STALE_AFTER_MS)
}

/** Trusted peers that share anything at this moment. */
export function activeProviders(state: PeerState, nowMs: number): PeerId[] {
  return activeCommitments(state, nowMs)
    .filter((c) => trustOf(state, c.peer_id) > 0 && slotAt(c.availability_slots, nowMs) !== undefined)
    .map((c) => c.peer_id)
}

/** All peers that could compute a unit now, this one too where it has something to compute with. */
export function workersAt(state: PeerState, nowMs: number): PeerId[] {
  const isWorking = slotsForOwn(state, nowMs).length > 0
  return [...activeProviders(state, nowMs), ...(isWorking ? [state.me] : [])]
}

/** A value that is made when it is first asked for. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/**
 * Whether two peers trust each other fully, so that they might collude, and `workers` has another peer that could check
 * instead. Where all are friends, friends check each other.
 */
export function mightCollude(
  state: PeerState,
  a: PeerId,
  b: PeerId,
  workers: () => readonly PeerId[],
): boolean {
  return areFriends(state, a, b) && workers().some((c) => c !== a && !areFriends(state, c, b))
}

export function areFriends(state: PeerState, a: PeerId, b: PeerId): boolean {
  return a === b || (trustFully(state, a, b) && trustFully(state, b, a))
}

function trustFully(state: PeerState, a: PeerId, b: PeerId): boolean {
  if (a === state.me) return trustOf(state, b) === 1
  return state.view.commitments.get(a)?.trust_weights[b] === 1
}
