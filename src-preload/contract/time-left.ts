import type { JobSummary } from './job-status.ts'

/** The time left of jobs at a moment. `stalled`: it is not known, since no unit has been verified for long. */
export type TimeLeft =
  | { readonly kind: 'left'; readonly ms: number }
  | { readonly kind: 'stalled'; readonly since_ms: number }
  | { readonly kind: 'unknown' }

/** Jobs as far as their time left follows from them. */
type PacedJob = Pick<
  JobSummary,
  'state' | 'pace' | 'units' | 'verified' | 'submitted_at_ms' | 'first_award_ms' | 'wall_ms'
>

/** An end that has come is told as this: the last units are on their way. */
const LEFT_MS_MIN = 1_000

/**
 * The time left of one job, or of all frames of a series, at the pace of the units that were verified. Every screen and
 * `meshctl` tell what this function says, and count down with their own clock.
 */
export function timeLeftOf(jobs: readonly PacedJob[], nowMs: number): TimeLeft {
  const running = jobs.filter(({ state }) => state.kind === 'running')
  if (running.length === 0) return { kind: 'unknown' }
  const stalled = stalledSince(running, nowMs)
  if (stalled !== undefined) return { kind: 'stalled', since_ms: stalled }
  const ends = running.map(endOfJob)
  const known = ends.filter((end) => end !== undefined)
  const end = known.length === ends.length ? Math.max(...known) : endOfSeries(jobs)
  if (end === undefined) return { kind: 'unknown' }
  return { kind: 'left', ms: Math.max(LEFT_MS_MIN, end - nowMs) }
}

/** The longest time left of several jobs; unknown where that of none is known. */
export function longestLeft(all: readonly TimeLeft[]): TimeLeft {
  const known = all.flatMap((one) => (one.kind === 'left' ? [one.ms] : []))
  return known.length === 0 ? { kind: 'unknown' } : { kind: 'left', ms: Math.max(...known) }
}

/** Frames wait for each other: all together stand still when those that have begun do. */
function stalledSince(running: readonly PacedJob[], nowMs: number): number | undefined {
  const held = running.flatMap(({ pace }) => pace?.stalled_since_ms ?? [])
  if (held.length > 0) return Math.max(...held)
  const begun = running.filter((job) => verifiedHere(job) > 0)
  const paces = begun.flatMap(({ pace }) => pace ?? [])
  if (paces.length === 0 || paces.some(({ stalls_at_ms }) => nowMs < stalls_at_ms)) return undefined
  return Math.max(...paces.map(({ progress_at_ms }) => progress_at_ms))
}

/** Units that were verified in the job's own time: those that it took over took none of it. */
function verifiedHere({ pace, verified }: PacedJob): number {
  return verified - (pace?.taken_units ?? 0)
}

function endOfJob(job: PacedJob): number | undefined {
  const { pace, units, verified } = job
  const here = verifiedHere(job)
  if (pace?.active_ms === undefined || here === 0) return undefined
  return pace.progress_at_ms + (pace.active_ms / here) * (units - verified)
}

/** At the pace of all frames together, where some have not begun. */
function endOfSeries(jobs: readonly PacedJob[]): number | undefined {
  const counted = jobs.filter(({ state }) => state.kind === 'running' || state.kind === 'done')
  const verified = counted.reduce((sum, job) => sum + job.verified, 0)
  const units = counted.reduce((sum, job) => sum + job.units, 0)
  const begins = counted.flatMap((job) =>
    job.first_award_ms === undefined ? [] : [job.submitted_at_ms + job.first_award_ms],
  )
  const here = counted.reduce((sum, job) => sum + verifiedHere(job), 0)
  if (here === 0 || begins.length === 0) return undefined
  const latest = Math.max(
    ...counted
      .filter((job) => verifiedHere(job) > 0)
      .map((job) => job.pace?.progress_at_ms ?? job.submitted_at_ms + job.wall_ms),
  )
  const activeMs = Math.max(0, latest - Math.min(...begins))
  return latest + (activeMs / here) * (units - verified)
}
