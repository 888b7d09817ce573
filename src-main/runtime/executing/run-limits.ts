import { timeLimitMs } from '../../peer/requester/time-limit.ts'
import type { RunLimits } from '../../ports/runner.ts'
import type { JobManifest, Params } from '../../protocol/work.ts'

/** Bytes that a unit may write where its job sets no limit. */
const OUTPUT_BYTES_MAX = 1 << 30

/**
 * The limits for one run of a job's unit here: the job's own limits where it has some, since they are part of what the
 * unit is; for our own algorithms a bound that only a defect meets.
 */
export function runLimits(manifest: JobManifest): RunLimits {
  const { limits, required_resources } = manifest
  return {
    wallMsMax: timeLimitMs(manifest),
    memoryBytesMax: Math.ceil(required_resources.ram_gb * 2 ** 30),
    outputBytesMax: limits?.output_bytes ?? OUTPUT_BYTES_MAX,
  }
}

/** The parameters of a unit as its algorithm reads them: the job's, with the limits of a unit where it has some. */
export function runParams({ params, limits }: JobManifest): Params {
  return limits === undefined ? params : { ...params, limits }
}
