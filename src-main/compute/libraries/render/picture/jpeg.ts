import { encode } from 'jpeg-js'

/** Good enough for a look: what is kept of a picture is its PNG and EXR. */
const QUALITY = 85

/** Writes sRGB pixels, three bytes each in rows from the top, as a JPEG file. */
export function encodeJpeg(width: number, height: number, rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(width * height * 4)
  for (let p = 0; p < width * height; p++) {
    rgba[4 * p] = rgb[3 * p] ?? 0
    rgba[4 * p + 1] = rgb[3 * p + 1] ?? 0
    rgba[4 * p + 2] = rgb[3 * p + 2] ?? 0
    rgba[4 * p + 3] = 255
  }
  return Uint8Array.from(encode({ width, height, data: rgba }, QUALITY).data)
}
