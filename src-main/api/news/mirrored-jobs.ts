import type { JobSummary } from '#contract'
import type { PeerEvent } from '../../peer/event.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import type { JobId } from '../../protocol/ids.ts'
import { leadingJob } from '../../jobs/following-job.ts'
import { isSameJob } from './news-sameness.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { createVersionedMap, type MapChanges } from './versioned-map.ts'

/** A list that is longer arrives in several messages, so that none is too long to travel or to draw. */
const ENTRIES_PER_NEWS_MAX = 1_000
/** How often every job is checked, since no event tells of a follower that could not begin. */
const SWEEP_EVERY_MS = 5_000
/** The share of the process that looking at every job may take. */
const SHARE_MAX = 0.01

/** Summaries of a peer's own jobs, renewed for those that events have touched. */
export interface MirroredJobs {
  /** Remembers which jobs an event may have changed. Cheap. */
  note(event: PeerEvent): void
  /** Composes the summaries of the jobs that were touched. */
  refresh(): void
  since(version: number): MapChanges<JobId, JobSummary> | 'begin-anew' | undefined
}

/** Creates the summaries over a peer's state. */
export function createMirroredJobs(
  state: Readonly<PeerState>,
  summaryOf: (job: JobState) => JobSummary,
): MirroredJobs {
  const summaries = createVersionedMap<JobId, JobSummary>(isSameJob)
  const touched = new Set<JobId>()
  const sweepLimiter = createRateLimiter(SWEEP_EVERY_MS, SHARE_MAX)
  return {
    note(event) {
      for (const id of jobsOf(event)) {
        if (state.requester.jobs.has(id) || event.kind === 'job-removed') touched.add(id)
        const leading = leadingJob(state, id)
        if (leading !== undefined) touched.add(leading.manifest.job_id)
      }
    },
    refresh() {
      // Newest first: these are the ones that users look at in a long list.
      sweepLimiter(() => {
        for (const id of [...state.requester.jobs.keys()].reverse()) touched.add(id)
        for (const id of summaries.keys()) if (!state.requester.jobs.has(id)) touched.add(id)
      })
      for (const id of touched) {
        const job = state.requester.jobs.get(id)
        if (job === undefined) summaries.delete(id)
        else summaries.set(id, summaryOf(job))
      }
      touched.clear()
    },
    since: (version) => summaries.since(version, ENTRIES_PER_NEWS_MAX),
  }
}

/** The own jobs that an event may have changed. Job ids of others' requests may be among them. */
function jobsOf(event: PeerEvent): readonly JobId[] {
  switch (event.kind) {
    case 'job-submitted':
      return [event.manifest.job_id]
    case 'awards-issued':
      return event.awards.map(({ job_id }) => job_id)
    case 'attempts-lost':
      return event.lost.map(({ job_id }) => job_id)
    default:
      return 'job_id' in event ? [event.job_id] : []
  }
}
