import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  byteCount,
  durationMinutes,
  durationMs,
  integerBetween,
  numberBetween,
  repeated,
  unitCount,
} from './arguments.ts'

describe('an argument', () => {
  it.each([
    ['90s', 1.5],
    ['60m', 60],
    ['1.5h', 90],
    ['7d', 10_080],
  ])('%s is a duration', (text, minutes) => {
    expect(durationMinutes(text)).toBe(minutes)
  })

  it.each(['', '60', 'm', '-1m', '1 h', '1w', '1e3m', '60mm'])('%j is no duration', (text) => {
    expect(() => durationMinutes(text)).toThrow(InvalidArgumentError)
  })

  it('is a duration in milliseconds where those matter', () => {
    expect([durationMs('500ms'), durationMs('30s'), durationMs('2m')]).toEqual([500, 30_000, 120_000])
  })

  it.each([
    ['1', 1],
    ['10000', 10_000],
    ['5e9', 5e9],
    ['1.5e3', 1_500],
    ['20k', 20_000],
    ['2.5G', 2.5e9],
  ])('%s is a count', (text, count) => {
    expect(unitCount(text)).toBe(count)
  })

  it.each([
    ['4096', 4_096],
    ['512K', 512 << 10],
    ['64M', 64 << 20],
    ['1.5k', 1_536],
    ['2G', 2 ** 31],
  ])('%s is a number of bytes', (text, bytes) => {
    expect(byteCount(text)).toBe(bytes)
  })

  it.each(['', '0', '-1', '1.5', '1e99', 'M', '1 M', '1MB', '0x10', '5e-1', 'NaN', '99999T'])(
    '%j is neither',
    (text) => {
      for (const parse of [unitCount, byteCount]) expect(() => parse(text)).toThrow(InvalidArgumentError)
    },
  )

  it('is a number within its bounds, both included', () => {
    const parse = numberBetween(0, 1)
    expect([parse('0'), parse('0.25'), parse('1')]).toEqual([0, 0.25, 1])
    for (const text of ['', ' ', '1.01', '-0.1', 'NaN', 'Infinity', 'one', '0,5']) {
      expect(() => parse(text)).toThrow(InvalidArgumentError)
    }
  })

  it('is a whole number where half of one makes no sense', () => {
    expect(integerBetween(1, 16)('16')).toBe(16)
    expect(() => integerBetween(1, 16)('1.5')).toThrow(InvalidArgumentError)
  })

  it('may be given several times', () => {
    expect(repeated('b', repeated('a', undefined))).toEqual(['a', 'b'])
  })
})
