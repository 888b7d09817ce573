import { describe, expect, test } from 'vitest'
import { dot, type Triple } from '../matrix.ts'
import { directionAt } from './direction-map.ts'
import {
  horizontalIrradiance,
  RADIANCE_PER_KCD,
  SKY_SIZE,
  skyMap,
  skyRadiance,
  solidAngleOf,
  sunDirection,
  sunIrradiance,
  zenithOf,
} from './sky.ts'

const NOON = { sunElevation: 60, sunAzimuth: 180, turbidity: 3 }
const EVENING = { sunElevation: 5, sunAzimuth: 270, turbidity: 3 }

const luminanceOf = ([r, g, b]: Triple) => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** A pixel of the sky's map. */
const pixelOf = (pixels: Float32Array, at: number): Triple => [
  pixels[3 * at] ?? NaN,
  pixels[3 * at + 1] ?? NaN,
  pixels[3 * at + 2] ?? NaN,
]

describe('the sky', () => {
  test('has the luminance of the published zenith overhead, which a hand can compute', () => {
    // Turbidity 3, sun 45° high: χ = (4/9 − 3/120) · π/2; (4.0453·3 − 4.971) · tan χ − 0.2155·3 + 2.4192 kcd/m².
    expect(zenithOf(Math.PI / 4, 3).luminance).toBeCloseTo(7.32, 2)
    const overhead = skyRadiance({ sunElevation: 45, sunAzimuth: 20, turbidity: 3 })([0, 1, 0])
    expect(luminanceOf(overhead) / RADIANCE_PER_KCD).toBeCloseTo(7.32, 1)
  })

  test('is blue overhead at noon, and brighter around the sun than opposite of it', () => {
    const noon = skyRadiance(NOON)
    const [r, , b] = noon([0, 1, 0])
    expect(b / r).toBeGreaterThan(2)
    const besideSun = noon([0, Math.sin(1), Math.cos(1)])
    const opposite = noon([0, Math.sin(1), -Math.cos(1)])
    expect(luminanceOf(besideSun)).toBeGreaterThan(2 * luminanceOf(opposite))
  })

  test('is the brightest in the west when the sun sets there', () => {
    const evening = skyRadiance(EVENING)
    expect(luminanceOf(evening([-1, 0.1, 0]))).toBeGreaterThan(3 * luminanceOf(evening([1, 0.1, 0])))
  })

  test('has finite light from everywhere, at every height of the sun and in all air', () => {
    for (const sunElevation of [0, 0.1, 1, 5, 30, 60, 89.9, 90]) {
      for (const turbidity of [2, 3, 6, 10]) {
        const sky = skyRadiance({ sunElevation, sunAzimuth: 100, turbidity })
        for (let i = 0; i < 200; i++) {
          const light = sky(directionAt((i % 20) / 20, Math.floor(i / 20) / 20))
          for (const channel of light) expect(channel >= 0 && channel < 100).toBe(true)
        }
      }
    }
  })
})

describe('the sun', () => {
  test('stands by the compass: azimuth 90 is +x, elevation 90 is up', () => {
    const east = sunDirection({ sunElevation: 0, sunAzimuth: 90, turbidity: 3 })
    expect(dot(east, [1, 0, 0])).toBeCloseTo(1, 6)
    expect(dot(sunDirection({ ...NOON, sunElevation: 90 }), [0, 1, 0])).toBeCloseTo(1, 6)
  })

  test('gives a surface that faces it what is measured on clear days, and a redder tenth when it sets', () => {
    const klx = luminanceOf(sunIrradiance(NOON)) / RADIANCE_PER_KCD
    // Direct normal illuminance of clear days with a high sun: 80 to 105 klx (IES handbook).
    expect(klx).toBeGreaterThan(80)
    expect(klx).toBeLessThan(105)
    const [r, , b] = sunIrradiance(EVENING)
    expect(luminanceOf(sunIrradiance(EVENING)) / RADIANCE_PER_KCD).toBeLessThan(klx / 3)
    const [noonR, , noonB] = sunIrradiance(NOON)
    expect(r / b).toBeGreaterThan(2 * (noonR / noonB))
  })

  test.each([NOON, EVENING, { sunElevation: 89.99, sunAzimuth: 7, turbidity: 4 }])(
    'is in the map with all of its light, where it stands: %o',
    (options) => {
      const map = skyMap(options)
      const [sun, sky] = [sunDirection(options), skyRadiance(options)]
      let sum = 0
      const above = (SKY_SIZE.width * SKY_SIZE.height) / 2
      for (let at = 0; at < above; at++) {
        const y = Math.floor(at / SKY_SIZE.width)
        const direction = directionAt(
          ((at % SKY_SIZE.width) + 0.5) / SKY_SIZE.width,
          (y + 0.5) / SKY_SIZE.height,
        )
        const disc = luminanceOf(pixelOf(map.pixels, at)) - luminanceOf(sky(direction))
        if (disc < 1) continue
        sum += disc * solidAngleOf(y, SKY_SIZE)
        expect(dot(direction, sun)).toBeGreaterThan(Math.cos((1 * Math.PI) / 180))
      }
      expect(sum / luminanceOf(sunIrradiance(options))).toBeCloseTo(1, 3)
    },
  )
})

test('the ground gives back a part of what falls on it', () => {
  const map = skyMap(NOON)
  const fromAbove = horizontalIrradiance(map)
  const ground = pixelOf(map.pixels, (SKY_SIZE.height - 1) * SKY_SIZE.width)
  expect(ground[1]).toBeCloseTo((0.19 * fromAbove[1]) / Math.PI, 4)
  // Sun and sky together, klx: a fine day at noon has 90 to 130.
  const klx = luminanceOf(fromAbove) / RADIANCE_PER_KCD
  expect(klx).toBeGreaterThan(85)
  expect(klx).toBeLessThan(130)
})
