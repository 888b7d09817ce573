import { holdingBookOf } from '../../peer/provider/holding-book.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { JobKeys, KeyedJob } from '../../ports/job-keys.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { JobRecords } from '../requesting/job-records.ts'
import type { Executor } from './executor.ts'

/** How long a key stays after the last unit run here: the next award of the job usually comes within it. */
const KEY_IDLE_MS = 30_000

/** Sees to it that keys of encrypted jobs are here only as long as they are needed (SPEC K6). */
export interface KeyCare {
  /** Keeps a key that came with an award; it is needed from now on, though the award is not written down yet. @throws FaultError */
  keep(job: KeyedJob, key: JobKey): void
  /** Forgets keys that have been needed for nothing for a while; to be called now and then. @throws FaultError */
  look(): void
}

/** Creates it. Who needs a key follows from the state, so that a crash leaves none that is kept for nothing. */
export function createKeyCare({
  state,
  keys,
  clock,
  executor,
  isSubmitting,
  jobs,
}: {
  readonly state: PeerState
  readonly jobs: Pick<JobRecords, 'has'>
  readonly keys: JobKeys
  readonly clock: Clock
  readonly executor: Pick<Executor, 'retire'>
  /** Whether an own job is about to be in the state. */
  readonly isSubmitting: (job: JobId) => boolean
}): KeyCare {
  /** Since when the keys of jobs are not needed. */
  let idleSinceMs = new Map<string, number>()

  function isNeeded({ requester, job }: KeyedJob): boolean {
    if (requester === state.me) return jobs.has(job) || isSubmitting(job)
    const holding = state.provider.holdings.get(holdingKey(requester, job))
    return holding !== undefined && holdingBookOf(holding).queued.size > 0
  }

  return {
    keep(job, key) {
      keys.keep(job, key)
      idleSinceMs.delete(holdingKey(job.requester, job.job))
    },
    look() {
      const idle = new Map<string, number>()
      for (const keyed of keys.all()) {
        if (isNeeded(keyed)) continue
        const name = holdingKey(keyed.requester, keyed.job)
        const sinceMs = idleSinceMs.get(name) ?? clock.nowMs()
        idle.set(name, sinceMs)
        if (clock.nowMs() - sinceMs < KEY_IDLE_MS || !executor.retire(keyed.requester, keyed.job)) continue
        keys.drop(keyed)
      }
      idleSinceMs = idle
    },
  }
}
