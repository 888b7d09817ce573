import type { JobSummary } from '#contract'
import { isInFlight, jobCards, jobsOf, type JobCard } from '../../../state/job-cards.ts'

/** Jobs at work on this screen, and finished pictures. */
const CARDS_MAX = 4
/** Jobs that finished longer ago are not shown as news. */
const NEWS_FOR_MS = 24 * 60 * 60 * 1_000

/**
 * Own jobs that are worth a look now: those in flight, the newest first, then what was finished within a day. The frames of an
 * animation are one.
 */
export function jobsToShow(jobs: Iterable<JobSummary>, nowMs: number): JobCard[] {
  const cards = jobCards(jobs)
  const inFlight = cards.filter((card) => jobsOf(card).some(isInFlight))
  const finished = cards.filter((card) => {
    const all = jobsOf(card)
    if (all.some(isInFlight)) return false
    return all.some(({ state }) => state.kind === 'done') && nowMs - endedAtMs(all) < NEWS_FOR_MS
  })
  return [...inFlight, ...finished].slice(0, CARDS_MAX)
}

/** When the last of jobs that have ended did. */
export function endedAtMs(jobs: readonly JobSummary[]): number {
  return jobs.reduce((last, { submitted_at_ms, wall_ms }) => Math.max(last, submitted_at_ms + wall_ms), 0)
}
