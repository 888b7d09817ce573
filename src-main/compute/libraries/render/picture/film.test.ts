import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import { createFilm, filmLength, filmRadiance, mergeUnit } from './film.ts'
import { unitCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'

const SPLIT = { width: 20, height: 11, spp: 6, tile: 8, samples_per_unit: 4 }

/** A unit's output in which every sample of a pixel adds `value(x, y, channel)`. */
function outputOf(
  split: typeof SPLIT,
  unit: number,
  value: (x: number, y: number, c: number) => bigint,
): Uint8Array {
  const { x0, y0, x1, y1, s0, s1 } = unitRegion(split, unit)
  const sums = new BigInt64Array((x1 - x0) * (y1 - y0) * 3)
  for (let y = y0, at = 0; y < y1; y++) {
    for (let x = x0; x < x1; x++) for (let c = 0; c < 3; c++) sums[at++] = value(x, y, c) * BigInt(s1 - s0)
  }
  return new Uint8Array(sums.buffer)
}

const pattern = (x: number, y: number, c: number) => BigInt(x * 1_000_003 + y * 7919 + c) << 12n

describe('a film', () => {
  test('has the same bytes whatever the tiles, the sample ranges and the order of units', () => {
    const whole = createFilm({ ...SPLIT, tile: 64, samples_per_unit: 6 })
    expect(mergeUnit(whole, 0, outputOf(whole.split, 0, pattern))).toBeUndefined()
    const order = fc.shuffledSubarray([...Array(unitCount(SPLIT)).keys()], { minLength: unitCount(SPLIT) })
    fc.assert(
      fc.property(order, (units) => {
        const film = createFilm(SPLIT)
        for (const unit of units)
          expect(mergeUnit(film, unit, outputOf(SPLIT, unit, pattern))).toBeUndefined()
        expect(film.words).toEqual(whole.words)
      }),
      { numRuns: 30 },
    )
  })

  test('adds 64-bit integers as BigInt does, carries included', () => {
    const split = { width: 1, height: 1, spp: 4, tile: 8, samples_per_unit: 1 }
    const sum = fc.bigInt({ min: 0n, max: 2n ** 60n })
    fc.assert(
      fc.property(fc.array(sum, { minLength: 4, maxLength: 4 }), (sums) => {
        const film = createFilm(split)
        sums.forEach((value, unit) => {
          mergeUnit(film, unit, new Uint8Array(BigInt64Array.of(value, value, value).buffer))
        })
        const total = sums.reduce((a, b) => a + b, 0n)
        expect([...new BigInt64Array(film.words.buffer)]).toEqual([total, total, total])
      }),
    )
  })

  test('gives the mean of its samples', () => {
    const film = createFilm(SPLIT)
    for (let unit = 0; unit < unitCount(SPLIT); unit++) {
      mergeUnit(
        film,
        unit,
        outputOf(SPLIT, unit, (x) => BigInt(x * FILM_SCALE) / 4n),
      )
    }
    const radiance = filmRadiance(film)
    expect(radiance[0]).toBe(0)
    expect(radiance[3 * 10]).toBe(2.5)
  })

  test('takes output from any place in a buffer', () => {
    const film = createFilm(SPLIT)
    const output = outputOf(SPLIT, 0, pattern)
    const shifted = new Uint8Array(output.length + 3).subarray(3)
    shifted.set(output)
    expect(mergeUnit(film, 0, shifted)).toBeUndefined()
    expect(film.words[2]).not.toBe(0)
  })

  test.each<[string, number, (output: Uint8Array) => Uint8Array]>([
    ['a unit beyond the job', 999, (output) => output],
    ['a unit number that is none', Number.NaN, (output) => output],
    ['output that is too short', 1, (output) => output.subarray(1)],
    ['output that is too long', 1, (output) => Uint8Array.from([...output, 0])],
    ['a negative sum', 1, (output) => Uint8Array.from(output, (v, i) => (i === 7 ? 0x80 : v))],
    ['a unit twice', 0, (output) => output],
  ])('refuses %s and stays as it was', (_, unit, change) => {
    const film = createFilm(SPLIT)
    mergeUnit(film, 0, outputOf(SPLIT, 0, pattern))
    const before = film.words.slice()
    const output = outputOf(SPLIT, unit === 0 ? 0 : 1, pattern)
    expect(mergeUnit(film, unit, change(output))).toMatchObject({ kind: 'bad-film', unit })
    expect(film.words).toEqual(before)
    expect(film.merged.size).toBe(1)
  })

  test('knows the length of a unit at the edge', () => {
    expect(filmLength(unitRegion(SPLIT, 2))).toBe(4 * 8 * 24)
  })
})
