import { expect, test } from 'vitest'
import { WeekPlan } from '#contract'
import { isSharedOn, usualHours, withDate, withHours, withMoreHours, withoutDate } from './exception-dates.ts'

const plan: WeekPlan = {
  time_zone: 'Europe/Berlin',
  resources: { cpu_cores: 2, ram_gb: 4 },
  priority: 0.5,
  blocks: [{ day: 3, start_minute: 1320, minutes: 540 }],
  exceptions: [],
}

test('dates are kept in order, each once, with nothing shared at first', () => {
  const added = withDate(withDate(withDate(plan, '2026-12-31'), '2026-12-24'), '2026-12-31')
  expect(added.exceptions).toEqual([
    { date: '2026-12-24', blocks: [] },
    { date: '2026-12-31', blocks: [] },
  ])
  expect(withoutDate(added, '2026-12-24').exceptions).toEqual([{ date: '2026-12-31', blocks: [] }])
})

test('other hours begin as those of the day of the week, or as the whole day', () => {
  expect(usualHours(plan, '2026-12-24')).toEqual([{ start_minute: 1320, minutes: 540 }]) // a Thursday
  expect(usualHours(plan, '2026-12-25')).toEqual([{ start_minute: 0, minutes: 1440 }])
})

test('a time of a date is shared by what begins that day, or by the night of the day before', () => {
  const night = 2 * 60
  expect(isSharedOn(plan, '2026-12-24', 23 * 60)).toBe(true) // a Thursday
  expect(isSharedOn(plan, '2026-12-25', night)).toBe(true)
  expect(isSharedOn(plan, '2026-12-25', 23 * 60)).toBe(false)
  const without = withDate(plan, '2026-12-24')
  expect(isSharedOn(without, '2026-12-25', night)).toBe(false)
  expect(isSharedOn(withDate(plan, '2026-12-25'), '2026-12-25', night)).toBe(true)
})

test('one stretch more is later the same day where there is room, and the plan takes it', () => {
  expect(withMoreHours([{ start_minute: 480, minutes: 120 }])[1]).toEqual({ start_minute: 660, minutes: 60 })
  expect(withMoreHours([{ start_minute: 1320, minutes: 540 }])[0]).toEqual({
    start_minute: 720,
    minutes: 120,
  })
  const hours = [1, 2, 3, 4, 5, 6].reduce((blocks) => withMoreHours(blocks), usualHours(plan, '2026-12-24'))
  expect(WeekPlan.safeParse(withHours(withDate(plan, '2026-12-24'), '2026-12-24', hours)).success).toBe(true)
})
