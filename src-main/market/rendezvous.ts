import type { JobId, PeerId } from '../protocol/ids.ts'

/**
 * Rendezvous (highest-random-weight) hashing (Thaler & Ravishankar 1998): every peer computes the same pseudo-random
 * weight for each pair of peer and piece of work, and whoever has the highest weight goes first. Peers thus agree on
 * who takes what without a word, and when one comes or goes, only its own share moves.
 *
 * Nothing is at stake but double offers, so a fast integer mix does and no cryptographic hash is needed.
 */
export interface Rendezvous {
  /** The peer's place among all: 0 when its weight for this piece is the highest. */
  rank(piece: number): number
}

/** Ranks `peer` among itself and its rivals for the pieces of one job. */
export function createRendezvous(
  peer: PeerId,
  rivals: readonly PeerId[],
  requester: PeerId,
  job: JobId,
): Rendezvous {
  const others = [...new Set(rivals)].filter((rival) => rival !== peer)
  const seeds = Uint32Array.from(others, seedOf)
  const mine = seedOf(peer)
  const jobSeed = seedOf(`${requester}/${job}`)
  // Two peers have equal weights only when their seeds are equal; then the id decides, as it does for all.
  const losesTies = Uint8Array.from(others, (rival) => (rival > peer ? 1 : 0))
  return {
    rank(piece) {
      const pieceSeed = mix(jobSeed ^ mix(piece))
      const weight = mix(pieceSeed ^ mine)
      let rank = 0
      for (let i = 0; i < seeds.length; i++) {
        const theirs = mix(pieceSeed ^ (seeds[i] ?? 0))
        if (theirs > weight || (theirs === weight && losesTies[i] === 1)) rank++
      }
      return rank
    },
  }
}

/** 32 bits of a text: FNV-1a, then mixed, because FNV's high bits hardly depend on the last characters. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** A bijection of 32-bit integers in which every input bit changes every output bit half of the time (MurmurHash3). */
function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
