import { ModuleLimits, WALL_MS_MAX, WASM_MODULE } from '../protocol/wasm-job.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { RunLimits } from '../ports/runner.ts'

/** A unit may take this many times what its manifest says on the slowest machine that offers … */
const WALL_FACTOR = 50
/** … but no longer than a module's may, and at least this long: a worker's first unit of a job builds its scene, a minute's work for the largest. */
const WALL_MS_MIN = 5 * 60_000
/** What a unit may write. */
const OUTPUT_BYTES_MAX = 1 << 30

/**
 * What one run of a job's unit may use here: for a stranger's module what its job says, since that is part of what the
 * unit is; for our own algorithms a bound that only a defect meets.
 *
 * @throws when the manifest's limits cannot be read; `askedAboveLent` has looked at them before
 */
export function runLimits({
  algorithm_id,
  params,
  estimated_duration_seconds,
  required_resources,
}: JobManifest): RunLimits {
  const memoryBytesMax = Math.ceil(required_resources.ram_gb * 2 ** 30)
  if (algorithm_id === WASM_MODULE.id) {
    const { wall_ms, output_bytes } = ModuleLimits.parse(params['limits'] ?? {})
    return { wallMsMax: wall_ms, memoryBytesMax, outputBytesMax: output_bytes }
  }
  const slowestMs = Math.max(WALL_MS_MIN, estimated_duration_seconds * 1_000 * WALL_FACTOR)
  const wallMsMax = Math.min(WALL_MS_MAX, slowestMs)
  return { wallMsMax, memoryBytesMax, outputBytesMax: OUTPUT_BYTES_MAX }
}
