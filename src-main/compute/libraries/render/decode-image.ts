import { decode as decodeJpeg } from 'jpeg-js'
import { decodePng, IMAGE_EDGE_MAX, IMAGE_PIXELS_MAX, isPng, type Rgba8Image } from './decode-png.ts'

/**
 * Progressive scans of one JPEG. Encoders write about ten; every scan visits every block of the picture, so
 * a small file with thousands of them would keep the decoder busy for hours.
 */
const JPEG_SCANS_MAX = 64

/** The JPEG decoder's own bookkeeping: coefficients and planes of the largest picture allowed. */
const JPEG_MEMORY_MB_MAX = 1536

/** A picture, or why there is none, in one line. */
export type DecodedImage =
  ({ readonly kind: 'image' } & Rgba8Image) | { readonly kind: 'undecodable'; readonly message: string }

/**
 * Decodes the two image formats of glTF 2.0 (section 3.9.3), by what the bytes are rather than by what the
 * file calls them, to RGBA of 8 bits a channel. Never throws, and bounds time and memory whatever the bytes.
 */
export function decodeImage(bytes: Uint8Array): DecodedImage {
  try {
    if (isPng(bytes)) return { kind: 'image', ...decodePng(bytes) }
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return { kind: 'image', ...decodeBoundedJpeg(bytes) }
    return { kind: 'undecodable', message: 'neither PNG nor JPEG' }
  } catch (error) {
    return { kind: 'undecodable', message: error instanceof Error ? error.message : String(error) }
  }
}

function decodeBoundedJpeg(bytes: Uint8Array): Rgba8Image {
  let scans = 0
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans++
  }
  if (scans > JPEG_SCANS_MAX) throw new Error(`a JPEG of ${scans} scans is outside the limits`)
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    maxResolutionInMP: IMAGE_PIXELS_MAX / 1e6,
    maxMemoryUsageInMB: JPEG_MEMORY_MB_MAX,
  })
  if (width < 1 || height < 1 || width > IMAGE_EDGE_MAX || height > IMAGE_EDGE_MAX) {
    throw new Error(`a JPEG of ${width} × ${height} pixels is outside the limits`)
  }
  return { width, height, rgba: data }
}
