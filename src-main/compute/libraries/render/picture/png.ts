import { encode } from 'fast-png'

/**
 * Writes sRGB pixels, three bytes each in rows from the top, or four with their opacity, as a PNG file. Equal pixels give
 * equal bytes.
 */
export function encodePng(width: number, height: number, data: Uint8Array, channels: 3 | 4 = 3): Uint8Array {
  return encode({ width, height, data, channels, depth: 8 })
}
