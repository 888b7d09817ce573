import { PRUNED_BYTES_MAX, PRUNED_RECORDS_MAX } from '../../ports/journal.ts'
import type { PeerDatabase } from '../database/database.ts'
import type { EvidenceTable } from './evidence.ts'

/** Drops the records that snapshots have replaced, piece by piece. */
export interface Pruning {
  /** The next piece of the records up to this one. */
  next(until: number): Piece | undefined
  /** Drops it, inside a transaction; evidence in it is kept. @returns whether there are more */
  drop(piece: Piece): boolean
}

/** Records that are dropped together. */
export interface Piece {
  readonly from: number
  readonly until: number
  readonly hasMore: boolean
}

/** Prepares it. Nothing of how far it came is remembered: the oldest record that is there says it. */
export function createPruning(database: PeerDatabase, evidence: EvidenceTable): Pruning {
  const oldest = database.prepare<[number, number], { sequence: number; size: number }>(
    'SELECT sequence, length(bytes) AS size FROM journal WHERE sequence <= ? ORDER BY sequence LIMIT ?',
  )
  const dropUntil = database.prepare<[number]>('DELETE FROM journal WHERE sequence <= ?')
  return {
    next(until) {
      const page = oldest.all(until, PRUNED_RECORDS_MAX)
      const [first] = page
      if (first === undefined) return undefined
      let last = first.sequence
      let bytes = 0
      for (const { sequence, size } of page) {
        bytes += size
        if (bytes > PRUNED_BYTES_MAX && sequence > first.sequence) break
        last = sequence
      }
      return { from: first.sequence, until: last, hasMore: last < until }
    },
    drop({ from, until, hasMore }) {
      evidence.keep(from, until)
      dropUntil.run(until)
      return hasMore
    },
  }
}
