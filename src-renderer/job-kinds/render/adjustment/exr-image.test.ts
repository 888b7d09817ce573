/// <reference types="node" />
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeExr } from '../../../../src-main/compute/libraries/render/picture/exr.ts'
import { readExr } from './exr-image.ts'

const WIDTH = 7
const HEIGHT = 35

/** A gradient shrinks when packed; noise does not and is stored as it is. */
function gradient(): Float32Array {
  return Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => Math.floor(i / 30))
}

const file = (): Uint8Array<ArrayBuffer> => encodeExr(WIDTH, HEIGHT, gradient())

describe('reading an OpenEXR result', () => {
  test('gives every value back that was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        async (width, height, seed) => {
          // Fibonacci hashing: noise that does not shrink.
          const radiance = Float32Array.from({ length: width * height * 3 }, (_, i) =>
            Math.imul(seed + i, 0x9e3779b1),
          )
          const outcome = await readExr(encodeExr(width, height, radiance))
          expect(outcome.ok && outcome.image).toEqual({ width, height, radiance })
        },
      ),
      { numRuns: 30 },
    )
    const outcome = await readExr(file())
    expect(outcome.ok && outcome.image.radiance).toEqual(gradient())
  })

  test('refuses a file that is cut short, wherever', async () => {
    const whole = file()
    for (let length = 0; length < whole.length; length += 3) {
      expect((await readExr(whole.slice(0, length))).ok).toBe(false)
    }
  })

  test('never throws, whatever byte is changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file().length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = file()
        bytes[at] = (bytes[at] ?? 0) ^ by
        const outcome = await readExr(bytes)
        if (outcome.ok)
          expect(outcome.image.radiance).toHaveLength(outcome.image.width * outcome.image.height * 3)
      }),
      { numRuns: 300 },
    )
  })

  test('stops a block that unpacks to more than its rows', async () => {
    // The data of a taller picture's first block under the header of a flat one.
    const tall = encodeExr(WIDTH, 16, new Float32Array(WIDTH * 16 * 3))
    const view = new DataView(tall.buffer)
    const yMaxAt = [...tall.keys()].filter((at) => at + 4 <= tall.length && view.getInt32(at, true) === 15)
    for (const at of yMaxAt) view.setInt32(at, 7, true)
    expect(await readExr(tall)).toEqual({ ok: false, why: 'block 0 is damaged' })
  })

  test.each([
    ['another compression', 'compression', 1],
    ['rows upwards', 'lineOrder', 1],
  ])('refuses %s', async (_, attribute, value) => {
    const bytes = file()
    const text = new TextDecoder('latin1').decode(bytes)
    const at = text.indexOf(`${attribute}\0${attribute}\0`) + 2 * (attribute.length + 1) + 4
    bytes[at] = value
    expect((await readExr(bytes)).ok).toBe(false)
  })
})
