import { type RenderSplit, tileCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { AssembledImage, UnitOutput } from './assemble-image.ts'
import { meanLuminance, meterPicture } from './exposure.ts'
import { encodeExr } from './exr.ts'
import { createFilm, type Film, type FilmFault, filmSamples, meanOf, mergeUnit } from './film.ts'
import { encodePng } from './png.ts'
import { toneMap } from './tone-map.ts'

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
  const { radiance, coverage, missingTiles } = partialRadiance(film)
  const seen = seenPixels(radiance, coverage)
  const stops = exposureStops ?? meterPicture(seen).stops
  return {
    kind: 'image',
    png: encodePng(width, height, withAlpha(toneMap(radiance, stops), coverage), 4),
    exr: encodeExr(width, height, radiance, coverage),
    meanLuminance: meanLuminance(seen),
    exposureStops: stops,
    missingTiles,
  }
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

/** The pixels that are there, one after the other. */
function seenPixels(radiance: Float32Array, coverage: Uint8Array): Float32Array<ArrayBuffer> {
  const seen = new Float32Array(coverage.reduce((sum, one) => sum + one, 0) * 3)
  let at = 0
  for (const [pixel, isSeen] of coverage.entries()) {
    if (isSeen === 0) continue
    seen.set(radiance.subarray(pixel * 3, pixel * 3 + 3), at)
    at += 3
  }
  return seen
}

function withAlpha(rgb: Uint8Array, coverage: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(coverage.length * 4)
  for (const [pixel, isSeen] of coverage.entries()) {
    if (isSeen === 0) continue
    rgba.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4)
    rgba[pixel * 4 + 3] = 0xff
  }
  return rgba
}
