import { z } from 'zod'
import { Comparator } from '../../../src-main/protocol/comparator.ts'
import { Cid, JobId } from '../../../src-main/protocol/ids.ts'
import { ModuleParams } from '../../../src-main/protocol/job-kinds/module.ts'
import { JOB_UNITS_MAX } from '../../../src-main/protocol/limits.ts'
import { UnitLimits } from '../../../src-main/protocol/unit-limits.ts'
import { MODULE_FILES_MAX } from '../limits.ts'
import { common, submitted } from './job-kind.ts'

/**
 * Input of a module's units, which also decides how many there are: nothing; one whole file; one file cut after a
 * number of lines or bytes, a unit for each piece; or many files, a unit for each. All are uploaded blobs.
 */
export const ModuleInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('nothing'), units: z.int().min(1).max(JOB_UNITS_MAX).default(1) }),
  z.strictObject({ kind: z.literal('file'), cid: Cid }),
  z.strictObject({ kind: z.literal('lines'), cid: Cid, lines: z.int().min(1) }),
  z.strictObject({ kind: z.literal('bytes'), cid: Cid, bytes: z.int().min(1) }),
  z.strictObject({ kind: z.literal('files'), cids: z.array(Cid).min(1).max(MODULE_FILES_MAX) }),
])
export type ModuleInput = z.infer<typeof ModuleInput>

const { args, env, seed } = ModuleParams.shape

/** A WebAssembly module to run on the mesh. */
export const ModuleRequest = z.strictObject({
  kind: z.literal('module'),
  /** An uploaded WebAssembly module: a WASI command or one of the ABI `meshwork-1` (wasm/ABI.md). */
  module: Cid,
  input: ModuleInput.default({ kind: 'nothing', units: 1 }),
  /** An uploaded module that reads all outputs, one after the other, and whose output is the job's. */
  reduce: Cid.exactOptional(),
  /** Arguments after the program's name, environment, and the seed of clock and randomness; of WASI commands. */
  args,
  env,
  seed,
  /** Limits of one unit. */
  limits: UnitLimits.prefault({}),
  /** Of one unit, on one core of the reference machine; what its fuel would take when absent. */
  estimated_duration_seconds: z.number().min(0).max(604_800).exactOptional(),
  /**
   * The rule by which peers' outputs of a unit agree, and those of `reduce`; a module that compares is an uploaded one. Bit for
   * bit when absent.
   */
  comparator: Comparator.exactOptional(),
  ...common,
})
export type ModuleRequest = z.infer<typeof ModuleRequest>

/** A module's job that was accepted. */
export const SubmittedModule = z.strictObject({
  kind: z.literal('module'),
  ...submitted,
  /** The job that will combine the outputs, when there is to be one. */
  reduced_by: JobId.exactOptional(),
})
export type SubmittedModule = z.infer<typeof SubmittedModule>

/** Facts that only a module's job has: none beyond its kind. */
export const ModuleFacts = z.strictObject({ kind: z.literal('module') })
export type ModuleFacts = z.infer<typeof ModuleFacts>

/** Modules: a stranger's WebAssembly, run once a unit. */
export const moduleKind = { Request: ModuleRequest, Submitted: SubmittedModule, Facts: ModuleFacts }
