import type { JobPace } from '#contract'
import type { JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { MOMENT_MS_MAX, saturated } from '../../protocol/quantities.ts'
import { whyWaiting } from './waiting.ts'

/** A job that has not come forward for this long stands still, however short its units are … */
const STALLED_AFTER_MS = 15_000
/** … or for so many times what lay between two verified units, or what a unit took. */
const STALLED_AFTER_UNITS = 5
/** Whether a job is held up is looked at this often at most: lists ask at every change. */
const LOOK_EVERY_MS = 1_000

/**
 * How a running job comes forward; undefined for others. It follows from the job alone and changes when a unit is verified,
 * so that whatever is sent at another moment tells the same end.
 */
export function paceOf(job: JobState, isHeldUp: boolean): JobPace | undefined {
  if (job.status.state !== 'running') return undefined
  const { progressAtMs, firstAwardAtMs, pausedMs, observedMs, taken = 0 } = job
  const verifiedHere = job.verified - taken
  const activeMs =
    firstAwardAtMs === undefined ? undefined : Math.max(0, progressAtMs - firstAwardAtMs - pausedMs)
  const betweenMs = verifiedHere === 0 ? 0 : (activeMs ?? 0) / verifiedHere
  const patienceMs = Math.max(STALLED_AFTER_MS, STALLED_AFTER_UNITS * Math.max(betweenMs, observedMs))
  return {
    progress_at_ms: progressAtMs,
    ...(activeMs === undefined ? {} : { active_ms: activeMs }),
    stalls_at_ms: saturated(Math.round(progressAtMs + patienceMs), MOMENT_MS_MAX),
    ...(isHeldUp ? { stalled_since_ms: progressAtMs } : {}),
    ...(taken === 0 ? {} : { taken_units: taken }),
  }
}

/** Says whether too few peers are there for what is left of a job. */
export function createHoldUps(state: Readonly<PeerState>): (job: JobState, nowMs: number) => boolean {
  const known = new WeakMap<JobState, { readonly atMs: number; readonly isHeldUp: boolean }>()
  return (job, nowMs) => {
    const before = known.get(job)
    if (before !== undefined && nowMs >= before.atMs && nowMs - before.atMs < LOOK_EVERY_MS)
      return before.isHeldUp
    const isHeldUp = whyWaiting(state, job, nowMs) !== undefined
    known.set(job, { atMs: nowMs, isHeldUp })
    return isHeldUp
  }
}
