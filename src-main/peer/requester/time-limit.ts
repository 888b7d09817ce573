import { WALL_MS_MAX } from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'

/** A unit may take this many times what its manifest says on the slowest machine that offers … */
const WALL_FACTOR = 50
/** … but no longer than a module's may, and at least this long: a worker's first unit of a job builds its scene, a minute's work for the largest. */
const WALL_MS_MIN = 5 * 60_000

/**
 * For how long one run of a job's unit may go on, in milliseconds of wall time: the job's limit where it has one, for our
 * own algorithms a bound that only a defect meets.
 */
export function timeLimitMs({
  limits,
  estimated_duration_seconds,
}: Pick<JobManifest, 'limits' | 'estimated_duration_seconds'>): number {
  if (limits !== undefined) return limits.wall_ms
  const slowestMs = Math.max(WALL_MS_MIN, estimated_duration_seconds * 1_000 * WALL_FACTOR)
  return Math.min(WALL_MS_MAX, slowestMs)
}
