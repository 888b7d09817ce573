import type { PeerId } from '../../protocol/ids.ts'
import { SECOND_ASK_MEANS_MAX, SECOND_ASK_MS_MIN } from '../limits.ts'

/** Weight of the newest chunk in how long one takes. */
const NEWEST_WEIGHT = 0.2

/** Which chunks of one blob are still to come, and which peers each was asked of. */
export interface ChunkSchedule {
  /** Chunks that are not here yet. */
  readonly left: number
  readonly inFlight: number
  isLacking(index: number): boolean
  /**
   * Takes the next chunk that no peer has been asked for and that this one can give; without one, a chunk that
   * another peer was asked for much longer ago than usual.
   */
  take(peer: PeerId, canGive: (index: number) => boolean): number | undefined
  /** Takes one of these chunks, even if others have been asked for it. */
  takeOneOf(peer: PeerId, indices: Iterable<number>): number | undefined
  /** Chunks that this peer has been asked for. */
  askedOf(peer: PeerId): number[]
  /** The chunk is here. */
  done(index: number): void
  /** This peer does not give it. */
  failed(index: number, peer: PeerId): void
}

interface Asked {
  readonly of: Set<PeerId>
  readonly sinceMs: number
}

/** A schedule of these chunks, to be asked for in their order. */
export function createChunkSchedule(chunks: Iterable<number>, nowMs: () => number): ChunkSchedule {
  const waiting = new Set(chunks)
  const asked = new Map<number, Asked>()
  let meanMs: number | undefined

  const ask = (index: number, peer: PeerId): number => {
    waiting.delete(index)
    const entry = asked.get(index) ?? { of: new Set<PeerId>(), sinceMs: nowMs() }
    entry.of.add(peer)
    asked.set(index, entry)
    return index
  }
  const isLate = ({ sinceMs }: Asked): boolean =>
    nowMs() - sinceMs > Math.max(SECOND_ASK_MS_MIN, SECOND_ASK_MEANS_MAX * (meanMs ?? 0))

  return {
    get left() {
      return waiting.size + asked.size
    },
    get inFlight() {
      return asked.size
    },
    isLacking: (index) => waiting.has(index) || asked.has(index),
    take(peer, canGive) {
      for (const index of waiting) if (canGive(index)) return ask(index, peer)
      for (const [index, entry] of asked) {
        if (entry.of.size === 1 && !entry.of.has(peer) && isLate(entry) && canGive(index)) {
          return ask(index, peer)
        }
      }
      return undefined
    },
    takeOneOf(peer, indices) {
      for (const index of indices) {
        if (waiting.has(index)) return ask(index, peer)
        const entry = asked.get(index)
        if (entry !== undefined && !entry.of.has(peer)) return ask(index, peer)
      }
      return undefined
    },
    askedOf: (peer) => [...asked].flatMap(([index, { of }]) => (of.has(peer) ? [index] : [])),
    done(index) {
      const entry = asked.get(index)
      if (entry !== undefined) {
        const tookMs = nowMs() - entry.sinceMs
        meanMs = meanMs === undefined ? tookMs : meanMs + (tookMs - meanMs) * NEWEST_WEIGHT
      }
      waiting.delete(index)
      asked.delete(index)
    },
    failed(index, peer) {
      const entry = asked.get(index)
      if (entry === undefined) return
      entry.of.delete(peer)
      if (entry.of.size > 0) return
      asked.delete(index)
      waiting.add(index)
    },
  }
}
