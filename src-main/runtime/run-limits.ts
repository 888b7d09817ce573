import { timeLimitMs } from '../peer/time-limit.ts'
import { ModuleLimits, WASM_MODULE } from '../protocol/job-kinds/module.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { RunLimits } from '../ports/runner.ts'

/** What a unit may write. */
const OUTPUT_BYTES_MAX = 1 << 30

/**
 * What one run of a job's unit may use here: for a stranger's module what its job says, since that is part of what the
 * unit is; for our own algorithms a bound that only a defect meets.
 *
 * @throws when the manifest's limits cannot be read; `askedAboveLent` has looked at them before
 */
export function runLimits(manifest: JobManifest): RunLimits {
  const { algorithm_id, params, required_resources } = manifest
  const wallMsMax = timeLimitMs(manifest)
  const memoryBytesMax = Math.ceil(required_resources.ram_gb * 2 ** 30)
  if (algorithm_id !== WASM_MODULE.id) return { wallMsMax, memoryBytesMax, outputBytesMax: OUTPUT_BYTES_MAX }
  const { output_bytes } = ModuleLimits.parse(params['limits'] ?? {})
  return { wallMsMax, memoryBytesMax, outputBytesMax: output_bytes }
}
