import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeSrgb, encodeSrgb8, toneMap } from './tone-map.ts'

const mapped = (r: number, g: number, b: number, stops?: number) => [
  ...toneMap(Float32Array.of(r, g, b), stops),
]

describe('the sRGB curve', () => {
  test('every code comes back from the light it stands for', () => {
    for (let code = 0; code < 256; code++) expect(encodeSrgb8(decodeSrgb(code / 255))).toBe(code)
  })

  test('is the nearest code of the curve of IEC 61966-2-1', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.0031308, max: 1, noNaN: true }), (linear) => {
        expect(Math.abs(encodeSrgb8(linear) - 255 * (1.055 * linear ** (1 / 2.4) - 0.055))).toBeLessThan(
          0.5001,
        )
      }),
    )
  })

  test('ends at 0 and 255', () => {
    expect([-1, 0, 1, 99, Infinity, Number.NaN].map(encodeSrgb8)).toEqual([0, 0, 255, 255, 255, 0])
  })
})

describe('the tone mapper', () => {
  test('keeps grey grey and never darkens what gets brighter', () => {
    let last = 0
    for (let light = 0; light < 40; light += 0.05) {
      const [r = 0, g, b] = mapped(light, light, light)
      expect([g, b]).toEqual([r, r])
      expect(r).toBeGreaterThanOrEqual(last)
      last = r
    }
    expect(last).toBeGreaterThan(250)
  })

  test('shows colours below the knee less its toe of 0.04, as Khronos specifies', () => {
    expect(mapped(0.5, 0.3, 0.1)).toEqual([0.46, 0.26, 0.06].map(encodeSrgb8))
  })

  test('takes bright colours towards white', () => {
    const [, g = 0, b = 0] = mapped(50, 5, 5)
    expect(g).toBeGreaterThan(120)
    expect(b).toBe(g)
  })

  test('counts exposure in stops', () => {
    expect(mapped(0.1, 0.2, 0.3, 1)).toEqual(mapped(0.2, 0.4, 0.6))
  })

  test('shows what is not light as black', () => {
    expect(mapped(-1, -5, -0.1)).toEqual([0, 0, 0])
    expect(mapped(Number.NaN, Number.NaN, Number.NaN)).toEqual([0, 0, 0])
  })
})
