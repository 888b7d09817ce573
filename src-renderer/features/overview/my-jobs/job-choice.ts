import type { JobSummary } from '#contract'

/** Jobs at work on this screen, and finished pictures. */
const CARDS_MAX = 4
/** Jobs that finished longer ago are not shown as news. */
const NEWS_FOR_MS = 24 * 60 * 60 * 1_000

/** Own jobs that are worth a look now: those in flight, the newest first, then what was finished within a day. */
export function jobsToShow(jobs: Iterable<JobSummary>, nowMs: number): JobSummary[] {
  const sorted = [...jobs].sort((a, b) => b.submitted_at_ms - a.submitted_at_ms)
  const inFlight = sorted.filter(({ state }) => state.kind === 'running' || state.kind === 'paused')
  const finished = sorted.filter((job) => job.state.kind === 'done' && nowMs - endedAtMs(job) < NEWS_FOR_MS)
  return [...inFlight, ...finished].slice(0, CARDS_MAX)
}

/** When a job that has ended did. */
export function endedAtMs({ submitted_at_ms, wall_ms }: JobSummary): number {
  return submitted_at_ms + wall_ms
}
