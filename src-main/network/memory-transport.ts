import type { Clock } from '../ports/clock.ts'
import type { Connection } from '../ports/reach.ts'
import { assert, FaultError, faultOf, refuse } from '../protocol/fault.ts'
import type { Cid, PeerId } from '../protocol/ids.ts'
import { ENVELOPE_BYTES_MAX, MESSAGE_BYTES_MAX } from '../protocol/limits.ts'
import type {
  ConnectionEvent,
  KnownPeer,
  RequestHandler,
  TopicListener,
  Transport,
} from '../ports/transport.ts'
import { machineClock } from './machine-clock.ts'
import { createReachNews, lookFailure, reachOf, type Look, type ReachNews } from './dialing/peer-reach.ts'
import { faultOfSignal, throwIfAborted, whileAborting } from './signal-fault.ts'
import { createTrafficMeter } from './quotas/traffic.ts'

/** Peers of one process that reach one another without sockets: the network that tests of other parts use. */
export interface MemoryNetwork {
  /** A transport of this network, not started yet. */
  join(peer: PeerId): Transport
}

/** One peer of the network. */
interface Member {
  readonly peer: PeerId
  /** Connected peers, each with since when. */
  readonly links: Map<Member, number>
  readonly topics: Map<string, Set<TopicListener>>
  readonly handlers: Map<string, { answer: RequestHandler; bytesMax: number }>
  readonly listeners: Set<(event: ConnectionEvent) => void>
  readonly traffic: ReturnType<typeof createTrafficMeter>
  /** Ends requests under way when the link to that member is lost. */
  readonly underWay: Map<Member, Set<() => void>>
  kept: readonly KnownPeer[]
  /** Since when a peer to stay connected with is missed. */
  readonly missedSinceMs: Map<PeerId, number>
  readonly reachNews: ReachNews
  started: boolean
}

const addressOf = (peer: PeerId) => `/memory/${peer}`

/** A network without members. */
export function createMemoryNetwork(clock: Clock = machineClock): MemoryNetwork {
  const members = new Map<PeerId, Member>()
  const providers = new Map<Cid, Set<PeerId>>()
  const directory = new Map<string, Map<PeerId, Uint8Array>>()

  const tell = (member: Member, event: ConnectionEvent) => {
    for (const listener of [...member.listeners]) listener(event)
  }
  const link = (a: Member, b: Member) => {
    if (a.links.has(b)) return
    a.links.set(b, clock.nowMs())
    b.links.set(a, clock.nowMs())
    for (const { reachNews } of [a, b]) reachNews.changed()
    tell(a, { kind: 'connected', peer: b.peer })
    tell(b, { kind: 'connected', peer: a.peer })
  }
  const unlink = (a: Member, b: Member) => {
    if (!a.links.delete(b)) return
    b.links.delete(a)
    a.missedSinceMs.set(b.peer, clock.nowMs())
    b.missedSinceMs.set(a.peer, clock.nowMs())
    for (const { reachNews } of [a, b]) reachNews.changed()
    for (const lost of [...(a.underWay.get(b) ?? []), ...(b.underWay.get(a) ?? [])]) lost()
    tell(a, { kind: 'disconnected', peer: b.peer })
    tell(b, { kind: 'disconnected', peer: a.peer })
    queueMicrotask(() => meetKept())
  }
  /** Links all started peers that one of the two is to stay connected with. */
  const meetKept = () => {
    for (const member of members.values()) {
      if (!member.started) continue
      for (const { peer } of member.kept) {
        const other = members.get(peer)
        if (other?.started === true) link(member, other)
      }
    }
  }

  return {
    join(peer) {
      const missedSinceMs = new Map<PeerId, number>()
      const me: Member = {
        peer,
        links: new Map(),
        missedSinceMs,
        reachNews: createReachNews(clock, () => missedSinceMs.values()),
        topics: new Map(),
        handlers: new Map(),
        listeners: new Set(),
        traffic: createTrafficMeter(),
        underWay: new Map(),
        kept: [],
        started: false,
      }
      assert(!members.has(peer), 'a peer joins a network once')
      members.set(peer, me)
      return memberTransport(me, { clock, members, providers, directory, link, unlink, meetKept })
    },
  }
}

interface Mesh {
  readonly clock: Clock
  readonly members: ReadonlyMap<PeerId, Member>
  readonly providers: Map<Cid, Set<PeerId>>
  /** The records that each has left under a name. */
  readonly directory: Map<string, Map<PeerId, Uint8Array>>
  readonly link: (a: Member, b: Member) => void
  readonly unlink: (a: Member, b: Member) => void
  readonly meetKept: () => void
}

function memberTransport(me: Member, mesh: Mesh): Transport {
  const { unlink, meetKept } = mesh
  return {
    peer: me.peer,
    start() {
      me.started = true
      meetKept()
      return Promise.resolve()
    },
    stop() {
      me.started = false
      me.kept = []
      for (const other of [...me.links.keys()]) unlink(me, other)
      me.reachNews.stop()
      return Promise.resolve()
    },
    addresses: () => (me.started ? [addressOf(me.peer)] : []),
    // They never change here.
    onAddresses: () => () => undefined,

    ...memberLinks(me, mesh),
    reachability: () => ({ state: 'unknown' }),
    confirmations: () => [],
    checkReach: () => Promise.resolve(),
    onOwnReach: () => () => undefined,
    relays: () => [],
    relaying: () => ({ isOn: false, lines: 0 }),
    joinThrough: () => undefined,
    // Each reaches each other here.
    setRelaying: () => undefined,
    announce: () => undefined,
    onConnection(listener) {
      const entry = (event: ConnectionEvent) => listener(event)
      me.listeners.add(entry)
      return () => void me.listeners.delete(entry)
    },
    ...memberMessages(me, mesh),
    ...memberRecords(me, mesh),
  }
}

type Links = Pick<
  Transport,
  | 'connect'
  | 'keepConnected'
  | 'networkChanged'
  | 'disconnect'
  | 'connections'
  | 'reach'
  | 'onReach'
  | 'probe'
>

/** The links of one member with others. */
function memberLinks(me: Member, { clock, members, link, unlink, meetKept }: Mesh): Links {
  const connectionTo = (other: Member): Connection | undefined => {
    const sinceMs = me.links.get(other)
    if (sinceMs === undefined) return undefined
    return { peer: other.peer, route: 'direct', scope: 'machine', address: addressOf(other.peer), sinceMs }
  }
  const lookFor = ({ peer, addresses }: KnownPeer): Look => {
    const sinceMs = me.missedSinceMs.get(peer) ?? clock.nowMs()
    return { sinceMs, hopefulFromMs: sinceMs, tries: 1, failure: lookFailure(addresses, new Map()) }
  }
  return {
    async connect(peer, addresses, { signal }) {
      throwIfAborted(signal)
      for (const address of addresses) {
        if (!address.startsWith('/')) refuse('bad-input', `not an address: ${address}`)
      }
      await Promise.resolve()
      const other = members.get(peer)
      const reached = addresses.length === 0 || addresses.includes(addressOf(peer))
      if (other?.started !== true || !me.started || !reached) {
        refuse('unreachable', `${peer} is not at any of these addresses`)
      }
      link(me, other)
    },
    keepConnected(peers) {
      me.kept = peers
      const known = new Set(peers.map(({ peer }) => peer))
      for (const peer of known) if (!me.missedSinceMs.has(peer)) me.missedSinceMs.set(peer, clock.nowMs())
      for (const peer of me.missedSinceMs.keys()) if (!known.has(peer)) me.missedSinceMs.delete(peer)
      meetKept()
      me.reachNews.changed()
    },
    networkChanged: meetKept,
    disconnect(peer) {
      const other = members.get(peer)
      if (other !== undefined) unlink(me, other)
      return Promise.resolve()
    },
    connections: () => [...me.links.keys()].flatMap((other) => connectionTo(other) ?? []),
    reach() {
      return new Map(
        me.kept.map((known) => {
          const other = members.get(known.peer)
          return [known.peer, reachOf(other && connectionTo(other), lookFor(known), clock.nowMs())]
        }),
      )
    },
    onReach: (listener) => me.reachNews.on(listener),
    async probe(peer, address, { signal }) {
      throwIfAborted(signal)
      await Promise.resolve()
      const other = members.get(peer)
      if (other === undefined || !me.links.has(other) || address !== addressOf(peer))
        refuse('unreachable', `${peer} is not at ${address}`)
    },
  }
}

type Messages = Pick<Transport, 'publish' | 'subscribe' | 'request' | 'handle' | 'welcome' | 'traffic'>

/** Publications and requests of one member. */
function memberMessages(me: Member, { members }: Mesh): Messages {
  return {
    publish: (topic, bytes) => spread(me, topic, bytes.slice()),
    subscribe(topic, listener) {
      const listeners = me.topics.get(topic) ?? new Set()
      me.topics.set(topic, listeners)
      const entry: TopicListener = (bytes) => listener(bytes)
      listeners.add(entry)
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0 && me.topics.get(topic) === listeners) me.topics.delete(topic)
      }
    },

    async request(peer, protocol, request, { signal, into }) {
      throwIfAborted(signal)
      if (request.byteLength > MESSAGE_BYTES_MAX) refuse('oversized', 'a request above the limit')
      const other = members.get(peer)
      if (other === undefined || !me.links.has(other)) refuse('unreachable', `not connected with ${peer}`)
      const answer = await ask(me, other, protocol, request.slice(), signal)
      if (into === undefined || into.byteLength <= answer.byteLength) return answer
      into.set(answer)
      return into.subarray(0, answer.byteLength)
    },
    handle(protocol, answer, { requestBytesMax = MESSAGE_BYTES_MAX } = {}) {
      me.handlers.set(protocol, { answer, bytesMax: requestBytesMax })
    },
    // There are no strangers here.
    welcome: () => undefined,
    traffic: () => me.traffic.byPeer,
  }
}

type Records = Pick<Transport, 'provide' | 'findProviders' | 'leaveRecord' | 'findRecords'>

/** The records that one member leaves and finds in the mesh. */
function memberRecords(me: Member, { providers, directory }: Mesh): Records {
  return {
    provide(cid) {
      providers.set(cid, (providers.get(cid) ?? new Set()).add(me.peer))
      return Promise.resolve()
    },
    async *findProviders(cid, { signal }) {
      throwIfAborted(signal)
      await Promise.resolve()
      for (const peer of providers.get(cid) ?? []) if (peer !== me.peer) yield peer
    },
    leaveRecord(token, record) {
      const left = directory.get(tokenName(token)) ?? new Map<PeerId, Uint8Array>()
      directory.set(tokenName(token), left.set(me.peer, record.slice()))
      return Promise.resolve()
    },
    async *findRecords(token, { signal }) {
      throwIfAborted(signal)
      await Promise.resolve()
      yield* directory.get(tokenName(token))?.values() ?? []
    },
  }
}

/** Hands a message from neighbour to neighbour, to each once, and not beyond those that refuse it. */
async function spread(author: Member, topic: string, bytes: Uint8Array): Promise<readonly PeerId[]> {
  if (bytes.byteLength > ENVELOPE_BYTES_MAX) refuse('oversized', 'a publication above the limit')
  const subscribed = (member: Member) => [...member.links.keys()].filter(({ topics }) => topics.has(topic))
  const first = subscribed(author)
  const seen = new Set([author, ...first])
  const queue = [...first]
  await Promise.resolve()
  for (const member of queue) {
    const verdicts = [...(member.topics.get(topic) ?? [])].map((listener) => listener(bytes.slice()))
    if (verdicts.includes('refused') || verdicts.includes('kept')) continue
    for (const next of subscribed(member)) {
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(next)
    }
  }
  return first.map(({ peer }) => peer)
}

/** One request from `me` to `other`, ended early by the signal or the loss of their link. */
async function ask(
  me: Member,
  other: Member,
  protocol: string,
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const handler = other.handlers.get(protocol)
  if (handler === undefined) refuse('unreachable', `${other.peer} does not know ${protocol}`)
  if (request.byteLength > handler.bytesMax) refuse('unreachable', 'the other side reset the stream')
  const gone = new AbortController()
  const ended = Promise.withResolvers<never>()
  const lose = () => {
    gone.abort()
    ended.reject(new FaultError({ kind: 'unreachable', message: 'the connection was lost' }))
  }
  const underWay = me.underWay.get(other) ?? new Set()
  me.underWay.set(other, underWay.add(lose))
  me.traffic.sent(other.peer, request.byteLength)
  other.traffic.received(me.peer, request.byteLength)
  try {
    const onAbort = () => {
      gone.abort()
      ended.reject(new FaultError(faultOfSignal(signal)))
    }
    const reply = await whileAborting(signal, onAbort, () =>
      Promise.race([answered(me, handler.answer, request, gone.signal), ended.promise]),
    )
    if (reply.byteLength > MESSAGE_BYTES_MAX) refuse('oversized', 'an answer above the limit')
    me.traffic.received(other.peer, reply.byteLength)
    other.traffic.sent(me.peer, reply.byteLength)
    return reply.slice()
  } finally {
    underWay.delete(lose)
  }
}

async function answered(me: Member, answer: RequestHandler, request: Uint8Array, signal: AbortSignal) {
  await Promise.resolve()
  try {
    return await answer(me.peer, request, signal)
  } catch (error) {
    throw new FaultError(faultOf(error, 'unreachable'))
  }
}

function tokenName(token: Uint8Array): string {
  return Buffer.from(token).toString('hex')
}
