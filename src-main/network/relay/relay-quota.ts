import type { Clock } from '../../ports/clock.ts'
import type { PeerId } from '../../protocol/ids.ts'
import {
  RELAY_BYTES_PER_S,
  RELAY_LINE_MS_MAX,
  RELAY_LINES_MAX,
  RELAY_LINES_PER_PAIR_MAX,
  RELAY_LINES_PER_PEER_MAX,
  RELAY_PAIR_BYTES_PER_DAY,
  RELAY_PAIR_BYTES_PER_S,
  RELAY_PLACES_MAX,
} from '../limits.ts'
import { createRateLimit, type RateLimit } from '../quotas/rate-limit.ts'

const DAY_MS = 86_400_000

/** How much a peer carries for its contacts. */
export interface RelayLimits {
  readonly placesMax: number
  readonly linesMax: number
  readonly linesPerPeerMax: number
  readonly linesPerPairMax: number
  readonly lineMsMax: number
  readonly pairBytesPerS: number
  readonly bytesPerS: number
  readonly pairBytesPerDay: number
}

/** The default limits of a relay. */
export const RELAY_LIMITS: RelayLimits = {
  placesMax: RELAY_PLACES_MAX,
  linesMax: RELAY_LINES_MAX,
  linesPerPeerMax: RELAY_LINES_PER_PEER_MAX,
  linesPerPairMax: RELAY_LINES_PER_PAIR_MAX,
  lineMsMax: RELAY_LINE_MS_MAX,
  pairBytesPerS: RELAY_PAIR_BYTES_PER_S,
  bytesPerS: RELAY_BYTES_PER_S,
  pairBytesPerDay: RELAY_PAIR_BYTES_PER_DAY,
}

/** One line's share of what its pair may use. */
export interface LineQuota {
  /** The bytes that the pair may still send on its day. */
  readonly bytesLeft: number
  /**
   * Counts bytes that have come.
   * @returns when they may go on: undefined for at once; `'used-up'` when the pair's day is used up
   */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined | 'used-up'
  /** The line is over. */
  close(): void
}

/** Counts what a relay carries. */
export interface RelayQuota {
  /** One more line between two; undefined where that would be more than the limits say. */
  open(from: PeerId, to: PeerId): LineQuota | undefined
}

interface Pair {
  readonly rate: RateLimit
  lines: number
  bytes: number
  /** When the bytes began to be counted. */
  sinceMs: number
}

/** A quota of which nothing is used. A pair is the same in both directions: who dials does not matter. */
export function createRelayQuota(clock: Clock, limits: RelayLimits): RelayQuota {
  const pairs = new Map<string, Pair>()
  const linesOf = new Map<PeerId, number>()
  const all = createRateLimit(clock)
  all.setRate(limits.bytesPerS)
  let lines = 0

  /** Forgets the pairs whose day is over: what remains is bounded by the contacts who had a line today. */
  function forgetOld(nowMs: number): void {
    for (const [key, { lines: open, sinceMs }] of pairs) {
      if (open === 0 && nowMs - sinceMs >= DAY_MS) pairs.delete(key)
    }
  }

  function pairOf(key: string, nowMs: number): Pair {
    const known = pairs.get(key)
    if (known === undefined) {
      forgetOld(nowMs)
      const rate = createRateLimit(clock)
      rate.setRate(limits.pairBytesPerS)
      const pair = { rate, lines: 0, bytes: 0, sinceMs: nowMs }
      pairs.set(key, pair)
      return pair
    }
    if (nowMs - known.sinceMs >= DAY_MS) Object.assign(known, { bytes: 0, sinceMs: nowMs })
    return known
  }

  function count(peer: PeerId, change: 1 | -1): void {
    const now = (linesOf.get(peer) ?? 0) + change
    if (now === 0) linesOf.delete(peer)
    else linesOf.set(peer, now)
  }

  return {
    open(from, to) {
      const pair = pairOf([from, to].sort().join(' '), clock.nowMs())
      const isFull =
        lines >= limits.linesMax ||
        pair.lines >= limits.linesPerPairMax ||
        [from, to].some((peer) => (linesOf.get(peer) ?? 0) >= limits.linesPerPeerMax)
      if (isFull || pair.bytes >= limits.pairBytesPerDay) return undefined
      let isOpen = true
      const change = (by: 1 | -1): void => {
        lines += by
        pair.lines += by
        count(from, by)
        count(to, by)
      }
      change(1)
      return {
        bytesLeft: limits.pairBytesPerDay - pair.bytes,
        take(bytes, signal) {
          pair.bytes += bytes
          if (pair.bytes > limits.pairBytesPerDay) return 'used-up'
          // One after the other: a pair that waits for its own rate does not stand before others for what all share.
          return pair.rate.take(bytes, signal)?.then(() => all.take(bytes, signal)) ?? all.take(bytes, signal)
        },
        close() {
          if (isOpen) change(-1)
          isOpen = false
        },
      }
    },
  }
}
