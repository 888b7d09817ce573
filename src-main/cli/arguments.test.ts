import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { durationMinutes, integerBetween, numberBetween, repeated } from './arguments.ts'

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
