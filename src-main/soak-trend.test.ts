import { expect, test } from 'vitest'
import { trendOf } from './soak-trend.ts'

test('a trend is the slope of a line through the samples, as a part of their mean', () => {
  expect(trendOf([])).toEqual({ mean: 0, perThousand: 0 })
  expect(trendOf([[100, 5]])).toEqual({ mean: 5, perThousand: 0 })
  expect(
    trendOf([
      [1_000, 100],
      [2_000, 110],
      [3_000, 120],
    ]),
  ).toEqual({ mean: 110, perThousand: 10 / 110 })
  const { perThousand } = trendOf([
    [0, 3],
    [500, 3],
    [1_000, 3],
  ])
  expect(perThousand).toBe(0)
})
