import { createCipheriv, createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { clockStartSeconds, createRandomStream } from './unit-seed.ts'

function stream(seed: number, unit: number, pieces: readonly number[]): Buffer {
  const random = createRandomStream(seed, unit)
  return Buffer.concat(
    pieces.map((bytes) => {
      const piece = new Uint8Array(bytes)
      random.fill(piece)
      return piece
    }),
  )
}

describe("a unit's randomness", () => {
  it('[X8] is the stream that ABI.md says', () => {
    const key = createHash('sha256').update('meshwork-random-1:7:3').digest()
    const expected = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(1_000))
    expect(stream(7, 3, [1_000]).equals(expected)).toBe(true)
    // Its first bytes, so that the text above cannot change with the code.
    expect(stream(0, 0, [8]).toString('hex')).toBe('b5bc15d531940427')
  })

  it('is one stream however it is asked for', () => {
    const whole = stream(1, 2, [300_000])
    expect(stream(1, 2, [1, 0, 15, 100_000, 199_984]).equals(whole)).toBe(true)
  })

  it('differs by seed and by unit', () => {
    const all = [stream(0, 0, [16]), stream(1, 0, [16]), stream(0, 1, [16]), stream(10, 0, [16])]
    expect(new Set(all.map((bytes) => bytes.toString('hex'))).size).toBe(4)
  })
})

describe("a unit's clock", () => {
  it('[X8] begins in 2026, by seed and unit', () => {
    const years = Array.from({ length: 200 }, (_, unit) => new Date(clockStartSeconds(5, unit) * 1_000))
    expect(new Set(years.map((date) => date.getUTCFullYear()))).toEqual(new Set([2026]))
    expect(new Set(years.map((date) => date.getTime())).size).toBe(200)
    expect(clockStartSeconds(0, 0)).toBe(1_783_108_953)
  })
})
