import { z } from 'zod'
import { Fuel } from './fuel.ts'

/** WebAssembly counts memory in pages of 64 KiB. */
export const PAGE_BYTES = 65_536
/** Pages in 4 GiB, the largest size of a 32-bit memory. */
export const MEMORY_PAGES_MAX = 65_536
/** Entries of all tables together; a function table of the largest C++ programs has 100,000. */
export const TABLE_ELEMENTS_MAX = 1_000_000
/** Bytes of log that one unit may write: as much as a person reads. */
export const LOG_BYTES_MAX = 1 << 20
/** Bytes of one unit's input. A larger one is split, and no peer reads a terabyte for one unit. */
export const INPUT_BYTES_MAX = 2 ** 40
/** Bytes of one unit's output; a larger result belongs into several units. */
export const OUTPUT_BYTES_MAX = 4 * 2 ** 30
/** A unit that runs for a day loses a day to a crash. */
export const WALL_MS_MAX = 24 * 3_600_000

/**
 * Units of fuel per second on one core of the reference machine (compute/benchmark.ts): four times what most programs
 * use where it was measured.
 */
export const REFERENCE_FUEL_PER_SECOND = 64_000_000_000

/** Fuel, pages and table entries, bytes read, bytes written as output and as log, milliseconds of wall time. */
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
 * The most that one unit may use, as its job asks. The limits are part of the unit's definition and the same on every
 * peer. The defaults are one minute, and about as much fuel as a core burns in it (`REFERENCE_FUEL_PER_SECOND`).
 */
export const UnitLimits = z.strictObject({
  fuel: LIMITS.fuel.default(1_000_000_000_000),
  memory_pages: LIMITS.memory_pages.default(4_096),
  table_elements: LIMITS.table_elements.default(100_000),
  input_bytes: LIMITS.input_bytes.default(4 * 2 ** 30),
  output_bytes: LIMITS.output_bytes.default(256 << 20),
  log_bytes: LIMITS.log_bytes.default(64 << 10),
  wall_ms: LIMITS.wall_ms.default(60_000),
})
export type UnitLimits = z.infer<typeof UnitLimits>

/** The most that a peer lends to one unit of strangers' code. */
export const LentLimits = z.strictObject(LIMITS)
export type LentLimits = z.infer<typeof LentLimits>

/**
 * Limits that a peer lends to strangers' code unless its user sets others: half an hour of one core, a gigabyte of memory.
 * A unit that asks for more is refused. Its limits are never lowered, since a unit that may use less is another unit.
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

/**
 * The limits that a peer's user has set. They bind units of every algorithm. Where one is not set, strangers' code has that
 * of `LENT_LIMITS`, and our own algorithms have the memory that is shared and a day, since large scenes need more than a
 * gigabyte.
 */
export const LimitsSet = z.object({
  fuel: LIMITS.fuel.exactOptional(),
  memory_pages: LIMITS.memory_pages.exactOptional(),
  table_elements: LIMITS.table_elements.exactOptional(),
  input_bytes: LIMITS.input_bytes.exactOptional(),
  output_bytes: LIMITS.output_bytes.exactOptional(),
  log_bytes: LIMITS.log_bytes.exactOptional(),
  wall_ms: LIMITS.wall_ms.exactOptional(),
})
export type LimitsSet = z.infer<typeof LimitsSet>

/** What is lent to one unit of strangers' code: the limits that the user has set, and the defaults of the others. */
export function lentLimits(set: LimitsSet): LentLimits {
  return { ...LENT_LIMITS, ...set }
}

/** Seconds that a unit can take at most on one core of the reference machine: those of its fuel, within its wall time. */
export function limitSeconds({ fuel, wall_ms }: UnitLimits): number {
  return Math.min(fuel / REFERENCE_FUEL_PER_SECOND, wall_ms / 1_000)
}
