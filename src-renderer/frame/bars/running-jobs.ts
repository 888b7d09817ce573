import type { JobId, JobSummary } from '#contract'

/** Counts own jobs that are running: neither ended nor paused. */
export function countRunning(jobs: ReadonlyMap<JobId, JobSummary>): number {
  let count = 0
  for (const job of jobs.values()) if (job.state.kind === 'running') count += 1
  return count
}
