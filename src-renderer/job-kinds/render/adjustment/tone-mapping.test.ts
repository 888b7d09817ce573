import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toneMap } from '../../../../src-main/compute/libraries/render/picture/tone-map.ts'
import { AS_DELIVERED, developPicture, mapTone, TONE_MAPPINGS } from './tone-mapping.ts'

const light = fc.float({ min: 0, max: 1_000, noNaN: true })
const picture = fc.array(light, { minLength: 30, maxLength: 90 }).map((values) => {
  return Float32Array.from(values.slice(0, values.length - (values.length % 3)))
})
const rgb = (rgba: Uint8ClampedArray): number[] => [...rgba].filter((_, i) => i % 4 !== 3)

describe('a picture as it was delivered', () => {
  test('is what the node delivers, to one step of 255', () => {
    fc.assert(
      fc.property(picture, fc.double({ min: -4, max: 4, noNaN: true }), (radiance, stops) => {
        const delivered = toneMap(radiance, stops)
        const shown = rgb(developPicture(radiance, stops, AS_DELIVERED))
        expect(shown.every((value, i) => Math.abs(value - (delivered[i] ?? 0)) <= 1)).toBe(true)
      }),
    )
  })
})

describe.each(TONE_MAPPINGS)('tone mapping %s', (mapping) => {
  test('keeps grey grey, black black, and never darkens what gets brighter', () => {
    expect(mapTone(mapping, 0, 0, 0)).toEqual([0, 0, 0])
    let last = 0
    for (let value = 0; value < 50; value += 0.05) {
      const [r, g, b] = mapTone(mapping, value, value, value)
      expect(Math.max(Math.abs(g - r), Math.abs(b - r))).toBeLessThan(1e-12)
      expect(r).toBeGreaterThanOrEqual(last)
      last = r
    }
  })

  test('shows what is not light as black', () => {
    expect(mapTone(mapping, Number.NaN, -1, -Infinity)).toEqual([0, 0, 0])
  })

  test('shows endless light as white', () => {
    expect(mapTone(mapping, Infinity, Infinity, Infinity).every((value) => value > 0.99)).toBe(true)
  })
})

test('Reinhard takes its white to white and leaves the dark alone', () => {
  expect(mapTone('reinhard', 4, 4, 4)[0]).toBeCloseTo(1, 12)
  expect(mapTone('reinhard', 0.001, 0.001, 0.001)[0]).toBeCloseTo(0.001, 5)
})

test('the curve fitted to ACES has the values of its formula', () => {
  expect(mapTone('aces', 1, 0, 0)[0]).toBeCloseTo(2.54 / 3.16, 12)
})

test('a stop more is twice the light', () => {
  const half = Float32Array.of(0.1, 0.2, 0.3)
  const twice = half.map((value) => value * 2)
  const none = 'none' as const
  expect(developPicture(half, 0, { stops: 1, toneMapping: none })).toEqual(
    developPicture(twice, 0, { stops: 0, toneMapping: none }),
  )
})
