import { z } from 'zod'
import { Cid, JobId } from '../../src-main/protocol/ids.ts'
import { JOB_UNITS_MAX, REDUNDANCY_MAX } from '../../src-main/protocol/limits.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { ModuleCallParams } from '../../src-main/protocol/job-kinds/module.ts'
import { DESCRIPTION_LENGTH_MAX, MODULE_FILES_MAX } from './limits.ts'
import { DeadlineRisk, placement } from './placement.ts'
import { Count } from './procedure.ts'

/**
 * What the units of a module read, which also says how many there are: nothing; one whole file; one file cut after
 * every so many lines or bytes, a unit for each piece; or many files, a unit for each. All are uploaded blobs.
 */
export const ModuleInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('nothing'), units: z.int().min(1).max(JOB_UNITS_MAX).default(1) }),
  z.strictObject({ kind: z.literal('file'), cid: Cid }),
  z.strictObject({ kind: z.literal('lines'), cid: Cid, lines: z.int().min(1) }),
  z.strictObject({ kind: z.literal('bytes'), cid: Cid, bytes: z.int().min(1) }),
  z.strictObject({ kind: z.literal('files'), cids: z.array(Cid).min(1).max(MODULE_FILES_MAX) }),
])
export type ModuleInput = z.infer<typeof ModuleInput>

const { args, env, seed, limits } = ModuleCallParams.shape

/** A WebAssembly module to run on the mesh. */
export const ModuleRequest = z.strictObject({
  /** An uploaded WebAssembly module: a WASI command or one of the ABI `meshwork-1` (wasm/ABI.md). */
  module: Cid,
  input: ModuleInput.default({ kind: 'nothing', units: 1 }),
  /** An uploaded module that reads all outputs, one after the other, and whose output is the job's. */
  reduce: Cid.exactOptional(),
  /** Arguments after the program's name, environment, and what clock and randomness begin with; of WASI commands. */
  args,
  env,
  seed,
  /** What one unit may use. */
  limits,
  /** Distinct peers that run each unit. */
  redundancy: z.int().min(1).max(REDUNDANCY_MAX).default(2),
  priority: Fraction.default(0.5),
  description: z.string().max(DESCRIPTION_LENGTH_MAX).exactOptional(),
  /** Of one unit, on one core of the reference machine; what its fuel would take when absent. */
  estimated_duration_seconds: z.number().min(0).max(604_800).exactOptional(),
  ...placement,
})
export type ModuleRequest = z.infer<typeof ModuleRequest>

/** A module's job that was accepted. */
export const SubmittedModule = z.strictObject({
  job_id: JobId,
  units: Count,
  /** The job that will combine the outputs, when there is to be one. */
  reduced_by: JobId.exactOptional(),
  /** When it cannot meet its deadline, as far as that can be told before a unit ran. */
  deadline_at_risk: DeadlineRisk.exactOptional(),
})
export type SubmittedModule = z.infer<typeof SubmittedModule>
