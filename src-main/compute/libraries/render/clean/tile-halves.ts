import { FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import { type RenderSplit, tileCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { UnitOutput } from '../picture/assemble-image.ts'
import { type FilmFault, filmLength } from '../picture/film.ts'

/** Numbers of samples that a tile has, one half and the other. */
type Samples = readonly [number, number]

/** A tile's light as two halves, linear RGB in three floats a pixel, rows from the top. */
export interface TileHalves {
  readonly kind: 'halves'
  /** The mean over all samples: the picture as it was rendered. */
  readonly mean: Float32Array<ArrayBuffer>
  /** Two pictures with no noise in common, whose mean is the above. The same picture twice of a tile with one range. */
  readonly halves: readonly [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>]
}

/**
 * The halves of a tile from the outputs of some of its ranges of samples, in any order: each range goes to the half that
 * has fewer samples so far.
 *
 * Halves of unequal numbers are taken about the mean of all samples, M, at a distance of the difference D of their own
 * means: M ± √(ab) / (a + b) · D. With samples that do not depend on each other both have the variance of half of all
 * samples, and no covariance, as two equal halves do.
 *
 * @returns a fault for an output that is none of a unit of this tile
 */
export function tileHalves(
  split: RenderSplit,
  tile: number,
  outputs: readonly UnitOutput[],
): TileHalves | FilmFault {
  const region = unitRegion(split, tile)
  const channels = (region.x1 - region.x0) * (region.y1 - region.y0) * 3
  const sums = [new Float64Array(channels), new Float64Array(channels)] as const
  let samples: Samples = [0, 0]
  for (const { index, bytes } of outputs.toSorted((a, b) => a.index - b.index)) {
    if (index % tileCount(split) !== tile || bytes.length !== filmLength(region)) {
      return { kind: 'bad-film', unit: index, message: `unit ${index} is not the film of tile ${tile}` }
    }
    const { s0, s1 } = unitRegion(split, index)
    const [a, b] = samples
    if (!addFilm(sums[a <= b ? 0 : 1], bytes)) {
      return { kind: 'bad-film', unit: index, message: `unit ${index} holds a negative sum of light` }
    }
    samples = a <= b ? [a + s1 - s0, b] : [a, b + s1 - s0]
  }
  return halvesOf(sums, samples)
}

/**
 * Sums of 64 bits as doubles: those of up to 2⁵³, far beyond what a lamp gives, are exact.
 * @returns false for a film with a negative sum, which no light can give
 */
function addFilm(sums: Float64Array, bytes: Uint8Array): boolean {
  const film = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < sums.length; i++) {
    const high = film.getInt32(8 * i + 4, true)
    if (high < 0) return false
    sums[i] = (sums[i] ?? 0) + high * 2 ** 32 + film.getUint32(8 * i, true)
  }
  return true
}

function halvesOf([sumA, sumB]: readonly [Float64Array, Float64Array], [a, b]: Samples): TileHalves {
  const mean = new Float32Array(sumA.length)
  const halves = [new Float32Array(sumA.length), new Float32Array(sumA.length)] as const
  const scale = 1 / (FILM_SCALE * (a + b))
  const apart = b === 0 ? 0 : Math.sqrt(a * b) / (a + b) / FILM_SCALE
  for (let i = 0; i < mean.length; i++) {
    const [lightA, lightB] = [sumA[i] ?? 0, sumB[i] ?? 0]
    const all = (lightA + lightB) * scale
    const offset = apart === 0 ? 0 : apart * (lightA / a - lightB / b)
    mean[i] = all
    halves[0][i] = all + offset
    halves[1][i] = all - offset
  }
  return { kind: 'halves', mean, halves }
}
