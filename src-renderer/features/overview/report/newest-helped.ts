import { jobGroups, type JobSummary } from '#contract'
import { isHelped } from '../../../thanks/help-words.ts'

/** A job that was done longer ago is no news. */
const NEWS_FOR_MS = 24 * 60 * 60 * 1_000

/** The job, or the frames of the animation, that was done last with the help of others, within a day. */
export function newestHelped(jobs: Iterable<JobSummary>, nowMs: number): readonly JobSummary[] | undefined {
  const ended = jobGroups(jobs)
    .filter((group) => isHelped(group.jobs))
    .map((group) => ({ jobs: group.jobs, atMs: Math.max(...group.jobs.map(endedAtMs)) }))
    .filter(({ atMs }) => nowMs - atMs < NEWS_FOR_MS)
    .sort((a, b) => b.atMs - a.atMs)
  return ended[0]?.jobs
}

function endedAtMs({ submitted_at_ms, wall_ms }: JobSummary): number {
  return submitted_at_ms + wall_ms
}
