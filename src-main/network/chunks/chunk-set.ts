/** Chunks of one blob, a bit for each, the first in the lowest bit of the first byte. */
export type ChunkSet = Uint8Array

/** The size in bytes of a set of this many chunks. */
const byteLengthFor = (count: number): number => Math.ceil(count / 8)

/** A set of none of `count` chunks. */
export function noChunks(count: number): ChunkSet {
  return new Uint8Array(byteLengthFor(count))
}

/** The set of all `count` chunks but these. */
export function allChunksBut(count: number, missing: Iterable<number>): ChunkSet {
  const set = new Uint8Array(byteLengthFor(count)).fill(0xff)
  for (let index = count; index < set.byteLength * 8; index++) removeChunk(set, index)
  for (const index of missing) removeChunk(set, index)
  return set
}

/** Whether bytes from outside are a set of `count` chunks: of its length, and without a bit beyond the last. */
export function isChunkSet(bytes: Uint8Array, count: number): boolean {
  if (bytes.byteLength !== byteLengthFor(count)) return false
  const spare = bytes.byteLength * 8 - count
  return (bytes[bytes.byteLength - 1] ?? 0) >> (8 - spare) === 0
}

/** Whether the set has the chunk. */
export function hasChunk(set: ChunkSet, index: number): boolean {
  return (((set[index >> 3] ?? 0) >> (index & 7)) & 1) === 1
}

/** Puts a chunk into the set. */
export function addChunk(set: ChunkSet, index: number): void {
  set[index >> 3] = (set[index >> 3] ?? 0) | (1 << (index & 7))
}

function removeChunk(set: ChunkSet, index: number): void {
  set[index >> 3] = (set[index >> 3] ?? 0) & ~(1 << (index & 7))
}

/** Puts all chunks of `other` into the set. */
export function addChunks(set: ChunkSet, other: ChunkSet): void {
  for (const [at, byte] of other.entries()) set[at] = (set[at] ?? 0) | byte
}

/** The chunks of `set` that are not in `other`. */
export function chunksWithout(set: ChunkSet, other: ChunkSet): ChunkSet {
  return set.map((byte, at) => byte & ~(other[at] ?? 0))
}

/** How many chunks the set has. */
export function countChunks(set: ChunkSet): number {
  let count = 0
  for (let byte of set) for (; byte > 0; byte &= byte - 1) count++
  return count
}

/** Whether `set` has a chunk that `other` lacks. */
export function hasMoreThan(set: ChunkSet, other: ChunkSet): boolean {
  return set.some((byte, at) => (byte & ~(other[at] ?? 0)) !== 0)
}

/** The first chunks of a set in this peer's order, at most `countMax`. */
export function firstsOf(peer: string, set: ChunkSet, countMax: number): number[] {
  const rank = chunkRanks(peer)
  const firsts: { index: number; rank: number }[] = []
  for (const [at, byte] of set.entries()) {
    for (let bit = 0; byte >> bit > 0; bit++) {
      if (((byte >> bit) & 1) === 0) continue
      const entry = { index: at * 8 + bit, rank: rank(at * 8 + bit) }
      const place = firsts.findIndex((other) => other.rank > entry.rank)
      if (place < 0 && firsts.length >= countMax) continue
      firsts.splice(place < 0 ? firsts.length : place, 0, entry)
      if (firsts.length > countMax) firsts.pop()
    }
  }
  return firsts.map(({ index }) => index)
}

/** Chunks in the order in which this peer asks for them. */
export function inOrderOf(peer: string, indices: readonly number[]): number[] {
  const rank = chunkRanks(peer)
  return [...indices].sort((a, b) => rank(a) - rank(b))
}

/**
 * An order of chunks that differs from peer to peer, so that peers that fetch one blob at the same time begin with
 * different chunks (rendezvous hashing: each pair of peer and chunk has a number of its own).
 *
 * @returns the rank of a chunk for this peer; lower comes first
 */
export function chunkRanks(peer: string): (index: number) => number {
  let seed = 0x811c9dc5
  for (let i = 0; i < peer.length; i++) seed = Math.imul(seed ^ peer.charCodeAt(i), 0x01000193)
  return (index) => {
    let hash = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}
