import { expect, test } from 'vitest'
import { clockChanges, wallTime } from './clock-changes.ts'

const at = (iso: string) => Date.parse(iso)

test('a wall clock shows the time of its zone', () => {
  expect(wallTime('Europe/Berlin', at('2026-03-29T00:30:00Z'))).toEqual({
    date: '2026-03-29',
    day: 6,
    minute: 90,
  })
  expect(wallTime('Asia/Kathmandu', at('2026-01-05T20:00:00Z'))).toEqual({
    date: '2026-01-06',
    day: 1,
    minute: 105,
  })
  expect(wallTime('America/New_York', at('2026-01-01T02:00:00Z')).date).toBe('2025-12-31')
})

test('the hour that is skipped in spring, and the one that comes twice in autumn', () => {
  expect(clockChanges('Europe/Berlin', at('2026-03-20T12:00:00Z'), 14)).toEqual([
    {
      atMs: at('2026-03-29T01:00:00Z'),
      date: '2026-03-29',
      day: 6,
      kind: 'skipped',
      fromMinute: 120,
      toMinute: 180,
    },
  ])
  expect(clockChanges('America/New_York', at('2026-10-25T12:00:00Z'), 14)).toMatchObject([
    { atMs: at('2026-11-01T06:00:00Z'), date: '2026-11-01', kind: 'repeated', fromMinute: 60, toMinute: 120 },
  ])
})

test('half an hour where that is the change', () => {
  expect(clockChanges('Australia/Lord_Howe', at('2026-10-01T00:00:00Z'), 7)).toMatchObject([
    { date: '2026-10-04', kind: 'skipped', fromMinute: 120, toMinute: 150 },
  ])
})

test('none where clocks are left alone', () => {
  expect(clockChanges('Asia/Kathmandu', at('2026-01-01T00:00:00Z'), 365)).toEqual([])
})
