import { expect, it } from 'vitest'
import { compiledDenoiser } from './compiled.ts'

const [width, height] = [75, 70]

/** Numbers in 0…1 from a seed. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 24
  })
}

it('a region has the bits of the whole picture, wherever it is cut', async () => {
  const denoiser = await compiledDenoiser()
  const colors = [numbers(width * height * 3, 1), numbers(width * height * 3, 2)] as const
  const features = [numbers(width * height * 7, 3), numbers(width * height * 7, 4)] as const
  const picture = { width, height, colors, features }
  const whole = denoiser.denoise(picture)
  expect(whole).not.toEqual(colors[0])
  for (const [x0, y0, x1, y1] of [
    [0, 0, 33, 31],
    [33, 31, 75, 70],
    [40, 3, 57, 12],
  ] as const) {
    const part = denoiser.denoiseRegion(picture, { x0, y0, x1, y1 })
    for (let y = y0; y < y1; y++) {
      const [from, to] = [(y * width + x0) * 3, (y * width + x1) * 3]
      const row = (x1 - x0) * 3
      expect(part.subarray((y - y0) * row, (y - y0 + 1) * row)).toEqual(whole.subarray(from, to))
    }
  }
})
