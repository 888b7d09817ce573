import { jobGroups, type JobId, type JobSummary } from '#contract'

/** Counts own jobs that are running: neither ended nor paused. The frames of an animation are one. */
export function countRunning(jobs: ReadonlyMap<JobId, JobSummary>): number {
  return jobGroups([...jobs.values()].filter(({ state }) => state.kind === 'running')).length
}
