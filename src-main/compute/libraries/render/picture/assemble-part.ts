import { type RenderSplit, tileCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { UnitOutput } from './assemble-image.ts'
import { type AssembledImage, developPicture } from './develop.ts'
import { createFilm, type Film, type FilmFault, filmSamples, meanOf, mergeUnit } from './film.ts'

/** A picture of a part of its units. */
export interface PartialImage extends AssembledImage {
  /** Tiles without a sample, which are transparent. */
  readonly missingTiles: number
}

/**
 * Puts the outputs of some of a job's units together into a picture: each tile of the samples that it has, and tiles
 * without one transparent, in the PNG and in the EXR (channel A).
 *
 * `exposureStops` fixes the exposure of the PNG; without it the pixels that are there are metered.
 */
export function assemblePart(
  split: RenderSplit,
  outputs: Iterable<UnitOutput>,
  exposureStops?: number,
): PartialImage | FilmFault {
  const film = createFilm(split)
  for (const { index, bytes } of outputs) {
    const fault = mergeUnit(film, index, bytes)
    if (fault !== undefined) return fault
  }
  const { width, height } = split
  const { missingTiles, ...light } = partialRadiance(film)
  return { ...developPicture({ width, height, ...light }, exposureStops), missingTiles }
}

/** Mean radiance of each pixel over the samples that its tile has, and which pixels have any: 1 or 0. */
function partialRadiance(film: Film) {
  const { split } = film
  const radiance = new Float32Array(split.width * split.height * 3)
  const coverage = new Uint8Array(split.width * split.height)
  const samples = filmSamples(film)
  let missingTiles = 0
  for (let tile = 0; tile < tileCount(split); tile++) {
    const count = samples[tile] ?? 0
    if (count === 0) {
      missingTiles++
      continue
    }
    const { x0, y0, x1, y1 } = unitRegion(split, tile)
    for (let y = y0; y < y1; y++) {
      const [from, to] = [y * split.width + x0, y * split.width + x1]
      coverage.fill(1, from, to)
      for (let i = from * 3; i < to * 3; i++) radiance[i] = meanOf(film, i, count)
    }
  }
  return { radiance, coverage, missingTiles }
}
