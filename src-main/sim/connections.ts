import { assert, type Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Dice } from './dice.ts'
import type { Message, Publication, Reply } from './message.ts'
import type { Schedule } from './schedule.ts'

/** Until both ends of a new connection know of it. */
const CONNECT_MS: readonly [number, number] = [5, 300]
/** Until an end notices that a connection is gone: a closed socket is noticed at once, a silent one later. */
const NOTICE_GONE_MS: readonly [number, number] = [0, 2_500]

/** A peer as the network sees it. */
export interface Endpoint {
  connected(peer: PeerId): void
  disconnected(peer: PeerId): void
  answer(from: PeerId, message: Message, reply: (reply: Reply) => void): void
  hear(from: PeerId, publication: Publication): void
}

/** The connection between two peers, now or in the past. */
export interface Link {
  readonly isUp: boolean
  /** When it came up last. */
  readonly upSinceMs: number
  /** Counts how often it came up: a message of an earlier connection never arrives. */
  readonly generation: number
  /** Fails each request that waits for its reply; one that has ended is not here. */
  readonly inFlight: Set<(fault: Fault) => void>
}

/** Which peers are connected with which. */
export interface Connections {
  /** Every peer whose program runs. */
  readonly endpoints: ReadonlyMap<PeerId, { readonly endpoint: Endpoint }>
  linkOf(a: PeerId, b: PeerId): Link
  /** A peer's program is running from now on. */
  join(peer: PeerId, endpoint: Endpoint): void
  /** A peer's program is gone from now on. */
  leave(peer: PeerId): void
  /** The peers that a peer wants to stay connected with; one side's wish is enough. */
  keepConnected(peer: PeerId, others: readonly PeerId[]): void
  /** Splits the network: only peers of one group reach each other. A peer in no group is alone. */
  partition(groups: readonly (readonly PeerId[])[]): void
  heal(): void
}

interface End {
  readonly endpoint: Endpoint
  /** The generation of each connection as this end knows it. */
  readonly knows: Map<PeerId, number>
}

interface MutableLink extends Link {
  isUp: boolean
  upSinceMs: number
  generation: number
}

/** No connections, and no peers yet. */
export function createConnections(schedule: Schedule, dice: Dice): Connections {
  const ends = new Map<PeerId, End>()
  const links = new Map<PeerId, Map<PeerId, MutableLink>>()
  const wishes = new Map<PeerId, ReadonlySet<PeerId>>()
  let groupOf: ReadonlyMap<PeerId, number> | undefined

  function linkOf(a: PeerId, b: PeerId): MutableLink {
    const [low, high] = a < b ? [a, b] : [b, a]
    const row = links.get(low) ?? new Map<PeerId, MutableLink>()
    links.set(low, row)
    const link = row.get(high) ?? { isUp: false, upSinceMs: 0, generation: 0, inFlight: new Set() }
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
      const isUp = canReach(peer, other)
      if (link.isUp === isUp) continue
      link.isUp = isUp
      if (isUp) {
        link.generation++
        link.upSinceMs = schedule.nowMs()
      }
      if (!isUp)
        for (const fail of [...link.inFlight])
          fail({ kind: 'unreachable', message: 'the connection was lost' })
      const [low, high] = isUp ? CONNECT_MS : NOTICE_GONE_MS
      for (const [near, far] of [[peer, other] as const, [other, peer] as const]) {
        const end = ends.get(near)
        if (end === undefined) continue
        schedule.after(dice.between(low, high), () => {
          if (ends.get(near) === end) notice(end, linkOf(near, far), far)
        })
      }
    }
  }

  function refreshAll(): void {
    for (const peer of ends.keys()) refresh(peer)
  }

  return {
    endpoints: ends,
    linkOf,
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
  }
}

/** Tells an end the truth about a connection, if it does not know it yet. */
function notice({ endpoint, knows }: End, link: Link, other: PeerId): void {
  const known = knows.get(other)
  if (known !== undefined && (!link.isUp || known !== link.generation)) {
    knows.delete(other)
    endpoint.disconnected(other)
  }
  if (link.isUp && known !== link.generation) {
    knows.set(other, link.generation)
    endpoint.connected(other)
  }
}
