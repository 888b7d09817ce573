import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CELLS_PER_WEEK, cellAt, cellsIn, cellsOf, erase, paint, type WeekCells } from './week-paint.ts'
import { PRESETS, presetSpans, type Preset } from './week-presets.ts'
import { weekWords, type DaySet } from './week-words.ts'

const NOTHING = cellsOf([])
const preset = (name: Preset) => paint(NOTHING, presetSpans(name), {})
const night = { fromMinute: 22 * 60, toMinute: 31 * 60 }
const everyDay = { kind: 'every-day' } as const

test('presets are said as they are called', () => {
  expect(weekWords(NOTHING)).toEqual({ kind: 'nothing' })
  expect(weekWords(preset('always'))).toEqual({ kind: 'always' })
  expect(weekWords(preset('nights'))).toEqual({
    kind: 'phrases',
    phrases: [{ days: everyDay, hours: night }],
  })
  expect(weekWords(preset('weekends'))).toEqual({
    kind: 'phrases',
    phrases: [{ days: { kind: 'weekends' }, hours: 'all-day' }],
  })
  expect(weekWords(preset('nights-and-weekends'))).toEqual({
    kind: 'phrases',
    phrases: [
      { days: everyDay, hours: night },
      { days: { kind: 'weekends' }, hours: 'all-day' },
    ],
  })
})

test('nights of some days, and one other', () => {
  const weekdays = [0, 1, 2, 3, 4].map((day) => ({ start: cellAt(day, 22 * 60), cells: 18 }))
  const cells = paint(NOTHING, [...weekdays, { start: cellAt(6, 600), cells: 4 }], {})
  expect(weekWords(cells)).toEqual({
    kind: 'phrases',
    phrases: [
      { days: { kind: 'weekdays' }, hours: night },
      { days: { kind: 'days', days: [6] }, hours: { fromMinute: 600, toMinute: 720 } },
    ],
  })
})

test('what is true of most days is said first', () => {
  const cells = paint(preset('nights'), [{ start: cellAt(0, 20 * 60), cells: 4 }], {})
  const evening = { fromMinute: 20 * 60, toMinute: 31 * 60 }
  expect(weekWords(cells)).toEqual({
    kind: 'phrases',
    phrases: [
      { days: everyDay, hours: night },
      { days: { kind: 'days', days: [0] }, hours: evening },
    ],
  })
})

test('what would be many words is said as how much', () => {
  const cells = paint(
    NOTHING,
    [0, 1, 2, 3].map((day) => ({ start: cellAt(day, day * 60), cells: 3 })),
    {},
  )
  expect(weekWords(cells)).toEqual({ kind: 'many', stretches: 4, hours: 6 })
})

test('the phrases of any week say exactly what is shared', () => {
  const span = fc.record({ start: fc.nat(CELLS_PER_WEEK - 1), cells: fc.integer({ min: 1, max: 160 }) })
  const days = fc.array(fc.constantFrom(...PRESETS), { maxLength: 1 })
  fc.assert(
    fc.property(
      days,
      fc.array(span, { maxLength: 3 }),
      fc.array(span, { maxLength: 2 }),
      (start, more, less) => {
        const cells = erase(paint(paint(NOTHING, start.flatMap(presetSpans), {}), more, {}), less)
        const words = weekWords(cells)
        const shared = sharedIn(cells)
        if (words.kind === 'many') expect(shared.length).toBe(words.hours * 2)
        if (words.kind !== 'phrases') return
        const said = words.phrases.flatMap(({ days: on, hours }) => {
          const [from, to] = hours === 'all-day' ? [0, 1440] : [hours.fromMinute, hours.toMinute]
          return daysOf(on).flatMap((day) => cellsIn({ start: cellAt(day, from), cells: (to - from) / 30 }))
        })
        expect([...new Set(said)].sort((a, b) => a - b)).toEqual(shared)
      },
    ),
    { numRuns: 500 },
  )
})

function sharedIn(cells: WeekCells): number[] {
  return cells.flatMap((terms, cell) => (terms === undefined ? [] : [cell]))
}

function daysOf(set: DaySet): readonly number[] {
  switch (set.kind) {
    case 'every-day':
      return [0, 1, 2, 3, 4, 5, 6]
    case 'weekdays':
      return [0, 1, 2, 3, 4]
    case 'weekends':
      return [5, 6]
    case 'except':
      return [0, 1, 2, 3, 4, 5, 6].filter((day) => day !== set.day)
    case 'days':
      return set.days
  }
}
