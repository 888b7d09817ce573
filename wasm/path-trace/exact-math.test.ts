import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acos, cos, length3, powerOfTwo, sin, tan } from './exact-math.ts'

/** Distance in units of the last place of numbers about 1, or of the expected one where that is larger. */
function errorOf(actual: number, expected: number): number {
  return Math.abs(actual - expected) / (Number.EPSILON * Math.max(Math.abs(expected), 1))
}

const angle = (most: number) => fc.double({ min: -most, max: most, noNaN: true })

describe('functions that are the same everywhere', () => {
  test('are as good as the engine’s', () => {
    fc.assert(
      fc.property(angle(1e5), (x) => {
        expect(errorOf(sin(x), Math.sin(x))).toBeLessThan(2)
        expect(errorOf(cos(x), Math.cos(x))).toBeLessThan(2)
      }),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(angle(1.5), angle(1), (x, c) => {
        expect(errorOf(tan(x), Math.tan(x))).toBeLessThan(4)
        expect(errorOf(acos(c), Math.acos(c))).toBeLessThan(4)
      }),
      { numRuns: 2_000 },
    )
  })

  test('have these bits', () => {
    const bits = [sin(0.7), cos(0.7), tan(0.2), acos(0.3), acos(-0.9), sin(12_345.678), length3(1, 2, 3)]
    const words = Buffer.from(Float64Array.from(bits).buffer)
    expect(words.toString('hex')).toMatchInlineSnapshot(
      `"b81946696e9de43f939d9f529679e83feb558a0667f2c93f58efbeecf541f43f45e7516247860540a5740989d587e6bf483f6811eaee0d40"`,
    )
  })

  test('take any number', () => {
    for (const x of [NaN, Infinity, -Infinity, 1e300, -0]) {
      for (const f of [sin, cos]) expect(Math.abs(f(x))).toBeLessThanOrEqual(1)
    }
    expect([sin(0), cos(0), acos(1), acos(-1)]).toEqual([0, 1, 0, Math.PI])
    expect(length3(1e300, 1e300, 0)).toBeCloseTo(Math.SQRT2 * 1e300, -290)
    expect([length3(0, 0, 0), length3(Infinity, 0, 0), length3(NaN, 0, 0)]).toEqual([0, Infinity, NaN])
  })

  test('powers of two are exact', () => {
    for (let e = -1_000; e <= 1_000; e += 7) expect(powerOfTwo(e)).toBe(2 ** e)
  })
})
