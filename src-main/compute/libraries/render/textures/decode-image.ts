import { decode as decodeJpeg } from 'jpeg-js'
import { isWebp, type WebpDecoder, webpSize } from './webp.ts'
import { decodePng, IMAGE_EDGE_MAX, IMAGE_PIXELS_MAX, isPng, type Rgba8Image } from './decode-png.ts'

/**
 * Progressive scans of one JPEG. Encoders write about ten; every scan visits every block of the picture, so
 * a small file with thousands of them would keep the decoder busy for hours.
 */
const JPEG_SCANS_MAX = 64

/**
 * A block of 8 × 8 pixels of one component takes a bit at least (ITU T.81, F.1.2), so a byte holds 512 pixels at most; a file
 * that claims more keeps the decoder busy for seconds with what is not there. Small pictures may be cut off.
 */
const JPEG_PIXELS_PER_BYTE_MAX = 512
const JPEG_PIXELS_FREE = 1 << 20

/** The JPEG decoder's own bookkeeping: coefficients and planes of the largest picture allowed. */
const JPEG_MEMORY_MB_MAX = 1536
/**
 * … and of a small picture this much beside `decodeBytes`: narrow ones are padded to whole blocks. More is for further frames or
 * components that the first frame's size does not tell.
 */
const JPEG_MEMORY_MB_FREE = 32

/**
 * The most memory that decoding takes, a pixel: the JPEG decoder keeps 256 bytes of coefficients a block of 64 pixels
 * and component, with as much again for the objects around them; the PNG decoder less.
 */
const DECODE_BYTES_PER_PIXEL = 40

/** A picture, or why there is none, in one line. */
export type DecodedImage =
  ({ readonly kind: 'image' } & Rgba8Image) | { readonly kind: 'undecodable'; readonly message: string }

/**
 * Decodes the two image formats of glTF 2.0 (section 3.9.3), and WebP where a decoder for it is given, by what the bytes are rather than by what the
 * file calls them, to RGBA of 8 bits a channel. Never throws, and bounds time and memory whatever the bytes.
 */
export function decodeImage(bytes: Uint8Array, webp?: WebpDecoder): DecodedImage {
  try {
    if (isPng(bytes)) return { kind: 'image', ...decodePng(bytes) }
    if (isJpeg(bytes)) return { kind: 'image', ...decodeBoundedJpeg(bytes) }
    if (isWebp(bytes) && webp !== undefined) return { kind: 'image', ...webp(bytes) }
    return { kind: 'undecodable', message: 'neither PNG, JPEG nor WebP' }
  } catch (error) {
    return { kind: 'undecodable', message: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Bytes of memory that decoding these bytes takes, by the size that their header claims; as if for the largest picture
 * where it does not say, and none for what is no picture.
 */
export function decodeBytes(bytes: Uint8Array): number {
  return Math.min(claimedPixels(bytes), IMAGE_PIXELS_MAX) * DECODE_BYTES_PER_PIXEL
}

function claimedPixels(bytes: Uint8Array): number {
  if (isPng(bytes)) return pngPixels(bytes)
  if (isJpeg(bytes)) return jpegPixels(bytes)
  const { width, height } = isWebp(bytes) ? webpSize(bytes) : { width: 0, height: 0 }
  return width * height
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8
}

/** A PNG begins with its header; width and height follow the signature and the chunk's length and name. */
function pngPixels(bytes: Uint8Array): number {
  if (bytes.length < 24) return 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getUint32(16) * view.getUint32(20)
}

/** The largest frame of a JPEG's markers (ITU T.81, B.2.2), up to the first scan. */
function jpegPixels(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff) return largestFrame(view)
    if (isFrame(marker)) return view.getUint16(at + 5) * view.getUint16(at + 7)
    if (marker === 0xda) return largestFrame(view)
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return largestFrame(view)
}

/** The largest frame that there could be, wherever it begins: of a file whose markers do not follow one another. */
function largestFrame(view: DataView): number {
  let pixels = 0
  for (let at = 2; at + 9 <= view.byteLength; at++) {
    if (view.getUint8(at) !== 0xff || !isFrame(view.getUint8(at + 1))) continue
    pixels = Math.max(pixels, view.getUint16(at + 5) * view.getUint16(at + 7))
  }
  return pixels > 0 ? pixels : Infinity
}

/** Baseline, extended and progressive frames; the other kinds are not decoded. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xc2
}

function decodeBoundedJpeg(bytes: Uint8Array): Rgba8Image {
  let scans = 0
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans++
  }
  if (scans > JPEG_SCANS_MAX) throw new Error(`a JPEG of ${scans} scans is outside the limits`)
  if (jpegPixels(bytes) > Math.max(JPEG_PIXELS_FREE, bytes.length * JPEG_PIXELS_PER_BYTE_MAX)) {
    throw new Error('a JPEG whose data cannot hold as many pixels as it claims')
  }
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    maxResolutionInMP: IMAGE_PIXELS_MAX / 1e6,
    maxMemoryUsageInMB: Math.min(JPEG_MEMORY_MB_MAX, decodeBytes(bytes) / 2 ** 20 + JPEG_MEMORY_MB_FREE),
  })
  if (width < 1 || height < 1 || width > IMAGE_EDGE_MAX || height > IMAGE_EDGE_MAX) {
    throw new Error(`a JPEG of ${width} × ${height} pixels is outside the limits`)
  }
  return { width, height, rgba: data }
}
