import type { PeerState } from '../peer/state.ts'
import { encodeStateParts } from '../peer/state-parts.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal, NewRecord } from '../ports/journal.ts'
import { FaultError } from '../protocol/fault.ts'

/** A snapshot is saved after this many records: a restart then replays well under a second of them … */
const RECORDS_PER_SNAPSHOT = 4_000
/** … or after this many bytes, or as many as the last snapshot had: the disk holds a small multiple of the state. */
const BYTES_PER_SNAPSHOT = 16 << 20

/** Writes a peer's records, and from time to time a snapshot that replaces them. */
export interface JournalWriter {
  /** Writes records in one flush. @returns how long that took @throws FaultError `disk-full`, or a defect */
  append(records: readonly NewRecord[]): number
  /** Saves a snapshot when there are enough records since the last one. @throws a defect */
  snapshotIfDue(): void
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

  /** Without room on the disk it is tried again later: the records that it would replace are all there. */
  function snapshot(): void {
    const before = snapshotBytes
    snapshotBytes = 0
    try {
      journal.saveSnapshot({ sequence, parts: counted() })
      recordsSince = 0
    } catch (error) {
      if (!isDiskFull(error)) throw error
      snapshotBytes = before
      recordsSince = Math.floor(recordsPerSnapshot / 2)
    }
    bytesSince = 0
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
      for (const { bytes } of records) bytesSince += bytes.byteLength
      return clock.nowMs() - begunMs
    },
    snapshotIfDue() {
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
