import type { PeerEvent } from '../../peer/event.ts'
import { composeCommitment, composeRound } from '../../peer/publishing.ts'
import type { PeerState } from '../../peer/state.ts'
import { semiTrustedPeers, trustedPeers } from '../../peer/pairing/audiences.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { PUBLISH_WITHIN_MS } from '../../protocol/limits.ts'
import type { ComputeRoundState } from '../../protocol/result.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PublishedStore } from '../../ports/published-store.ts'
import type { Defects } from '../defects.ts'

/** Changes within this time are published as one; the store's own debounce has the rest of the time. */
const COMPOSE_AFTER_MS = PUBLISH_WITHIN_MS / 5
/** Two matchings of open work to slots are at least this far apart. */
const ALLOCATE_EVERY_MS = 30

/** The stores of document 000 that peers publish. */
export interface PublishedStores {
  readonly commitment: PublishedStore<ComputeCommitment>
  readonly allocation: PublishedStore<ComputeAllocationState>
  readonly round: PublishedStore<ComputeRoundState>
}

/** Publishes this peer's state and follows that of its contacts. */
export interface Publisher {
  commitmentChanged(): void
  allocationDue(): void
  publishAllocation(allocation: ComputeAllocationState): void
  /** Subscribes to all stores of contacts with mutual trust, and to the commitments of those trusted one-way. */
  followContacts(): void
  stop(): void
}

/** The ports and functions that the publisher uses. */
export interface PublisherDependencies {
  readonly clock: Clock
  readonly state: PeerState
  readonly stores: PublishedStores
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly defects: Defects
}

/** Creates the publisher; it starts with the first call. */
export function createPublisher(dependencies: PublisherDependencies): Publisher {
  const { clock, state, stores } = dependencies
  const commitments = createFollowing(followCommitment)
  const offersAndRounds = createFollowing(followOffersAndRounds)
  let cancelCompose: (() => void) | undefined
  let cancelAllocate: (() => void) | undefined
  let allocatedAtMs = 0
  let stopped = false

  /** A refused event is not needed: the peer stops, or hears the like again before long. */
  function tell(event: PeerEvent): void {
    if (!stopped) dependencies.dispatch(event).catch(dependencies.defects.ignoreFaults('following contacts'))
  }

  function followCommitment(peer: PeerId): () => void {
    const hear = (commitment: ComputeCommitment): void =>
      tell({ kind: 'commitment', at_ms: clock.nowMs(), commitment })
    return stores.commitment.subscribeToUser(peer, hear, () => {
      const known = state.view.commitments.get(peer)
      if (known !== undefined) hear(withoutTrust(known))
    })
  }

  function followOffersAndRounds(peer: PeerId): () => void {
    const stops = [
      stores.allocation.subscribeToUser(peer, (allocation) => {
        tell({ kind: 'allocation', at_ms: clock.nowMs(), allocation })
      }),
      stores.round.subscribeToUser(peer, () => {
        // Followed so that its refusals are counted; decisions rest on commitments and allocations.
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  return {
    commitmentChanged() {
      if (stopped || cancelCompose !== undefined) return
      cancelCompose = clock.after(COMPOSE_AFTER_MS, () => {
        cancelCompose = undefined
        stores.commitment.set(composeCommitment(state, clock.nowMs()))
        stores.round.set(composeRound(state, clock.nowMs()))
      })
    },
    allocationDue() {
      if (stopped || cancelAllocate !== undefined) return
      const waitMs = Math.max(0, allocatedAtMs + ALLOCATE_EVERY_MS - clock.nowMs())
      cancelAllocate = clock.after(waitMs, () => {
        cancelAllocate = undefined
        allocatedAtMs = clock.nowMs()
        tell({ kind: 'allocate', at_ms: allocatedAtMs })
      })
    },
    publishAllocation(allocation) {
      tell({ kind: 'allocation', at_ms: clock.nowMs(), allocation })
      stores.allocation.set(allocation)
    },
    followContacts() {
      const trusted = trustedPeers(state)
      commitments.follow([...trusted, ...semiTrustedPeers(state)])
      offersAndRounds.follow(trusted)
    },
    stop() {
      stopped = true
      cancelCompose?.()
      cancelAllocate?.()
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
