import { describe, expect, test } from 'vitest'
import type { Triple } from '../matrix.ts'
import {
  directionAt,
  directionMap,
  strengthened,
  turnedMap,
  turnedRadiance,
  type Radiance,
} from './direction-map.ts'

const SIZE = { width: 16, height: 8 }
/** Light from one side: as bright as the direction is northern (−z), by a colour that tells east from west. */
const fromNorth: Radiance = ([x, y, z]) => [Math.max(0, -z), 1 + x, 1 + y]

/** The pixel of a map that shows a direction. */
const seenAt = ({ pixels }: { pixels: Float32Array }, [x, y]: readonly [number, number]) => [
  ...pixels.subarray((y * SIZE.width + x) * 3, (y * SIZE.width + x) * 3 + 3),
]

const near = (a: Triple, b: Triple) => a.every((value, i) => Math.abs(value - (b[i] ?? NaN)) < 1e-6)

describe('a map of directions', () => {
  test('begins at the zenith; the middle of its rows is −z, and a quarter further on is +x', () => {
    expect(near(directionAt(0.5, 0.5), [0, 0, -1])).toBe(true)
    expect(near(directionAt(0.75, 0.5), [1, 0, 0])).toBe(true)
    expect(near(directionAt(0.3, 0), [0, 1, 0])).toBe(true)
  })

  test.each([
    ['clockwise by 90 degrees, from north to east', 90, 0.75],
    ['counter-clockwise, from north to west', -90, 0.25],
    ['all around, back to the north', 360, 0.5],
    ['by half', 180, 0],
  ])('is turned %s, whether by its formula or by its pixels', (_, degrees, u) => {
    const map = turnedMap(directionMap(SIZE, fromNorth), degrees)
    const formula = directionMap(SIZE, turnedRadiance(fromNorth, degrees))
    for (const [i, value] of map.pixels.entries()) expect(value).toBeCloseTo(formula.pixels[i] ?? NaN, 5)
    // The brightest column is where the light went.
    const row = Array.from({ length: SIZE.width }, (_value, x) => seenAt(map, [x, 4])[0] ?? 0)
    const brightest = row.indexOf(Math.max(...row))
    expect(Math.abs(brightest + 0.5 - u * SIZE.width) % SIZE.width).toBeLessThan(1)
  })

  test('is as many times as bright as asked for', () => {
    const map = directionMap(SIZE, fromNorth)
    expect(strengthened(map, 2).pixels[3]).toBe(2 * (map.pixels[3] ?? NaN))
  })
})
