import type { JobId, JobSummary } from '#contract'

/** Own jobs that are not at their end and that nobody has paused. */
export function countRunning(jobs: ReadonlyMap<JobId, JobSummary>): number {
  let count = 0
  for (const job of jobs.values()) if (job.state.kind === 'running') count += 1
  return count
}
