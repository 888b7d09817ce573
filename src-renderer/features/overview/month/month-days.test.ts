import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DayStatistics } from '#contract'
import { monthOf, scaleOf, viewsOf, writtenDates } from './month-days.ts'

const HOUR_MS = 3_600_000

/** The last days up to 31 March 2026. */
function days(
  ...counts: readonly (readonly [given: number, got: number, shared_ms: number])[]
): DayStatistics[] {
  return counts.map(([units_for_others, units_by_others, shared_ms], day) => ({
    date: new Date(Date.UTC(2026, 2, 31 - (counts.length - 1 - day))).toISOString().slice(0, 10),
    shared_ms,
    units_for_others,
    cpu_ms_for_others: 0,
    units_by_others,
    cpu_ms_by_others: 0,
  }))
}

describe('a month', () => {
  it('is its days in order, what was got turned down, and what all of them come to', () => {
    const month = monthOf(days([0, 0, 0], [12, 3, HOUR_MS], [5, 0, 2 * HOUR_MS]))
    expect(month.days.map(({ given, gotDown }) => [given, gotDown])).toEqual([
      [0, 0],
      [12, -3],
      [5, 0],
    ])
    expect(month).toMatchObject({ given: 17, got: 3, sharedMs: 3 * HOUR_MS })
  })

  it('keeps each day’s date in the reader’s time zone', () => {
    for (const { date, atMs } of monthOf(days(...Array.from({ length: 30 }, () => [0, 0, 0] as const))).days)
      expect(new Date(atMs).getDate()).toBe(Number(date.slice(8)))
  })

  it('offers what happened, and nothing when nothing did', () => {
    expect(viewsOf(monthOf(days([0, 0, 0], [0, 0, 59_000])))).toEqual([])
    expect(viewsOf(monthOf(days([0, 0, 60_000])))).toEqual(['hours'])
    expect(viewsOf(monthOf(days([0, 1, 0])))).toEqual(['units'])
    expect(viewsOf(monthOf(days([1, 0, HOUR_MS])))).toEqual(['units', 'hours'])
  })
})

describe('the scale of units', () => {
  const scale = (given: number, got: number) => scaleOf(monthOf(days([given, got, 0])).days, 'units')

  it('has the same step up and down, and ends where the bars do', () => {
    expect(scale(412, 180)).toEqual({ domain: [-180, 412], ticks: [0, 200, 400] })
    expect(scale(9, 14)).toEqual({ domain: [-14, 9], ticks: [-10, -5, 0, 5] })
  })

  it('never has a line at half a unit', () => {
    expect(scale(1, 0)).toEqual({ domain: [0, 1], ticks: [0, 1] })
    expect(scale(0, 2)).toEqual({ domain: [-2, 0], ticks: [-2, -1, 0] })
  })

  it('has few lines, all inside, whatever was counted', () => {
    const count = fc.nat({ max: 1e12 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(count, count, fc.nat({ max: 25 * HOUR_MS })), { minLength: 1 }),
        (counts) => {
          for (const view of ['units', 'hours'] as const) {
            const { domain, ticks } = scaleOf(monthOf(days(...counts)).days, view)
            expect(ticks).toContain(0)
            expect(ticks.length).toBeLessThanOrEqual(7)
            expect(ticks.every((tick) => tick >= domain[0] && tick <= domain[1])).toBe(true)
          }
        },
      ),
    )
  })
})

it('the scale of hours counts as people do', () => {
  const lines = (shared_ms: number) => scaleOf(monthOf(days([0, 0, shared_ms])).days, 'hours').ticks
  expect(lines(24 * HOUR_MS)).toEqual([0, 8 * HOUR_MS, 16 * HOUR_MS, 24 * HOUR_MS])
  expect(lines(9 * HOUR_MS)).toEqual([0, 3 * HOUR_MS, 6 * HOUR_MS, 9 * HOUR_MS])
  expect(lines(HOUR_MS / 2)).toEqual([0, HOUR_MS / 4, HOUR_MS / 2])
})

it('today is written under its day, and each week before it', () => {
  const { days: month } = monthOf(days(...Array.from({ length: 30 }, () => [0, 0, 0] as const)))
  expect(writtenDates(month)).toEqual(['2026-03-03', '2026-03-10', '2026-03-17', '2026-03-24', '2026-03-31'])
})
