import { describe, expect, test } from 'vitest'
import { MADE_LIGHTS } from '../../../../protocol/job-kinds/made-lights.ts'
import { RenderLight } from '../../../../protocol/job-kinds/render-light.ts'
import { parseEnvironment } from '../textures/environment.ts'
import { writeEnvironment } from '../textures/write-environment.ts'
import { makeLight } from './made-light.ts'
import { studioEnvironment } from './studio.ts'

const none = () => undefined
const made = (light: unknown, picture: Parameters<typeof makeLight>[1] = none) =>
  makeLight(RenderLight.parse(light), picture)

const KINDS = [...MADE_LIGHTS, 'sky'] as const

describe.each(KINDS)('the light %s', (kind) => {
  const map = made({ kind })
  const sum = (pixels: Float32Array) => pixels.reduce((a, b) => a + b, 0)

  test('has finite light, some from above, and is the same at every making', () => {
    expect(map.pixels.every((radiance) => radiance >= 0 && radiance < 1e6)).toBe(true)
    expect(map.pixels.subarray(0, map.width * 3).some((radiance) => radiance > 0)).toBe(true)
    expect(Buffer.from(made({ kind }).pixels.buffer).equals(Buffer.from(map.pixels.buffer))).toBe(true)
  })

  test('keeps its light to a part in 250 as a picture that travels', () => {
    const read = parseEnvironment(writeEnvironment(map))
    if (read.kind !== 'map') throw new Error(read.message)
    expect([read.width, read.height]).toEqual([map.width, map.height])
    const off = map.pixels.map((radiance, i) => {
      const brightest = Math.max(...map.pixels.subarray(i - (i % 3), i - (i % 3) + 3))
      return brightest === 0 ? 0 : Math.abs((read.pixels[i] ?? NaN) - radiance) / brightest
    })
    expect(off.every((part) => part <= 1 / 250)).toBe(true)
  })

  test('is stronger and turned as asked for', () => {
    expect(sum(made({ kind, strength: 3 }).pixels) / sum(map.pixels)).toBeCloseTo(3, 2)
    const turned = kind === 'sky' ? made({ kind, sun_azimuth: 20 }) : made({ kind, turn_degrees: 45 })
    const isSame = turned.pixels.every((radiance, i) => Math.abs(radiance - (map.pixels[i] ?? NaN)) < 1e-6)
    // Clouds are the same all around.
    expect(isSame).toBe(kind === 'overcast')
    expect(sum(turned.pixels) / sum(map.pixels)).toBeCloseTo(1, 1)
  })
})

test('the studio is the light that a file without lights gets', () => {
  expect(made({ kind: 'studio' })).toEqual(studioEnvironment())
})

test('the lamps of a file alone have nothing around them', () => {
  expect(made({ kind: 'own' }).pixels.every((radiance) => radiance === 0)).toBe(true)
})

test('a picture of light is turned and made stronger; without one there is a plain refusal', () => {
  const picture = {
    kind: 'map',
    width: 4,
    height: 1,
    pixels: Float32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3),
  } as const
  const light = { kind: 'picture', turn_degrees: 90, strength: 2 }
  expect([...made(light, () => picture).pixels].filter((_, i) => i % 3 === 0)).toEqual([6, 0, 2, 4])
  expect(() => made(light)).toThrow('light of a picture, and no picture of light')
})

test.each([
  { kind: 'studio', strength: 0 },
  { kind: 'sky', sun_elevation: -3 },
  { kind: 'sky', turbidity: 1 },
  { kind: 'moon' },
  { kind: 'own', strength: 2 },
  { kind: 'picture', turn_degrees: Infinity },
])('no light: %o', (light) => {
  expect(RenderLight.safeParse(light).success).toBe(false)
})
