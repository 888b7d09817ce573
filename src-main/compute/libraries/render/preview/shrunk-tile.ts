import { FILM_PIXEL_BYTES, FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import {
  type RenderSplit,
  tileCount,
  type UnitRegion,
  unitRegion,
} from '../../../../protocol/job-kinds/render-tasks.ts'
import type { UnitOutput } from '../picture/assemble-image.ts'
import { type FilmFault, filmLength } from '../picture/film.ts'

/** Where a tile lies in a picture shrunk by a whole factor, in its pixels. May be empty. */
export interface ShrunkPlace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A tile's part of a shrunk picture: mean radiance, linear RGB in three floats a pixel. */
export interface ShrunkTile extends ShrunkPlace {
  readonly kind: 'tile'
  readonly radiance: Float32Array<ArrayBuffer>
}

/**
 * The pixels that a tile has in a picture shrunk by `factor`: those whose first pixel of the full picture is its own.
 * So every pixel belongs to one tile, whatever the factor.
 */
export function shrunkPlace(split: RenderSplit, tile: number, factor: number): ShrunkPlace {
  const { x0, y0, x1, y1 } = unitRegion(split, tile)
  const [x, y] = [Math.ceil(x0 / factor), Math.ceil(y0 / factor)]
  return { x, y, width: Math.ceil(x1 / factor) - x, height: Math.ceil(y1 / factor) - y }
}

/**
 * Shrinks one tile of a job from the outputs of any of its ranges of samples, each once.
 * @returns a fault for an output that is none of a unit of this tile
 */
export function shrinkTile(
  split: RenderSplit,
  tile: number,
  factor: number,
  outputs: Iterable<UnitOutput>,
): ShrunkTile | FilmFault {
  const place = shrunkPlace(split, tile, factor)
  const region = unitRegion(split, tile)
  const sums = new Float64Array(place.width * place.height * 3)
  let samples = 0
  for (const { index, bytes } of outputs) {
    if (index % tileCount(split) !== tile || bytes.length !== filmLength(region)) {
      return { kind: 'bad-film', unit: index, message: `unit ${index} is not the film of tile ${tile}` }
    }
    addFilm(sums, place, region, factor, bytes)
    const { s0, s1 } = unitRegion(split, index)
    samples += s1 - s0
  }
  return { kind: 'tile', ...place, radiance: meansOf(sums, place, region, factor, samples) }
}

/** Adds a film's sums of light to those of the pixels that it shrinks to. */
function addFilm(
  sums: Float64Array,
  { x, y, width, height }: ShrunkPlace,
  { x0, y0, x1, y1 }: UnitRegion,
  factor: number,
  bytes: Uint8Array,
): void {
  if (width === 0 || height === 0) return
  const film = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let row = Math.max(y0, y * factor); row < y1; row++) {
    const to = (Math.floor(row / factor) - y) * width
    for (let column = Math.max(x0, x * factor); column < x1; column++) {
      const from = ((row - y0) * (x1 - x0) + column - x0) * FILM_PIXEL_BYTES
      const pixel = (to + Math.floor(column / factor) - x) * 3
      for (let c = 0; c < 3; c++) {
        const light = film.getInt32(from + 8 * c + 4, true) * 2 ** 32 + film.getUint32(from + 8 * c, true)
        sums[pixel + c] = (sums[pixel + c] ?? 0) + light
      }
    }
  }
}

/** Sums over how many samples and pixels they are of: at a tile's far edges a pixel has fewer. */
function meansOf(
  sums: Float64Array,
  { x, y, width, height }: ShrunkPlace,
  { x1, y1 }: UnitRegion,
  factor: number,
  samples: number,
): Float32Array<ArrayBuffer> {
  const means = new Float32Array(sums.length)
  for (let row = 0; row < height; row++) {
    const rows = Math.min(y1, (y + row + 1) * factor) - (y + row) * factor
    for (let column = 0; column < width; column++) {
      const columns = Math.min(x1, (x + column + 1) * factor) - (x + column) * factor
      const scale = 1 / (FILM_SCALE * samples * rows * columns)
      const pixel = (row * width + column) * 3
      for (let c = 0; c < 3; c++) means[pixel + c] = (sums[pixel + c] ?? 0) * scale
    }
  }
  return means
}
