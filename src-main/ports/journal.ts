import type { Evidence, EvidenceMark } from './evidence.ts'

/** A record to append. */
export interface NewRecord {
  readonly bytes: Uint8Array
  /** Set for a record that is evidence. */
  readonly evidence?: EvidenceMark
}

/** A record of the journal: an opaque canonical encoding, numbered from 1 without gaps. */
export interface JournalRecord {
  readonly sequence: number
  readonly bytes: Uint8Array
}

/** A saved state: everything up to and including record `sequence` is in it. */
export interface Snapshot {
  readonly sequence: number
  /** Its pieces in order, each of at most `SNAPSHOT_PART_BYTES_MAX`; they are walked once. */
  readonly parts: Iterable<Uint8Array>
}

/** A piece of a snapshot: what is held in memory and written at a time. */
export const SNAPSHOT_PART_BYTES_MAX = 64 << 20

/** Records, and bytes of them, that are dropped at a time: some milliseconds, so that the program answers meanwhile. */
export const PRUNED_RECORDS_MAX = 512
export const PRUNED_BYTES_MAX = 256 << 10

/**
 * The durable memory of a peer: what happened, in order, append-only. When `append` has returned, the records
 * survive a power cut. Synchronous, so that no other event can slip between a decision and its record.
 */
export interface Journal {
  /**
   * Appends records in one transaction.
   * @returns the sequence number of the last one
   * @throws FaultError `storage-failed`; then none of them was appended
   */
  append(records: readonly NewRecord[]): number
  /** The newest snapshot, if any. A snapshot that does not match its checksum is passed over for an older one. */
  latestSnapshot(): Snapshot | undefined
  /** Every record after `sequence`, oldest first. Those that were torn at the end were cut when the journal was opened. */
  readAfter(sequence: number): IterableIterator<JournalRecord>
  /**
   * Saves a snapshot whole or not at all, however many parts it has, and drops snapshots that no restore needs any longer.
   * @throws FaultError `storage-failed`, and what making the parts throws; then the older one stays
   */
  saveSnapshot(snapshot: Snapshot): void
  /**
   * Drops some records that no restore needs any longer, the oldest first; evidence among them is kept. At most
   * `PRUNED_RECORDS_MAX` of them or `PRUNED_BYTES_MAX` bytes, or one that is larger. It goes on with the next call, after a
   * restart too.
   * @returns whether there are more
   * @throws FaultError `storage-failed`; then none of the piece is dropped
   */
  prune(): boolean
  /** The records that are evidence; to be used until `close`. */
  readonly evidence: Evidence
  close(): void
}
