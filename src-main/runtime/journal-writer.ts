import type { PeerState } from '../peer/state.ts'
import { encodeStateParts } from '../peer/state-parts.ts'
import type { Clock } from '../ports/clock.ts'
import { PRUNED_BYTES_MAX, PRUNED_RECORDS_MAX, type Journal, type NewRecord } from '../ports/journal.ts'
import { FaultError } from '../protocol/fault.ts'

/** A snapshot is saved after this many records: a restart then replays well under a second of them … */
const RECORDS_PER_SNAPSHOT = 4_000
/** … or after this many bytes, or as many as the last snapshot had: the disk holds a small multiple of the state. */
const BYTES_PER_SNAPSHOT = 16 << 20

/** Writes a peer's records, and from time to time a snapshot that replaces them. */
export interface JournalWriter {
  /** Writes records in one flush. @returns how long that took @throws FaultError `disk-full`, or a defect */
  append(records: readonly NewRecord[]): number
  /**
   * Drops a piece of what snapshots have replaced, more after a large append, or it would fall behind; and saves a snapshot when
   * there are enough records since the last one. @throws a defect
   */
  tidy(): void
  /** Saves a snapshot when there are any records since the last one. @throws a defect */
  snapshotIfChanged(): void
}

/** Creates the writer after the record with this number. */
export function createJournalWriter({
  clock,
  journal,
  state,
  sequence: lastSequence,
  recordsPerSnapshot = RECORDS_PER_SNAPSHOT,
}: {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly journal: Journal
  readonly state: PeerState
  readonly sequence: number
  readonly recordsPerSnapshot?: number | undefined
}): JournalWriter {
  let sequence = lastSequence
  let recordsSince = 0
  let bytesSince = 0
  let snapshotBytes = 0
  // What an earlier run of the program did not finish.
  let hasMore = true
  // Since something was dropped last.
  let appended = { records: 0, bytes: 0 }

  /** Without room on the disk it is tried again later: the records that it would replace are all there. */
  function snapshot(): void {
    const before = snapshotBytes
    snapshotBytes = 0
    try {
      journal.saveSnapshot({ sequence, parts: counted() })
      recordsSince = 0
      hasMore = true
    } catch (error) {
      if (!isDiskFull(error)) throw error
      snapshotBytes = before
      recordsSince = Math.floor(recordsPerSnapshot / 2)
    }
    bytesSince = 0
  }

  function pruneSome(): void {
    const pieces = 1 + Math.floor(appended.records / PRUNED_RECORDS_MAX + appended.bytes / PRUNED_BYTES_MAX)
    appended = { records: 0, bytes: 0 }
    try {
      for (let done = 0; hasMore && done < pieces; done++) {
        hasMore = false
        hasMore = journal.prune()
      }
    } catch (error) {
      // The next snapshot tries again: what is there twice harms nothing.
      if (!isDiskFull(error)) throw error
    }
  }

  function* counted(): Generator<Uint8Array, void, void> {
    for (const part of encodeStateParts(state)) {
      snapshotBytes += part.byteLength
      yield part
    }
  }

  return {
    append(records) {
      const begunMs = clock.nowMs()
      sequence = journal.append(records)
      recordsSince += records.length
      let bytesNow = 0
      for (const { bytes } of records) bytesNow += bytes.byteLength
      bytesSince += bytesNow
      appended = { records: appended.records + records.length, bytes: appended.bytes + bytesNow }
      return clock.nowMs() - begunMs
    },
    tidy() {
      pruneSome()
      const isDue =
        recordsSince >= recordsPerSnapshot || bytesSince >= Math.max(BYTES_PER_SNAPSHOT, snapshotBytes)
      if (isDue) snapshot()
    },
    snapshotIfChanged() {
      if (recordsSince > 0) snapshot()
    },
  }
}

/** Whether an error says that the disk is full. */
export function isDiskFull(error: unknown): error is FaultError {
  return error instanceof FaultError && error.fault.kind === 'disk-full'
}
