import { describe, expect, it } from 'vitest'
import { cursorOver, readName, readS33, readU32, skipBytes, skipSigned } from './reader.ts'
import { faultFrom } from '../refused.fixture.ts'

const over = (...bytes: readonly number[]) => cursorOver(Uint8Array.from(bytes), 0, bytes.length)
const message = (call: () => unknown) => faultFrom(call).message

describe('an unsigned integer', () => {
  it.each([
    [[0x00], 0],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffffffff],
    [[0x80, 0x80, 0x80, 0x80, 0x00], 0],
  ])('of bytes %j is %i', (bytes, value) => {
    const cursor = over(...bytes, 0x55)
    expect(readU32(cursor)).toBe(value)
    expect(cursor.at).toBe(bytes.length)
  })

  it('is refused when it is longer than five bytes or over 32 bits, with its offset', () => {
    const tooLong = 'module refused: integer longer than 32 bits at byte 0'
    expect(message(() => readU32(over(0x80, 0x80, 0x80, 0x80, 0x80, 0x00)))).toBe(tooLong)
    expect(message(() => readU32(over(0xff, 0xff, 0xff, 0xff, 0x1f)))).toBe(tooLong)
  })

  it('is refused when it has no end', () => {
    expect(message(() => readU32(over(0x80, 0x80)))).toBe('module refused: unexpected end at byte 2')
    expect(message(() => readU32(over()))).toBe('module refused: unexpected end at byte 0')
  })
})

describe('a signed integer', () => {
  it.each([
    [32, [0x80, 0x80, 0x80, 0x80, 0x78]], // the least
    [32, [0xff, 0xff, 0xff, 0xff, 0x07]], // the greatest
    [33, [0x80, 0x80, 0x80, 0x80, 0x70]],
    [64, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
    [64, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00]],
  ])('of %i bits may be %j', (bits, bytes) => {
    const cursor = over(...bytes)
    skipSigned(cursor, bits)
    expect(cursor.at).toBe(bytes.length)
  })

  it.each([
    [32, [0x80, 0x80, 0x80, 0x80, 0x08]], // one over the greatest
    [32, [0x80, 0x80, 0x80, 0x80, 0x77]], // one below the least
    [32, [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    [33, [0x80, 0x80, 0x80, 0x80, 0x10]],
    [64, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])('of %i bits cannot be %j', (bits, bytes) => {
    expect(message(() => skipSigned(over(...bytes), bits))).toMatch(`integer longer than ${bits} bits`)
  })

  it('of 33 bits is read with its sign', () => {
    expect(readS33(over(0x40))).toBe(-64)
    expect(readS33(over(0xff, 0x00))).toBe(127)
    expect(readS33(over(0x80, 0x80, 0x80, 0x80, 0x70))).toBe(-(2 ** 32))
    expect(readS33(over(0xff, 0xff, 0xff, 0xff, 0x0f))).toBe(2 ** 32 - 1)
  })
})

describe('a name', () => {
  it('is UTF-8 as it stands', () => {
    expect(readName(over(4, 0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
  })

  it('is refused when it is anything else, too long, or longer than what is there', () => {
    expect(message(() => readName(over(2, 0xc0, 0x80)))).toMatch('a name that is no UTF-8')
    expect(message(() => readName(over(3, 0xed, 0xa0, 0x80)))).toMatch('a name that is no UTF-8')
    expect(message(() => readName(over(0x80, 0x80, 0x01)))).toMatch('bytes of a name are over the limit')
    expect(message(() => readName(over(2, 0x61)))).toMatch('unexpected end')
  })
})

it('never reads beyond the end that it was given', () => {
  const cursor = cursorOver(Uint8Array.of(1, 2, 3), 0, 2)
  expect(message(() => skipBytes(cursor, 3))).toBe('module refused: unexpected end at byte 2')
  expect(cursor.at).toBe(0)
})
