import type { JobId, PeerId } from '../protocol/ids.ts'
import type { JobKey } from '../protocol/job-key.ts'

/** Whose job a key is of; job ids are unique only with their requester. */
export interface KeyedJob {
  readonly requester: PeerId
  readonly job: JobId
}

/**
 * Keys of encrypted jobs, own ones and those that came with awards, as long as they are needed. On disk they are sealed by
 * a key that is made of the peer's own.
 */
export interface JobKeys {
  /** Keeps a key, over restarts once something is journaled. @throws FaultError `storage-failed`, `disk-full` */
  keep(job: KeyedJob, key: JobKey): void
  /** The key; undefined when there is none, or one that this peer's own key does not open. */
  find(job: KeyedJob): JobKey | undefined
  /** Forgets a key: in memory it is overwritten. */
  drop(job: KeyedJob): void
  /** Jobs whose keys are kept. */
  all(): readonly KeyedJob[]
}
