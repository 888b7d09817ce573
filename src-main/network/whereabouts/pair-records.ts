import type { Random } from '../../ports/random.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { LeftRecord } from '../../protocol/whereabouts.ts'
import { sealKeyOf, tokenOf, type PairKeyOf } from '../identity/pair-key.ts'
import { openRecord, sealRecord } from './sealed-record.ts'

/** Secrets that are remembered, instead of agreed on anew each time. */
const KEYS_MAX = 1_024
const DAY_MS = 86_400_000

/** Records that one peer leaves for another wherever both look: sealed, under names that no third peer can make. */
export interface PairRecords {
  /** Whether there is a secret with a peer. */
  has(peer: PeerId): boolean
  /** This peer's record, sealed for another: for today, and for tomorrow, since clocks differ and days end. */
  sealedFor(peer: PeerId, record: Uint8Array, nowMs: number): LeftRecord[]
  /** The names under which another's record for this peer may lie: of yesterday, today and tomorrow. */
  tokensFrom(peer: PeerId, nowMs: number): Uint8Array[]
  /** The record inside; undefined for anything that the other has not sealed for this peer under this name. */
  openFrom(peer: PeerId, left: LeftRecord): Uint8Array | undefined
}

/** The records of one peer and all others. */
export function createPairRecords(me: PeerId, pairKeyOf: PairKeyOf, random: Random): PairRecords {
  const keys = new Map<PeerId, Uint8Array>()

  function keyWith(peer: PeerId): Uint8Array | undefined {
    const known = keys.get(peer) ?? pairKeyOf(peer)
    const [oldest] = keys.keys()
    if (keys.size >= KEYS_MAX && oldest !== undefined) keys.delete(oldest)
    if (known !== undefined) keys.set(peer, known)
    return known
  }

  return {
    has: (peer) => keyWith(peer) !== undefined,
    sealedFor(peer, record, nowMs) {
      const pairKey = keyWith(peer)
      if (pairKey === undefined) return []
      const key = sealKeyOf(pairKey, me)
      const today = Math.floor(nowMs / DAY_MS)
      return [today, today + 1].map((day) => {
        const token = tokenOf(pairKey, me, day)
        return { token, sealed: sealRecord(record, key, token, random) }
      })
    },
    tokensFrom(peer, nowMs) {
      const pairKey = keyWith(peer)
      const today = Math.floor(nowMs / DAY_MS)
      return pairKey === undefined
        ? []
        : [today - 1, today, today + 1].map((day) => tokenOf(pairKey, peer, day))
    },
    openFrom(peer, { token, sealed }) {
      const pairKey = keyWith(peer)
      return pairKey && openRecord(sealed, sealKeyOf(pairKey, peer), token)
    },
  }
}
