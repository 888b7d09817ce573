import type { Connection, IdentifyResult, PeerUpdate } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Confirmation } from '../../ports/reach.ts'
import type { ConnectionEvent, Reachability, RelayChoice, RequestHandler } from '../../ports/transport.ts'
import { createDirectUpgrade, PUNCH, type DirectUpgrade, type PunchDial } from './direct-upgrade.ts'
import { bareAddress } from '../dialing/dialer.ts'
import type { Node } from '../libp2p-node.ts'
import { RELAYED_GRACE_MS } from '../limits.ts'
import { relayOf } from '../addresses/multiaddress.ts'
import { createReach, type Reach, type ReachDependencies } from './reachability.ts'
import { createRelayClient } from '../relay/relay-client.ts'
import type { RelayLimits } from '../relay/relay-quota.ts'
import { createRelayServer, type RelayServer } from '../relay/relay-server.ts'
import { createRelayPlaces } from '../relay/relay-places.ts'
import { createRelayTransport } from '../relay/relay-transport.ts'
import { HOP } from '../relay/relay-wire.ts'
import { isLoopback, isOutside as isOutsideHere } from '../addresses/shareable-addresses.ts'

/** Streams of a connection that ended are gone a moment later; then gossip may open new ones. */
const SETTLE_MS = 100

/** Dependencies of the routes. */
export interface RoutesDependencies {
  readonly self: PeerId
  readonly clock: Clock
  readonly isContact: (peer: PeerId) => boolean
  /** Whether a peer may come, or be reached, through a relay: a contact, or a peer with an invite. */
  readonly mayBeRelayed: (peer: PeerId) => boolean
  readonly request: (
    peer: PeerId,
    protocol: string,
    bytes: Uint8Array,
    signal: AbortSignal,
  ) => Promise<Uint8Array>
  /** Asks a contact whether it reaches this peer. */
  readonly askBack: ReachDependencies['ask']
  /** Tries what is known of a peer's direct addresses, connected or not. @throws when none answers */
  readonly dialDirect: (peer: PeerId, signal: AbortSignal) => Promise<void>
  /** Whether one more address may be tried that a contact names. */
  readonly mayDialOf: (peer: PeerId) => boolean
  readonly tell: (event: ConnectionEvent) => void
  /** Requests go over new streams from now on. */
  readonly retire: (peer: PeerId) => void
  /** A peer is reached over another connection from now on. */
  readonly moved: (line: Connection) => void
  /** The addresses at which this peer is reached may be others. */
  readonly addressesChanged: () => void
  /** The state of this peer's reach has changed. */
  readonly reachChanged: () => void
  readonly onDefect: (error: unknown) => void
  readonly relayLimits?: RelayLimits
  /** Whether an IP address can be reached from anywhere; as it is on the internet when absent. */
  readonly isOutside?: (host: string) => boolean
}

/** The ways to others and from others to this peer: directly, through contacts who relay, and from one to the other. */
export interface Routes {
  readonly relayTransport: ReturnType<typeof createRelayTransport>
  /** Whether an address may be dialled: through a relay only where that is a contact. */
  mayDial(address: Multiaddr): boolean
  /** Whether a line is taken that a relay brings. */
  mayComeThrough(relay: PeerId, peer: PeerId): boolean
  readonly handlers: readonly (readonly [protocol: string, answer: RequestHandler])[]
  attach(node: Node): void
  /** Of a node's addresses, and those announced, where this peer is reached. */
  addresses(): string[]
  announce(addresses: readonly string[]): void
  setRelaying(choice: RelayChoice): void
  reachability(): Reachability
  confirmations(): readonly Confirmation[]
  /** Asks contacts now whether they reach this peer. */
  checkReach(options: { signal: AbortSignal }): Promise<void>
  relays(): PeerId[]
  /** Whether this peer carries lines between others, and how many at this moment. */
  relaying(): { readonly isOn: boolean; readonly lines: number }
  /** New addresses of a peer are known. */
  news(peer: PeerId): void
  /** Others are contacts now. */
  review(): void
  sweep(): void
  networkChanged(): void
  stop(): void
}

const ourId = (id: { toString(): string }): PeerId => id.toString() as PeerId

/** Creates it for a node that is attached later. */
export function createRoutes(dependencies: RoutesDependencies): Routes {
  const { self, clock, isContact, isOutside = isOutsideHere } = dependencies
  const attached: Attached = { node: undefined, server: undefined }
  const lines = createOpenLines(attached)
  const own = createListeningAddresses(attached, isOutside)
  const relaying = createRelayChoice(attached, () => reach.state())
  const reach = createReach({
    clock,
    isOutside,
    lines: () => lines.all().filter((line) => line.direct && isContact(ourId(line.remotePeer))),
    ports: () => own.ports(),
    ask: dependencies.askBack,
    seenElsewhere: () => upgrade.hurry(),
    changed() {
      relaying.apply()
      relays.client.tend()
      dependencies.addressesChanged()
      dependencies.reachChanged()
    },
  })
  const punches = createPunches(attached)
  const upgrade = createContactUpgrade(dependencies, { lines, own, reach, punches })
  const relays = createContactRelays(dependencies, lines, () => isRelayNeeded(reach.state(), own, isOutside))
  const changes = createLineChanges(dependencies, { lines, reach, upgrade, punches, relays })

  return {
    relayTransport: createRelayTransport((peer) => relays.has(peer)),
    mayDial(address) {
      const relay = relayOf(address)
      return relay === undefined || (relay !== self && isContact(relay))
    },
    mayComeThrough: (relay, peer) =>
      relays.client.isRelay(relay) && isContact(relay) && dependencies.mayBeRelayed(peer),
    handlers: [[PUNCH, (from, bytes, signal) => upgrade.answer(from, bytes, signal)]],
    attach(node) {
      attached.node = node
      const { relayLimits: limits, onDefect } = dependencies
      const given = limits === undefined ? {} : { limits }
      attached.server = createRelayServer({ node, clock, isContact, onDefect, ...given })
      observe(node, changes, relays)
      relaying.apply()
      node.services.confirmOwn()
    },
    addresses() {
      const relayed = relays.addresses().map((address) => `${address}/p2p-circuit/p2p/${self}`)
      return [...new Set([...own.announced(), ...own.direct().map(String), ...relayed])]
    },
    announce(addresses) {
      own.announce(addresses.map((address) => `${bareAddress(address, self)}/p2p/${self}`))
      dependencies.addressesChanged()
    },
    setRelaying(to) {
      relaying.choose(to)
      dependencies.reachChanged()
    },
    reachability: () => reach.state(),
    confirmations: () => reach.confirmations(),
    checkReach: (options) => reach.check(options),
    relays: () => relays.inUse(),
    relaying: () => relaying.state(),
    news: (peer) => upgrade.news(peer),
    review: () => changes.review(attached.node?.getConnections() ?? []),
    sweep() {
      attached.node?.services.confirmOwn()
      reach.tend()
      relays.client.tend()
    },
    networkChanged() {
      attached.node?.services.confirmOwn()
      relays.client.reset()
      reach.reset()
      reach.tend()
      upgrade.hurry()
    },
    stop() {
      upgrade.stop()
      attached.server?.set(false)
      attached.node = undefined
    },
  }
}

/** The node whose lines these are, and its relay, from `attach` on. */
interface Attached {
  node: Node | undefined
  server: RelayServer | undefined
}

type OpenLines = ReturnType<typeof createOpenLines>
type ListeningAddresses = ReturnType<typeof createListeningAddresses>
type ContactRelays = ReturnType<typeof createContactRelays>

/** The node's open connections. */
function createOpenLines(attached: Attached) {
  const of = (peer: PeerId): Connection[] =>
    attached.node?.getConnections(peerIdFromString(peer)).filter(({ status }) => status === 'open') ?? []
  const isDirectTo = (peer: PeerId): boolean => of(peer).some(({ direct }) => direct)
  return {
    of,
    all: (): Connection[] =>
      (attached.node?.getConnections() ?? []).filter(({ status }) => status === 'open'),
    isDirectTo,
    isRelayed: (peer: PeerId): boolean => of(peer).length > 0 && !isDirectTo(peer),
  }
}

/** Where the node listens itself, and the addresses announced for it. */
function createListeningAddresses(attached: Attached, isOutside: (host: string) => boolean) {
  let announced: readonly string[] = []
  const direct = (): Multiaddr[] =>
    (attached.node?.getMultiaddrs() ?? []).filter((address) => relayOf(address) === undefined)
  /** Of those, where another machine could reach it. */
  const reachable = (): Multiaddr[] =>
    direct().filter((address) => !isLoopback(address.toString()) || isOutside(hostOf(address)))
  return {
    direct,
    reachable,
    announced: () => announced,
    announce(addresses: readonly string[]): void {
      announced = addresses
    },
    ports: (): number[] => [
      ...new Set([...announced.map((text) => multiaddr(text)), ...direct()].flatMap(portOf)),
    ],
    publicIp6: (): string | undefined =>
      reachable()
        .map(hostOf)
        .find((host) => host.includes(':') && isOutside(host)),
  }
}

/** Whether this peer relays: as chosen, or when it is reached from outside. */
function createRelayChoice(attached: Attached, reachability: () => Reachability) {
  let choice: RelayChoice = 'off'
  const isOn = (): boolean => choice === 'on' || (choice === 'auto' && reachability().state === 'public')
  const apply = (): void => attached.server?.set(isOn())
  return {
    apply,
    choose(to: RelayChoice): void {
      choice = to
      apply()
    },
    state: () => ({ isOn: isOn(), lines: attached.server?.lines() ?? 0 }),
  }
}

/** Dials that both ends begin at once, while they are under way. */
function createPunches(attached: Attached) {
  const underWay = new Set<string>()
  return {
    isPunched: (line: Connection): boolean => underWay.has(line.remoteAddr.toString()),
    async dial(address: Multiaddr, how: PunchDial): Promise<Connection> {
      const text = address.toString()
      underWay.add(text)
      try {
        if (attached.node === undefined) throw new Error('stopped')
        return await attached.node.services.dialAddress(address, how)
      } finally {
        underWay.delete(text)
      }
    },
  }
}

/** Gets contacts off their relays, by their addresses and by dials that both ends begin at once. */
function createContactUpgrade(
  dependencies: RoutesDependencies,
  {
    lines,
    own,
    reach,
    punches,
  }: {
    readonly lines: OpenLines
    readonly own: ListeningAddresses
    readonly reach: Reach
    readonly punches: ReturnType<typeof createPunches>
  },
): DirectUpgrade {
  return createDirectUpgrade({
    self: dependencies.self,
    clock: dependencies.clock,
    isRelayed: (peer) => lines.isRelayed(peer),
    dialDirect: dependencies.dialDirect,
    request: (peer, bytes, signal) => dependencies.request(peer, PUNCH, bytes, signal),
    dialPunch: (address, how) => punches.dial(address, how),
    mayDial: dependencies.mayDialOf,
    seenAt: () => [reach.seenAt(), own.publicIp6()].filter((host) => host !== undefined),
    isOutside: dependencies.isOutside ?? isOutsideHere,
  })
}

/** The contacts that relay, and this peer's places at them. */
function createContactRelays(
  { clock, isContact, addressesChanged }: RoutesDependencies,
  lines: OpenLines,
  isNeeded: () => boolean,
) {
  /** Whether each connected peer relays. */
  const relaying = new Map<PeerId, boolean>()
  const places = createRelayPlaces({
    clock,
    directTo: (relay) => lines.of(relay).find(({ direct }) => direct),
  })
  const offers = (): PeerId[] =>
    [...relaying].flatMap(([peer, does]) => (does && isContact(peer) && lines.isDirectTo(peer) ? [peer] : []))
  const client = createRelayClient({
    nowMs: () => clock.nowMs(),
    offers,
    isNeeded,
    places,
    async ask(relay) {
      await places.ask(relay)
      addressesChanged()
    },
  })
  const inUse = (): PeerId[] => (isNeeded() ? offers().filter((relay) => places.has(relay)) : [])
  return {
    client,
    inUse,
    has: (peer: PeerId): boolean => client.isRelay(peer) && places.has(peer),
    /** The addresses of the relays in use. */
    addresses: (): string[] => inUse().flatMap((relay) => places.addressesOf(relay)),
    onProtocols(peer: PeerId, protocols: readonly string[]): void {
      if (lines.of(peer).length === 0) return
      const does = protocols.includes(HOP)
      if (relaying.get(peer) === does) return
      relaying.set(peer, does)
      client.tend()
      addressesChanged()
    },
    forget: (peer: PeerId): void => void relaying.delete(peer),
  }
}

/** Follows contacts from relays to direct connections and back. */
function createLineChanges(
  { isContact, tell, clock, retire, moved, addressesChanged }: RoutesDependencies,
  {
    lines,
    reach,
    upgrade,
    punches,
    relays,
  }: {
    readonly lines: OpenLines
    readonly reach: Reach
    readonly upgrade: DirectUpgrade
    readonly punches: ReturnType<typeof createPunches>
    readonly relays: ContactRelays
  },
) {
  function leaveRelay(peer: PeerId, line: Connection, isPunched: boolean): void {
    retire(peer)
    const isDialled = line.direction === 'outbound' && !isPunched
    tell({
      kind: 'rerouted',
      peer,
      ...(isDialled ? { dialled: bareAddress(line.remoteAddr.toString(), peer) } : {}),
    })
    clock.after(RELAYED_GRACE_MS, () => {
      if (!lines.isDirectTo(peer)) return
      for (const relayed of lines.of(peer)) {
        if (!relayed.direct) relayed.close().catch(() => relayed.abort(new Error('not needed')))
      }
    })
  }

  return {
    onOpen(line: Connection): void {
      const peer = ourId(line.remotePeer)
      if (!isContact(peer)) return
      if (!line.direct) {
        if (lines.isRelayed(peer)) upgrade.relayed(peer)
        return
      }
      const isPunched = punches.isPunched(line)
      reach.opened(line, line.direction === 'inbound' && !isPunched)
      upgrade.over(peer)
      if (lines.of(peer).some(({ direct }) => !direct)) leaveRelay(peer, line, isPunched)
      reach.tend()
    },
    onClose(closed: Connection): void {
      const peer = ourId(closed.remotePeer)
      const [left] = lines.of(peer)
      if (left === undefined) {
        upgrade.over(peer)
      } else if (isContact(peer)) {
        if (closed.direct && lines.isRelayed(peer)) {
          tell({ kind: 'rerouted', peer })
          upgrade.relayed(peer)
        }
        clock.after(SETTLE_MS, () => {
          const line = lines.of(peer).find(({ direct }) => direct) ?? lines.of(peer)[0]
          if (line !== undefined) moved(line)
        })
      }
      relays.client.tend()
      addressesChanged()
    },
    /** Others are contacts now. */
    review(connections: readonly Connection[]): void {
      for (const line of connections) {
        const peer = ourId(line.remotePeer)
        if (isContact(peer) && lines.isRelayed(peer)) upgrade.relayed(peer)
      }
      relays.client.tend()
    },
  }
}

function observe(node: Node, changes: ReturnType<typeof createLineChanges>, relays: ContactRelays): void {
  node.addEventListener('connection:open', ({ detail }) => changes.onOpen(detail))
  node.addEventListener('connection:close', ({ detail }) => changes.onClose(detail))
  node.addEventListener('peer:disconnect', ({ detail }) => relays.forget(ourId(detail)))
  node.addEventListener('peer:identify', ({ detail }: CustomEvent<IdentifyResult>) =>
    relays.onProtocols(ourId(detail.peerId), detail.protocols),
  )
  node.addEventListener('peer:update', ({ detail }: CustomEvent<PeerUpdate>) =>
    relays.onProtocols(ourId(detail.peer.id), detail.peer.protocols),
  )
}

/** Whether others cannot reach this peer by IPv4, as far as is known; a peer known to be behind no router waits for proof. */
function isRelayNeeded(
  state: Reachability,
  own: ListeningAddresses,
  isOutside: (host: string) => boolean,
): boolean {
  if (state.state === 'public' && state.families.includes('ip4')) return false
  if (state.state === 'private') return true
  if (own.direct().length === 0) return true
  const reachable = own.reachable()
  return reachable.length > 0 && !reachable.some((address) => isFour(address) && isOutside(hostOf(address)))
}

function portOf(address: Multiaddr): number[] {
  const port = address.getComponents().find(({ name }) => name === 'tcp')?.value
  return port === undefined ? [] : [Number(port)]
}

function hostOf(address: Multiaddr): string {
  return address.toString().split('/')[2] ?? ''
}

function isFour(address: Multiaddr): boolean {
  return address.toString().startsWith('/ip4/')
}
