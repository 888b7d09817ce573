import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import {
  addChunk,
  addChunks,
  allChunksBut,
  chunkRanks,
  chunksWithout,
  countChunks,
  firstsOf,
  hasChunk,
  hasMoreThan,
  isChunkSet,
  noChunks,
  type ChunkSet,
} from '../chunks/chunk-set.ts'
import {
  LEASE_MEANS_MAX,
  LEASE_MS_MAX,
  LEASE_MS_MIN,
  LEASES_MAX,
  LEASES_PER_MEMBER_MAX,
  LEASES_PER_MEMBER_MIN,
  SOURCES_MAX,
  STARVED_MS,
  SWARM_AGAIN_MS_MAX,
  SWARM_AGAIN_MS_MIN,
  SWARM_AGAIN_MS_PER_MEMBER,
  SWARM_MEMORY_BYTES_MAX,
} from '../limits.ts'
import type { MemberReport, SwarmAnswer, SwarmQuestion, SwarmShare } from './swarm-wire.ts'

/** Approximate memory of a member's entry besides its set of chunks. */
const ENTRY_BYTES = 500
/** Weight of the newest chunk in the mean lease time. */
const NEWEST_WEIGHT = 0.2

/** More doublings than a question has blobs. */
const STARVED_DOUBLINGS_MAX = 6

/** Dependencies of a swarm leader. */
export interface SwarmLeaderParts {
  readonly nowMs: () => number
  /** How many chunks a blob that is here whole has. @throws FaultError when the peer may not have it, or it is not here */
  readonly chunkCount: (peer: PeerId, cid: Cid) => number
  readonly connected: () => ReadonlySet<PeerId>
  readonly issuePass: (cid: Cid, peer: PeerId) => Uint8Array
}

/** The requester's side of its jobs' swarms. */
export interface SwarmLeader {
  /** Takes a member's report and says what it is to do; a fault that concerns one blob is answered for that blob. */
  answer(from: PeerId, question: SwarmQuestion): SwarmAnswer
}

/** A peer that fetches, or has, one of the blobs. */
interface Member {
  held: ChunkSet
  heldCount: number
  /**
   * Since when others have something for it of which it got nothing: since its latest chunk, or since they have it.
   * Undefined while they have nothing.
   */
  waitsSinceMs: number | undefined
  /** Chunks that it is taking from us, since when. */
  readonly leases: Map<number, number>
}

/** How a peer fares over all blobs that it fetches. */
interface Supply {
  /** When a chunk came, of any blob, or one was given to it because it was starved. */
  gotAtMs: number
  /** Times that it was starved since a chunk came from another member. */
  starvedTimes: number
}

/** Those who fetch one blob. */
interface Swarm {
  readonly count: number
  readonly members: Map<PeerId, Member>
  /** From a lease until the chunk is there, on average; undefined before the first. */
  meanLeaseMs: number | undefined
}

/**
 * Leads the swarms of the blobs that are here: each chunk leaves once, to one member, and the others get it from that
 * one. A chunk leaves again when the member that was to take it is gone or slow, or for a member that gets nothing from
 * the others although they have something for it.
 */
export function createSwarmLeader(parts: SwarmLeaderParts): SwarmLeader {
  const swarms = createSwarms()
  const addresses = new Map<PeerId, readonly string[]>()
  const supplies = new Map<PeerId, Supply>()

  const share = (from: PeerId, report: MemberReport, turn: Turn): SwarmShare => {
    const { cid } = report
    try {
      const count = parts.chunkCount(from, cid)
      if (!isChunkSet(report.held, count)) return refused({ kind: 'malformed', message: 'no set of chunks' })
      const swarm = swarms.of(cid, count)
      swarms.dropGone(swarm, turn.connected)
      const member = takeReport(swarm, swarms.join(swarm, from), report, turn)
      turn.members = Math.max(turn.members, swarm.members.size)
      const take = chunksToTake(swarm, from, member, report, turn)
      for (const index of take) member.leases.set(index, turn.atMs)
      turn.leased += member.leases.size
      const holders = holdersFor(swarm, from, member, report).map(([peer, held]): [number, Uint8Array] => [
        turn.place(peer),
        held,
      ])
      return { kind: 'share', take, holders, pass: parts.issuePass(cid, from) }
    } catch (error) {
      if (error instanceof FaultError) return refused(error.fault)
      throw error
    }
  }

  function supplyOf(from: PeerId): Supply {
    const supply = supplies.get(from) ?? { gotAtMs: Number.NEGATIVE_INFINITY, starvedTimes: 0 }
    supplies.set(from, supply)
    return supply
  }

  return {
    answer(from, question) {
      const connected = parts.connected()
      for (const peer of addresses.keys()) {
        if (connected.has(peer)) continue
        addresses.delete(peer)
        supplies.delete(peer)
      }
      addresses.set(from, question.addresses)
      const list = createMemberList(addresses)
      const supply = supplyOf(from)
      const turn: Turn = {
        atMs: parts.nowMs(),
        connected,
        supply,
        starvedRoom: undefined,
        members: 1,
        leased: 0,
        place: (peer) => list.place(peer),
      }
      const blobs = question.blobs.map((report) => share(from, report, turn))
      if (turn.starvedRoom !== undefined) supply.gotAtMs = turn.atMs
      const paceMs = turn.members * SWARM_AGAIN_MS_PER_MEMBER
      const again_ms = Math.min(SWARM_AGAIN_MS_MAX, Math.max(SWARM_AGAIN_MS_MIN, paceMs))
      return { members: list.members, blobs, again_ms }
    },
  }
}

/** The swarms that are remembered, the one used longest ago first, within a bound of memory. */
function createSwarms() {
  const swarms = new Map<Cid, Swarm>()
  let rememberedBytes = 0
  const bytesOf = ({ count, members }: Swarm) => (members.size + 1) * (count / 8 + ENTRY_BYTES)
  return {
    /** The blob's swarm, as the one used last. */
    of(cid: Cid, count: number): Swarm {
      const known = swarms.get(cid)
      const swarm = known ?? { count, members: new Map<PeerId, Member>(), meanLeaseMs: undefined }
      if (known === undefined) rememberedBytes += bytesOf(swarm)
      swarms.delete(cid)
      swarms.set(cid, swarm)
      for (const [oldest, old] of swarms) {
        if (rememberedBytes <= SWARM_MEMORY_BYTES_MAX || old === swarm) break
        swarms.delete(oldest)
        rememberedBytes -= bytesOf(old)
      }
      return swarm
    },
    dropGone(swarm: Swarm, connected: ReadonlySet<PeerId>): void {
      rememberedBytes -= bytesOf(swarm)
      for (const peer of swarm.members.keys()) if (!connected.has(peer)) swarm.members.delete(peer)
      rememberedBytes += bytesOf(swarm)
    },
    /** The member that a peer is, new or known. */
    join(swarm: Swarm, from: PeerId): { readonly member: Member; readonly isNew: boolean } {
      const known = swarm.members.get(from)
      if (known !== undefined) return { member: known, isNew: false }
      const leases = new Map<number, number>()
      const member = { held: noChunks(swarm.count), heldCount: 0, waitsSinceMs: undefined, leases }
      swarm.members.set(from, member)
      rememberedBytes += swarm.count / 8 + ENTRY_BYTES
      return { member, isNew: true }
    },
  }
}

/** Takes down what a member has and takes, and how long its leases lasted. */
function takeReport(
  swarm: Swarm,
  { member, isNew }: { readonly member: Member; readonly isNew: boolean },
  report: MemberReport,
  { atMs, supply }: Turn,
): Member {
  member.held = report.held.slice()
  const heldCount = countChunks(member.held)
  let fromOthers = heldCount - member.heldCount
  if (fromOthers > 0) {
    member.waitsSinceMs = undefined
    supply.gotAtMs = atMs
  }
  member.heldCount = heldCount
  for (const [index, sinceMs] of [...member.leases]) {
    if (hasChunk(member.held, index)) {
      const before = swarm.meanLeaseMs ?? atMs - sinceMs
      swarm.meanLeaseMs = before + (atMs - sinceMs - before) * NEWEST_WEIGHT
      member.leases.delete(index)
      fromOthers -= 1
    } else if (!report.taking.includes(index)) {
      member.leases.delete(index)
    }
  }
  if (!isNew && fromOthers > 0) supply.starvedTimes = 0
  return member
}

/** The members that an answer names, each once. */
function createMemberList(addresses: ReadonlyMap<PeerId, readonly string[]>) {
  const members: { peer: PeerId; addresses: string[] }[] = []
  const places = new Map<PeerId, number>()
  return {
    members,
    /** A member's place in the list. */
    place(peer: PeerId): number {
      const place =
        places.get(peer) ?? members.push({ peer, addresses: [...(addresses.get(peer) ?? [])] }) - 1
      places.set(peer, place)
      return place
    },
  }
}

/** State that the blobs of one question share. */
interface Turn {
  readonly atMs: number
  readonly connected: ReadonlySet<PeerId>
  readonly supply: Supply
  /** Chunks, over all blobs, that may still be given because the member is starved; undefined while it is not. */
  starvedRoom: number | undefined
  /** The largest of the swarms. */
  members: number
  /** Chunks that the member is taking, over all blobs so far. */
  leased: number
  /** A member's place in the answer's list. */
  place(peer: PeerId): number
}

/** Chunks for a member to take from us: those that no other has or is taking, in an order of its own. */
function chunksToTake(
  swarm: Swarm,
  from: PeerId,
  member: Member,
  { without }: MemberReport,
  turn: Turn,
): number[] {
  const { count, members } = swarm
  const room = leasesPerMember(members.size) - turn.leased - member.leases.size
  if (room <= 0 || member.heldCount === count) return []
  const elsewhere = noChunks(count)
  const taken = noChunks(count)
  for (const index of member.leases.keys()) addChunk(taken, index)
  for (const [peer, other] of members) {
    if (peer === from || without.includes(peer)) continue
    addChunks(elsewhere, other.held)
    for (const [index, sinceMs] of other.leases) {
      if (turn.atMs - sinceMs < leaseMs(swarm)) addChunk(taken, index)
    }
  }
  const lacking = chunksWithout(allChunksBut(count, []), member.held)
  const atNobody = chunksWithout(chunksWithout(lacking, elsewhere), taken)
  const atOthers = chunksWithout(elsewhere, member.held)
  member.waitsSinceMs = countChunks(atOthers) === 0 ? undefined : (member.waitsSinceMs ?? turn.atMs)
  if (countChunks(atNobody) > 0) return firstsOf(from, atNobody, room)
  return isStarved(swarm, member, turn) ? firstsOf(from, atOthers, 1) : []
}

/**
 * Whether a chunk that others have is given to a member from here. A member to which other blobs come is not starved:
 * its senders are busy. A starved member gets one chunk over all its blobs, and twice as many each time that nothing
 * came from others meanwhile, so that slow members do not make each blob leave several times.
 */
function isStarved(swarm: Swarm, member: Member, turn: Turn): boolean {
  const { atMs, supply } = turn
  const waitsSinceMs = Math.max(member.waitsSinceMs ?? atMs, supply.gotAtMs)
  if (member.leases.size > 0 || atMs - waitsSinceMs < starvedMs(swarm)) return false
  turn.starvedRoom ??= 2 ** Math.min(supply.starvedTimes++, STARVED_DOUBLINGS_MAX)
  return turn.starvedRoom-- > 0
}

function leasesPerMember(members: number): number {
  return Math.min(LEASES_PER_MEMBER_MAX, Math.max(LEASES_PER_MEMBER_MIN, Math.ceil(LEASES_MAX / members)))
}

/** How long a chunk may be on its way to one member before another may take it too. */
function leaseMs({ meanLeaseMs }: Swarm): number {
  if (meanLeaseMs === undefined) return LEASE_MS_MAX
  return Math.max(LEASE_MS_MIN, LEASE_MEANS_MAX * meanLeaseMs)
}

/** How long a member waits for what others have before it is given that from here. */
function starvedMs({ meanLeaseMs }: Swarm): number {
  return Math.max(STARVED_MS, LEASE_MEANS_MAX * (meanLeaseMs ?? 0))
}

/** Whom a member may ask for what it lacks: not the same few for all. */
function holdersFor(
  { members }: Swarm,
  from: PeerId,
  { held }: Member,
  { without }: MemberReport,
): [PeerId, ChunkSet][] {
  const rank = chunkRanks(from)
  const rankOf = (peer: PeerId) => chunkRanks(peer)(rank(0))
  return [...members]
    .filter(([peer, other]) => peer !== from && !without.includes(peer) && hasMoreThan(other.held, held))
    .sort(([a], [b]) => rankOf(a) - rankOf(b))
    .slice(0, SOURCES_MAX)
    .map(([peer, other]) => [peer, other.held])
}

function refused(fault: Fault): SwarmShare {
  return { kind: 'refused', fault }
}
