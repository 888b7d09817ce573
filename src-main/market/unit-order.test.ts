import { describe, expect, test } from 'vitest'
import { unitOrder } from './unit-order.ts'

/** Where the cells of a grid come, as rows. */
function placesOf(columns: number, rows: number): number[][] {
  const { placeOf } = unitOrder({ columns, rows }, columns * rows)
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_cell, column) => placeOf(row * columns + column)),
  )
}

describe('[M27] the order of a grid of units', () => {
  test('goes from the centre outwards', () => {
    expect(placesOf(3, 3)).toEqual([
      [5, 1, 6],
      [2, 0, 3],
      [7, 4, 8],
    ])
    expect(placesOf(4, 2)).toEqual([
      [4, 0, 1, 5],
      [6, 2, 3, 7],
    ])
  })

  test('goes through a whole layer before it begins the next', () => {
    const { unitAt } = unitOrder({ columns: 3, rows: 1 }, 6)
    expect([0, 1, 2, 3, 4, 5].map(unitAt)).toEqual([1, 0, 2, 4, 3, 5])
  })

  test.each([
    [1, 1, 3],
    [7, 5, 70],
    [1, 9, 9],
    [64, 33, 2_112],
  ])('names each unit once: %d × %d of %d', (columns, rows, units) => {
    const { placeOf, unitAt } = unitOrder({ columns, rows }, units)
    const all = Array.from({ length: units }, (_, index) => index)
    expect(all.map((index) => unitAt(placeOf(index)))).toEqual(all)
    expect(new Set(all.map(placeOf)).size).toBe(units)
    expect(Math.max(...all.map(placeOf))).toBe(units - 1)
  })

  test('is that of the indices without a grid, and with one that does not divide the units', () => {
    for (const order of [unitOrder(undefined, 5), unitOrder({ columns: 2, rows: 2 }, 5)]) {
      expect([0, 1, 2, 3, 4].map(order.placeOf)).toEqual([0, 1, 2, 3, 4])
      expect([0, 1, 2, 3, 4].map(order.unitAt)).toEqual([0, 1, 2, 3, 4])
    }
  })
})
