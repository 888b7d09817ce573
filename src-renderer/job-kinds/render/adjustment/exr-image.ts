/** Linear radiance: RGB, three floats a pixel, rows from the top. */
export interface RadianceImage {
  readonly width: number
  readonly height: number
  readonly radiance: Float32Array<ArrayBuffer>
}

/** The outcome of reading a file; `why` is for a log, not for a user. */
export type ExrOutcome =
  { readonly ok: true; readonly image: RadianceImage } | { readonly ok: false; readonly why: string }

const MAGIC = 20_000_630
const VERSION_SCANLINE_SINGLE_PART = 2
const ZIP_COMPRESSION = 3
const ROWS_PER_BLOCK = 16
const PIXEL_TYPE_FLOAT = 2
const CHANNELS = ['B', 'G', 'R'] as const
const BYTES_PER_PIXEL = CHANNELS.length * 4
/** The longest side of a picture that a job renders. */
const SIDE_MAX = 8_192
/** A header of ours is under 400 bytes; names and values of others' are not worth more. */
const HEADER_BYTES_MAX = 4_096

/**
 * Reads an OpenEXR file as our own results are written: one part of scanlines, 32-bit float channels B, G, R, ZIP
 * compression, rows downwards. Anything else is refused, whatever its bytes.
 *
 * Source: "OpenEXR File Layout" and "Technical Introduction to OpenEXR" of the Academy Software Foundation.
 */
export async function readExr(bytes: Uint8Array<ArrayBuffer>): Promise<ExrOutcome> {
  const header = readHeader(bytes)
  if ('why' in header) return { ok: false, why: header.why }
  const { width, height, end } = header
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks = Math.ceil(height / ROWS_PER_BLOCK)
  if (end + blocks * 8 > bytes.length) return refused('the table of blocks is cut short')
  const radiance = new Float32Array(width * height * 3)
  for (let block = 0; block < blocks; block++) {
    const at = Number(view.getBigUint64(end + block * 8, true))
    const y = block * ROWS_PER_BLOCK
    const raw = await readBlock(
      bytes,
      view,
      at,
      y,
      width * Math.min(ROWS_PER_BLOCK, height - y) * BYTES_PER_PIXEL,
    )
    if (raw === undefined) return refused(`block ${block} is damaged`)
    placeRows(raw, width, y, radiance)
  }
  return { ok: true, image: { width, height, radiance } }
}

function refused(why: string): ExrOutcome {
  return { ok: false, why }
}

type Header =
  { readonly width: number; readonly height: number; readonly end: number } | { readonly why: string }

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8 || view.getInt32(0, true) !== MAGIC) return { why: 'not an OpenEXR file' }
  if (view.getInt32(4, true) !== VERSION_SCANLINE_SINGLE_PART) return { why: 'not one part of scanlines' }
  const attributes = new Map<string, Uint8Array>()
  let at = 8
  for (;;) {
    const name = readText(bytes, at)
    if (name === undefined) return { why: 'the header is cut short' }
    at += name.length + 1
    if (name === '') break
    const type = readText(bytes, at)
    if (type === undefined) return { why: 'the header is cut short' }
    at += type.length + 1
    if (at + 4 > bytes.length) return { why: 'the header is cut short' }
    const length = view.getInt32(at, true)
    at += 4
    if (length < 0 || at + length > Math.min(bytes.length, HEADER_BYTES_MAX))
      return { why: 'the header is too long' }
    attributes.set(name, bytes.subarray(at, at + length))
    at += length
  }
  return sizeOf(attributes, at)
}

function sizeOf(attributes: ReadonlyMap<string, Uint8Array>, end: number): Header {
  if (!sameBytes(attributes.get('channels'), channelList()))
    return { why: 'other channels than B, G, R as floats' }
  if (attributes.get('compression')?.[0] !== ZIP_COMPRESSION) return { why: 'another compression than ZIP' }
  if (attributes.get('lineOrder')?.[0] !== 0) return { why: 'rows are not downwards' }
  const window = attributes.get('dataWindow')
  if (window?.length !== 16) return { why: 'no data window' }
  const box = new DataView(window.buffer, window.byteOffset, 16)
  const [left, top] = [box.getInt32(0, true), box.getInt32(4, true)]
  const [width, height] = [box.getInt32(8, true) + 1, box.getInt32(12, true) + 1]
  const isSize = (side: number): boolean => side >= 1 && side <= SIDE_MAX
  if (left !== 0 || top !== 0 || !isSize(width) || !isSize(height))
    return { why: 'a size that is none of ours' }
  return { width, height, end }
}

/** A text of at most 255 characters up to its zero byte. */
function readText(bytes: Uint8Array, at: number): string | undefined {
  const end = bytes.subarray(at, at + 256).indexOf(0)
  return end < 0 ? undefined : String.fromCharCode(...bytes.subarray(at, at + end))
}

function channelList(): Uint8Array {
  const numbers = new Uint8Array(Int32Array.of(PIXEL_TYPE_FLOAT, 0, 1, 1).buffer)
  return Uint8Array.from([...CHANNELS.flatMap((name) => [name.charCodeAt(0), 0, ...numbers]), 0])
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && b.every((byte, i) => a[i] === byte)
}

/** A block's rows as they were before packing; nothing where it is not what its place in the picture says. */
async function readBlock(
  bytes: Uint8Array<ArrayBuffer>,
  view: DataView,
  at: number,
  y: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!Number.isSafeInteger(at) || at < 0 || at + 8 > bytes.length) return undefined
  const packed = view.getInt32(at + 4, true)
  if (view.getInt32(at, true) !== y || packed < 0 || packed > length || at + 8 + packed > bytes.length)
    return undefined
  const data = bytes.subarray(at + 8, at + 8 + packed)
  // A block that would not have shrunk is stored as it is.
  if (packed === length) return data
  const plain = await inflated(data, length)
  return plain === undefined ? undefined : unpredicted(plain)
}

/** Unpacks zlib data of a known length; a bomb is stopped when it has more. */
async function inflated(
  data: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const out = new Uint8Array(length)
  let at = 0
  try {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'))
    const reader = stream.getReader()
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      if (at + step.value.length > length) {
        await reader.cancel()
        return undefined
      }
      out.set(step.value, at)
      at += step.value.length
    }
  } catch {
    return undefined
  }
  return at === length ? out : undefined
}

/** Undoes ZIP's preparation: each byte was its difference from the one before + 128, even bytes before odd ones. */
function unpredicted(packed: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let i = 1; i < packed.length; i++) packed[i] = (packed[i - 1] ?? 0) + (packed[i] ?? 0) - 128
  const half = Math.ceil(packed.length / 2)
  const out = new Uint8Array(packed.length)
  for (let i = 0; i < out.length; i++) out[i] = packed[(i & 1) * half + (i >> 1)] ?? 0
  return out
}

/** Rows of blue, green and red values into the picture's RGB. */
function placeRows(raw: Uint8Array, width: number, y: number, radiance: Float32Array): void {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const rows = raw.length / (width * BYTES_PER_PIXEL)
  let at = 0
  for (let row = y; row < y + rows; row++) {
    for (let channel = 2; channel >= 0; channel--) {
      for (let x = 0; x < width; x++, at += 4) {
        radiance[(row * width + x) * 3 + channel] = view.getFloat32(at, true)
      }
    }
  }
}
