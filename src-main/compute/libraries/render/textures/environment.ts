import { powerOfTwo } from '../../../../../wasm/path-trace/exact-math.ts'

/** The widest environment map taken: 8192 × 4096 RGB floats are 384 MB. */
const ENVIRONMENT_WIDTH_MAX = 8192

/** Header lines come before the pixels; real files have fewer than ten. */
const HEADER_LINES_MAX = 64

/** A header line; real ones hold a short setting or the command that made the file. */
const HEADER_LINE_LENGTH_MAX = 2048

/** Run-length coded scanlines exist only for these widths (Radiance, color.c). */
const CODED_WIDTH_MIN = 8
const CODED_WIDTH_MAX = 32_767

/** The largest radiance kept; the sun's disc, 1.6e9 cd/m² over 683 lm/W and a steradian's share, fits. */
const RADIANCE_MAX = 1e7

/** Three floats. */
const PIXEL_BYTES = 12

/** The factor of each exponent (Graphics Gems II); 0 is black. */
const EXPONENT_SCALES = Float64Array.from({ length: 256 }, (_, e) => (e === 0 ? 0 : powerOfTwo(e - 136)))

/** An equirectangular picture of distant light: linear RGB, rows from the zenith down, three floats a pixel. */
export interface EnvironmentMap {
  readonly kind: 'map'
  readonly width: number
  readonly height: number
  readonly pixels: Float32Array
}

/** Why there is no map, in one line. */
export interface EnvironmentFault {
  readonly kind: 'bad-environment' | 'environment-too-large'
  readonly message: string
}

/**
 * Reads a Radiance `.hdr` picture (RGBE, flat or run-length coded, any of its row orders that start at the
 * left) as an environment map. Bounded by `ENVIRONMENT_WIDTH_MAX`, and `environment-too-large` for one whose pixels take
 * more than `bytesMax`, before they are read; never throws.
 *
 * Source: G. Ward, "Real Pixels", Graphics Gems II, and the file format chapter of Radiance's manual.
 */
export function parseEnvironment(bytes: Uint8Array, bytesMax = Infinity): EnvironmentMap | EnvironmentFault {
  const header = readHeader(bytes)
  if (typeof header === 'string') return { kind: 'bad-environment', message: header }
  const { width, height, upsideDown, exposure } = header
  const needed = width * height * PIXEL_BYTES
  if (needed > bytesMax) {
    const message = `the .hdr picture takes ${needed} bytes to decode, limit ${bytesMax}`
    return { kind: 'environment-too-large', message }
  }
  const pixels = new Float32Array(width * height * 3)
  const row = new Uint8Array(width * 4)
  let at = header.end
  for (let y = 0; y < height; y++) {
    at = readRow(bytes, at, row, width)
    if (at < 0) return { kind: 'bad-environment', message: `the .hdr picture is damaged in row ${y + 1}` }
    decodeRow(row, pixels, (upsideDown ? height - 1 - y : y) * width * 3, exposure)
  }
  return { kind: 'map', width, height, pixels }
}

interface Header {
  readonly width: number
  readonly height: number
  readonly upsideDown: boolean
  readonly exposure: number
  readonly end: number
}

function readHeader(bytes: Uint8Array): Header | string {
  let at = 0
  let exposure = 1
  for (let n = 0; n < HEADER_LINES_MAX; n++) {
    const stop = bytes.subarray(at, at + HEADER_LINE_LENGTH_MAX).indexOf(0x0a)
    if (stop < 0) return 'the .hdr header is damaged'
    const line = String.fromCharCode(...bytes.subarray(at, at + stop)).trimEnd()
    at += stop + 1
    if (n === 0 && !line.startsWith('#?')) return 'not a Radiance .hdr picture'
    if (line.startsWith('FORMAT=') && line !== 'FORMAT=32-bit_rle_rgbe') {
      return `the .hdr colour format ${line.slice('FORMAT='.length)} is not supported`
    }
    if (line.startsWith('EXPOSURE=')) exposure *= Number(line.slice('EXPOSURE='.length))
    const size = /^([-+])Y (\d{1,6}) \+X (\d{1,6})$/.exec(line)
    if (size !== null) return checkedHeader(size, exposure, at, bytes.length)
    if (/^[-+][XY] \d/.test(line)) return 'the .hdr row order is not supported'
  }
  return 'the .hdr picture does not give its size'
}

function checkedHeader(
  size: RegExpExecArray,
  exposure: number,
  end: number,
  fileLength: number,
): Header | string {
  const [height, width] = [Number(size[2]), Number(size[3])]
  if (width < 1 || height < 1 || width > ENVIRONMENT_WIDTH_MAX || height > ENVIRONMENT_WIDTH_MAX) {
    return `an .hdr picture of ${width} × ${height} pixels is outside the limits`
  }
  // Every row costs at least one code of four bytes: a few bytes cannot claim a great picture.
  if (fileLength - end < height * 4) return 'the .hdr picture is cut short'
  if (!(exposure > 0) || !Number.isFinite(exposure)) return 'the .hdr exposure is not a positive number'
  return { width, height, upsideDown: size[1] === '+', exposure, end }
}

/** Reads one scanline as four interleaved bytes a pixel; the offset behind it, or -1 where it is damaged. */
function readRow(bytes: Uint8Array, from: number, row: Uint8Array, width: number): number {
  const coded =
    width >= CODED_WIDTH_MIN &&
    width <= CODED_WIDTH_MAX &&
    bytes[from] === 2 &&
    bytes[from + 1] === 2 &&
    ((bytes[from + 2] ?? 0xff) << 8) + (bytes[from + 3] ?? 0) === width
  return coded ? readCodedRow(bytes, from + 4, row, width) : readFlatRow(bytes, from, row)
}

/** Each of R, G, B and E in turn as runs (length above 128, then a value) and literals. */
function readCodedRow(bytes: Uint8Array, from: number, row: Uint8Array, width: number): number {
  let at = from
  for (let channel = 0; channel < 4; channel++) {
    for (let x = 0; x < width;) {
      const code = bytes[at++]
      if (code === undefined || code === 0) return -1
      const run = code > 128
      const count = run ? code - 128 : code
      if (x + count > width || at + (run ? 1 : count) > bytes.length) return -1
      for (let i = 0; i < count; i++) row[(x + i) * 4 + channel] = bytes[run ? at : at + i] ?? 0
      at += run ? 1 : count
      x += count
    }
  }
  return at
}

/** Plain pixels, or the older code in which 1, 1, 1, n repeats the last pixel n times, 256-fold each time. */
function readFlatRow(bytes: Uint8Array, from: number, row: Uint8Array): number {
  let at = from
  let shift = 0
  for (let to = 0; to < row.length;) {
    if (at + 4 > bytes.length) return -1
    if (bytes[at] === 1 && bytes[at + 1] === 1 && bytes[at + 2] === 1) {
      const end = to + ((bytes[at + 3] ?? 0) << shift) * 4
      if (to === 0 || end > row.length || shift > 16) return -1
      for (; to < end; to += 4) row.copyWithin(to, to - 4, to)
      shift += 8
    } else {
      row.set(bytes.subarray(at, at + 4), to)
      to += 4
      shift = 0
    }
    at += 4
  }
  return at
}

/** RGBE to floats: (mantissa + ½) · 2^(exponent − 136), and 0 where the exponent is 0 (Graphics Gems II). */
function decodeRow(row: Uint8Array, pixels: Float32Array, to: number, exposure: number): void {
  for (let i = 0, o = to; i < row.length; i += 4, o += 3) {
    const scale = (EXPONENT_SCALES[row[i + 3] ?? 0] ?? 0) / exposure
    for (let c = 0; c < 3; c++) pixels[o + c] = Math.min(RADIANCE_MAX, ((row[i + c] ?? 0) + 0.5) * scale)
  }
}
