import type { EnvironmentMap } from './environment.ts'

/** The exponent's bias, and the bits of a mantissa (Graphics Gems II). */
const EXPONENT_BIAS = 128
const MANTISSA = 256
/** Runs of fewer equal bytes are shorter as they are. */
const RUN_MIN = 4
const CODE_LENGTH_MAX = 127
/** Narrower and wider rows have no run-length code. */
const CODED_WIDTH_MIN = 8
const CODED_WIDTH_MAX = 32_767

/**
 * Writes a map as a Radiance `.hdr` picture (RGBE, run-length coded), which `parseEnvironment` reads: each pixel to within one
 * part in 128 of its brightest channel. The same map gives the same bytes.
 *
 * Source: G. Ward, "Real Pixels", Graphics Gems II, and the file format chapter of Radiance's manual.
 */
export function writeEnvironment({ width, height, pixels }: EnvironmentMap): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(`#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y ${height} +X ${width}\n`)
  const isCoded = width >= CODED_WIDTH_MIN && width <= CODED_WIDTH_MAX
  // A literal takes a code for each 127 bytes at the most; a row begins with four bytes.
  const bytesMax = header.length + height * (4 + 4 * (width + Math.ceil(width / CODE_LENGTH_MAX)))
  const bytes = new Uint8Array(bytesMax)
  bytes.set(header)
  let at = header.length
  const planes = new Uint8Array(4 * width)
  for (let y = 0; y < height; y++) {
    encodeRow(pixels.subarray(y * width * 3, (y + 1) * width * 3), planes)
    if (!isCoded) {
      for (let x = 0; x < width; x++) for (let c = 0; c < 4; c++) bytes[at++] = planes[c * width + x] ?? 0
      continue
    }
    bytes.set([2, 2, width >> 8, width & 0xff], at)
    at += 4
    for (let c = 0; c < 4; c++) at = writeRuns(planes.subarray(c * width, (c + 1) * width), bytes, at)
  }
  return bytes.slice(0, at)
}

/** One row as RGBE, each channel after the other. */
function encodeRow(row: Float32Array, planes: Uint8Array): void {
  const width = planes.length / 4
  for (let x = 0; x < width; x++) {
    const channels = [row[3 * x] ?? 0, row[3 * x + 1] ?? 0, row[3 * x + 2] ?? 0]
    const largest = Math.max(...channels)
    const exponent = exponentOf(largest)
    const isBlack = exponent <= -EXPONENT_BIAS
    for (const [c, channel] of channels.entries()) {
      const mantissa = isBlack ? 0 : Math.floor((Math.max(0, channel) * MANTISSA) / 2 ** exponent)
      planes[c * width + x] = Math.min(MANTISSA - 1, mantissa)
    }
    planes[3 * width + x] = isBlack ? 0 : exponent + EXPONENT_BIAS
  }
}

/** The exponent by which a number is a fraction from ½ to 1. */
function exponentOf(value: number): number {
  if (!(value > 0)) return -EXPONENT_BIAS
  let exponent = Math.floor(Math.log2(value)) + 1
  // The logarithm may be off by one where the number is next to a power of two.
  if (value >= 2 ** exponent) exponent++
  if (value < 2 ** (exponent - 1)) exponent--
  return Math.min(EXPONENT_BIAS - 1, exponent)
}

/** Writes one channel of a row as runs and literals. @returns the offset behind it */
function writeRuns(plane: Uint8Array, bytes: Uint8Array, from: number): number {
  let at = from
  for (let x = 0; x < plane.length;) {
    const run = runAt(plane, x)
    if (run >= RUN_MIN) {
      bytes[at++] = 128 + run
      bytes[at++] = plane[x] ?? 0
      x += run
      continue
    }
    const start = x
    while (x < plane.length && x - start < CODE_LENGTH_MAX && runAt(plane, x) < RUN_MIN) x++
    bytes[at++] = x - start
    bytes.set(plane.subarray(start, x), at)
    at += x - start
  }
  return at
}

/** How many bytes from here on are equal, as far as a code reaches. */
function runAt(plane: Uint8Array, from: number): number {
  let to = from + 1
  while (to < plane.length && to - from < CODE_LENGTH_MAX && plane[to] === plane[from]) to++
  return to - from
}
