import type { PeerEvent } from '../../peer/event.ts'
import { composeCommitment } from '../../peer/publishing.ts'
import type { PeerState } from '../../peer/state.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Disk } from './disk.ts'
import { isNewer, type Publication, type StoreName } from '../message.ts'
import type { Ask, Network } from '../network.ts'

/** The runtime's times: a change is composed after, matchings are apart. */
const COMPOSE_AFTER_MS = 20
const ALLOCATE_EVERY_MS = 30
/** Publications of one store closer than this travel as the newest (`persistDebounce`). */
const DEBOUNCE_MS = 100

/** Publishes one peer's state and follows that of its contacts: the runtime's publisher and its published stores. */
export interface Gossip {
  commitmentChanged(): void
  allocationDue(): void
  publishAllocation(allocation: ComputeAllocationState): void
  /** Stays connected with the peers that this one is paired with, and hears only what they publish. */
  followContacts(): void
  /** Asks a peer for its newest publication in every store. */
  catchUp(peer: PeerId): void
  /** Takes a peer's publication, if that peer is followed and the publication is newer than the known one. */
  hear(from: PeerId, publication: Publication): void
  /** The newest publication of this run of the program, if any. */
  newest(store: StoreName): Publication | undefined
}

/** The gossip's surroundings. `after` and `ask` do nothing once the process is gone. */
export interface GossipDependencies {
  readonly me: PeerId
  readonly state: PeerState
  readonly disk: Disk
  readonly network: Network
  readonly nowMs: () => number
  readonly after: (delayMs: number, action: () => void) => void
  readonly ask: Ask
  readonly dispatch: (event: PeerEvent) => void
}

/** Creates the gossip of one run of a peer's program. */
export function createGossip(dependencies: GossipDependencies): Gossip {
  const { state, nowMs, after, dispatch } = dependencies
  const own = createOwnPublications(dependencies)
  let composing = false
  let allocating = false
  let allocatedAtMs = 0
  return {
    ...createFollowed(dependencies),
    newest: own.newest,
    commitmentChanged() {
      if (composing) return
      composing = true
      after(COMPOSE_AFTER_MS, () => {
        composing = false
        own.publish({ store: 'commitment', value: composeCommitment(state, nowMs()) })
      })
    },
    allocationDue() {
      if (allocating) return
      allocating = true
      after(Math.max(0, allocatedAtMs + ALLOCATE_EVERY_MS - nowMs()), () => {
        allocating = false
        allocatedAtMs = nowMs()
        dispatch({ kind: 'allocate', at_ms: allocatedAtMs })
      })
    },
    publishAllocation(allocation) {
      dispatch({ kind: 'allocation', at_ms: nowMs(), allocation })
      own.publish({ store: 'allocation', value: allocation })
    },
  }
}

interface Published {
  newest: Publication
  sentAtMs: number
  /** Whether the newest is due to be sent. */
  waiting: boolean
}

/** This peer's publications, sent with a debounce. */
function createOwnPublications({ me, network, nowMs, after }: GossipDependencies): {
  readonly publish: (newest: Publication) => void
  readonly newest: Gossip['newest']
} {
  const published = new Map<StoreName, Published>()
  return {
    newest: (store) => published.get(store)?.newest,
    publish(newest) {
      const known = published.get(newest.store) ?? {
        newest,
        sentAtMs: Number.NEGATIVE_INFINITY,
        waiting: false,
      }
      published.set(newest.store, known)
      known.newest = newest
      if (known.waiting) return
      known.waiting = true
      after(Math.max(0, known.sentAtMs + DEBOUNCE_MS - nowMs()), () => {
        known.waiting = false
        known.sentAtMs = nowMs()
        network.publish(me, known.newest)
      })
    },
  }
}

/** The publications of the peers that this one follows. */
function createFollowed({
  me,
  state,
  disk,
  network,
  nowMs,
  ask,
  dispatch,
}: GossipDependencies): Pick<Gossip, 'followContacts' | 'catchUp' | 'hear'> {
  const following = new Map<PeerId, Map<StoreName, Publication>>()

  function askPublished(peer: PeerId, store: StoreName): void {
    ask(peer, { kind: 'get-published', store }, (outcome) => {
      if (!('reply' in outcome) || outcome.reply.kind !== 'published') return
      if (outcome.reply.publication !== undefined) hear(peer, outcome.reply.publication)
    })
  }

  function hear(from: PeerId, publication: Publication): void {
    const known = following.get(from)
    if (known === undefined || !isNewer(publication, known.get(publication.store))) return
    known.set(publication.store, publication)
    disk.remembered.get(publication.store)?.set(from, publication)
    if (publication.store === 'commitment') {
      dispatch({ kind: 'commitment', at_ms: nowMs(), commitment: publication.value })
    } else {
      dispatch({ kind: 'allocation', at_ms: nowMs(), allocation: publication.value })
    }
  }

  return {
    hear,
    catchUp(peer) {
      for (const store of disk.remembered.keys()) askPublished(peer, store)
    },
    followContacts() {
      network.keepConnected(me, [...state.pairing.contacts.keys()])
      for (const peer of [...following.keys()]) if (!state.pairing.contacts.has(peer)) following.delete(peer)
      for (const peer of state.pairing.contacts.keys()) {
        if (following.has(peer)) continue
        following.set(peer, new Map())
        for (const [store, authors] of disk.remembered) {
          const remembered = authors.get(peer)
          if (remembered !== undefined) hear(peer, remembered)
          askPublished(peer, store)
        }
      }
    },
  }
}
