import { z } from 'zod'
import { Cid } from '../ids.ts'
import { Fuel } from '../fuel.ts'

/** A stranger's module as an algorithm. The version changes whenever the same module may give other bits or fuel. */
export const WASM_MODULE = { id: 'wasm.module', version: '1.1.0' } as const

/**
 * Units of fuel per second on one core of the reference machine (compute/benchmark.ts): four times what most programs
 * use where it was measured.
 */
export const REFERENCE_FUEL_PER_SECOND = 64_000_000_000

/** Inputs of `wasm.module` by role: the module, and what it reads (absent: nothing). */
export const MODULE_ROLE = 'module'
export const INPUT_ROLE = 'input'

/** WebAssembly counts memory in pages of 64 KiB. */
export const PAGE_BYTES = 65_536
/** Pages in 4 GiB, all that a 32-bit memory can have. */
export const MEMORY_PAGES_MAX = 65_536
/** Entries of all tables together; a function table of the largest C++ programs has 100,000. */
export const TABLE_ELEMENTS_MAX = 1_000_000
/** Log that a module may write in one unit. It is for people, who read no more. */
export const LOG_BYTES_MAX = 1 << 20
/** A unit's input. A larger one is split, and no peer reads a terabyte for one unit. */
export const INPUT_BYTES_MAX = 2 ** 40
/** A unit's output; larger results belong into several units. */
export const OUTPUT_BYTES_MAX = 4 * 2 ** 30
/** A unit that runs for a day loses a day to a crash. */
export const WALL_MS_MAX = 24 * 3_600_000
/** Arguments and environment together with their names stay far below a page of memory. */
const STRINGS_MAX = 64
const STRING_CHARS_MAX = 1_024

/** What one run of a module may use: fuel, pages and entries, bytes read, bytes written as output and as log, milliseconds. */
const LIMITS = {
  fuel: Fuel.min(1),
  memory_pages: z.int().min(1).max(MEMORY_PAGES_MAX),
  table_elements: z.int().min(0).max(TABLE_ELEMENTS_MAX),
  input_bytes: z.int().min(0).max(INPUT_BYTES_MAX),
  output_bytes: z.int().min(0).max(OUTPUT_BYTES_MAX),
  log_bytes: z.int().min(0).max(LOG_BYTES_MAX),
  wall_ms: z.int().min(1).max(WALL_MS_MAX),
}

/**
 * What one run of a module may use, as its job asks: part of the unit's definition, the same on every peer. By default a
 * minute, and about as much fuel as that is where the rate above was measured.
 */
export const ModuleLimits = z.strictObject({
  fuel: LIMITS.fuel.default(1_000_000_000_000),
  memory_pages: LIMITS.memory_pages.default(4_096),
  table_elements: LIMITS.table_elements.default(100_000),
  input_bytes: LIMITS.input_bytes.default(4 * 2 ** 30),
  output_bytes: LIMITS.output_bytes.default(256 << 20),
  log_bytes: LIMITS.log_bytes.default(64 << 10),
  wall_ms: LIMITS.wall_ms.default(60_000),
})
export type ModuleLimits = z.infer<typeof ModuleLimits>

/** What a peer lends to one run of a stranger's module. */
export const LentLimits = z.strictObject(LIMITS)
export type LentLimits = z.infer<typeof LentLimits>

/**
 * What a peer lends to one unit of a stranger's module unless its user says otherwise: half an hour of one core, a
 * gigabyte of memory. What a job asks above it is not run there; it is never lowered, since a unit that may
 * use less is another unit.
 */
export const LENT_LIMITS: LentLimits = {
  fuel: 30_000_000_000_000,
  memory_pages: 16_384,
  table_elements: TABLE_ELEMENTS_MAX,
  input_bytes: 16 * 2 ** 30,
  output_bytes: 1 << 30,
  log_bytes: LOG_BYTES_MAX,
  wall_ms: 30 * 60_000,
}

/** A string without NUL, which would end it early where C reads it. */
const CString = z
  .string()
  .max(STRING_CHARS_MAX)
  .regex(/^[^\0]*$/, 'holds a NUL character')

/**
 * Parameters of `wasm.module`. `args` follow the program's name; `seed` begins the clock and the random numbers of
 * every unit, together with its index. `reduce` names the module that combines the outputs when all are there: it is
 * nothing to a unit, and part of the manifest so that the job remembers it.
 */
export const WasmParams = z.strictObject({
  args: z.array(CString).max(STRINGS_MAX).default([]),
  env: z
    .record(CString.min(1).regex(/^[^=]+$/, 'a name without ='), CString)
    .refine((env) => Object.keys(env).length <= STRINGS_MAX, `at most ${STRINGS_MAX} variables`)
    .default({}),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limits: ModuleLimits.prefault({}),
  reduce: Cid.exactOptional(),
})
export type WasmParams = z.infer<typeof WasmParams>
