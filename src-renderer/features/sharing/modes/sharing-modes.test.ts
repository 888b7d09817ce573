import { expect, test } from 'vitest'
import { WeekPlan, type Sharing } from '#contract'
import { inMode, remembering, withResources } from './sharing-modes.ts'

const machine = { hardware: undefined, zone: 'Europe/Berlin' }
const resources = { cpu_cores: 6, ram_gb: 12 }
const always: Sharing = { kind: 'always', resources, priority: 0.5 }

test('a first week begins with nights and weekends, by the wall clock of this PC', () => {
  const week = inMode('week', always, {}, machine)
  expect(week).toMatchObject({ kind: 'week', plan: { time_zone: 'Europe/Berlin', resources } })
  expect(week.kind === 'week' && WeekPlan.safeParse(week.plan).success).toBe(true)
})

test('a painted week is there again after a while of never', () => {
  const painted: Sharing = {
    kind: 'week',
    plan: {
      time_zone: 'UTC',
      resources,
      priority: 0.5,
      blocks: [{ day: 2, start_minute: 0, minutes: 60 }],
      exceptions: [{ date: '2026-12-24', blocks: [] }],
    },
  }
  const remembered = remembering(remembering({}, painted), { kind: 'never' })
  expect(inMode('week', { kind: 'never' }, remembered, machine)).toEqual(painted)
  expect(inMode('always', { kind: 'never' }, remembered, machine)).toEqual(always)
})

test('how much is shared goes along from mode to mode', () => {
  const less = withResources(always, { cpu_cores: 2, ram_gb: 4 })
  expect(inMode('week', less, {}, machine)).toMatchObject({
    plan: { resources: { cpu_cores: 2, ram_gb: 4 } },
  })
})
