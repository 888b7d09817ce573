import type { Evidence, EvidenceRecord } from '../../ports/evidence.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { PeerDatabase } from '../database/database.ts'
import { recordChecksum } from './checksum.ts'

/** Records whose sizes are read at a time while the oldest are deleted. */
const PAGE_RECORDS = 256

interface EvidenceRow {
  readonly sequence: number
  readonly at: number
  readonly checksum: number
  readonly bytes: Uint8Array
}

/** Evidence in SQLite: in the journal's table while its record is there, then in one of its own. */
export interface EvidenceTable extends Evidence {
  /** Keeps the evidence among these records of the journal, which are dropped in the same transaction. */
  keep(from: number, until: number): void
}

/** Opens it. @param bytesMax how much is kept; the newest goes on being kept */
export function openEvidence(database: PeerDatabase, bytesMax: number): EvidenceTable {
  const keep = database.prepare<[number, number]>(
    'INSERT INTO evidence (sequence, job, at, checksum, bytes) ' +
      'SELECT sequence, evidence_job, evidence_at, checksum, bytes FROM journal ' +
      'WHERE sequence BETWEEN ? AND ? AND evidence_job IS NOT NULL',
  )
  const total = database.prepare<[], { records: number; bytes: number }>(
    'SELECT records, bytes FROM evidence_total',
  )
  const oldest = database.prepare<[number, number], { sequence: number; size: number }>(
    'SELECT sequence, length(bytes) AS size FROM evidence WHERE sequence > ? ORDER BY sequence LIMIT ?',
  )
  const dropUntil = database.prepare<[number]>('DELETE FROM evidence WHERE sequence <= ?')
  const kept = database.prepare<[string, number, number], EvidenceRow>(
    'SELECT sequence, at, checksum, bytes FROM evidence WHERE job = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  )
  const journaled = database.prepare<[string, number, number], EvidenceRow>(
    'SELECT sequence, evidence_at AS at, checksum, bytes FROM journal ' +
      'WHERE evidence_job = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  )

  function dropOldest(): void {
    let left = (total.get()?.bytes ?? 0) - bytesMax
    let last = 0
    while (left > 0) {
      const page = oldest.all(last, PAGE_RECORDS)
      if (page.length === 0) break
      for (const { sequence, size } of page) {
        if (left <= 0) break
        left -= size
        last = sequence
      }
    }
    if (last > 0) dropUntil.run(last)
  }

  /** Some rows, damaged ones too. */
  function page(job: JobId, after: number, limit: number): EvidenceRow[] {
    const rows = kept.all(job, after, limit)
    return rows.length < limit ? [...rows, ...journaled.all(job, after, limit - rows.length)] : rows
  }

  return {
    ofJob(job, { after, limit }) {
      const found: EvidenceRecord[] = []
      for (let last = after; found.length < limit;) {
        const asked = limit - found.length
        const rows = page(job, last, asked)
        for (const row of rows) {
          found.push(...intact(row))
          last = row.sequence
        }
        if (rows.length < asked) break
      }
      return found
    },
    kept: () => total.get() ?? { records: 0, bytes: 0 },
    keep(from, until) {
      keep.run(from, until)
      dropOldest()
    },
  }
}

function intact({ sequence, at, checksum, bytes }: EvidenceRow): EvidenceRecord[] {
  return checksum === recordChecksum(sequence, bytes) ? [{ sequence, atMs: at, bytes }] : []
}
