import { FEATURE_VALUES } from '../../../../../wasm/denoise/kernel.ts'
import { FEATURE_PIXEL_BYTES, FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import type { RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { MeteredKernel } from '../metered-kernel.ts'

/** Samples of the features of a pixel: they hold no light, and more of them make no better picture (measured). */
const FEATURE_SAMPLES_MAX = 16
/** Rows rendered at once: 29 MB of sums at 8,192 pixels a row. */
const ROWS_AT_ONCE = 64

/** The features of some rows of a picture, as two halves; FEATURE_VALUES a pixel, written where the caller says. */
export type EyeFeatures = (
  rows: { readonly y0: number; readonly y1: number },
  halves: readonly [Float32Array, Float32Array],
) => void

/** Features of a job's picture, by the eye rays of its own first samples, through a kernel with its scene. */
export function eyeFeatures(
  kernel: Pick<MeteredKernel, 'renderFeatures'>,
  { width, height, bounces, spp }: Pick<RenderParams, 'width' | 'height' | 'bounces' | 'spp'>,
): EyeFeatures {
  const samples = Math.max(1, Math.floor(Math.min(spp, FEATURE_SAMPLES_MAX) / 2))
  const frame = { width, height, bounces }
  return ({ y0, y1 }, halves) => {
    for (let top = y0; top < y1; top += ROWS_AT_ONCE) {
      const bottom = Math.min(y1, top + ROWS_AT_ONCE)
      const at = (top - y0) * width * FEATURE_VALUES
      for (const [i, half] of halves.entries()) {
        const [s0, s1] = [i * samples, (i + 1) * samples]
        const sums = kernel.renderFeatures({ x0: 0, y0: top, x1: width, y1: bottom, s0, s1 }, frame)
        writeMeans(sums, samples, half.subarray(at))
      }
    }
  }
}

/** Sums of 64 bits as means. */
function writeMeans(sums: Uint8Array, samples: number, to: Float32Array): void {
  const words = new DataView(sums.buffer, sums.byteOffset, sums.byteLength)
  const values = (sums.byteLength / FEATURE_PIXEL_BYTES) * FEATURE_VALUES
  const scale = 1 / (FILM_SCALE * samples)
  for (let i = 0; i < values; i++) {
    to[i] = (words.getInt32(8 * i + 4, true) * 2 ** 32 + words.getUint32(8 * i, true)) * scale
  }
}
