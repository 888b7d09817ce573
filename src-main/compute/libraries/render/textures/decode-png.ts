import { inflateSync } from 'node:zlib'
import { convertIndexedToRgb, decode } from 'fast-png'

/** Texels per image: 64 Mi is an 8192² texture, 256 MB decoded. */
export const IMAGE_PIXELS_MAX = 8192 * 8192

/** Longest side of a texture; no common GPU takes more than 16,384 either. */
export const IMAGE_EDGE_MAX = 16_384

/** An image as the kernel takes textures: rows from the top, four bytes a texel. */
export interface Rgba8Image {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const CHUNK_OVERHEAD = 12
const IHDR_LENGTH = 13
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Whether the bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/**
 * Decodes a PNG of 1 to 16 bits a channel, grey, colour or palette, to RGBA of 8 bits.
 *
 * The file may come from a stranger: only the chunks that make the picture reach the decoder, and their
 * data is first inflated with its size bounded by what the header promises, so that neither a false header
 * nor a profile that inflates without end costs more memory than the picture. Throws an Error whose message
 * says what is wrong. Source: PNG specification, third edition, sections 5, 7 and 11.
 */
export function decodePng(bytes: Uint8Array): Rgba8Image {
  const { header, plain } = pictureChunks(bytes)
  const depth = header.getUint8(8)
  const [width, height] = [header.getUint32(0), header.getUint32(4)]
  if (width < 1 || height < 1 || width > IMAGE_EDGE_MAX || height > IMAGE_EDGE_MAX) {
    throw new Error(`a PNG of ${width} × ${height} pixels is outside the limits`)
  }
  if (width * height > IMAGE_PIXELS_MAX) throw new Error(`a PNG of ${width} × ${height} pixels is too large`)
  if (header.getUint8(12) !== 0 && depth < 8)
    throw new Error('an interlaced PNG below 8 bits is not supported')
  const picture = decode(plain)
  return { width, height, rgba: toRgba8(picture) }
}

type DecodedPicture = ReturnType<typeof decode>

/**
 * The file again with nothing in it but header, palette, transparency and checked picture data. That data is one chunk:
 * a file may have a chunk every twelve bytes, and the decoder's time grows with the square of their number.
 */
function pictureChunks(bytes: Uint8Array): { header: DataView; plain: Uint8Array } {
  if (!isPng(bytes)) throw new Error('not a PNG file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept = createJoined(bytes.length)
  kept.add(bytes.subarray(0, SIGNATURE.length))
  const data = createJoined(bytes.length)
  let header: DataView | undefined
  let at = SIGNATURE.length
  for (let ended = false; !ended;) {
    if (at + CHUNK_OVERHEAD > bytes.length) throw new Error('the PNG ends in the middle')
    const length = view.getUint32(at)
    const end = at + CHUNK_OVERHEAD + length
    if (end > bytes.length) throw new Error('the PNG ends in the middle')
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (type === 'IHDR' && header === undefined && length === IHDR_LENGTH) {
      header = new DataView(bytes.buffer, bytes.byteOffset + at + 8, length)
      kept.add(bytes.subarray(at, end))
    } else if (type === 'PLTE' || type === 'tRNS') {
      kept.add(bytes.subarray(at, end))
    } else if (type === 'IDAT') {
      data.add(bytes.subarray(at + 8, end - 4))
    }
    ended = type === 'IEND'
    at = end
  }
  if (header === undefined) throw new Error('the PNG has no header')
  checkPictureData(header, data.bytes())
  addChunk(kept, 'IDAT', data.bytes())
  addChunk(kept, 'IEND', new Uint8Array(0))
  return { header, plain: kept.bytes() }
}

/** Adds a chunk. Its checksum is left 0: the decoder does not look at it, and zlib has one of its own. */
function addChunk(file: Joined, type: string, content: Uint8Array): void {
  const head = new Uint8Array(8)
  new DataView(head.buffer).setUint32(0, content.length)
  head.set(Buffer.from(type, 'latin1'), 4)
  file.add(head)
  file.add(content)
  file.add(new Uint8Array(4))
}

/** Inflates the picture data once under the bound that the header sets; the length must be what it promises. */
function checkPictureData(header: DataView, data: Uint8Array): void {
  const [width, height] = [header.getUint32(0), header.getUint32(4)]
  const channels = CHANNELS[header.getUint8(9)]
  if (channels === undefined) throw new Error('the PNG has an unknown colour type')
  const bits = channels * header.getUint8(8)
  if (Math.max(width, height) > IMAGE_EDGE_MAX || width * height > IMAGE_PIXELS_MAX) {
    throw new Error(`a PNG of ${width} × ${height} pixels is too large`)
  }
  const plain = (Math.ceil((width * bits) / 8) + 1) * height
  // The seven passes of an interlaced picture have shorter rows, each with its own filter byte and padding.
  const most = header.getUint8(12) === 0 ? plain : plain + 7 * 2 * (height + 8)
  const { length } = inflateSync(data, { maxOutputLength: Math.max(1, most) })
  if (header.getUint8(12) === 0 ? length !== plain : length < plain - height) {
    throw new Error('the PNG does not hold the pixels that its header promises')
  }
}

/** Parts of a file one after the other. */
interface Joined {
  add(part: Uint8Array): void
  bytes(): Uint8Array
}

/** So many bytes of them at most. */
function createJoined(bytesMax: number): Joined {
  const all = new Uint8Array(bytesMax)
  let length = 0
  return {
    add(part: Uint8Array): void {
      all.set(part, length)
      length += part.length
    },
    bytes: () => all.subarray(0, length),
  }
}

/** Spreads one to four channels over RGBA, whatever the depth; 16 bits are rounded to 8. */
function toRgba8(picture: DecodedPicture): Uint8Array {
  const { data, channels, top, key } = samplesOf(picture)
  const rgba = new Uint8Array(picture.width * picture.height * 4)
  const colours = channels < 3 ? 1 : 3
  for (let i = 0, from = 0; i < rgba.length; i += 4, from += channels) {
    let keyed = key !== undefined && key.length >= colours
    for (let c = 0; c < 3; c++) {
      const value = data[from + (colours === 1 ? 0 : c)] ?? 0
      rgba[i + c] = Math.round((value * 255) / top)
      if (keyed && c < colours) keyed = value === key?.[c]
    }
    const alpha = channels === 2 || channels === 4 ? (data[from + channels - 1] ?? top) : top
    rgba[i + 3] = keyed ? 0 : Math.round((alpha * 255) / top)
  }
  return rgba
}

/** A picture's samples, up to `top`, and the colour that is transparent, if one is. */
interface Samples {
  readonly data: ArrayLike<number>
  readonly channels: number
  readonly top: number
  readonly key: ArrayLike<number> | undefined
}

function samplesOf(picture: DecodedPicture): Samples {
  const { palette, channels, depth, transparency } = picture
  if (palette === undefined)
    return { data: unpacked(picture), channels, top: 2 ** depth - 1, key: transparency }
  const data = convertIndexedToRgb(picture)
  return { data, channels: palette[0]?.length ?? 0, top: 255, key: undefined }
}

/** One array element per sample: grey below 8 bits comes packed, each row padded to a byte. */
function unpacked(picture: DecodedPicture): Uint8Array | Uint8ClampedArray | Uint16Array {
  const { width, height, depth, channels, data } = picture
  if (depth >= 8) return data
  const perRow = width * channels
  const stride = Math.ceil((perRow * depth) / 8)
  const out = new Uint8Array(perRow * height)
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < perRow; i++) {
      const bit = i * depth
      const byte = data[y * stride + (bit >> 3)] ?? 0
      out[y * perRow + i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
    }
  }
  return out
}
