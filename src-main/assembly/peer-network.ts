import { createNetworkWatch } from '../network/addresses/network-watch.ts'
import { createBlobExchange } from '../network/blobs/blob-exchange.ts'
import { createNetworkChoices } from '../network/network-choices.ts'
import { createTransport } from '../network/node.ts'
import { keptPort } from '../network/port-mapping/kept-port.ts'
import { createPortMapper, portBehindRouter, type PortMapper } from '../network/port-mapping/port-mapping.ts'
import { createComputeStores } from '../network/publishing/compute-stores.ts'
import { createPublishedStores } from '../network/publishing/published-store.ts'
import { createOwnReach } from '../network/reach/own-reach.ts'
import { createWhereabouts, type Whereabouts } from '../network/whereabouts/whereabouts.ts'
import type { OpenedFolder } from '../peer-folder.ts'
import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { Clock } from '../ports/clock.ts'
import type { NetworkChoices } from '../ports/network-choices.ts'
import type { OwnReach } from '../ports/own-reach.ts'
import type { Random } from '../ports/random.ts'
import type { RelayChoice, Standing, Transport } from '../ports/transport.ts'
import type { AddressRecord } from '../protocol/address-record.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import { PUBLISH_WITHIN_MS } from '../protocol/limits.ts'
import type { PublishedStores } from '../runtime/messages/followed-contacts.ts'
import { createEnvelopeMemory } from '../storage/envelope-memory.ts'

/** The stores' own debounce: with the runtime's a change is out well within the protocol's time. */
const PUBLISH_DEBOUNCE_MS = PUBLISH_WITHIN_MS / 4

/** How a peer takes part in the network. */
export interface NetworkOptions {
  readonly mdns: boolean
  readonly bootstrap: readonly string[]
  /** Answers others' questions where peers are; off unless asked for. */
  readonly serveDht?: boolean
  /** Whether contacts may reach each other through this peer; as the user chose before, or else not, when absent. */
  readonly relay?: RelayChoice
  /** The relay choice where its user chose nothing; `off` when absent. */
  readonly relayDefault?: RelayChoice
  /** False asks no router to let others in, whatever was chosen before. */
  readonly mapPort?: boolean
  /** A defect of ours that need not end the peer, for the log. */
  readonly report: (error: unknown) => void
}

/** Questions of the network to the peer's state; none is asked before the peer is built. */
export interface PeerView {
  standingOf(peer: PeerId): Standing
  isBlocked(peer: PeerId): boolean
  /** Whether this peer and a contact trust each other. */
  isTrusted(peer: PeerId): boolean
  /** Peers whose standing is `contact`. */
  contacts(): PeerId[]
  awaitsGuests(): boolean
  mayServe(peer: PeerId, cid: Cid): boolean
  mayVouch(peer: PeerId, cid: Cid): boolean
  learn(record: AddressRecord): Promise<void>
}

/** The ports and the view of the peer that the network uses. */
export interface NetworkDependencies extends Pick<OpenedFolder, 'storage' | 'identity'> {
  readonly clock: Clock
  readonly random: Random
  readonly view: PeerView
}

/** A peer's place in the network. */
export interface PeerNetwork {
  readonly transport: Transport
  readonly stores: PublishedStores
  readonly fetcher: BlobFetcher
  readonly choices: NetworkChoices
  readonly ownReach: OwnReach
  /** Starts to look for contacts and for changes of the network; the transport is the runtime's to start and stop. */
  start(): void
  /** Stops looking, and takes back what routers were asked for. */
  stop(): Promise<void>
  /** Stops publishing; to be called when no service publishes any longer. */
  close(): void
}

/** Creates a peer's network. Nothing runs before `start`. */
export function createPeerNetwork(
  options: NetworkOptions & { readonly listen: readonly string[] },
  dependencies: NetworkDependencies,
): PeerNetwork {
  const { clock, random, identity, storage, view } = dependencies
  const { listen, mdns, bootstrap, report } = options
  const transport = createTransport({
    identity,
    listen,
    mdns,
    bootstrap,
    serveDht: options.serveDht === true,
    mayConnect: (peer) => !view.isBlocked(peer as PeerId),
    standingOf: (peer) => view.standingOf(peer),
    awaitsGuests: () => view.awaitsGuests(),
    clock,
    random,
    onDefect: report,
  })
  const whereabouts = createWhereabouts({
    transport,
    identity,
    pairKeyOf: identity.pairKeyOf,
    clock,
    random,
    settings: storage.settings,
    contacts: () => view.contacts(),
    learned: (record) => view.learn(record),
    onDefect: report,
  })
  const publishing = createPublishing(transport, report, dependencies)
  const fetcher = createBlobExchange({
    transport,
    identity,
    blobs: storage.blobs,
    clock,
    mayServe: (peer, cid) => view.mayServe(peer, cid),
    mayVouch: (peer, cid) => view.mayVouch(peer, cid),
  })
  const reach = createReach(options, transport, whereabouts, dependencies)
  return {
    transport,
    stores: publishing.stores,
    fetcher,
    choices: reach.choices,
    ownReach: reach.ownReach,
    start() {
      whereabouts.start()
      reach.start()
    },
    async stop() {
      await reach.stop()
      whereabouts.stop()
    },
    close: () => publishing.close(),
  }
}

/** The stores that a peer publishes, and what contacts published last. */
function createPublishing(
  transport: Transport,
  report: (error: unknown) => void,
  { identity, clock, storage, view }: NetworkDependencies,
): { readonly stores: PublishedStores; close(): void } {
  const mayRead = (peer: PeerId): boolean => view.standingOf(peer) === 'contact'
  const memory = createEnvelopeMemory(storage.envelopes, clock, report)
  const published = createPublishedStores({ transport, identity, clock, memory, mayRead })
  const stores = createComputeStores(published, {
    isTrusted: (peer) => view.isTrusted(peer),
    persistDebounce: PUBLISH_DEBOUNCE_MS,
    remembersCommitments: true,
  })
  return {
    stores,
    close() {
      published.stop()
      memory.close()
    },
  }
}

/** How others reach this peer: the router's port, the relay, and what to do when the network changes. */
function createReach(
  { mdns, relay, relayDefault = 'off', mapPort }: NetworkOptions,
  transport: ReturnType<typeof createTransport>,
  whereabouts: Whereabouts,
  { clock, storage: { settings }, view }: NetworkDependencies,
): Pick<PeerNetwork, 'choices' | 'ownReach' | 'start' | 'stop'> {
  const mapper: PortMapper = createPortMapper({
    clock,
    port: () => portBehindRouter(transport.addresses(), mapper.state()),
    announce: (addresses) => transport.announce(addresses),
  })
  const choices = createNetworkChoices({
    settings,
    transport,
    mapper,
    relayDefault,
    ...(relay === undefined ? {} : { relay }),
    ...(mapPort === undefined ? {} : { mapPort }),
  })
  const port = keptPort(settings)
  const ownReach = createOwnReach({
    transport,
    mdns,
    choices,
    isContact: (peer) => view.standingOf(peer) === 'contact',
    ...(port === undefined ? {} : { keptPort: port }),
  })
  const watch = createNetworkWatch({
    clock,
    changed: () => {
      transport.networkChanged()
      mapper.networkChanged()
      whereabouts.hurry()
    },
  })
  return {
    choices,
    ownReach,
    start() {
      watch.start()
      choices.start()
    },
    async stop() {
      watch.stop()
      await mapper.stop()
    },
  }
}
