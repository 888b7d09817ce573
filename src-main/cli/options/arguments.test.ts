import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { INVITE_MINUTES_MAX } from '#contract'
import {
  byteCount,
  deadlineMs,
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
    expect(durationMinutes(INVITE_MINUTES_MAX)(text)).toBe(minutes)
  })

  it.each(['', '0m', '8d', '60', 'm', '-1m', '1 h', '1w', '1e3m', '60mm'])('%j is no duration', (text) => {
    expect(() => durationMinutes(INVITE_MINUTES_MAX)(text)).toThrow(InvalidArgumentError)
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

describe('a deadline', () => {
  // By whatever time zone this machine is in.
  const now = new Date(2026, 10, 22, 17, 30, 15)
  const at = (text: string) => new Date(deadlineMs(text, now.getTime()))

  it.each<[string, Date]>([
    ['+2h', new Date(now.getTime() + 7_200_000)],
    ['90m', new Date(now.getTime() + 5_400_000)],
    ['+1.5d', new Date(now.getTime() + 129_600_000)],
    ['18:00', new Date(2026, 10, 22, 18, 0)],
    ['17:30', new Date(2026, 10, 23, 17, 30)],
    ['9:05', new Date(2026, 10, 23, 9, 5)],
    ['00:00', new Date(2026, 10, 23, 0, 0)],
    ['2026-12-24T18:00', new Date(2026, 11, 24, 18, 0)],
    ['2026-12-24 18:00:30', new Date(2026, 11, 24, 18, 0, 30)],
    ['2026-12-24T18:00Z', new Date(Date.UTC(2026, 11, 24, 18))],
    ['2026-12-24T18:00+02:00', new Date(Date.UTC(2026, 11, 24, 16))],
    ['2026-11-22', new Date(2026, 10, 22, 23, 59, 59)],
    ['2028-02-29', new Date(2028, 1, 29, 23, 59, 59)],
  ])('%s is one', (text, moment) => {
    expect(at(text)).toEqual(moment)
  })

  it.each([
    '',
    'soon',
    '25:00',
    '18:60',
    '18',
    '-2h',
    '+0s',
    '2026-11-22T17:30',
    '2020-01-01',
    '2026-13-01',
    '2027-02-29',
    '2026-12-24T25:00',
    '9999-01-01',
    '+1e9d',
    '99999999999d',
  ])('%j is none', (text) => {
    expect(() => at(text)).toThrow(InvalidArgumentError)
  })
})
