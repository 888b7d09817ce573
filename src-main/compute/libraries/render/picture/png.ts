import { encode } from 'fast-png'

/** Writes sRGB pixels, three bytes each in rows from the top, as a PNG file. Equal pixels give equal bytes. */
export function encodePng(width: number, height: number, rgb: Uint8Array): Uint8Array {
  return encode({ width, height, data: rgb, channels: 3, depth: 8 })
}
