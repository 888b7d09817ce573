import { describe, expect, test } from 'vitest'
import { movedCursor } from './grid/grid-cursor.ts'
import { cellAt } from './week-paint.ts'
import { resized, spansBetween } from './week-selection.ts'

const at = (day: number, hour: number) => ({ day, slot: hour * 2 })

describe('a drag', () => {
  test('to the right, left or up takes the same hours of all days between', () => {
    const expected = [
      { start: cellAt(0, 480), cells: 5 },
      { start: cellAt(1, 480), cells: 5 },
    ]
    expect(spansBetween(at(0, 8), at(1, 10))).toEqual(expected)
    expect(spansBetween(at(1, 10), at(0, 8))).toEqual(expected)
  })

  test('down and back takes the nights between', () => {
    expect(spansBetween(at(0, 22), { day: 2, slot: 13 })).toEqual([
      { start: cellAt(0, 22 * 60), cells: 18 },
      { start: cellAt(1, 22 * 60), cells: 18 },
    ])
  })

  test("below the last row ends Sunday's night on Monday", () => {
    expect(spansBetween(at(6, 22), { day: 7, slot: 13 })).toEqual([{ start: cellAt(6, 22 * 60), cells: 18 }])
    expect(spansBetween(at(6, 8), at(7, 10))).toEqual([{ start: cellAt(6, 480), cells: 5 }])
  })
})

describe('an edge', () => {
  const night = { start: cellAt(0, 22 * 60), cells: 18 }

  test('goes on past midnight and comes back', () => {
    expect(resized(night, 'end', { day: 1, slot: 15 })).toEqual({ start: night.start, cells: 20 })
    expect(resized(night, 'end', { day: 0, slot: 45 })).toEqual({ start: night.start, cells: 2 })
    expect(resized(night, 'start', { day: 0, slot: 40 })).toEqual({ start: cellAt(0, 20 * 60), cells: 22 })
    expect(resized(night, 'start', { day: 1, slot: 0 })).toEqual({ start: cellAt(1, 0), cells: 14 })
  })

  test('leaves half an hour and takes a day at most', () => {
    expect(resized(night, 'end', { day: 0, slot: 3 })).toEqual({ start: night.start, cells: 1 })
    expect(resized(night, 'end', { day: 3, slot: 3 })).toEqual({ start: night.start, cells: 48 })
    expect(resized(night, 'start', { day: 2, slot: 3 })).toEqual({ start: cellAt(1, 6 * 60 + 30), cells: 1 })
  })

  test("of Sunday's night is on Monday, and of Monday's morning on Sunday", () => {
    const sunday = { start: cellAt(6, 22 * 60), cells: 6 }
    expect(resized(sunday, 'end', { day: 0, slot: 13 })).toEqual({ start: sunday.start, cells: 18 })
    expect(resized(sunday, 'end', { day: 7, slot: 13 })).toEqual({ start: sunday.start, cells: 18 })
    const morning = { start: 0, cells: 4 }
    expect(resized(morning, 'start', { day: 6, slot: 46 })).toEqual({ start: cellAt(6, 23 * 60), cells: 6 })
  })
})

describe('keys', () => {
  const key = (name: string, more: { isCommand?: boolean; isExtending?: boolean } = {}) => ({
    key: name,
    isCommand: false,
    isExtending: false,
    ...more,
  })

  test('go on past midnight', () => {
    expect(movedCursor({ day: 0, slot: 47 }, key('ArrowRight'))).toEqual({ day: 1, slot: 0 })
    expect(movedCursor({ day: 1, slot: 0 }, key('ArrowLeft'))).toEqual({ day: 0, slot: 47 })
  })

  test('stay within the week, but for a night that is being extended', () => {
    const last = { day: 6, slot: 47 }
    expect(movedCursor(last, key('ArrowRight'))).toEqual(last)
    expect(movedCursor(last, key('ArrowRight', { isExtending: true }))).toEqual({ day: 7, slot: 0 })
    expect(movedCursor({ day: 0, slot: 0 }, key('ArrowUp'))).toEqual({ day: 0, slot: 0 })
  })

  test('go to the ends of the day, and of the week', () => {
    expect(movedCursor({ day: 3, slot: 9 }, key('End'))).toEqual({ day: 3, slot: 47 })
    expect(movedCursor({ day: 3, slot: 9 }, key('Home', { isCommand: true }))).toEqual({ day: 0, slot: 0 })
    expect(movedCursor({ day: 3, slot: 9 }, key('a'))).toBeUndefined()
  })
})
