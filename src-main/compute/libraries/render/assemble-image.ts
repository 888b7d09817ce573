import { automaticExposure, meanLuminance } from './exposure.ts'
import { encodeExr } from './exr.ts'
import { createFilm, type Film, type FilmFault, filmRadiance, mergeUnit } from './film.ts'
import { type RenderSplit, unitCount, unitRegion } from '../../../protocol/render-job.ts'
import { encodePng } from './png.ts'
import { toneMap } from './tone-map.ts'

/** Missing units named in a fault; a job may miss a million. */
const MISSING_NAMED_MAX = 16

/** A unit's number and its output, the kernel's film of the unit's region. */
export interface UnitOutput {
  readonly index: number
  readonly bytes: Uint8Array
}

/** A finished picture: for the screen, for further work, and what was measured on the way. */
export interface AssembledImage {
  readonly kind: 'image'
  /** sRGB of 8 bits, tone-mapped. */
  readonly png: Uint8Array
  /** Linear radiance, 32-bit float. */
  readonly exr: Uint8Array
  readonly meanLuminance: number
  readonly exposureStops: number
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
 * `exposureStops` fixes the exposure of the PNG; without it `automaticExposure` decides.
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
  return missingUnits(film) ?? developFilm(film, exposureStops)
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

/** The picture of a film with all its units merged. */
function developFilm(film: Film, exposureStops: number | undefined): AssembledImage {
  const { width, height } = film.split
  const radiance = filmRadiance(film)
  const stops = exposureStops ?? automaticExposure(radiance)
  return {
    kind: 'image',
    png: encodePng(width, height, toneMap(radiance, stops)),
    exr: encodeExr(width, height, radiance),
    meanLuminance: meanLuminance(radiance),
    exposureStops: stops,
  }
}

/** A unit's own picture for a progress view: sRGB, three bytes a pixel, and where it belongs. */
export interface TilePreview {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Develops one unit's output alone; a fault where it is not that of a unit of the job. */
export function previewTile(
  split: RenderSplit,
  output: UnitOutput,
  exposureStops = 0,
): TilePreview | FilmFault {
  if (!Number.isInteger(output.index) || output.index < 0 || output.index >= unitCount(split)) {
    return { kind: 'bad-film', unit: output.index, message: `unit ${output.index} is not one of the job's` }
  }
  const { x0, y0, x1, y1, s0, s1 } = unitRegion(split, output.index)
  const [width, height, spp] = [x1 - x0, y1 - y0, s1 - s0]
  const tile = createFilm({ width, height, spp, tile: Math.max(width, height), samples_per_unit: spp })
  const fault = mergeUnit(tile, 0, output.bytes)
  if (fault !== undefined) return { ...fault, unit: output.index }
  return { x: x0, y: y0, width, height, rgb: toneMap(filmRadiance(tile), exposureStops) }
}
