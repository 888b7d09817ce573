import type { Clock } from '../../ports/clock.ts'
import type { PublishedStore } from '../../ports/published-store.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { PublishedStores } from '../../runtime/messages/followed-contacts.ts'
import { isNewer, type Publication, type PublishedValues, type Reply, type StoreName } from '../message.ts'
import type { Network } from '../network.ts'
import type { Disk } from './disk.ts'
import type { Power } from './power.ts'

/** Publications of one store closer than this travel as the newest (`persistDebounce`). */
const DEBOUNCE_MS = 100
/** A question without an answer was lost on the way: a stream would send it again, and so does a store. */
const ANSWER_MS_MAX = 5_000

/** The published stores of one run of a peer's program, and what the network tells them. */
export interface ProcessStores {
  readonly stores: PublishedStores
  /** A connection has come: its peer is asked for its newest values. */
  connected(peer: PeerId): void
  hear(from: PeerId, publication: Publication): void
  /** The answer to a peer that asks for the newest value of a store. */
  newest(from: PeerId, store: StoreName): Reply
}

/** The place of published stores in their world. */
export interface StoresDependencies {
  readonly me: PeerId
  readonly network: Network
  readonly disk: Disk
  readonly clock: Clock
  readonly power: Power
  readonly mayRead: (peer: PeerId, store: StoreName) => boolean
  readonly connectedPeers: () => readonly PeerId[]
  /** What goes out in place of a value: a liar's. */
  readonly told: (publication: Publication) => Publication
}

interface Store<N extends StoreName> extends PublishedStore<PublishedValues[N]> {
  readonly newest: () => Publication | undefined
  readonly hear: (from: PeerId, publication: Publication) => void
  readonly ask: (peer: PeerId) => void
}

/** Creates the stores of one run; values travel as they are, to those that may read them. */
export function createProcessStores(dependencies: StoresDependencies): ProcessStores {
  const stores = {
    commitment: createStore('commitment', dependencies),
    allocation: createStore('allocation', dependencies),
    round: createStore('round', dependencies),
  }
  return {
    stores,
    connected(peer) {
      for (const store of Object.values(stores)) store.ask(peer)
    },
    hear: (from, publication) => stores[publication.store].hear(from, publication),
    newest(from, store) {
      if (!dependencies.mayRead(from, store))
        return { kind: 'fault', fault: { kind: 'not-trusted', message: 'this is for contacts' } }
      return { kind: 'published', publication: stores[store].newest() }
    },
  }
}

function createStore<N extends StoreName>(name: N, dependencies: StoresDependencies): Store<N> {
  const own = createOwnValue(dependencies)
  const followed = createFollowed<PublishedValues[N]>(name, dependencies)
  return {
    newest: own.newest,
    set: (value) => own.set({ store: name, value }),
    ...followed,
  }
}

/** This peer's value of one store, sent with a debounce. */
function createOwnValue({ me, network, clock, power, mayRead, connectedPeers, told }: StoresDependencies) {
  let newest: Publication | undefined
  let sentAtMs = Number.NEGATIVE_INFINITY
  let isDue = false

  function publish(publication: Publication): void {
    const readers = connectedPeers().filter((peer) => mayRead(peer, publication.store))
    network.publish(me, readers, publication)
  }

  return {
    newest: () => newest,
    set(value: Publication): void {
      if (!power.act()) return
      newest = told(value)
      if (isDue) return
      isDue = true
      clock.after(Math.min(DEBOUNCE_MS, Math.max(0, sentAtMs + DEBOUNCE_MS - clock.nowMs())), () => {
        isDue = false
        sentAtMs = clock.nowMs()
        if (newest !== undefined) publish(newest)
      })
    },
  }
}

/** A peer that this one follows in one store. */
interface Followed<T> {
  known: Publication | undefined
  /** Whether the known value came since the start, and is not only remembered. */
  isLive: boolean
  readonly take: (value: T) => void
  /** Told when the peer answers that this one may not read. */
  readonly shut: () => void
}

/** The value of one store of each peer that this one follows. */
function createFollowed<T>(
  store: StoreName,
  { me, network, disk, clock, power }: StoresDependencies,
): Pick<PublishedStore<T>, 'subscribeToUser'> & Pick<Store<StoreName>, 'hear' | 'ask'> {
  const following = new Map<PeerId, Followed<T>>()
  const remembered = disk.remembered.get(store)

  function ask(peer: PeerId): void {
    if (!following.has(peer) || network.connectedSinceMs(me, peer) === undefined) return
    const giveUp = network.request(me, peer, { kind: 'get-published', store }, (reply) => {
      stopWaiting()
      const followed = following.get(peer)
      if (!power.isOn || followed === undefined) return
      if (reply.kind === 'published' && reply.publication !== undefined) hear(peer, reply.publication)
      if (reply.kind !== 'fault' || reply.fault.kind !== 'not-trusted') return
      followed.known = undefined
      followed.shut()
    })
    const stopWaiting = clock.after(ANSWER_MS_MAX, () => {
      giveUp()
      ask(peer)
    })
  }

  function hear(from: PeerId, publication: Publication): void {
    const followed = following.get(from)
    if (followed === undefined) return
    const { known, isLive } = followed
    const nowMs = clock.nowMs()
    // After a restart the remembered value may come again, and is news then.
    const isSame = known !== undefined && !isLive && !isNewer(known, publication, nowMs)
    if (!isNewer(publication, known, nowMs) && !isSame) return
    followed.known = publication
    followed.isLive = true
    remembered?.set(from, publication)
    followed.take(publication.value as T)
  }

  return {
    hear,
    ask,
    subscribeToUser(peer, take, shut = () => undefined) {
      const known = remembered?.get(peer)
      following.set(peer, { known, isLive: false, take, shut })
      if (known !== undefined) take(known.value as T)
      ask(peer)
      return () => void following.delete(peer)
    },
  }
}
