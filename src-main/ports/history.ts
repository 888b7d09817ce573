import type { JobId } from '../protocol/ids.ts'

/** Units of a job whose numbers, divided by this, are equal lie in one block. */
export const HISTORY_BLOCK_UNITS = 256

/** A place in the list of ended jobs: the ones after it were submitted earlier. */
export interface HistoryPlace {
  readonly submittedAtMs: number
  readonly job: JobId
}

/**
 * The user's own jobs that have ended, and the units of own jobs that are done, in a form that only their reader knows. Kept
 * until they are removed: pruning the journal does not touch them. What is put survives the end of this process at once, and
 * a power cut when the journal is written next.
 */
export interface History {
  /** Puts some units of a job into their blocks, beside what each block has. @throws FaultError `disk-full`, `storage-failed` */
  putUnits(job: JobId, blocks: ReadonlyMap<number, Uint8Array>): void
  /** What was put into a block, oldest first; empty for none. */
  block(job: JobId, block: number): Uint8Array[]
  /** Puts an ended job, in place of one with its id. @throws FaultError `disk-full`, `storage-failed` */
  putJob(place: HistoryPlace, bytes: Uint8Array): void
  has(job: JobId): boolean
  /** @throws FaultError `storage-failed` for an entry that is damaged */
  find(job: JobId): Uint8Array | undefined
  /** Where the latest submitted jobs are, or those submitted before a place, newest first. */
  page(limit: number, before?: HistoryPlace): HistoryPlace[]
  /** Removes a job and all its units. */
  remove(job: JobId): void
}
