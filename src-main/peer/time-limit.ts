import { ModuleLimits, WALL_MS_MAX, WASM_MODULE } from '../protocol/job-kinds/module.ts'
import type { JobManifest } from '../protocol/work.ts'

/** A unit may take this many times what its manifest says on the slowest machine that offers … */
const WALL_FACTOR = 50
/** … but no longer than a module's may, and at least this long: a worker's first unit of a job builds its scene, a minute's work for the largest. */
const WALL_MS_MIN = 5 * 60_000

/**
 * For how long one run of a job's unit may go on, in milliseconds of wall time: for a stranger's module what its job says,
 * for our own algorithms a bound that only a defect meets. Limits that cannot be read are the longest there are.
 */
export function timeLimitMs({
  algorithm_id,
  params,
  estimated_duration_seconds,
}: Pick<JobManifest, 'algorithm_id' | 'params' | 'estimated_duration_seconds'>): number {
  if (algorithm_id === WASM_MODULE.id) {
    const asked = ModuleLimits.safeParse(params['limits'] ?? {})
    return asked.success ? asked.data.wall_ms : WALL_MS_MAX
  }
  const slowestMs = Math.max(WALL_MS_MIN, estimated_duration_seconds * 1_000 * WALL_FACTOR)
  return Math.min(WALL_MS_MAX, slowestMs)
}
