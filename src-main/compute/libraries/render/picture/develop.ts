import type { LibraryResult } from '../../../library.ts'
import { meanLuminance, meterPicture } from './exposure.ts'
import { encodeExr } from './exr.ts'
import { encodePng } from './png.ts'
import { toneMap } from './tone-map.ts'

/** A finished picture: for the screen, for further work, and what was measured on the way. */
export interface AssembledImage {
  readonly kind: 'image'
  /** sRGB of 8 bits, tone-mapped. */
  readonly png: Uint8Array
  /** Linear radiance, 32-bit float. */
  readonly exr: Uint8Array
  readonly meanLuminance: number
  readonly exposureStops: number
}

/** A picture's light: linear RGB in three floats a pixel, rows from the top, and which pixels have any: 1 or 0. */
export interface PictureLight {
  readonly width: number
  readonly height: number
  readonly radiance: Float32Array
  /** All have where it is absent. */
  readonly coverage?: Uint8Array
}

/**
 * Makes the files of a picture. Pixels without light are transparent, in the PNG and in the EXR (channel A).
 *
 * `exposureStops` fixes the exposure of the PNG; without it the pixels that are there are metered (`meterPicture`).
 */
export function developPicture(
  { width, height, radiance, coverage }: PictureLight,
  exposureStops: number | undefined,
): AssembledImage {
  const seen = coverage === undefined ? radiance : seenPixels(radiance, coverage)
  const stops = exposureStops ?? meterPicture(seen).stops
  const colors = toneMap(radiance, stops)
  return {
    kind: 'image',
    png:
      coverage === undefined
        ? encodePng(width, height, colors)
        : encodePng(width, height, withAlpha(colors, coverage), 4),
    exr: encodeExr(width, height, radiance, coverage),
    meanLuminance: meanLuminance(seen),
    exposureStops: stops,
  }
}

/** A picture as the result of a task: a PNG, the extra `exr`, and as info what was measured and the `missing_tiles` of a part. */
export function pictureResult(
  { png, exr, meanLuminance, exposureStops }: AssembledImage,
  { missingTiles, memoryBytes }: { readonly missingTiles: number | undefined; readonly memoryBytes: number },
): LibraryResult {
  return {
    output: Uint8Array.from(png),
    extras: { exr: Uint8Array.from(exr) },
    info: {
      mean_luminance: meanLuminance,
      exposure_stops: exposureStops,
      ...(missingTiles === undefined ? {} : { missing_tiles: missingTiles }),
    },
    memoryBytes,
  }
}

/** The pixels that are there, one after the other. */
function seenPixels(radiance: Float32Array, coverage: Uint8Array): Float32Array<ArrayBuffer> {
  const seen = new Float32Array(coverage.reduce((sum, one) => sum + one, 0) * 3)
  let at = 0
  for (const [pixel, isSeen] of coverage.entries()) {
    if (isSeen === 0) continue
    seen.set(radiance.subarray(pixel * 3, pixel * 3 + 3), at)
    at += 3
  }
  return seen
}

function withAlpha(rgb: Uint8Array, coverage: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(coverage.length * 4)
  for (const [pixel, isSeen] of coverage.entries()) {
    if (isSeen === 0) continue
    rgba.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4)
    rgba[pixel * 4 + 3] = 0xff
  }
  return rgba
}
