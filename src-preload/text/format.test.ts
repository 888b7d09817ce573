import { describe, expect, it } from 'vitest'
import { createFormat } from './format.ts'

/** Saturday, 14 March 2026, 15:30 in Berlin. */
const NOW = Date.UTC(2026, 2, 14, 14, 30)
const options = { now: () => NOW, timeZone: 'Europe/Berlin' }
const en = createFormat('en', options)
const de = createFormat('de', options)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [400, '0 s'],
    [1_400, '1 s'],
    [59_400, '59 s'],
    [59_999, '1 min'],
    [61_000, '1 min 1 s'],
    [9 * MINUTE + 30_000, '9 min 30 s'],
    [10 * MINUTE + 29_000, '10 min'],
    [9 * MINUTE + 59_900, '10 min'],
    [59 * MINUTE + 59_900, '1 h'],
    [80 * MINUTE, '1 h 20 min'],
    [2 * HOUR, '2 h'],
    [23 * HOUR + 59.9 * MINUTE, '1 d'],
    [47 * HOUR + 50 * MINUTE, '2 d'],
    [49 * HOUR, '2 d 1 h'],
  ])('of %i ms is %s: its two largest units, and never sixty of one', (ms, written) => {
    expect(en.duration(ms)).toBe(written)
  })
})

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.6, '1 kB'],
    [1_500, '1.5 kB'],
    [999_999, '1 MB'],
    [3_240_000_000, '3.2 GB'],
    [420e9, '420 GB'],
    [5e18, '5,000 PB'],
  ])('%d are %s', (count, written) => expect(en.bytes(count)).toBe(written))

  it('are written as the language writes numbers', () => {
    expect(de.bytes(1_500_000)).toBe('1,5 MB')
    expect(de.bytesPerSecond(1_500_000)).toBe('1,5 MB/s')
  })
})

describe('a time', () => {
  it('is the hour today and within the next twelve hours, with its day otherwise', () => {
    expect(en.time(NOW + 2 * HOUR)).toBe('17:30')
    expect(en.time(NOW + 10 * HOUR)).toBe('01:30')
    expect(en.time(NOW - 16 * HOUR)).toBe('Fri 23:30')
    expect(en.time(NOW + 30 * HOUR)).toBe('Sun 21:30')
    expect(en.time(NOW + 20 * DAY)).toMatch(/^(3 Apr|Apr 3) 16:30$/)
    expect(de.time(NOW + 30 * HOUR)).toBe('So 21:30')
  })

  it('at midnight is 00:00 and not 24:00', () => {
    expect(en.time(Date.UTC(2026, 2, 14, 23, 0))).toBe('00:00')
  })
})

it('a date has its year when that is not this one', () => {
  expect(en.date(NOW)).not.toMatch(/2026/)
  expect(en.date(NOW - 400 * DAY)).toMatch(/2025/)
})

it('how long ago is said roughly, and a clock that is ahead says now', () => {
  expect(en.ago(NOW - 10_000)).toBe('just now')
  expect(en.ago(NOW + HOUR)).toBe('just now')
  expect(en.ago(NOW - 5 * MINUTE)).toBe('5 minutes ago')
  expect(en.ago(NOW - 3 * HOUR)).toBe('3 hours ago')
  expect(en.ago(NOW - 26 * HOUR)).toBe('yesterday')
  expect(de.ago(NOW - 3 * HOUR)).toBe('vor 3 Stunden')
  expect(de.ago(NOW - 10_000)).toBe('gerade eben')
})

it('what is no number is a dash, whatever it was to be', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect([
      en.number(value),
      en.percent(value),
      en.bytes(value),
      en.bytesPerSecond(value),
      en.duration(value),
      en.time(value),
      en.date(value),
      en.ago(value),
    ]).toEqual(Array(8).fill('–'))
  }
  expect(en.time(9e15)).toBe('–')
})

it('several names are one list, as the language joins them', () => {
  expect(en.list(['Bob'])).toBe('Bob')
  expect(en.list(['Bob', 'Cy', 'this PC'])).toBe('Bob, Cy and this PC')
  expect(de.list(['Bob', 'Cy', 'diesem PC'])).toBe('Bob, Cy und diesem PC')
})

it('numbers have as many digits as asked', () => {
  expect(en.number(1234.567)).toBe('1,235')
  expect(en.number(1234.567, 1)).toBe('1,234.6')
  expect(de.number(1234.567, 2)).toBe('1.234,57')
  expect(en.percent(0.416)).toBe('42 %')
})

it.each([
  [1 / 60, '1 min'],
  [7.4, '7 min'],
  [38, '40 min'],
  [61, '1 h'],
  [280, '4 h 45 min'],
  [317, '5 h'],
  [1_500, '1 d 1 h'],
])('%d minutes that were forecast are roughly %s', (minutes, written) => {
  expect(en.roughly(minutes * 60_000)).toBe(written)
})

it.each([
  [42, '42 s'],
  [61, '1 min'],
  [596, '10 min'],
  [542, '9 min'],
  [5_000, '1 h 23 min'],
])('%d seconds that are left are %s', (seconds, written) => {
  expect(en.remaining(seconds * 1_000)).toBe(written)
})
