import { WALL_MS_MAX } from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'

/** A unit may take this many times what its manifest says on the slowest machine that offers … */
const WALL_FACTOR = 50
/** … but no longer than a module's may, and at least this long: a worker's first unit of a job builds its scene, a minute's work for the largest. */
const WALL_MS_MIN = 5 * 60_000

/** The part of a manifest that says how long a unit takes. */
type Timed = Pick<JobManifest, 'limits' | 'estimated_duration_seconds'>

/**
 * For how long one run of a job's unit may go on, in milliseconds of wall time: the job's limit where it has one, for our
 * own algorithms a bound that only a defect meets.
 */
export function timeLimitMs({ limits, estimated_duration_seconds }: Timed): number {
  if (limits !== undefined) return limits.wall_ms
  const slowestMs = Math.max(WALL_MS_MIN, estimated_duration_seconds * 1_000 * WALL_FACTOR)
  return Math.min(WALL_MS_MAX, Math.ceil(slowestMs))
}

/**
 * Why a job's units cannot end within a day, in one line: no unit runs for longer, and no machine is faster than the one
 * that the estimate is of.
 * @returns undefined where they may
 */
export function overDay({ estimated_duration_seconds }: Timed): string | undefined {
  const secondsMax = WALL_MS_MAX / 1_000
  if (estimated_duration_seconds <= secondsMax) return undefined
  return `a unit takes ${estimated_duration_seconds} s by its estimate, and none may run for more than ${secondsMax} s`
}
