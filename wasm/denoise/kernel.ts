/**
 * The denoiser over its compiled module: a picture's two half-buffers and their features become one picture.
 *
 * @example
 * const denoiser = instantiateDenoiser(new WebAssembly.Module(bytes))
 * const clean = denoiser.denoise({ width, height, colors: [a, b], features: [fa, fb] })
 */
import { assert } from '../path-trace/assert.ts'

/** Values per pixel of the halves' features: albedo (3), shading normal (3), depth. */
export const FEATURE_VALUES = 7

/** Pixels around a region that its result depends on; `assembly/planes.ts` has it from the radii. */
export const DENOISE_BORDER = 20

/** Rows filtered at once: 300 MiB at 8,192 pixels a row, and a sixth more work than in one piece. */
export const DENOISE_BAND_ROWS = 128

/** What a pixel's memory holds first: red, green, blue and a spare. */
const COLOR_VALUES = 4

/** Two halves of one picture: each the mean of its own samples, equally many; or of some of its rows. */
export interface NoisyPicture {
  readonly width: number
  readonly height: number
  /** Which rows the arrays hold; all of the picture when absent. */
  readonly rows?: { readonly from: number; readonly count: number }
  /** Linear red, green and blue, row by row. */
  readonly colors: readonly [Float32Array, Float32Array]
  /** FEATURE_VALUES per pixel. */
  readonly features: readonly [Float32Array, Float32Array]
}

/** Pixels of a picture; x1 and y1 are excluded. */
export interface Rectangle {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** A running denoiser. */
export interface Denoiser {
  /** The whole picture, linear red, green and blue. `afterBand` sees the rows done; if it throws, the rest is not done. */
  denoise(picture: NoisyPicture, afterBand?: (rows: number) => void): Float32Array
  /** The same bits of a part of it: only pixels up to DENOISE_BORDER away are read, and these rows must be there. */
  denoiseRegion(picture: NoisyPicture, region: Rectangle): Float32Array
}

interface DenoiserExports {
  readonly memory: WebAssembly.Memory
  open(w: number, h: number, x: number, y: number, imageWidth: number, imageHeight: number): number
  colorA(): number
  colorB(): number
  featuresA(): number
  featuresB(): number
  output(): number
  run(): void
}

/** A new instance of the compiled module. `imports` is for what a meter may have added; the kernel has none. */
export function instantiateDenoiser(module: WebAssembly.Module, imports: WebAssembly.Imports = {}): Denoiser {
  const kernel = new WebAssembly.Instance(module, imports).exports as unknown as DenoiserExports
  const denoiseRegion = (picture: NoisyPicture, region: Rectangle): Float32Array => {
    assertPicture(picture, region)
    const left = region.x0 - DENOISE_BORDER
    const top = region.y0 - DENOISE_BORDER
    const width = region.x1 - region.x0 + 2 * DENOISE_BORDER
    const height = region.y1 - region.y0 + 2 * DENOISE_BORDER
    const opened = kernel.open(width, height, left, top, picture.width, picture.height)
    assert(opened !== 0, 'a region fits the memory')
    const view = (at: number, values: number) =>
      new Float32Array(kernel.memory.buffer, at >>> 0, width * height * values)
    const [a, b] = picture.colors
    const [fa, fb] = picture.features
    const place = { left, top, width, height }
    copyPixels(picture, place, a, 3, view(kernel.colorA(), COLOR_VALUES), 0)
    copyPixels(picture, place, b, 3, view(kernel.colorB(), COLOR_VALUES), 0)
    // The first value is the constant term of the regression.
    for (const [from, at] of [
      [fa, kernel.featuresA()],
      [fb, kernel.featuresB()],
    ] as const) {
      const to = view(at, FEATURE_VALUES + 1)
      copyPixels(picture, place, from, FEATURE_VALUES, to, 1)
      for (let i = 0; i < to.length; i += FEATURE_VALUES + 1) to[i] = 1
    }
    kernel.run()
    return cropOf(view(kernel.output(), COLOR_VALUES), width, region)
  }
  return {
    denoiseRegion,
    denoise(picture, afterBand) {
      const { width, height } = picture
      const clean = new Float32Array(width * height * 3)
      for (let y0 = 0; y0 < height; y0 += DENOISE_BAND_ROWS) {
        const y1 = Math.min(y0 + DENOISE_BAND_ROWS, height)
        clean.set(denoiseRegion(picture, { x0: 0, y0, x1: width, y1 }), y0 * width * 3)
        afterBand?.(y1)
      }
      return clean
    },
  }
}

function assertPicture(picture: NoisyPicture, region: Rectangle): void {
  const { width, height, colors, features } = picture
  const { x0, y0, x1, y1 } = region
  const { from, count } = rowsOf(picture)
  const reach = [Math.max(0, y0 - DENOISE_BORDER), Math.min(height, y1 + DENOISE_BORDER)] as const
  assert(from <= reach[0] && reach[1] <= from + count, 'the rows around a region are there')
  assert([width, height, x0, y0, x1, y1].every(Number.isInteger), 'a region is of whole pixels')
  assert(
    x0 >= 0 && x0 < x1 && x1 <= width && y0 >= 0 && y0 < y1 && y1 <= height,
    'a region lies in its picture',
  )
  assert(
    colors.every((half) => half.length === width * count * 3),
    'colours are three per pixel',
  )
  assert(
    features.every((half) => half.length === width * count * FEATURE_VALUES),
    'features are seven per pixel',
  )
}

function rowsOf({ height, rows }: NoisyPicture): { readonly from: number; readonly count: number } {
  return rows ?? { from: 0, count: height }
}

/** Copies a picture's pixels into a region that may reach beyond it: there its edge is repeated. */
function copyPixels(
  picture: NoisyPicture,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  from: Float32Array,
  values: number,
  to: Float32Array,
  first: number,
): void {
  const stride = to.length / (width * height)
  const { from: firstRow } = rowsOf(picture)
  for (let y = 0; y < height; y++) {
    const row = (Math.min(Math.max(top + y, 0), picture.height - 1) - firstRow) * picture.width
    for (let x = 0; x < width; x++) {
      const p = (row + Math.min(Math.max(left + x, 0), picture.width - 1)) * values
      const q = (y * width + x) * stride + first
      for (let k = 0; k < values; k++) to[q + k] = from[p + k] ?? 0
    }
  }
}

function cropOf(pixels: Float32Array, width: number, { x0, y0, x1, y1 }: Rectangle): Float32Array {
  const crop = new Float32Array((x1 - x0) * (y1 - y0) * 3)
  let to = 0
  for (let y = 0; y < y1 - y0; y++) {
    for (let x = 0; x < x1 - x0; x++) {
      const p = ((y + DENOISE_BORDER) * width + x + DENOISE_BORDER) * COLOR_VALUES
      for (let k = 0; k < 3; k++) crop[to++] = pixels[p + k] ?? 0
    }
  }
  return crop
}
