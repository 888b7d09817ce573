import type { Picture } from './picture.ts'

/** Weights of red, green and blue in the luma whose structure is compared (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const

/** Pixels on each side of a window's middle: windows are 11 × 11, as the paper has them. */
const REACH = 5
const SIDE = 2 * REACH + 1

/**
 * The window's weights along one side, from the middle outwards: a Gaussian with a deviation of 1.5 pixels whose eleven
 * weights sum to 1. They stand here as numbers because `Math.exp` may differ between platforms.
 */
const WEIGHTS_OUTWARDS = [
  0.2660117248617943, 0.21300553771125366, 0.1093606895097, 0.03600077212843082, 0.007598758135239184,
  0.0010283800844791099,
] as const
const WEIGHTS = Float64Array.from({ length: SIDE }, (_, i) => WEIGHTS_OUTWARDS[Math.abs(i - REACH)] ?? 0)

/** The paper's constants (0.01 L)² and (0.03 L)², where values reach from 0 to L = 1. */
const C1 = 0.01 * 0.01
const C2 = 0.03 * 0.03

/** How much two pictures differ (0: not at all), and how similar their structure is (1: the same). */
export interface Similarity {
  readonly rmse: number
  readonly ssim: number
}

/**
 * Compares two pictures of one size and as many channels. `rmse` is the root of the mean square of the differences of
 * all channels; `ssim` the mean structural similarity of their luma, over the Gaussian window around each pixel.
 *
 * Source: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to
 * Structural Similarity", IEEE Transactions on Image Processing 13 (4), 2004, equations 13 to 17. At the edges, where
 * the paper has no windows, a window's part outside the picture has no weight; so every pixel counts, and a picture may
 * be smaller than a window. Only + − × ÷ and square roots of doubles are used: equal pictures give equal figures
 * everywhere, and the order of the two does not matter.
 */
export function similarityOf(one: Picture, other: Picture): Similarity {
  const { width, height, channels } = one
  const rows = [new Float64Array(width * channels), new Float64Array(width * channels)] as const
  const lumas = [new Float64Array(width), new Float64Array(width)] as const
  const windows = createWindows(width, height)
  let squares = 0
  let similarity = 0
  for (let y = 0; y < height + REACH; y++) {
    if (y < height) {
      one.readRow(y, rows[0])
      other.readRow(y, rows[1])
      squares += squaredDifference(rows[0], rows[1])
      lumaOf(rows[0], channels, lumas[0])
      lumaOf(rows[1], channels, lumas[1])
      windows.add(y, lumas[0], lumas[1])
    }
    if (y >= REACH) similarity += windows.similarityOfRow(y - REACH)
  }
  return {
    rmse: Math.sqrt(squares / (width * height * channels)),
    ssim: similarity / (width * height),
  }
}

function squaredDifference(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let i = 0; i < one.length; i++) {
    const difference = (one[i] ?? 0) - (other[i] ?? 0)
    sum += difference * difference
  }
  return sum
}

function lumaOf(row: Float64Array, channels: number, luma: Float64Array): void {
  const [red, green, blue] = LUMA
  for (let x = 0, i = 0; x < luma.length; x++, i += channels) {
    luma[x] = red * (row[i] ?? 0) + green * (row[i + 1] ?? 0) + blue * (row[i + 2] ?? 0)
  }
}

/** Weighted sums along a row, of both lumas, their squares and their product: five values a pixel. */
const SUMS = 5

/** The windows of a picture, fed row by row; the Gaussian is separable, so rows are summed first and columns then. */
function createWindows(width: number, height: number) {
  const ring = Array.from({ length: SIDE }, () => new Float64Array(width * SUMS))
  const products = new Float64Array(width * SUMS)
  const sums = new Float64Array(width * SUMS)
  const weightsAcross = Float64Array.from({ length: width }, (_, x) => weightInside(x, width))

  function add(y: number, one: Float64Array, other: Float64Array): void {
    for (let x = 0, i = 0; x < width; x++, i += SUMS) {
      const a = one[x] ?? 0
      const b = other[x] ?? 0
      products[i] = a
      products[i + 1] = b
      products[i + 2] = a * a
      products[i + 3] = b * b
      products[i + 4] = a * b
    }
    const target = ring[y % SIDE]
    if (target !== undefined) sumAcross(products, target, width)
  }

  function similarityOfRow(y: number): number {
    sums.fill(0)
    for (let row = Math.max(0, y - REACH); row <= Math.min(height - 1, y + REACH); row++) {
      const weight = WEIGHTS[row - y + REACH] ?? 0
      const source = ring[row % SIDE]
      if (source !== undefined) addScaled(source, weight, sums)
    }
    const weightDown = weightInside(y, height)
    let total = 0
    for (let x = 0; x < width; x++) {
      total += similarityAt(sums, x * SUMS, 1 / (weightDown * (weightsAcross[x] ?? 1)))
    }
    return total
  }

  return { add, similarityOfRow }
}

function sumAcross(products: Float64Array, target: Float64Array, width: number): void {
  for (let x = 0; x < width; x++) {
    let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0]
    const last = Math.min(width - 1, x + REACH)
    for (let from = Math.max(0, x - REACH); from <= last; from++) {
      const weight = WEIGHTS[from - x + REACH] ?? 0
      const i = from * SUMS
      a += weight * (products[i] ?? 0)
      b += weight * (products[i + 1] ?? 0)
      aa += weight * (products[i + 2] ?? 0)
      bb += weight * (products[i + 3] ?? 0)
      ab += weight * (products[i + 4] ?? 0)
    }
    const to = x * SUMS
    target[to] = a
    target[to + 1] = b
    target[to + 2] = aa
    target[to + 3] = bb
    target[to + 4] = ab
  }
}

function addScaled(source: Float64Array, weight: number, sums: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (source[i] ?? 0)
}

/** The part of a window's weight, along one side, that lies within a picture of `side` pixels. */
function weightInside(at: number, side: number): number {
  let sum = 0
  for (let i = Math.max(0, at - REACH); i <= Math.min(side - 1, at + REACH); i++) {
    sum += WEIGHTS[i - at + REACH] ?? 0
  }
  return sum
}

/** Equation 13, of the window whose five sums begin at `i`. */
function similarityAt(sums: Float64Array, i: number, scale: number): number {
  const meanA = (sums[i] ?? 0) * scale
  const meanB = (sums[i + 1] ?? 0) * scale
  const varianceA = (sums[i + 2] ?? 0) * scale - meanA * meanA
  const varianceB = (sums[i + 3] ?? 0) * scale - meanB * meanB
  const covariance = (sums[i + 4] ?? 0) * scale - meanA * meanB
  return (
    ((2 * meanA * meanB + C1) * (2 * covariance + C2)) /
    ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2))
  )
}
