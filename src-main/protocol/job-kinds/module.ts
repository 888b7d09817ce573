import { z } from 'zod'
import { Cid } from '../ids.ts'
import { limitSeconds, PAGE_BYTES, UnitLimits } from '../unit-limits.ts'
import { workerMemoryGb, type JobKindRules } from './job-kind.ts'

/** Inputs of `wasm.module` by role: the module, and the unit's input (absent: none). */
export const MODULE_ROLE = 'module'
export const INPUT_ROLE = 'input'

/** Arguments and environment together with their names stay far below a page of memory. */
const STRINGS_MAX = 64
const STRING_CHARS_MAX = 1_024

/** A string without NUL, which would end it early where C reads it. */
const CString = z
  .string()
  .max(STRING_CHARS_MAX)
  .regex(/^[^\0]*$/, 'holds a NUL character')

/**
 * Parameters of `wasm.module`. `args` follow the program's name; `seed` begins the clock and the random numbers of
 * every unit, together with its index. `reduce` names the module that combines the outputs when all are there: a unit
 * does not read it, and it is part of the manifest so that the job remembers it.
 */
export const ModuleParams = z.strictObject({
  args: z.array(CString).max(STRINGS_MAX).default([]),
  env: z
    .record(CString.min(1).regex(/^[^=]+$/, 'a name without ='), CString)
    .refine((env) => Object.keys(env).length <= STRINGS_MAX, `at most ${STRINGS_MAX} variables`)
    .default({}),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  reduce: Cid.exactOptional(),
})
export type ModuleParams = z.infer<typeof ModuleParams>

/** The same with the limits of one unit, as the sandbox reads them: a job has its limits beside its parameters. */
export const ModuleCallParams = ModuleParams.extend({ limits: UnitLimits.prefault({}) })
export type ModuleCallParams = z.infer<typeof ModuleCallParams>

/** Facts about the units of a module's submission. */
export interface ModuleUnits {
  /** Pieces of the input, or runs without any. */
  readonly units: number
  readonly limits: UnitLimits
}

/**
 * Rules of `wasm.module`: a stranger's module, run once a unit. The version changes whenever the same module may give
 * other bits or fuel, or the manifest describes a unit differently.
 */
export const moduleRules: JobKindRules<ModuleParams, ModuleUnits> = {
  id: 'wasm.module',
  version: '1.2.0',
  family: 'module',
  Params: ModuleParams,
  unitCount: (_params, { units }) => units,
  unitCost: (_params, { limits }) => limitSeconds(limits),
  resources: (_params, { limits: { memory_pages } }) => ({
    cpu_cores: 1,
    ram_gb: workerMemoryGb(memory_pages * PAGE_BYTES),
  }),
}
