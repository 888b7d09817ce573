import { assert, type Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Dice } from './dice.ts'
import type { Message, Publication, Reply } from './message.ts'
import type { Schedule } from './schedule.ts'

/** A reply that does not come within this time counts as lost, as in the runtime. */
const REPLY_WITHIN_MS = 20_000
/** Until both ends of a new connection know of it. */
const CONNECT_MS: readonly [number, number] = [5, 300]
/** Until an end notices that a connection is gone: a closed socket is noticed at once, a silent one later. */
const NOTICE_GONE_MS: readonly [number, number] = [0, 2_500]

/** How bad the network is. Changed as the simulation goes on. */
export interface Weather {
  delayMs: readonly [number, number]
  /** The share of messages, and of their replies, that never arrive. */
  loss: number
  /** The share of messages that arrive twice. */
  duplication: number
}

/** A peer as the network sees it. */
export interface Endpoint {
  connected(peer: PeerId): void
  disconnected(peer: PeerId): void
  answer(from: PeerId, message: Message, reply: (reply: Reply) => void): void
  hear(from: PeerId, publication: Publication): void
}

/** What becomes of a request: the other side's answer, or why there is none. */
export type RequestOutcome = { readonly reply: Reply } | { readonly fault: Fault }

/** One peer's requests to others. */
export type Ask = (to: PeerId, message: Message, done: (outcome: RequestOutcome) => void) => void

/**
 * A network that delays, reorders, loses and duplicates, with partitions that heal. Worse than TCP, which only
 * loses the end of a conversation: what holds here holds there.
 */
export interface Network {
  readonly weather: Weather
  /** Messages sent so far: requests, and one for each peer that a publication went to. */
  readonly sent: number
  /** A peer's program is running from now on. */
  join(peer: PeerId, endpoint: Endpoint): void
  /** A peer's program is gone from now on. */
  leave(peer: PeerId): void
  /** Whom a peer wants to stay connected with; one side's wish is enough. */
  keepConnected(peer: PeerId, others: readonly PeerId[]): void
  /** Splits the network: only peers of one group reach each other. Whoever is in no group is alone. */
  partition(groups: readonly (readonly PeerId[])[]): void
  heal(): void
  request(from: PeerId, to: PeerId, message: Message, done: (outcome: RequestOutcome) => void): void
  /** Gossips a state to everybody who is connected. */
  publish(from: PeerId, publication: Publication): void
}

interface End {
  readonly endpoint: Endpoint
  /** The generation of each connection as this end knows it. */
  readonly knows: Map<PeerId, number>
}

interface Link {
  up: boolean
  generation: number
  readonly inFlight: Set<(fault: Fault) => void>
}

/** An empty network. */
export function createNetwork(schedule: Schedule, dice: Dice, weather: Weather): Network {
  const ends = new Map<PeerId, End>()
  const links = new Map<PeerId, Map<PeerId, Link>>()
  const wishes = new Map<PeerId, ReadonlySet<PeerId>>()
  let sent = 0
  let groupOf: ReadonlyMap<PeerId, number> | undefined

  function linkOf(a: PeerId, b: PeerId): Link {
    const [low, high] = a < b ? [a, b] : [b, a]
    const row = links.get(low) ?? new Map<PeerId, Link>()
    links.set(low, row)
    const link = row.get(high) ?? { up: false, generation: 0, inFlight: new Set() }
    row.set(high, link)
    return link
  }

  function canReach(a: PeerId, b: PeerId): boolean {
    if (!ends.has(a) || !ends.has(b)) return false
    if (groupOf !== undefined && (groupOf.get(a) ?? a) !== (groupOf.get(b) ?? b)) return false
    return wishes.get(a)?.has(b) === true || wishes.get(b)?.has(a) === true
  }

  function refresh(peer: PeerId): void {
    for (const other of new Set([...ends.keys(), ...wishes.keys()])) {
      if (other === peer) continue
      const link = linkOf(peer, other)
      const up = canReach(peer, other)
      if (link.up === up) continue
      link.up = up
      if (up) link.generation++
      const cut = [...link.inFlight]
      link.inFlight.clear()
      if (!up) for (const fail of cut) fail({ kind: 'unreachable', message: 'the connection was lost' })
      const [low, high] = up ? CONNECT_MS : NOTICE_GONE_MS
      for (const [end, far] of [[peer, other] as const, [other, peer] as const]) {
        const noticing = ends.get(end)
        if (noticing === undefined) continue
        schedule.after(dice.between(low, high), () => notice(end, noticing, far))
      }
    }
  }

  /** Tells an end the truth about a connection, if it does not know it yet. */
  function notice(peer: PeerId, end: End, other: PeerId): void {
    if (ends.get(peer) !== end) return
    const link = linkOf(peer, other)
    const known = end.knows.get(other)
    if (known !== undefined && (!link.up || known !== link.generation)) {
      end.knows.delete(other)
      end.endpoint.disconnected(other)
    }
    if (link.up && known !== link.generation) {
      end.knows.set(other, link.generation)
      end.endpoint.connected(other)
    }
  }

  function delay(): number {
    return dice.between(...weather.delayMs)
  }

  /** Does something at the other end, as often as the network lets it through. */
  function carry(arrive: () => void): void {
    const copies = dice.chance(weather.loss) ? 0 : dice.chance(weather.duplication) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) schedule.after(delay(), arrive)
  }

  function refreshAll(): void {
    for (const peer of ends.keys()) refresh(peer)
  }

  return {
    weather,
    get sent() {
      return sent
    },
    join(peer, endpoint) {
      assert(!ends.has(peer), 'a peer joins the network once')
      ends.set(peer, { endpoint, knows: new Map() })
      refresh(peer)
    },
    leave(peer) {
      ends.delete(peer)
      refresh(peer)
    },
    keepConnected(peer, others) {
      wishes.set(peer, new Set(others))
      refresh(peer)
    },
    partition(groups) {
      groupOf = new Map(groups.flatMap((group, index) => group.map((peer) => [peer, index] as const)))
      refreshAll()
    },
    heal() {
      groupOf = undefined
      refreshAll()
    },
    request(from, to, message, done) {
      const link = linkOf(from, to)
      sent++
      if (!link.up) {
        const fault: Fault = { kind: 'unreachable', message: 'not connected' }
        schedule.after(1, () => done({ fault }))
        return
      }
      let settled = false
      const settle = (outcome: RequestOutcome): void => {
        if (settled) return
        settled = true
        link.inFlight.delete(fail)
        done(outcome)
      }
      const fail = (fault: Fault): void => settle({ fault })
      link.inFlight.add(fail)
      const fault: Fault = { kind: 'timed-out', message: 'no reply' }
      schedule.after(REPLY_WITHIN_MS, () => settle({ fault }))
      const generation = link.generation
      const passes = (): boolean => link.up && link.generation === generation
      carry(() => {
        const end = ends.get(to)
        if (end === undefined || !passes()) return
        end.endpoint.answer(from, message, (reply) => {
          carry(() => {
            if (passes()) settle({ reply })
          })
        })
      })
    },
    publish(from, publication) {
      for (const [to, end] of ends) {
        if (to === from || !linkOf(from, to).up) continue
        sent++
        carry(() => {
          if (ends.get(to) === end && linkOf(from, to).up) end.endpoint.hear(from, publication)
        })
      }
    },
  }
}
