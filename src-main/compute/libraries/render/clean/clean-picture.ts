import {
  DENOISE_BAND_ROWS,
  DENOISE_BORDER,
  type Denoiser,
  FEATURE_VALUES,
} from '../../../../../wasm/denoise/kernel.ts'
import { type RenderSplit, tileGrid, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { UnitOutput } from '../picture/assemble-image.ts'
import type { PictureLight } from '../picture/develop.ts'
import type { FilmFault } from '../picture/film.ts'
import type { EyeFeatures } from './eye-features.ts'
import { createRowWindow, type RowWindow } from './row-window.ts'
import { tileHalves } from './tile-halves.ts'

/** The light of pixels that have none: so far from any that no other pixel is mixed with it. */
const ABSENT = 1e6

/** Where a picture to be cleaned comes from. */
export interface NoisySource {
  /** Outputs of a tile's units, those that are here. Asked for once, tile by tile from the top. */
  readonly outputs: (tile: number) => readonly UnitOutput[]
  readonly features: EyeFeatures
}

/** How a picture is cleaned. */
export interface CleanOptions {
  /** How much of the noise is taken away, from 0 (as rendered) to 1. */
  readonly strength: number
  /** Told rows that are done. */
  readonly afterBand?: (rows: number) => void
}

/** The picture's light, cleaned, and how many tiles have no sample. */
export interface CleanPicture extends PictureLight {
  readonly kind: 'clean'
  readonly missingTiles: number
}

/** Rows in memory: the picture as rendered, its halves, their features; all begin and end at the same row. */
interface Windows {
  readonly mean: RowWindow
  readonly colors: readonly [RowWindow, RowWindow]
  readonly features: readonly [RowWindow, RowWindow]
}

/**
 * Takes the noise out of a picture, band by band: a few hundred rows are in memory at a time, beside the result of 12
 * bytes a pixel. The bits do not depend on the bands.
 *
 * A tile whose samples are one range stays as it is; of tiles without any, `coverage` says so.
 * @returns a fault for an output that is none of its unit's
 */
export function cleanPicture(
  split: RenderSplit,
  source: NoisySource,
  denoiser: Pick<Denoiser, 'denoiseRegion'>,
  { strength, afterBand }: CleanOptions,
): CleanPicture | FilmFault {
  const { width, height } = split
  const coverage = new Uint8Array(width * height)
  const radiance = new Float32Array(width * height * 3)
  const windows = openWindows(width)
  const { rows: tileRows } = tileGrid(split)
  let [tileRow, missingTiles] = [0, 0]
  for (let y0 = 0; y0 < height; y0 += DENOISE_BAND_ROWS) {
    const y1 = Math.min(height, y0 + DENOISE_BAND_ROWS)
    for (const window of allOf(windows)) window.dropBefore(y0 - DENOISE_BORDER)
    while (bottomOf(windows) < y1 + DENOISE_BORDER && tileRow < tileRows) {
      const read = readTileRow(split, source, tileRow++, windows, coverage)
      if (typeof read !== 'number') return read
      missingTiles += read
    }
    const clean = denoiser.denoiseRegion(noisyRows(split, windows), { x0: 0, y0, x1: width, y1 })
    blendBand(
      radiance.subarray(y0 * width * 3, y1 * width * 3),
      clean,
      strength,
      meanOfBand(windows, y0, width),
    )
    afterBand?.(y1)
  }
  if (missingTiles === 0) return { kind: 'clean', width, height, radiance, missingTiles }
  for (const [pixel, isSeen] of coverage.entries()) {
    if (isSeen === 0) radiance.fill(0, pixel * 3, pixel * 3 + 3)
  }
  return { kind: 'clean', width, height, radiance, coverage, missingTiles }
}

function openWindows(width: number): Windows {
  const [colors, features] = [width * 3, width * FEATURE_VALUES]
  return {
    mean: createRowWindow(colors),
    colors: [createRowWindow(colors), createRowWindow(colors)],
    features: [createRowWindow(features), createRowWindow(features)],
  }
}

function allOf({ mean, colors, features }: Windows): RowWindow[] {
  return [mean, ...colors, ...features]
}

function bottomOf({ mean }: Windows): number {
  return mean.from + mean.count
}

function noisyRows({ width, height }: RenderSplit, { mean, colors, features }: Windows) {
  const [a, b] = colors
  const [fa, fb] = features
  return {
    width,
    height,
    rows: { from: mean.from, count: mean.count },
    colors: [a.values, b.values] as const,
    features: [fa.values, fb.values] as const,
  }
}

/** Appends the rows of a row of tiles. @returns how many of these have no sample */
function readTileRow(
  split: RenderSplit,
  { outputs, features }: NoisySource,
  tileRow: number,
  windows: Windows,
  coverage: Uint8Array,
): number | FilmFault {
  const { width } = split
  const { columns } = tileGrid(split)
  const { y0, y1 } = unitRegion(split, tileRow * columns)
  const mean = windows.mean.append(y1 - y0)
  const [a, b] = windows.colors
  const halves = [a.append(y1 - y0).fill(ABSENT), b.append(y1 - y0).fill(ABSENT)] as const
  const [fa, fb] = windows.features
  features({ y0, y1 }, [fa.append(y1 - y0), fb.append(y1 - y0)])
  let missing = 0
  for (let column = 0; column < columns; column++) {
    const tile = tileRow * columns + column
    const units = outputs(tile)
    if (units.length === 0) {
      missing++
      continue
    }
    const light = tileHalves(split, tile, units)
    if (light.kind === 'bad-film') return light
    const { x0, x1 } = unitRegion(split, tile)
    for (let y = 0; y < y1 - y0; y++) {
      const [from, to] = [y * (x1 - x0) * 3, (y + 1) * (x1 - x0) * 3]
      const at = (y * width + x0) * 3
      mean.set(light.mean.subarray(from, to), at)
      for (const [i, half] of halves.entries())
        half.set((light.halves[i] ?? light.mean).subarray(from, to), at)
      coverage.fill(1, (y0 + y) * width + x0, (y0 + y) * width + x1)
    }
  }
  return missing
}

/** The picture as rendered, from row `y0` on. */
function meanOfBand({ mean }: Windows, y0: number, width: number): Float32Array {
  return mean.values.subarray((y0 - mean.from) * width * 3)
}

function blendBand(to: Float32Array, clean: Float32Array, strength: number, mean: Float32Array): void {
  for (let i = 0; i < to.length; i++) {
    const [noisy, smooth] = [mean[i] ?? 0, clean[i] ?? 0]
    to[i] = strength === 1 ? smooth : noisy + strength * (smooth - noisy)
  }
}
