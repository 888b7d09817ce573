import type { DeadlineRisk } from '#contract'
import { forecastEndMs } from '../../peer/requester/forecast.ts'
import { isUnderWay, type JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { toMs } from '../../protocol/time.ts'
import { limitSeconds } from '../../protocol/unit-limits.ts'

/** A forecast is kept this long: lists ask for it at every change, and it takes milliseconds in a large mesh. */
const FORECAST_MS = 1_000
/** The end is told to the minute: of smaller changes there is no news to make. */
const MINUTE_MS = 60_000

/** Says whether a job will miss its deadline as things are; undefined when it will not, or has none. */
export type DeadlineRisks = (job: JobState, nowMs: number) => DeadlineRisk | undefined

/** Creates it over a peer's state. */
export function createDeadlineRisks(state: Readonly<PeerState>): DeadlineRisks {
  const known = new WeakMap<JobState, { readonly atMs: number; readonly endMs: number | undefined }>()

  function endOf(job: JobState, nowMs: number): number | undefined {
    const before = known.get(job)
    if (before !== undefined && nowMs >= before.atMs && nowMs - before.atMs < FORECAST_MS) return before.endMs
    const endMs = isGuess(job) ? undefined : forecastEndMs(state, job, nowMs)
    known.set(job, { atMs: nowMs, endMs })
    return endMs
  }

  return (job, nowMs) => {
    const { deadline } = job.manifest
    if (deadline === undefined || !isUnderWay(job)) return undefined
    const endMs = job.status.state === 'running' ? endOf(job, nowMs) : undefined
    // While no peer can do it, one may still come in time, so only a deadline that has passed is missed.
    if (Math.max(endMs ?? 0, nowMs) <= toMs(deadline)) return undefined
    return endMs === undefined ? {} : { expected_end_ms: Math.ceil(endMs / MINUTE_MS) * MINUTE_MS }
  }
}

/** Whether nothing is known of how long a unit takes: none has run, and its estimate is no more than its limits. */
function isGuess({ observedMs, manifest }: JobState): boolean {
  const { limits, estimated_duration_seconds } = manifest
  return observedMs === 0 && limits !== undefined && estimated_duration_seconds === limitSeconds(limits)
}
