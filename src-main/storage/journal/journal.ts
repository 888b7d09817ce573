import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import {
  SNAPSHOT_PART_BYTES_MAX,
  type Journal,
  type JournalRecord,
  type NewRecord,
  type Snapshot,
} from '../../ports/journal.ts'
import { EVIDENCE_BYTES_MAX, type Evidence } from '../../ports/evidence.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { assert, refuse } from '../../protocol/fault.ts'
import { recordChecksum } from './checksum.ts'
import { databaseFault, storageFault, type PeerDatabase } from '../database/database.ts'
import { openEvidence } from './evidence.ts'
import { createPruning } from './pruning.ts'
import { createGroupCommit, type GroupCommit } from '../database/group-commit.ts'
import { repairStep } from '../database/repair-step.ts'

/** One record's size. Four direct messages of the largest size fit; anything larger belongs into a blob. */
export const RECORD_BYTES_MAX = 16 << 20
/** Two, so that one damaged snapshot costs nothing: the older one and the records after it give the same state. */
export const SNAPSHOTS_KEPT = 2
/** Records read from the database at a time. Between two reads the connection is free for other statements. */
const PAGE_RECORDS = 256

/** Damage that opening found and repaired. */
export type JournalRepair =
  | { readonly kind: 'tail-cut'; readonly afterSequence: number; readonly records: number }
  | { readonly kind: 'snapshot-dropped'; readonly sequence: number }

interface RecordRow {
  readonly sequence: number
  readonly checksum: number
  readonly bytes: Uint8Array
}

interface SnapshotRow {
  readonly sequence: number
  /** Of all parts, one after the other. */
  readonly sha256: Uint8Array
  readonly parts: number
}

/**
 * The journal in SQLite: records and snapshots with checksums. Opening cuts what was torn at the end, and drops snapshots
 * that are damaged.
 *
 * @param database an open database; the caller closes it after the journal
 * @param commits what else is written to it: what waits there is committed with the next records, and before them
 * @param evidenceBytesMax how much evidence is kept beside the journal
 * @returns the journal, and what had to be repaired
 * @throws FaultError `storage-failed` when a damaged record has intact ones after it (`repairJournal` is for its user to
 *   ask for), and when no state can be restored any more: every snapshot is damaged, and the records before them are gone
 */
export function openJournal(
  database: PeerDatabase,
  commits: Pick<GroupCommit, 'now' | 'unflushed'> = createGroupCommit(database),
  evidenceBytesMax = EVIDENCE_BYTES_MAX,
): {
  journal: Journal
  repairs: readonly JournalRepair[]
} {
  const statements = prepare(database)
  const { repairs, last: lastIntact } = examine(statements, database.name)
  guard(() => {
    for (const repair of repairs) {
      if (repair.kind === 'snapshot-dropped') statements.dropSnapshot.run(repair.sequence)
      else statements.cutAfter.run(repair.afterSequence)
    }
  })
  let last = lastIntact
  let open = true
  const evidence = openEvidence(database, evidenceBytesMax)
  const pruning = createPruning(database, evidence)

  const insert = (records: readonly NewRecord[]) => {
    for (const [index, record] of records.entries()) insertRecord(statements, last + 1 + index, record)
  }
  const save = database.transaction(({ sequence, parts }: Snapshot) => {
    statements.dropSnapshot.run(sequence)
    const digest = createHash('sha256')
    let position = 0
    for (const bytes of parts) {
      refuseLarger(bytes, SNAPSHOT_PART_BYTES_MAX, 'a part of a snapshot')
      digest.update(bytes)
      statements.savePart.run(sequence, position++, bytes)
    }
    statements.saveSnapshot.run(sequence, digest.digest(), position)
    statements.pruneSnapshots.run(SNAPSHOTS_KEPT)
  })

  const journal: Journal = {
    append(records) {
      assertOpen(open)
      for (const { bytes } of records) refuseLarger(bytes, RECORD_BYTES_MAX, 'a journal record')
      if (records.length === 0) return last
      guard(() => {
        commits.now(() => insert(records))
      })
      last += records.length
      return last
    },
    latestSnapshot() {
      assertOpen(open)
      return guard(() => newestIntactSnapshot(statements))
    },
    readAfter(sequence) {
      assertOpen(open)
      return intactRecords(statements, sequence)
    },
    saveSnapshot(snapshot) {
      assertOpen(open)
      assert(snapshot.sequence <= last, 'a snapshot holds only what the journal has')
      const newest = statements.snapshotSequences.get()?.sequence ?? 0
      assert(snapshot.sequence >= newest, 'snapshots are saved in order')
      guard(() => {
        save(snapshot)
      })
    },
    prune() {
      assertOpen(open)
      const piece = guard(() => pruning.next(replacedUntil(statements)))
      if (piece === undefined) return false
      // A power cut may undo it: then the records are there again, as they were.
      return guard(() => commits.unflushed(() => pruning.drop(piece)))
    },
    evidence: guarded(evidence, () => assertOpen(open)),
    close() {
      open = false
    },
  }
  return { journal, repairs }
}

/** Up to which record neither the kept snapshots nor the history between them need any. */
function replacedUntil(statements: Statements): number {
  const kept = statements.snapshotSequences.all()
  // With fewer snapshots than are to be kept, the history itself is what a damaged snapshot falls back to.
  return kept.length < SNAPSHOTS_KEPT ? 0 : (kept[kept.length - 1]?.sequence ?? 0)
}

function insertRecord(statements: Statements, sequence: number, { bytes, evidence }: NewRecord): void {
  const checksum = recordChecksum(sequence, bytes)
  if (evidence === undefined) statements.insertRecord.run(sequence, checksum, bytes)
  else statements.insertEvidence.run(sequence, checksum, bytes, evidence.job, evidence.atMs)
}

/** Evidence whose faults are those of the journal. */
function guarded(evidence: Evidence, mustBeOpen: () => void): Evidence {
  return {
    ofJob(job, page) {
      mustBeOpen()
      return guard(() => evidence.ofJob(job, page))
    },
    kept: () => guard(() => evidence.kept()),
  }
}

/**
 * Looks at a journal as `openJournal` does, and changes nothing of it.
 * @returns what there is to read of it, and what opening would put right
 * @throws FaultError as `openJournal`
 */
export function inspectJournal(database: PeerDatabase): {
  journal: Pick<Journal, 'latestSnapshot' | 'readAfter'>
  repairs: readonly JournalRepair[]
} {
  const statements = prepare(database)
  const { repairs } = examine(statements, database.name)
  const journal = {
    latestSnapshot: () => guard(() => newestIntactSnapshot(statements)),
    readAfter: (sequence: number) => intactRecords(statements, sequence),
  }
  return { journal, repairs }
}

/** How records behind a damaged one are treated: all intact ones stay and close the gap, or all of them go. */
export type JournalChoice = 'keep-after' | 'drop-after'

/** The result of a repair. */
export interface JournalRepaired {
  /** Records that stay after the first damaged one. */
  readonly kept: number
  /** Records that are gone, damaged or not. */
  readonly lost: number
}

/**
 * Makes a journal with damaged records one that opens, as its user chose. Does nothing to one that is whole.
 * @throws FaultError `storage-failed`
 */
export function repairJournal(database: PeerDatabase, choice: JournalChoice): JournalRepaired {
  const statements = prepare(database)
  return guard(() =>
    database.transaction(() => {
      const base = newestIntactSnapshot(statements)?.sequence ?? 0
      let last = base
      for (const record of intactRecords(statements, base)) last = record.sequence
      const after = [...everyIntactRecord(statements, last)].map(({ sequence }) => sequence)
      const kept = choice === 'keep-after' ? after : []
      const total = statements.countAfter.get(last) ?? 0
      // Upwards, so that each place is free by then; a record's checksum is of its number too.
      for (const [i, sequence] of kept.entries()) {
        const row = statements.record.get(sequence)
        if (row === undefined) continue
        const moved = last + 1 + i
        if (moved === sequence) continue
        statements.dropRecord.run(moved)
        statements.moveRecord.run(moved, recordChecksum(moved, row.bytes), sequence)
      }
      statements.cutAfter.run(last + kept.length)
      return { kept: kept.length, lost: total - kept.length }
    })(),
  )
}

type Statements = ReturnType<typeof prepare>

function prepare(database: PeerDatabase) {
  return {
    insertRecord: database.prepare<[number, number, Uint8Array]>(
      'INSERT INTO journal (sequence, checksum, bytes) VALUES (?, ?, ?)',
    ),
    insertEvidence: database.prepare<[number, number, Uint8Array, string, number]>(
      'INSERT INTO journal (sequence, checksum, bytes, evidence_job, evidence_at) VALUES (?, ?, ?, ?, ?)',
    ),
    recordsAfter: database.prepare<[number, number], RecordRow>(
      'SELECT sequence, checksum, bytes FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?',
    ),
    record: database.prepare<[number], RecordRow>(
      'SELECT sequence, checksum, bytes FROM journal WHERE sequence = ?',
    ),
    moveRecord: database.prepare<[number, number, number]>(
      'UPDATE journal SET sequence = ?, checksum = ? WHERE sequence = ?',
    ),
    dropRecord: database.prepare<[number]>('DELETE FROM journal WHERE sequence = ?'),
    countAfter: database.prepare<[number], number>('SELECT count(*) FROM journal WHERE sequence > ?').pluck(),
    firstRecord: database.prepare<[], { sequence: number | null }>(
      'SELECT min(sequence) AS sequence FROM journal',
    ),
    cutAfter: database.prepare<[number]>('DELETE FROM journal WHERE sequence > ?'),
    saveSnapshot: database.prepare<[number, Uint8Array, number]>(
      'INSERT INTO snapshot (sequence, sha256, parts) VALUES (?, ?, ?)',
    ),
    savePart: database.prepare<[number, number, Uint8Array]>(
      'INSERT INTO snapshot_part (sequence, position, bytes) VALUES (?, ?, ?)',
    ),
    part: database
      .prepare<[number, number], Uint8Array>(
        'SELECT bytes FROM snapshot_part WHERE sequence = ? AND position = ?',
      )
      .pluck(),
    snapshotSequences: database.prepare<[], { sequence: number }>(
      'SELECT sequence FROM snapshot ORDER BY sequence DESC',
    ),
    snapshot: database.prepare<[number], SnapshotRow>(
      'SELECT sequence, sha256, parts FROM snapshot WHERE sequence = ?',
    ),
    dropSnapshot: database.prepare<[number]>('DELETE FROM snapshot WHERE sequence = ?'),
    pruneSnapshots: database.prepare<[number]>(
      'DELETE FROM snapshot WHERE sequence NOT IN (SELECT sequence FROM snapshot ORDER BY sequence DESC LIMIT ?)',
    ),
  }
}

/** The newest snapshot that matches its checksum; those before it in the list, which do not, are told. */
function newestIntactSnapshot(
  statements: Statements,
  damaged: (sequence: number) => void = () => undefined,
): Snapshot | undefined {
  for (const { sequence } of statements.snapshotSequences.all()) {
    const row = statements.snapshot.get(sequence)
    if (row && isIntact(statements, row)) return { sequence, parts: partsOf(statements, row) }
    damaged(sequence)
  }
  return undefined
}

/** A part that is missing reads as empty: the digest tells. */
function* partsOf(
  statements: Statements,
  { sequence, parts }: SnapshotRow,
): Generator<Uint8Array, void, void> {
  for (let position = 0; position < parts; position++) {
    yield guard(() => statements.part.get(sequence, position)) ?? new Uint8Array(0)
  }
}

function isIntact(statements: Statements, row: SnapshotRow): boolean {
  const digest = createHash('sha256')
  for (const bytes of partsOf(statements, row)) digest.update(bytes)
  return equalBytes(digest.digest(), row.sha256)
}

/**
 * Finds the last record of the history, and what is to be put right: damaged snapshots, and what was torn at the end, so
 * that new records follow the last intact one. Damage before intact records is no tear: they say what the peer promised
 * since, and only its user may give that up.
 */
function examine(statements: Statements, file: string): { repairs: readonly JournalRepair[]; last: number } {
  try {
    return findRepairs(statements, dirname(file))
  } catch (error) {
    throw databaseFault(error, file)
  }
}

function findRepairs(statements: Statements, folder: string): { repairs: JournalRepair[]; last: number } {
  const repairs: JournalRepair[] = []
  const dropped = (sequence: number): number => repairs.push({ kind: 'snapshot-dropped', sequence })
  const base = newestIntactSnapshot(statements, dropped)?.sequence ?? 0
  const first = statements.firstRecord.get()?.sequence ?? undefined
  const historyGone = base === 0 && (first === undefined ? repairs.length > 0 : first > 1)
  if (historyGone)
    refuse(
      'storage-failed',
      'the journal is damaged beyond repair: no snapshot of it is intact. Put back a copy of the database; without one, ' +
        `forget all that it had and keep the key: ${repairStep(folder, 'begin-anew')}`,
    )
  let last = base
  for (const record of intactRecords(statements, base)) last = record.sequence
  const after = countIntact(statements, last)
  if (after > 0) {
    refuse(
      'storage-failed',
      `journal record ${last + 1} is damaged, and ${after} after it are intact. Nothing was changed. Somebody's block ` +
        `or a change of trust may be in either. To go on without what is damaged: ${repairStep(folder, 'keep-after')}; ` +
        `to go back to the moment before it: ${repairStep(folder, 'drop-after')}`,
    )
  }
  const records = statements.countAfter.get(last) ?? 0
  if (records > 0) repairs.push({ kind: 'tail-cut', afterSequence: last, records })
  return { repairs, last }
}

/** How many records after one are intact, wherever damaged ones are between them. */
function countIntact(statements: Statements, after: number): number {
  let count = 0
  for (const _ of everyIntactRecord(statements, after)) count++
  return count
}

function* everyIntactRecord(statements: Statements, after: number): IterableIterator<JournalRecord> {
  for (let last = after; ;) {
    const page = guard(() => statements.recordsAfter.all(last, PAGE_RECORDS))
    for (const { sequence, checksum, bytes } of page) {
      last = sequence
      if (checksum === recordChecksum(sequence, bytes)) yield { sequence, bytes }
    }
    if (page.length < PAGE_RECORDS) return
  }
}

function* intactRecords(statements: Statements, after: number): IterableIterator<JournalRecord> {
  let last = after
  for (;;) {
    const page = guard(() => statements.recordsAfter.all(last, PAGE_RECORDS))
    for (const { sequence, checksum, bytes } of page) {
      if (sequence !== last + 1 || checksum !== recordChecksum(sequence, bytes)) return
      last = sequence
      yield { sequence, bytes }
    }
    if (page.length < PAGE_RECORDS) return
  }
}

function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storageFault(error, 'the journal')
  }
}

function assertOpen(open: boolean): void {
  assert(open, 'a closed journal is not used')
}

function refuseLarger(bytes: Uint8Array, bytesMax: number, what: string): void {
  if (bytes.byteLength > bytesMax) {
    refuse('storage-failed', `${what} of ${bytes.byteLength} bytes is over the limit of ${bytesMax}`)
  }
}
