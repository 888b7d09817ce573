import { deflateSync } from 'node:zlib'

const MAGIC = 20_000_630
const VERSION_SCANLINE_SINGLE_PART = 2
const ZIP_COMPRESSION = 3
/** Rows that ZIP compression packs together, fixed by the format. */
const ROWS_PER_BLOCK = 16
const INCREASING_Y = 0
const PIXEL_TYPE_FLOAT = 2
/** The format wants channels in alphabetical order; `from` is the channel's place in the caller's RGB. */
const CHANNELS = [
  { name: 'B', from: 2 },
  { name: 'G', from: 1 },
  { name: 'R', from: 0 },
] as const

/**
 * Writes linear radiance (RGB, three floats a pixel, rows from the top) as an OpenEXR file: one part of
 * scanlines, 32-bit float channels, ZIP compression. Lossless; equal pixels give equal bytes. With the coverage of each
 * pixel (1 or 0) there is a channel A, before the others by the alphabet.
 *
 * Source: "OpenEXR File Layout" and "Technical Introduction to OpenEXR" of the Academy Software Foundation.
 */
export function encodeExr(
  width: number,
  height: number,
  radiance: Float32Array,
  coverage?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const header = exrHeader(width, height, coverage !== undefined)
  const blocks: Uint8Array[] = []
  for (let y = 0; y < height; y += ROWS_PER_BLOCK) {
    blocks.push(encodeBlock(width, y, Math.min(ROWS_PER_BLOCK, height - y), radiance, coverage))
  }
  const tableLength = blocks.length * 8
  const out = new Uint8Array(
    header.length + tableLength + blocks.reduce((sum, block) => sum + block.length, 0),
  )
  out.set(header)
  const table = new DataView(out.buffer, header.length, tableLength)
  let at = header.length + tableLength
  for (const [i, block] of blocks.entries()) {
    table.setBigUint64(i * 8, BigInt(at), true)
    out.set(block, at)
    at += block.length
  }
  return out
}

/** A block of rows: its first y, its length, and the packed rows, each channel after the other within a row. */
function encodeBlock(
  width: number,
  y: number,
  rows: number,
  radiance: Float32Array,
  coverage: Uint8Array | undefined,
): Uint8Array {
  const channels = CHANNELS.length + (coverage === undefined ? 0 : 1)
  const raw = new DataView(new ArrayBuffer(width * rows * channels * 4))
  let at = 0
  for (let row = y; row < y + rows; row++) {
    for (let x = 0; coverage !== undefined && x < width; x++, at += 4) {
      raw.setFloat32(at, coverage[row * width + x] ?? 0, true)
    }
    for (const { from } of CHANNELS) {
      for (let x = 0; x < width; x++, at += 4) {
        raw.setFloat32(at, radiance[(row * width + x) * 3 + from] ?? 0, true)
      }
    }
  }
  const plain = new Uint8Array(raw.buffer)
  const packed = deflateSync(predicted(plain))
  // A block that would not shrink is stored as it is, which the reader sees by its length.
  const data = packed.length < plain.length ? packed : plain
  const block = new Uint8Array(8 + data.length)
  const head = new DataView(block.buffer)
  head.setInt32(0, y, true)
  head.setInt32(4, data.length, true)
  block.set(data, 8)
  return block
}

/** ZIP's preparation: even bytes, then odd bytes, then each byte as its difference from the one before + 128. */
function predicted(raw: Uint8Array): Uint8Array {
  const half = Math.ceil(raw.length / 2)
  const out = new Uint8Array(raw.length)
  for (let i = 0; i < raw.length; i++) out[(i & 1) * half + (i >> 1)] = raw[i] ?? 0
  for (let i = raw.length - 1; i > 0; i--) out[i] = (out[i] ?? 0) - (out[i - 1] ?? 0) + 128
  return out
}

function exrHeader(width: number, height: number, hasCoverage: boolean): Uint8Array {
  const box = int32s(0, 0, width - 1, height - 1)
  const names = [...(hasCoverage ? ['A'] : []), ...CHANNELS.map(({ name }) => name)]
  const channels = names.flatMap((name) => [text(name), int32s(PIXEL_TYPE_FLOAT, 0, 1, 1)])
  return joined([
    int32s(MAGIC, VERSION_SCANLINE_SINGLE_PART),
    attribute('channels', 'chlist', [...channels, Uint8Array.of(0)]),
    attribute('compression', 'compression', [Uint8Array.of(ZIP_COMPRESSION)]),
    attribute('dataWindow', 'box2i', [box]),
    attribute('displayWindow', 'box2i', [box]),
    attribute('lineOrder', 'lineOrder', [Uint8Array.of(INCREASING_Y)]),
    attribute('pixelAspectRatio', 'float', [float32s(1)]),
    attribute('screenWindowCenter', 'v2f', [float32s(0, 0)]),
    attribute('screenWindowWidth', 'float', [float32s(1)]),
    Uint8Array.of(0),
  ])
}

function attribute(name: string, type: string, parts: readonly Uint8Array[]): Uint8Array {
  const value = joined(parts)
  return joined([text(name), text(type), int32s(value.length), value])
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`)
}

function int32s(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer)
}

function float32s(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
