import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEnvironment } from './environment.ts'

const file = (size: string, pixels: number[], lines = '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n') =>
  Uint8Array.from([...new TextEncoder().encode(`${lines}\n${size}\n`), ...pixels])

const mapOf = (bytes: Uint8Array) => {
  const map = parseEnvironment(bytes)
  if (map.kind !== 'map') throw new Error(map.message)
  return map
}

describe('a Radiance picture', () => {
  test('flat pixels decode to (mantissa + ½) · 2^(exponent − 136)', () => {
    const { pixels, width, height } = mapOf(file('-Y 1 +X 2', [128, 64, 0, 129, 9, 9, 9, 0]))
    expect([width, height]).toEqual([2, 1])
    expect([...pixels]).toEqual([128.5 / 128, 64.5 / 128, 0.5 / 128, 0, 0, 0])
  })

  test('run-length coded rows decode to what flat ones do', () => {
    const coded = [2, 2, 0, 8, 136, 128, 136, 64, 8, 1, 2, 3, 4, 5, 6, 7, 8, 136, 129]
    const flat = Array.from({ length: 8 }, (_, i) => [128, 64, i + 1, 129]).flat()
    const width = 8
    expect(mapOf(file(`-Y 1 +X ${width}`, coded)).pixels).toEqual(
      mapOf(file(`-Y 1 +X ${width}`, flat)).pixels,
    )
  })

  test('the older run code repeats the pixel before it', () => {
    const { pixels } = mapOf(file('-Y 1 +X 4', [128, 128, 128, 129, 1, 1, 1, 3]))
    expect(new Set(pixels).size).toBe(1)
  })

  test('rows from the bottom are turned round, and exposure is taken back', () => {
    const up = mapOf(file('+Y 2 +X 1', [255, 0, 0, 129, 0, 255, 0, 129]))
    expect((up.pixels[0] ?? 9) < (up.pixels[1] ?? 0)).toBe(true)
    const exposed = mapOf(file('-Y 1 +X 1', [128, 0, 0, 129], '#?RGBE\nEXPOSURE=2\nEXPOSURE=2\n'))
    expect(exposed.pixels[0]).toBe(128.5 / 128 / 4)
  })
})

test.each([
  ['another format', Buffer.from('P6 1 1 255 abc')],
  ['no size', file('', [])],
  ['a picture in columns', file('+X 1 -Y 1', [1, 1, 1, 1])],
  ['a picture of 100 gigapixels', file('-Y 999999 +X 99999', [1, 2, 3, 4])],
  ['a picture cut short', file('-Y 2 +X 2', [1, 2, 3, 129, 1, 2, 3, 129, 1, 2, 3, 129])],
  ['a run beyond its row', file('-Y 1 +X 8', [2, 2, 0, 8, 255, 1, 255, 1])],
  ['XYZ colours', file('-Y 1 +X 1', [1, 2, 3, 4], '#?RADIANCE\nFORMAT=32-bit_rle_xyze\n')],
  ['an exposure of zero', file('-Y 1 +X 1', [1, 2, 3, 4], '#?RADIANCE\nEXPOSURE=0\n')],
])('%s is refused in one line', (_, bytes) => {
  expect(parseEnvironment(bytes)).toMatchObject({
    kind: 'bad-environment',
    message: expect.stringMatching(/^.{10,}$/) as string,
  })
})

test('any bytes behind a header give finite light or a fault', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 }),
      fc.boolean(),
      (pixels, coded) => {
        const map = parseEnvironment(file('-Y 2 +X 9', coded ? [2, 2, 0, 9, ...pixels] : pixels))
        if (map.kind === 'map') expect(map.pixels.every((v) => Number.isFinite(v) && v >= 0)).toBe(true)
      },
    ),
  )
})
