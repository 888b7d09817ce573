import { type AssembledImage, developPicture } from './develop.ts'
import { createFilm, type Film, type FilmFault, filmRadiance, mergeUnit } from './film.ts'
import { type RenderSplit, unitCount } from '../../../../protocol/job-kinds/render-tasks.ts'

/** Missing units named in a fault; a job may miss a million. */
const MISSING_NAMED_MAX = 16

/** A unit's number and its output, the kernel's film of the unit's region. */
export interface UnitOutput {
  readonly index: number
  readonly bytes: Uint8Array
}

/** Some units have not arrived: how many, and the first of them. */
export interface MissingUnits {
  readonly kind: 'missing-units'
  readonly count: number
  readonly first: readonly number[]
  readonly message: string
}

/**
 * Puts the outputs of all of a job's units, in any order, together into one picture. The bytes depend only
 * on the sums: not on how the job was split nor on who rendered what.
 *
 * `exposureStops` fixes the exposure of the PNG; without it the picture itself is metered (`meterPicture`).
 */
export function assembleImage(
  split: RenderSplit,
  outputs: Iterable<UnitOutput>,
  exposureStops?: number,
): AssembledImage | FilmFault | MissingUnits {
  const film = createFilm(split)
  for (const { index, bytes } of outputs) {
    const fault = mergeUnit(film, index, bytes)
    if (fault !== undefined) return fault
  }
  const { width, height } = split
  return missingUnits(film) ?? developPicture({ width, height, radiance: filmRadiance(film) }, exposureStops)
}

function missingUnits(film: Film): MissingUnits | undefined {
  const count = unitCount(film.split) - film.merged.size
  if (count === 0) return undefined
  const first: number[] = []
  for (let unit = 0; first.length < Math.min(count, MISSING_NAMED_MAX); unit++) {
    if (!film.merged.has(unit)) first.push(unit)
  }
  return {
    kind: 'missing-units',
    count,
    first,
    message: `${count} units are missing, the first is ${first[0] ?? 0}`,
  }
}
