import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sunPosition } from './sun-position.ts'

const at = (time: string, latitude: number, longitude: number) =>
  sunPosition({ atMs: Date.parse(time), latitude, longitude })

test('agrees with the worked example of NREL’s Solar Position Algorithm', () => {
  // Reda and Andreas, NREL/TP-560-34302 (2008), table A5.1: topocentric elevation without refraction, and azimuth.
  const { elevation, azimuth } = at('2003-10-17T12:30:30-07:00', 39.742476, -105.1786)
  expect(elevation).toBeCloseTo(39.872, 1)
  expect(Math.abs(elevation - 39.872)).toBeLessThan(0.02)
  expect(Math.abs(azimuth - 194.34)).toBeLessThan(0.02)
})

test.each([
  ['overhead at the equator on an equinox noon', '2024-03-20T12:07:00Z', 0, 0, 89],
  ['at the pole it is at the axis’ tilt in midsummer', '2024-06-20T20:51:00Z', 90, 0, 23.4],
  ['and as far below the horizon in midwinter', '2024-12-21T09:20:00Z', 90, 0, -23.5],
])('%s', (_, time, latitude, longitude, least) => {
  const { elevation } = at(time, latitude, longitude)
  expect(elevation).toBeGreaterThan(least)
  expect(elevation).toBeLessThan(least + 1.1)
})

test('rises in the east, stands in the south of Europe’s noon, and sets in the west', () => {
  const [morning, noon, evening] = ['04:00', '11:15', '18:30'].map((time) =>
    at(`2026-06-21T${time}Z`, 48, 11),
  )
  expect(morning?.azimuth).toBeLessThan(90)
  expect(noon?.azimuth).toBeGreaterThan(170)
  expect(noon?.azimuth).toBeLessThan(190)
  expect(evening?.azimuth).toBeGreaterThan(270)
})

test('is a direction at any moment and place', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) }),
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      (atMs, latitude, longitude) => {
        const { elevation, azimuth } = sunPosition({ atMs, latitude, longitude })
        expect(Math.abs(elevation)).toBeLessThanOrEqual(90)
        expect(azimuth >= 0 && azimuth < 360).toBe(true)
      },
    ),
  )
})
