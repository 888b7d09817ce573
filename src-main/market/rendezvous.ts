import type { JobId, PeerId } from '../protocol/ids.ts'

/**
 * Where a peer would begin with a job: a unit's index that is the same wherever it is asked for, and another for each
 * peer, so that each works in a region of its own (after the hashing of rendezvous, Thaler & Ravishankar 1998).
 *
 * Nothing is at stake but nearness of what is cached, so a fast integer mix does and no cryptographic hash is needed.
 */
export function rendezvousBegin(peer: PeerId, requester: PeerId, job: JobId, unitCount: number): number {
  const weight = mix(seedOf(`${requester}/${job}`) ^ seedOf(peer))
  return Math.floor((weight / 2 ** 32) * unitCount)
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
