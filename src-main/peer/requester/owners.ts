import type { PeerId } from '../../protocol/ids.ts'
import type { PeerState } from '../state.ts'
import { redundancyOf, type JobState } from './slice.ts'

/** The proven owner of a peer, this one too; undefined where none is known. */
export function ownerOf({ me, pairing }: PeerState, peer: PeerId): PeerId | undefined {
  return peer === me ? pairing.owner : pairing.contacts.get(peer)?.owner
}

/**
 * Whether a peer has the same proven owner as one of these others, so that they do not check each other. Where one peer
 * computes a unit alone nothing is checked.
 */
export function sharesOwner(
  state: PeerState,
  job: Pick<JobState, 'manifest' | 'lowered'>,
  peer: PeerId,
  others: readonly PeerId[],
): boolean {
  if (redundancyOf(job) === 1) return false
  const owner = ownerOf(state, peer)
  return owner !== undefined && others.some((other) => other !== peer && ownerOf(state, other) === owner)
}
