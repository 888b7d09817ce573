import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EnvironmentMap, parseEnvironment } from './environment.ts'
import { writeEnvironment } from './write-environment.ts'

const mapOf = (width: number, values: readonly number[]): EnvironmentMap => {
  const height = Math.max(1, Math.floor(values.length / 3 / width))
  const pixels = Float32Array.from({ length: width * height * 3 }, (_, i) => values[i] ?? 0)
  return { kind: 'map', width, height, pixels }
}

const read = (bytes: Uint8Array): EnvironmentMap => {
  const map = parseEnvironment(bytes)
  if (map.kind !== 'map') throw new Error(map.message)
  return map
}

test('any picture of light is read as it was written, to half a step of its brightest channel', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 9e6, noNaN: true })), {
        maxLength: 2_000,
      }),
      (width, values) => {
        const map = mapOf(width, values)
        const back = read(writeEnvironment(map))
        expect([back.width, back.height]).toEqual([map.width, map.height])
        for (let at = 0; at < map.pixels.length; at += 3) {
          const brightest = Math.max(...map.pixels.subarray(at, at + 3))
          for (let c = 0; c < 3; c++) {
            const off = Math.abs((back.pixels[at + c] ?? NaN) - (map.pixels[at + c] ?? NaN))
            // Below the smallest exponent there is black.
            expect(off).toBeLessThanOrEqual(brightest / 255 + 1e-38)
          }
        }
      },
    ),
  )
})

test('a constant picture is short, and one without runs is hardly longer than its pixels', () => {
  const flat = mapOf(1_024, new Array(1_024 * 8 * 3).fill(0.7))
  expect(writeEnvironment(flat).byteLength).toBeLessThan(1_024)
  const noise = mapOf(
    1_024,
    Array.from({ length: 1_024 * 8 * 3 }, (_, i) => 0.5 + ((i * 7919) % 997) / 2_000),
  )
  expect(writeEnvironment(noise).byteLength).toBeLessThan(1_024 * 8 * 4 * 1.02)
})

test('the same light is the same bytes', () => {
  const map = mapOf(
    16,
    Array.from({ length: 96 }, (_, i) => i / 7),
  )
  expect(writeEnvironment(map)).toEqual(writeEnvironment(mapOf(16, [...map.pixels])))
})
