import type { Connection, IdentifyResult, PeerUpdate } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Confirmation } from '../../ports/own-reach.ts'
import type { ConnectionEvent, Reachability, RelayChoice, RequestHandler } from '../../ports/transport.ts'
import { createDirectUpgrade, PUNCH, type PunchDial } from './direct-upgrade.ts'
import { bareAddress } from '../dialing/dialer.ts'
import type { Node } from '../libp2p-options.ts'
import { RELAYED_GRACE_MS } from '../limits.ts'
import { relayOf } from '../addresses/multiaddress.ts'
import { createReach, type ReachDependencies } from './reachability.ts'
import { createRelayClient } from '../relay/relay-client.ts'
import type { RelayLimits } from '../relay/relay-quota.ts'
import { createRelayServer, type RelayServer } from '../relay/relay-server.ts'
import { createRelayPlaces } from '../relay/relay-places.ts'
import { createRelayTransport } from '../relay/relay-transport.ts'
import { HOP } from '../relay/relay-wire.ts'
import { isLoopback, isOutside as isOutsideHere } from '../addresses/shareable-addresses.ts'

/** Streams of a connection that ended are gone a moment later; then gossip may open new ones. */
const SETTLE_MS = 100

/** What finding a way to others acts through. */
export interface RoutesParts {
  readonly self: PeerId
  readonly clock: Clock
  readonly isContact: (peer: PeerId) => boolean
  /** Whether somebody may come, or be reached, through a relay: a contact, or who has an invite. */
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
  /** What this peer knows of how it is reached is something else. */
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
export function createRoutes(parts: RoutesParts): Routes {
  const { self, clock, isContact, tell, isOutside = isOutsideHere } = parts
  /** Who is connected, and whether it relays. */
  const relaying = new Map<PeerId, boolean>()
  const punching = new Set<string>()
  let node: Node | undefined
  let server: RelayServer | undefined
  let choice: RelayChoice = 'off'
  let announced: readonly string[] = []

  const linesOf = (peer: PeerId): Connection[] =>
    node?.getConnections(peerIdFromString(peer)).filter(({ status }) => status === 'open') ?? []
  const isDirectTo = (peer: PeerId): boolean => linesOf(peer).some(({ direct }) => direct)
  const isRelayed = (peer: PeerId): boolean => linesOf(peer).length > 0 && !isDirectTo(peer)

  /** Where the node listens itself. */
  const direct = (): Multiaddr[] =>
    (node?.getMultiaddrs() ?? []).filter((address) => relayOf(address) === undefined)
  /** Of those, where another machine could reach it. */
  const ownAddresses = (): Multiaddr[] =>
    direct().filter((address) => !isLoopback(address.toString()) || isOutside(hostOf(address)))
  const portsOf = (addresses: readonly Multiaddr[]): number[] =>
    addresses.flatMap((address) => {
      const port = address.getComponents().find(({ name }) => name === 'tcp')?.value
      return port === undefined ? [] : [Number(port)]
    })

  const reach = createReach({
    clock,
    isOutside,
    lines: () => (node?.getConnections() ?? []).filter((line) => isUsable(line) && line.direct),
    ports: () => [...new Set(portsOf([...announced.map((text) => multiaddr(text)), ...direct()]))],
    ask: parts.askBack,
    changed: reachChanged,
  })
  const upgrade = createDirectUpgrade({
    self,
    clock,
    isRelayed,
    dialDirect: parts.dialDirect,
    request: (peer, bytes, signal) => parts.request(peer, PUNCH, bytes, signal),
    dialPunch,
    mayDial: parts.mayDialOf,
    seenAt: () => {
      const six = ownAddresses()
        .map(hostOf)
        .find((host) => host.includes(':') && isOutside(host))
      return [reach.seenAt(), six].filter((host) => host !== undefined)
    },
    isOutside,
  })
  const places = createRelayPlaces({
    clock,
    directTo: (relay) => linesOf(relay).find(({ direct }) => direct),
  })
  const client = createRelayClient({
    nowMs: () => clock.nowMs(),
    offers,
    isNeeded,
    places,
    async ask(relay) {
      await places.ask(relay)
      parts.addressesChanged()
    },
  })

  function isUsable({ status, remotePeer }: Connection): boolean {
    return status === 'open' && isContact(ourId(remotePeer))
  }

  function dialOne(
    address: Multiaddr,
    options: { signal: AbortSignal } & Partial<PunchDial>,
  ): Promise<Connection> {
    if (node === undefined) return Promise.reject(new Error('stopped'))
    return node.services.dialAddress(address, options)
  }

  async function dialPunch(address: Multiaddr, how: PunchDial): Promise<Connection> {
    const text = address.toString()
    punching.add(text)
    try {
      return await dialOne(address, how)
    } finally {
      punching.delete(text)
    }
  }

  function offers(): PeerId[] {
    return [...relaying].flatMap(([peer, does]) =>
      does && isContact(peer) && isDirectTo(peer) ? [peer] : [],
    )
  }

  /** Others cannot reach this peer by IPv4, as far as is known; who is known to be behind no router waits for proof. */
  function isNeeded(): boolean {
    const state = reach.state()
    if (state.state === 'public' && state.families.includes('ip4')) return false
    if (state.state === 'private') return true
    if (direct().length === 0) return true
    const own = ownAddresses()
    return own.length > 0 && !own.some((address) => isFour(address) && isOutside(hostOf(address)))
  }

  function reachChanged(): void {
    applyChoice()
    client.tend()
    parts.addressesChanged()
    parts.reachChanged()
  }

  function applyChoice(): void {
    server?.set(isRelaying())
  }

  function isRelaying(): boolean {
    return choice === 'on' || (choice === 'auto' && reach.state().state === 'public')
  }

  function onOpen(line: Connection): void {
    const peer = ourId(line.remotePeer)
    if (!isContact(peer)) return
    if (!line.direct) {
      if (isRelayed(peer)) upgrade.relayed(peer)
      return
    }
    const isPunched = punching.has(line.remoteAddr.toString())
    reach.opened(line, line.direction === 'inbound' && !isPunched)
    upgrade.over(peer)
    if (linesOf(peer).some(({ direct }) => !direct)) leaveRelay(peer, line, isPunched)
    reach.tend()
  }

  function leaveRelay(peer: PeerId, line: Connection, isPunched: boolean): void {
    parts.retire(peer)
    const isDialled = line.direction === 'outbound' && !isPunched
    tell({
      kind: 'rerouted',
      peer,
      ...(isDialled ? { dialled: bareAddress(line.remoteAddr.toString(), peer) } : {}),
    })
    clock.after(RELAYED_GRACE_MS, () => {
      if (!isDirectTo(peer)) return
      for (const relayed of linesOf(peer)) {
        if (!relayed.direct) relayed.close().catch(() => relayed.abort(new Error('not needed')))
      }
    })
  }

  function onClose(closed: Connection): void {
    const peer = ourId(closed.remotePeer)
    const [left] = linesOf(peer)
    if (left === undefined) {
      upgrade.over(peer)
    } else if (isContact(peer)) {
      if (closed.direct && isRelayed(peer)) {
        tell({ kind: 'rerouted', peer })
        upgrade.relayed(peer)
      }
      clock.after(SETTLE_MS, () => {
        const line = linesOf(peer).find(({ direct }) => direct) ?? linesOf(peer)[0]
        if (line !== undefined) parts.moved(line)
      })
    }
    client.tend()
    parts.addressesChanged()
  }

  function onProtocols(peer: PeerId, protocols: readonly string[]): void {
    if (linesOf(peer).length === 0) return
    const does = protocols.includes(HOP)
    if (relaying.get(peer) === does) return
    relaying.set(peer, does)
    client.tend()
    parts.addressesChanged()
  }

  function relays(): PeerId[] {
    if (!isNeeded()) return []
    return offers().filter((relay) => places.has(relay))
  }

  return {
    relayTransport: createRelayTransport((peer) => client.isRelay(peer) && places.has(peer)),
    mayDial(address) {
      const relay = relayOf(address)
      return relay === undefined || (relay !== self && isContact(relay))
    },
    mayComeThrough: (relay, peer) => client.isRelay(relay) && isContact(relay) && parts.mayBeRelayed(peer),
    handlers: [[PUNCH, (from, bytes, signal) => upgrade.answer(from, bytes, signal)]],
    attach(target) {
      node = target
      const { relayLimits: limits, onDefect } = parts
      const given = limits === undefined ? {} : { limits }
      server = createRelayServer({ node: target, clock, isContact, onDefect, ...given })
      target.addEventListener('connection:open', ({ detail }) => onOpen(detail))
      target.addEventListener('connection:close', ({ detail }) => onClose(detail))
      target.addEventListener('peer:disconnect', ({ detail }) => void relaying.delete(ourId(detail)))
      target.addEventListener('peer:identify', ({ detail }: CustomEvent<IdentifyResult>) =>
        onProtocols(ourId(detail.peerId), detail.protocols),
      )
      target.addEventListener('peer:update', ({ detail }: CustomEvent<PeerUpdate>) =>
        onProtocols(ourId(detail.peer.id), detail.peer.protocols),
      )
      applyChoice()
      target.services.confirmOwn()
    },
    addresses() {
      const through = relays().flatMap((relay) => places.addressesOf(relay))
      const relayed = through.map((address) => `${address}/p2p-circuit/p2p/${self}`)
      return [...new Set([...announced, ...direct().map(String), ...relayed])]
    },
    announce(addresses) {
      announced = addresses.map((address) => `${bareAddress(address, self)}/p2p/${self}`)
      parts.addressesChanged()
    },
    setRelaying(to) {
      choice = to
      applyChoice()
      parts.reachChanged()
    },
    reachability: () => reach.state(),
    confirmations: () => reach.confirmations(),
    checkReach: (options) => reach.check(options),
    relays,
    relaying: () => ({ isOn: isRelaying(), lines: server?.lines() ?? 0 }),
    news: (peer) => upgrade.news(peer),
    review() {
      for (const line of node?.getConnections() ?? []) {
        const peer = ourId(line.remotePeer)
        if (isContact(peer) && isRelayed(peer)) upgrade.relayed(peer)
      }
      client.tend()
    },
    sweep() {
      node?.services.confirmOwn()
      reach.tend()
      client.tend()
    },
    networkChanged() {
      node?.services.confirmOwn()
      client.reset()
      reach.reset()
      reach.tend()
      upgrade.hurry()
    },
    stop() {
      upgrade.stop()
      server?.set(false)
      node = undefined
    },
  }
}

function hostOf(address: Multiaddr): string {
  return address.toString().split('/')[2] ?? ''
}

function isFour(address: Multiaddr): boolean {
  return address.toString().startsWith('/ip4/')
}
