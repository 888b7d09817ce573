import { z } from 'zod'
import { Comparator } from './comparator.ts'
import { TILE_SIDE_MAX } from './job-kinds/render-tasks.ts'
import { UnitLimits } from './unit-limits.ts'

/**
 * The local task that compares outputs of one unit. Its inputs are the outputs, in the roles of `candidateRole`, and the
 * comparing module where there is one. Its output is a `Likeness` in canonical form, its info `notes`, lines for a
 * person.
 */
export const COMPARE = { id: 'outputs.compare', version: '1.0.0' } as const

/** The role of the module that compares. */
export const COMPARING_MODULE_ROLE = 'module'

/** The role of an output to compare, counted from 0. */
export function candidateRole(index: number): string {
  return `candidate-${index}`
}

/** Parameters of the task. */
export const CompareParams = z.strictObject({
  comparator: Comparator,
  /** Pixels of the films that a render's units put out; absent where outputs are PNG files. */
  film: z
    .strictObject({
      width: z.int().min(1).max(TILE_SIDE_MAX),
      height: z.int().min(1).max(TILE_SIDE_MAX),
    })
    .exactOptional(),
  /** The most that a comparing module may use for one pair. */
  limits: UnitLimits.prefault({}),
})
export type CompareParams = z.infer<typeof CompareParams>

/**
 * Limits of a comparing, fit for the port of runners: time for all 120 pairs of pictures of some 10 million pixels (a pair
 * of 16 million takes five seconds), memory in which a PNG file of 16 million pixels is decoded, and an output of a
 * few lines.
 */
export const COMPARE_LIMITS = {
  wallMsMax: 10 * 60_000,
  memoryBytesMax: 1 << 30,
  outputBytesMax: 16 << 10,
} as const
