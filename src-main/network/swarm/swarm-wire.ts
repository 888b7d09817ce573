import { z } from 'zod'
import { Bytes } from '../../protocol/bytes.ts'
import { Fault } from '../../protocol/fault.ts'
import { Cid, PeerId } from '../../protocol/ids.ts'
import { CHUNKS_MAX } from '../../ports/blob-store.ts'
import { ADDRESSES_MAX, LEASES_PER_MEMBER_MAX, SOURCES_MAX, SWARM_BLOBS_MAX } from '../limits.ts'

/**
 * A peer that fetches blobs of a job tells the job's requester which chunks it has, and hears which chunks to take from
 * the requester and which members have others. Both directions carry everything that counts, so that a lost question or
 * answer changes nothing.
 */
export const SWARM = 'meshwork/1/blob/swarm'
/** 64 blobs of 20,000 chunks at a bit each, and their CIDs and leases. */
export const SWARM_QUESTION_BYTES_MAX = 512 << 10

const Addresses = z.array(z.string().max(300)).max(ADDRESSES_MAX)
const Leases = z.array(z.int().min(0).max(CHUNKS_MAX)).max(LEASES_PER_MEMBER_MAX)

/** A member's report on one blob. */
export const MemberReport = z.object({
  cid: Cid,
  /** The chunks that it has, verified. */
  held: Bytes,
  /** Chunks that it was told to take from the requester and does not have yet. */
  taking: Leases,
  /** Members that it cannot reach, or that sent something else: their chunks are no use to it. */
  without: z.array(PeerId).max(SOURCES_MAX),
})
export type MemberReport = z.infer<typeof MemberReport>

/** The request of `SWARM`. `addresses` are those of the member who asks, for the other members. */
export const SwarmQuestion = z.object({
  addresses: Addresses,
  blobs: z.array(MemberReport).min(1).max(SWARM_BLOBS_MAX),
})
export type SwarmQuestion = z.infer<typeof SwarmQuestion>

/** The answer for one of the blobs. */
export const SwarmShare = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('share'),
    /** Chunks to take from the requester now. */
    take: Leases,
    /** The holders and their chunks: a place in the answer's `members`, and a set of chunks. */
    holders: z.array(z.tuple([z.int().min(0), Bytes])).max(SOURCES_MAX),
    /** Opens the other members' copies to the one who asked: an envelope of domain `meshwork/1/blob-pass`. */
    pass: Bytes,
  }),
  z.object({ kind: z.literal('refused'), fault: Fault }),
])
export type SwarmShare = z.infer<typeof SwarmShare>

/** The answer to `SWARM`, in the question's order. */
export const SwarmAnswer = z.object({
  members: z.array(z.object({ peer: PeerId, addresses: Addresses })).max(SWARM_BLOBS_MAX * SOURCES_MAX),
  blobs: z.array(SwarmShare).max(SWARM_BLOBS_MAX),
  /** When to ask again at the earliest, in milliseconds. */
  again_ms: z.int().min(0).max(60_000),
})
export type SwarmAnswer = z.infer<typeof SwarmAnswer>
