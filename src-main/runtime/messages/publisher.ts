import type { PeerEvent } from '../../peer/event.ts'
import { composeCommitment, composeRound } from '../../peer/publishing.ts'
import type { PeerState } from '../../peer/state.ts'
import { trustedPeers } from '../../peer/pairing/audiences.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { HEARTBEAT_MS, PUBLISH_WITHIN_MS } from '../../protocol/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Defects } from '../defects.ts'
import { createConvergenceMeter, type Convergence } from './convergence.ts'
import { createFollowedContacts, type PublishedStores } from './followed-contacts.ts'

/** Changes within this time are published as one; the store's own debounce has the rest of the time. */
const COMPOSE_AFTER_MS = PUBLISH_WITHIN_MS / 5
/** Two matchings of open work to slots are at least this far apart. */
const ALLOCATE_EVERY_MS = 30

/** Publishes this peer's state and follows that of its contacts. */
export interface Publisher {
  commitmentChanged(): void
  allocationDue(): void
  publishAllocation(allocation: ComputeAllocationState): void
  /** How its rounds reach the contacts that may read them. */
  convergence(): Convergence
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
  const meter = createConvergenceMeter(state.me)
  const contacts = createFollowedContacts({
    ...{ clock, state, stores, tell },
    heard: ({ peer_id, vector_clock }, nowMs) => meter.heard(peer_id, vector_clock, nowMs),
  })
  let cancelCompose: (() => void) | undefined
  let cancelAllocate: (() => void) | undefined
  let allocatedAtMs = 0
  let roundSaid = { news: '', atMs: -Infinity }
  let stopped = false

  /** A refused event is not needed: the peer stops, or hears the like again before long. */
  function tell(event: PeerEvent): void {
    if (!stopped) dependencies.dispatch(event).catch(dependencies.defects.ignoreFaults('following contacts'))
  }

  /** The peers that read this peer's rounds at this moment. */
  function reached(): PeerId[] {
    return trustedPeers(state).filter((peer) => state.view.connected.has(peer))
  }

  /** A round state says little that a commitment does not: it is published when that changes, and with a heartbeat. */
  function publishRound(nowMs: number): void {
    const round = composeRound(state, nowMs)
    const news = JSON.stringify([round.round, round.phases, round.active_jobs])
    if (news === roundSaid.news && Math.abs(nowMs - roundSaid.atMs) < HEARTBEAT_MS) return
    roundSaid = { news, atMs: nowMs }
    stores.round.set(round)
  }

  return {
    commitmentChanged() {
      if (stopped || cancelCompose !== undefined) return
      cancelCompose = clock.after(COMPOSE_AFTER_MS, () => {
        cancelCompose = undefined
        stores.commitment.set(composeCommitment(state, clock.nowMs()))
        publishRound(clock.nowMs())
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
      const at_ms = clock.nowMs()
      tell({ kind: 'allocation', at_ms, allocation })
      stores.allocation.set(allocation)
      const readers = reached()
      meter.kept(readers)
      meter.began(state.view.round, allocation.vector_clock[state.me] ?? 0, readers, at_ms)
    },
    convergence() {
      meter.kept(reached())
      return meter.now(clock.nowMs())
    },
    followContacts() {
      contacts.review()
    },
    stop() {
      stopped = true
      cancelCompose?.()
      cancelAllocate?.()
      contacts.stop()
    },
  }
}
