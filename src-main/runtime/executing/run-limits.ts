import { timeLimitMs } from '../../peer/requester/time-limit.ts'
import { boundsOf } from '../../peer/provider/unit-bounds.ts'
import type { RunLimits } from '../../ports/runner.ts'
import type { LimitsSet } from '../../protocol/unit-limits.ts'
import type { JobManifest, Params } from '../../protocol/work.ts'

/** Bytes that a unit may write where its job sets no limit. */
const OUTPUT_BYTES_MAX = 1 << 30

/**
 * The limits for one run of a job's unit on every peer: the job's own limits where it has some, since they are part of
 * what the unit is; for our own algorithms a bound that only a defect meets.
 */
export function runLimits(manifest: JobManifest): RunLimits {
  const { limits, required_resources } = manifest
  return {
    wallMsMax: timeLimitMs(manifest),
    memoryBytesMax: Math.ceil(required_resources.ram_gb * 2 ** 30),
    outputBytesMax: limits?.output_bytes ?? OUTPUT_BYTES_MAX,
  }
}

/**
 * The same for a run at a peer that lends so much. Of the sandbox's own units the fuel is among the parameters, of others
 * it is here; and where the job does not say how much a unit writes, what is lent here bounds that.
 *
 * @param limited whether the algorithm runs strangers' code
 */
export function lentRunLimits(manifest: JobManifest, lent: LimitsSet, limited: boolean): RunLimits {
  const limits = runLimits(manifest)
  if (limited) return limits
  const { fuel: fuelMax } = boundsOf(manifest)
  const { output_bytes: outputBytesLent } = manifest.limits === undefined ? lent : {}
  return {
    ...limits,
    ...(fuelMax === undefined ? {} : { fuelMax }),
    ...(outputBytesLent === undefined ? {} : { outputBytesLent }),
  }
}

/** The parameters of a unit as its algorithm reads them: the job's; in the sandbox, with the limits of a unit. */
export function runParams({ params, limits }: JobManifest, limited: boolean): Params {
  return limited && limits !== undefined ? { ...params, limits } : params
}

/**
 * Bytes that one unit may read here, where its job sets no limits and the user of this peer has set one: the manifest's
 * word for them need not be true.
 */
export function inputBytesLent({ limits }: JobManifest, lent: LimitsSet): number {
  const { input_bytes = Infinity } = limits === undefined ? lent : {}
  return input_bytes
}
