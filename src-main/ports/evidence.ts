import type { JobId } from '../protocol/ids.ts'

/**
 * How much evidence is kept beside the journal; beyond it the oldest goes. A receipt has some 200 bytes, so these are about
 * five million of them, and the database can still be copied and checked within a minute.
 */
export const EVIDENCE_BYTES_MAX = 1 << 30

/** Marks a record as evidence: it is kept when the journal drops it. */
export interface EvidenceMark {
  readonly job: JobId
  /** When it came. */
  readonly atMs: number
}

/** A record that is evidence, as it was appended. */
export interface EvidenceRecord {
  /** Its number in the journal. */
  readonly sequence: number
  readonly atMs: number
  readonly bytes: Uint8Array
}

/** Records that are evidence, those that are still in the journal too. */
export interface Evidence {
  /**
   * The evidence of jobs of this name, the oldest first, from after the record `after` on. Damaged records are passed over,
   * so that fewer than `limit` say that there are no more.
   * @throws FaultError `storage-failed`
   */
  ofJob(job: JobId, page: { readonly after: number; readonly limit: number }): readonly EvidenceRecord[]
  /** How much of it is kept that is in the journal no longer; takes no time to count. */
  kept(): { readonly records: number; readonly bytes: number }
}
