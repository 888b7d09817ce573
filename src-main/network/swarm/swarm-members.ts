import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { countChunks, isChunkSet, type ChunkSet } from '../chunks/chunk-set.ts'
import {
  ADDRESSES_MAX,
  SWARM_ANSWER_MS_MAX,
  SWARM_BLOBS_MAX,
  SWARM_CALM_FACTOR,
  SWARM_PAUSE_MS,
} from '../limits.ts'
import { signalAfter } from '../signal-fault.ts'
import { SWARM, SwarmAnswer, type MemberReport, type SwarmShare } from './swarm-wire.ts'

/** Another member, and what it has. */
export interface Holder {
  readonly peer: PeerId
  readonly addresses: readonly string[]
  readonly held: ChunkSet
}

/** The leader's answer for one transfer. */
export interface SwarmNews {
  /** Chunks to take from the leader. */
  readonly take: readonly number[]
  readonly holders: readonly Holder[]
  /** Shown to the other members with each question. */
  readonly pass: Uint8Array
}

/** A transfer, or a finished blob, as its swarm sees it. */
export interface Membership {
  readonly cid: Cid
  readonly chunkCount: number
  /** The member's present report for the leader. */
  readonly report: () => Omit<MemberReport, 'cid'>
  readonly onNews: (news: SwarmNews) => void
  /** The leader does not answer, or knows no swarms: any holder of the blob may be asked for any chunk. */
  readonly onLeaderLost: () => void
  /** Whether it could take more if it had a source. */
  readonly isIdle: () => boolean
}

/** A place in a swarm. */
export interface SwarmPlace {
  /** Asks the leader soon. */
  hurry(): void
  /** Leaves, after telling the leader one last time what is here. */
  leave(): void
}

/** The swarms that this peer is in. */
export interface SwarmMembers {
  join(leader: PeerId, membership: Membership): SwarmPlace
  /** Sends no more questions. */
  stop(): void
}

/** Creates it; all blobs of one leader share its questions. */
export function createSwarmMembers(transport: Transport, clock: Clock): SwarmMembers {
  const links = new Map<PeerId, Link>()
  return {
    join(leader, membership) {
      const link = links.get(leader) ?? createLink(leader, transport, clock, () => links.delete(leader))
      links.set(leader, link)
      return link.join(membership)
    },
    stop() {
      for (const link of links.values()) link.stop()
      links.clear()
    },
  }
}

interface Link {
  join(membership: Membership): SwarmPlace
  stop(): void
}

/** One leader, asked again and again while there is something to ask for. */
function createLink(leader: PeerId, transport: Transport, clock: Clock, onEmpty: () => void): Link {
  const places = new Set<Membership>()
  /** Those that have left and are told of once more. */
  const leaving = new Set<Membership>()
  let cancelTimer: (() => void) | undefined
  let dueAtMs = Number.POSITIVE_INFINITY
  let earliestAtMs = 0
  let isAsking = false
  let isStopped = false

  /** Asks after this long, or when it is due anyway if that is sooner; never sooner than the leader said. */
  const askAfter = (delayMs: number): void => {
    if (isAsking || isStopped) return
    const nowMs = clock.nowMs()
    const atMs = Math.max(earliestAtMs, nowMs + delayMs)
    // A wall clock that was set back would put off what is due.
    if (cancelTimer !== undefined && atMs >= dueAtMs && dueAtMs - nowMs <= delayMs) return
    cancelTimer?.()
    dueAtMs = atMs
    cancelTimer = clock.after(Math.min(atMs - nowMs, SWARM_ANSWER_MS_MAX), () => {
      cancelTimer = undefined
      void round()
    })
  }

  /** Takes turns among more blobs than one question holds. */
  const nextBlobs = (): Membership[] => {
    const chosen = [...leaving, ...places].slice(0, SWARM_BLOBS_MAX)
    for (const membership of chosen) {
      if (!places.delete(membership)) continue
      places.add(membership)
    }
    return chosen
  }

  const round = async (): Promise<void> => {
    const asked = nextBlobs()
    if (asked.length === 0) {
      onEmpty()
      return
    }
    // One that leaves while this is asked has more to tell than it told here.
    const told = asked.filter((membership) => leaving.has(membership))
    isAsking = true
    let isNews = false
    let againMs = SWARM_PAUSE_MS
    try {
      const answer = await ask(leader, asked, transport, clock)
      againMs = answer.again_ms
      for (const [at, membership] of asked.entries()) {
        const share = answer.blobs[at]
        if (places.has(membership)) isNews = tell(membership, share, answer.members) || isNews
      }
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      for (const membership of asked) if (places.has(membership)) membership.onLeaderLost()
    }
    for (const membership of told) leaving.delete(membership)
    isAsking = false
    earliestAtMs = clock.nowMs() + againMs
    if (places.size + leaving.size === 0) {
      onEmpty()
      return
    }
    const isWanted = isNews || leaving.size > 0 || [...places].some((place) => place.isIdle())
    askAfter(isWanted ? againMs : againMs * SWARM_CALM_FACTOR)
  }

  return {
    join(membership) {
      places.add(membership)
      // Blobs that are asked for in one turn go in one question, at once.
      earliestAtMs = Math.min(earliestAtMs, clock.nowMs())
      askAfter(0)
      return {
        hurry: () => askAfter(0),
        leave() {
          if (!places.delete(membership)) return
          leaving.add(membership)
          askAfter(0)
        },
      }
    },
    stop() {
      isStopped = true
      cancelTimer?.()
    },
  }
}

/** @throws FaultError of the question, or `malformed` */
async function ask(
  leader: PeerId,
  asked: readonly Membership[],
  transport: Transport,
  clock: Clock,
): Promise<SwarmAnswer> {
  const deadline = signalAfter(clock, SWARM_ANSWER_MS_MAX)
  try {
    const question = encodeCanonical({
      addresses: transport.addresses().slice(0, ADDRESSES_MAX),
      blobs: asked.map(({ cid, report }) => ({ cid, ...report() })),
    })
    const reply = await transport.request(leader, SWARM, question, { signal: deadline.signal })
    const answer = decodeCanonical(reply, SwarmAnswer, MESSAGE_BYTES_MAX)
    if (!answer.ok) throw new FaultError(answer.fault)
    return answer.value
  } finally {
    deadline.cancel()
  }
}

/** Hands a leader's answer to its transfer. @returns whether there is something to take */
function tell(
  membership: Membership,
  share: SwarmShare | undefined,
  members: SwarmAnswer['members'],
): boolean {
  if (share?.kind !== 'share') {
    membership.onLeaderLost()
    return false
  }
  const holders = share.holders.flatMap(([place, held]): Holder[] => {
    const member = members[place]
    if (member === undefined || !isChunkSet(held, membership.chunkCount)) return []
    return [{ ...member, held }]
  })
  const take = share.take.filter((index) => index < membership.chunkCount)
  membership.onNews({ take, holders, pass: share.pass })
  return take.length > 0 || holders.some(({ held }) => countChunks(held) > 0)
}
