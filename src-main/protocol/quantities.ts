import { z } from 'zod'

/**
 * Numbers from other peers. Each has a smallest and a largest sensible value, so far from the largest exact integer of
 * a double that sums of a few stay exact; sums over many saturate (`saturated`).
 */

/** Things counted one by one: more than all units of all jobs that any peer has ever had. */
export const COUNT_MAX = 1e12
/** Bytes of anything: a pebibyte, more than any disk here. */
export const BYTES_MAX = 2 ** 50
/** A duration: ten years, though a machine has slept meanwhile. */
export const DURATION_MS_MAX = 10 * 366 * 86_400_000
/** Processor time of one run: every core of the largest machine all the time. */
export const CPU_MS_MAX = 4_096 * DURATION_MS_MAX
/** The last moment that a timestamp can name. */
export const MOMENT_MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The price of a unit, in whole credits. */
export const PRICE_MAX = 1e9
/** What a job may cost: the highest price for the most units that a job may have. */
export const BUDGET_MAX = 1e15

/** How many. */
export const Count = z.int().min(0).max(COUNT_MAX)
/** How many bytes. */
export const ByteCount = z.int().min(0).max(BYTES_MAX)
/** For how long, in milliseconds and parts of them. */
export const DurationMs = z.number().min(0).max(DURATION_MS_MAX)
/** How much processor time, in milliseconds and parts of them. */
export const CpuMs = z.number().min(0).max(CPU_MS_MAX)
/** What one unit costs, in whole credits. */
export const Price = z.int().min(0).max(PRICE_MAX)
/** What a job may cost in all, in whole credits. */
export const Budget = z.int().min(0).max(BUDGET_MAX)
/** When, in whole milliseconds since 1970. */
export const MomentMs = z.int().min(0).max(MOMENT_MS_MAX)

/** A sum that stops at a maximum, so that a counter stays a number that can be written down and read again. */
export function saturated(sum: number, max = Number.MAX_SAFE_INTEGER): number {
  return Math.min(max, sum)
}
