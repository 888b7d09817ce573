import type { JobState } from '../peer/requester/slice.ts'
import type { HistoryPlace } from '../ports/history.ts'
import type { JobId } from '../protocol/ids.ts'
import { placeOf, type JobRecords } from '../runtime/requesting/job-records.ts'
import type { JobNotesReader } from './job-notes.ts'

/** Earlier frames go before later ones, by so much of priority; equals would all be done at the end. */
const FRAME_PRIORITY_STEP = 1e-6
/** Jobs that are read at a time while the frames are looked for. */
const PAGE_JOBS = 256
/** The frames of an animation are submitted one after the other, within this time. */
const SUBMITTED_WITHIN_MS = 24 * 3_600_000

/** The priority of a frame by its place in the animation, where the animation has this one. */
export function framePriority(priority: number, index: number): number {
  return Math.max(0, priority - index * FRAME_PRIORITY_STEP)
}

/**
 * The jobs of an animation, which is named by its first frame's job also when that one is removed, in the order of their frames.
 * A job that is no animation's name is all there is of itself; none where there is no such job.
 */
export function framesOf(
  jobs: Pick<JobRecords, 'find' | 'page'>,
  notesOf: JobNotesReader,
  id: JobId,
): JobState[] {
  const named = jobs.find(id)
  const series = named === undefined ? undefined : notesOf(named).series
  if (named !== undefined && series?.id !== id) return [named]
  const found: { readonly job: JobState; readonly index: number }[] = []
  for (const job of latestJobs(jobs, named)) {
    const place = notesOf(job).series
    if (place?.id !== id) continue
    found.push({ job, index: place.index })
    if (found.length === place.count) break
  }
  return found.sort((a, b) => a.index - b.index).map(({ job }) => job)
}

/** Jobs from the newest on; only those that can have been submitted with this one, where it is known. */
function* latestJobs(
  jobs: Pick<JobRecords, 'page'>,
  one: JobState | undefined,
): Generator<JobState, void, void> {
  const oldestMs = one === undefined ? 0 : one.submittedAtMs - SUBMITTED_WITHIN_MS
  let before: HistoryPlace | undefined
  for (;;) {
    const page = jobs.page(PAGE_JOBS, before)
    for (const job of page) {
      if (job.submittedAtMs < oldestMs) return
      yield job
      before = placeOf(job)
    }
    if (page.length < PAGE_JOBS) return
  }
}
