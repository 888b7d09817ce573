import { describe, expect, test } from 'vitest'
import { decodeBytes } from './decode-image.ts'
import { createImageDecoder } from './image-decoder.ts'
import { ImportRefusal } from '../gltf/import-fault.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { createRandomPng } from './random-png.fixture.ts'

/** A picture that counts how often it is read. */
function source(key: string | undefined, bytes: Uint8Array = createRandomPng(1, 16, 16)) {
  const count = { reads: 0 }
  const read = () => {
    count.reads++
    return Uint8Array.from(bytes)
  }
  return { count, ...(key === undefined ? {} : { key }), read }
}

describe('a decoder that keeps what was used last', () => {
  test('decodes a content once for all callers', () => {
    const decoder = createImageDecoder()
    const [first, second] = [source('a'), source('a')]
    const decoded = decoder.decode(first, Infinity)
    expect(decoded.image).toMatchObject({ kind: 'image', width: 16, height: 16 })
    expect(decoder.decode(second, Infinity)).toBe(decoded)
    expect([first.count.reads, second.count.reads]).toEqual([1, 0])
  })

  test('decodes what has no name each time, and what cannot be decoded', () => {
    const decoder = createImageDecoder()
    const [nameless, broken] = [source(undefined), source('b', Buffer.from('no picture'))]
    for (const one of [nameless, broken, nameless, broken]) decoder.decode(one, Infinity)
    expect([nameless.count.reads, broken.count.reads]).toEqual([2, 2])
    expect(decoder.decode(broken, Infinity).image.kind).toBe('undecodable')
  })

  test('lets go of the one used longest ago beyond its bound', () => {
    const decoder = createImageDecoder(2 * 16 * 16 * 4)
    const [a, b, c] = [source('a'), source('b'), source('c')]
    for (const one of [a, b, a, c, a, b]) decoder.decode(one, Infinity)
    expect([a.count.reads, b.count.reads, c.count.reads]).toEqual([1, 2, 1])
  })

  test('refuses what takes more than the caller may use, kept or not', () => {
    const decoder = createImageDecoder()
    const picture = source('a')
    const needed = 16 * 16 * 40
    expect(() => decoder.decode(picture, needed - 1)).toThrow(ImportRefusal)
    decoder.decode(picture, needed)
    expect(() => decoder.decode(picture, needed - 1)).toThrow(ImportRefusal)
  })
})

describe('memory that decoding takes', () => {
  test('is known from the header alone', () => {
    expect(decodeBytes(createRandomPng(1, 20, 10).subarray(0, 40))).toBe(20 * 10 * 40)
    const jpeg = encodeJpeg(33, 17, new Uint8Array(33 * 17 * 3))
    expect(decodeBytes(jpeg)).toBe(33 * 17 * 40)
  })

  test('is that of the largest picture where the header does not say', () => {
    const largest = 8192 * 8192 * 40
    expect(decodeBytes(Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 0, 0, 0, 0, 0, 0, 0))).toBe(largest)
    expect(decodeBytes(Uint8Array.of(0xff, 0xd8))).toBe(largest)
    expect(decodeBytes(Buffer.from('neither of them'))).toBe(0)
    expect(decodeBytes(new Uint8Array(0))).toBe(0)
  })
})
