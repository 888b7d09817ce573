import { timeLeftOf, type JobSummary, type TimeLeft } from '#contract'
import { useNow } from '../ui/use-now.ts'

const SECOND_MS = 1_000
/** Jobs that do not run have no time left that could change. */
const HOUR_MS = 3_600_000

/** The time left of a job, or of the frames of a series, counted down each second: the same on every screen. */
export function useTimeLeft(jobs: readonly JobSummary[]): TimeLeft {
  const isRunning = jobs.some(({ state }) => state.kind === 'running')
  const nowMs = useNow(isRunning ? SECOND_MS : HOUR_MS)
  return timeLeftOf(jobs, nowMs)
}
