import { z } from 'zod'
import { Cid } from './ids.ts'

/** Outputs that are compared at once: as many as peers compute one unit. All their pairs are 120. */
export const COMPARED_OUTPUTS_MAX = 16

/**
 * Which outputs of a unit are alike by its job's comparator, as data: `alike[i][j]` says it of candidates i and j. Each
 * candidate is alike to itself, and likeness is mutual, but it need not pass on: a may be near b, and b near c, while a is
 * not near c.
 */
export const Likeness = z
  .strictObject({
    candidates: z.array(Cid).max(COMPARED_OUTPUTS_MAX),
    alike: z.array(z.array(z.boolean()).max(COMPARED_OUTPUTS_MAX)).max(COMPARED_OUTPUTS_MAX),
  })
  .refine(({ candidates }) => new Set(candidates).size === candidates.length, 'a candidate named twice')
  .refine(
    ({ candidates, alike }) => isMutual(alike, candidates.length),
    'no mutual relation of the candidates',
  )
export type Likeness = z.infer<typeof Likeness>

/** Nothing was compared: outputs are alike when their bytes are. */
export const NOTHING_COMPARED: Likeness = { candidates: [], alike: [] }

function isMutual(alike: readonly (readonly boolean[])[], count: number): boolean {
  return (
    alike.length === count &&
    alike.every(
      (row, i) => row.length === count && row[i] === true && row.every((said, j) => alike[j]?.[i] === said),
    )
  )
}

/** Whether two outputs are alike. One that was not compared is alike to itself alone. */
export function areAlike({ candidates, alike }: Likeness, one: Cid, other: Cid): boolean {
  return one === other || (alike[candidates.indexOf(one)]?.[candidates.indexOf(other)] ?? false)
}
