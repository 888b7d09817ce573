import { semiTrustedPeers, trustedPeers } from '../../peer/pairing/audiences.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { PeerState } from '../../peer/state.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { ComputeRoundState } from '../../protocol/result.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PublishedStore } from '../../ports/published-store.ts'

/** The stores of document 000 that peers publish. */
export interface PublishedStores {
  readonly commitment: PublishedStore<ComputeCommitment>
  readonly allocation: PublishedStore<ComputeAllocationState>
  readonly round: PublishedStore<ComputeRoundState>
}

/** A state that a contact published. */
export type ContactState = ComputeCommitment | ComputeAllocationState | ComputeRoundState

/** The contacts whose states are followed. */
export interface FollowedContacts {
  /** Follows all stores of contacts with mutual trust, and the commitments of those trusted one-way; no others. */
  review(): void
  /** Follows no contact any longer. */
  stop(): void
}

/** The ports and functions that following uses. */
export interface FollowedContactsDependencies {
  readonly clock: Clock
  readonly state: PeerState
  readonly stores: PublishedStores
  readonly tell: (event: PeerEvent) => void
  /** Told of each state that came. */
  readonly heard: (state: ContactState, nowMs: number) => void
}

/** Follows no contact before the first review. */
export function createFollowedContacts(dependencies: FollowedContactsDependencies): FollowedContacts {
  const { clock, state, stores, tell, heard } = dependencies
  const commitments = createFollowing(followCommitment)
  const offersAndRounds = createFollowing(followOffersAndRounds)

  /** Hands a state over as an event that is made of it. */
  function hear<T extends ContactState>(eventOf: (value: T, at_ms: number) => PeerEvent): (value: T) => void {
    return (value) => {
      const nowMs = clock.nowMs()
      heard(value, nowMs)
      tell(eventOf(value, nowMs))
    }
  }

  function followCommitment(peer: PeerId): () => void {
    const heardCommitment = hear<ComputeCommitment>((commitment, at_ms) => ({
      ...{ kind: 'commitment', at_ms, commitment },
    }))
    return stores.commitment.subscribeToUser(peer, heardCommitment, () => {
      const known = state.view.commitments.get(peer)
      if (known === undefined) return
      tell({ kind: 'commitment', at_ms: clock.nowMs(), commitment: withoutTrust(known) })
    })
  }

  function followOffersAndRounds(peer: PeerId): () => void {
    const stopOffers = stores.allocation.subscribeToUser(
      peer,
      hear((allocation, at_ms) => ({ kind: 'allocation', at_ms, allocation })),
    )
    const stopRounds = stores.round.subscribeToUser(
      peer,
      hear((round, at_ms) => ({ kind: 'round', at_ms, round })),
    )
    return () => {
      stopOffers()
      stopRounds()
    }
  }

  return {
    review() {
      const trusted = trustedPeers(state)
      commitments.follow([...trusted, ...semiTrustedPeers(state)])
      offersAndRounds.follow(trusted)
    },
    stop() {
      commitments.follow([])
      offersAndRounds.follow([])
    },
  }
}

/** The peers that are followed in some stores. */
function createFollowing(subscribe: (peer: PeerId) => () => void) {
  const following = new Map<PeerId, () => void>()
  return {
    /** Follows these peers from now on, and no others. */
    follow(peers: readonly PeerId[]): void {
      const wanted = new Set(peers)
      for (const [peer, stop] of following) {
        if (wanted.has(peer)) continue
        stop()
        following.delete(peer)
      }
      for (const peer of wanted) if (!following.has(peer)) following.set(peer, subscribe(peer))
    },
  }
}

/** The commitment of a peer that no longer trusts this one: no work, no offer, no trust. */
function withoutTrust(commitment: ComputeCommitment): ComputeCommitment {
  return { ...commitment, availability_slots: [], work_requests: [], trust_weights: {} }
}
