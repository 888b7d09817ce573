import { JOBS_SHOWN, type JobSummary } from '#contract'
import type { JobState } from '../../peer/requester/slice.ts'
import type { JobId } from '../../protocol/ids.ts'
import { leadingJob } from '../../jobs/following-job.ts'
import type { PeerRuntime } from '../../runtime/peer-runtime.ts'
import { isSameJob } from './news-sameness.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { createVersionedMap, type MapChanges } from './versioned-map.ts'

/** A list that is longer arrives in several messages, so that none is too long to travel or to draw. */
const ENTRIES_PER_NEWS_MAX = 1_000
/** How often every job is checked, since no notice tells of a follower that could not begin. */
const SWEEP_EVERY_MS = 5_000
/** The share of the process that looking at every job may take. */
const SHARE_MAX = 0.01

/** Summaries of a peer's own jobs, renewed for those that have changed. */
export interface MirroredJobs {
  /** Remembers that a job may have changed, and with it the one that it follows. Cheap. */
  note(job: JobId): void
  /** Composes the summaries of the jobs that were noted. */
  refresh(): void
  since(version: number): MapChanges<JobId, JobSummary> | 'begin-anew' | undefined
}

/** Creates the summaries of the jobs in a peer's state and the latest ended ones: older ones are asked for by `jobs.list`. */
export function createMirroredJobs(
  { state: { requester }, jobs }: Pick<PeerRuntime, 'state' | 'jobs'>,
  summaryOf: (job: JobState) => JobSummary,
): MirroredJobs {
  const summaries = createVersionedMap<JobId, JobSummary>(isSameJob)
  const touched = new Set<JobId>()
  const sweepLimiter = createRateLimiter(SWEEP_EVERY_MS, SHARE_MAX)

  /** Newest first: these are the ones that users look at in a long list. */
  function shown(): JobId[] {
    const latest = jobs.page(requester.jobs.size + JOBS_SHOWN).map(({ manifest }) => manifest.job_id)
    return [...new Set([...latest, ...requester.jobs.keys()])]
  }

  /** Ended jobs that are no longer among the latest are left out, until there are few of them again. */
  function leaveOutOldest(): void {
    const ids = [...summaries.keys()]
    if (ids.length <= 2 * requester.jobs.size + JOBS_SHOWN) return
    const latest = new Set(shown())
    for (const id of ids) if (!latest.has(id)) summaries.delete(id)
  }

  return {
    note(id) {
      touched.add(id)
      const leading = leadingJob(jobs, id)
      if (leading !== undefined) touched.add(leading.manifest.job_id)
    },
    refresh() {
      sweepLimiter(() => {
        for (const id of shown()) touched.add(id)
        for (const id of summaries.keys()) touched.add(id)
      })
      for (const id of touched) {
        const job = jobs.find(id)
        if (job === undefined) summaries.delete(id)
        else summaries.set(id, summaryOf(job))
      }
      touched.clear()
      leaveOutOldest()
    },
    since: (version) => summaries.since(version, ENTRIES_PER_NEWS_MAX),
  }
}
