import type { PeerId } from '../../protocol/ids.ts'
import type { LeftRecord } from '../../protocol/whereabouts.ts'

/** Records that one contact may leave here: for each of its own contacts, of two days. */
export const LEFT_PER_PEER_MAX = 512
/** Records in all, 4 KiB each at most. */
export const LEFT_IN_ALL_MAX = 8_192
/** A record not renewed for this long is of no use: its day is over. */
const KEPT_MS = 48 * 3_600_000

/**
 * Records that contacts have left here for others to find. The peer that stores them sees names that mean nothing to it
 * and sealed bytes; a peer that cannot make a record's name does not find it.
 */
export interface LeftRecords {
  leave(from: PeerId, records: readonly LeftRecord[]): void
  /** The records of these names, of any contact. */
  find(tokens: readonly Uint8Array[]): LeftRecord[]
  /** Drops records of peers that are no contacts any longer. */
  keepOnly(isContact: (peer: PeerId) => boolean): void
}

interface Entry {
  readonly from: PeerId
  readonly record: LeftRecord
  readonly leftAtMs: number
}

/** A memory that is bounded for each contact and in all, the oldest dropped first. */
export function createLeftRecords(nowMs: () => number): LeftRecords {
  /** By the name and who left it, in the order of leaving: one contact cannot put its record in another's place. */
  const entries = new Map<string, Entry>()
  const byToken = new Map<string, Set<string>>()
  const counts = new Map<PeerId, number>()

  function drop(key: string): void {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    const left = (counts.get(entry.from) ?? 1) - 1
    if (left > 0) counts.set(entry.from, left)
    else counts.delete(entry.from)
    const token = hex(entry.record.token)
    const keys = byToken.get(token)
    keys?.delete(key)
    if (keys?.size === 0) byToken.delete(token)
  }

  function makeRoom(from: PeerId): void {
    const oldest = nowMs() - KEPT_MS
    for (const [key, entry] of entries) {
      if (entry.leftAtMs > oldest && entries.size < LEFT_IN_ALL_MAX) break
      drop(key)
    }
    if ((counts.get(from) ?? 0) < LEFT_PER_PEER_MAX) return
    for (const [key, entry] of entries) {
      if (entry.from === from) return drop(key)
    }
  }

  return {
    leave(from, records) {
      for (const record of records) {
        const token = hex(record.token)
        const key = `${token} ${from}`
        drop(key)
        makeRoom(from)
        entries.set(key, { from, record, leftAtMs: nowMs() })
        counts.set(from, (counts.get(from) ?? 0) + 1)
        byToken.set(token, (byToken.get(token) ?? new Set()).add(key))
      }
    },
    find(tokens) {
      const keys = tokens.flatMap((token) => [...(byToken.get(hex(token)) ?? [])])
      return keys.flatMap((key) => entries.get(key)?.record ?? [])
    },
    keepOnly(isContact) {
      for (const [key, { from }] of entries) if (!isContact(from)) drop(key)
    },
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
