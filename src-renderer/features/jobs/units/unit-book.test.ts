import { expect, test } from 'vitest'
import type { PeerId, UnitView } from '#contract'
import { EMPTY_BOOK, unitIndexes, untouchedUnit, withUnitNews } from './unit-book.ts'

const peers = ['a', 'b'] as PeerId[]
const unit = (index: number, more: Partial<UnitView> = {}): UnitView => ({ ...untouchedUnit(index), ...more })
const rows = (list: ReturnType<typeof unitIndexes>) =>
  Array.from({ length: list.count }, (_, row) => list.at(row))

test('news of a unit replace what was known of it', () => {
  const first = withUnitNews(EMPTY_BOOK, { total: 4, peers, units: [unit(2, { state: 'running' }), unit(1)] })
  const book = withUnitNews(first, { total: 4, peers, units: [unit(2, { state: 'verified', by: [1] })] })
  expect(book.units.get(2)?.state).toBe('verified')
  expect(book.units.size).toBe(2)
  expect(EMPTY_BOOK.units.size).toBe(0)
})

test('a filter keeps the units in their order', () => {
  const fault = { kind: 'runner-lost', message: 'x' } as const
  const book = withUnitNews(EMPTY_BOOK, {
    total: 6,
    peers,
    units: [
      unit(5, { state: 'running', attempts: 2 }),
      unit(0, { state: 'returned', attempts: 2 }),
      unit(3, { state: 'verified', attempts: 3 }),
      unit(1, { state: 'open', attempts: 1, fault }),
    ],
  })
  expect(rows(unitIndexes(book, 'all', 2))).toEqual([0, 1, 2, 3, 4, 5])
  expect(rows(unitIndexes(book, 'running', 2))).toEqual([0, 5])
  expect(rows(unitIndexes(book, 'troubled', 2))).toEqual([1, 3])
})
