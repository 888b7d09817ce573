import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Picture } from './picture.ts'
import { similarityOf } from './similarity.ts'

function pictureOf(width: number, height: number, values: readonly number[]): Picture {
  return {
    width,
    height,
    channels: 3,
    readRow: (y, target) => {
      for (let i = 0; i < width * 3; i++) target[i] = values[(y * width * 3 + i) % values.length] ?? 0
    },
  }
}

/** Structural similarity of grey pictures by its definition: each window summed over all pixels of the picture. */
function plainSsim(width: number, height: number, a: readonly number[], b: readonly number[]): number {
  let total = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const weights = a.map((_, i) => {
        const [dx, dy] = [(i % width) - x, Math.floor(i / width) - y]
        return Math.max(Math.abs(dx), Math.abs(dy)) > 5 ? 0 : Math.exp(-(dx * dx + dy * dy) / (2 * 1.5 * 1.5))
      })
      const all = weights.reduce((sum, w) => sum + w, 0)
      const mean = (value: (i: number) => number) =>
        weights.reduce((sum, w, i) => sum + w * value(i), 0) / all
      const [ma, mb] = [mean((i) => a[i] ?? 0), mean((i) => b[i] ?? 0)]
      const va = mean((i) => ((a[i] ?? 0) - ma) ** 2)
      const vb = mean((i) => ((b[i] ?? 0) - mb) ** 2)
      const cov = mean((i) => ((a[i] ?? 0) - ma) * ((b[i] ?? 0) - mb))
      const [c1, c2] = [0.01 ** 2, 0.03 ** 2]
      total += ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    }
  }
  return total / (width * height)
}

const sizes = fc.tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 15 }))
const pairs = sizes.chain(([width, height]) => {
  const values = fc.array(fc.integer({ min: 0, max: 255 }), {
    minLength: width * height,
    maxLength: width * height,
  })
  return fc.tuple(fc.constant(width), fc.constant(height), values, values)
})
const grey = (values: readonly number[]) => values.flatMap((v) => [v / 255, v / 255, v / 255])

describe('[V13] the similarity of pictures', () => {
  test('is what the definition says, at any size', () => {
    fc.assert(
      fc.property(pairs, ([width, height, a, b]) => {
        const { ssim, rmse } = similarityOf(
          pictureOf(width, height, grey(a)),
          pictureOf(width, height, grey(b)),
        )
        const scaled = [a, b].map((values) => values.map((v) => v / 255))
        expect(ssim).toBeCloseTo(plainSsim(width, height, scaled[0] ?? [], scaled[1] ?? []), 9)
        const squares = a.reduce((sum, v, i) => sum + ((v - (b[i] ?? 0)) / 255) ** 2, 0)
        expect(rmse).toBeCloseTo(Math.sqrt(squares / a.length), 12)
      }),
      { numRuns: 40 },
    )
  })

  test('is 1 with itself, exactly, and the same in both orders', () => {
    fc.assert(
      fc.property(pairs, ([width, height, a, b]) => {
        const [one, other] = [pictureOf(width, height, grey(a)), pictureOf(width, height, grey(b))]
        expect(similarityOf(one, one)).toEqual({ rmse: 0, ssim: 1 })
        expect(similarityOf(other, one)).toEqual(similarityOf(one, other))
      }),
      { numRuns: 100 },
    )
  })

  test('of two even pictures is that of their means', () => {
    const { rmse, ssim } = similarityOf(pictureOf(30, 20, [0.25]), pictureOf(30, 20, [0.75]))
    expect(rmse).toBe(0.5)
    expect(ssim).toBeCloseTo((2 * 0.25 * 0.75 + 1e-4) / (0.25 ** 2 + 0.75 ** 2 + 1e-4), 12)
  })
})
