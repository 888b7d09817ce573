import { expect, it } from 'vitest'
import { longestLeft, timeLeftOf } from './time-left.ts'

const T0 = 1_800_000_000_000
type Job = Parameters<typeof timeLeftOf>[0][number]

/** A job of 100 units that had its first award after a second, and verified one unit a second since. */
function job(verified: number, some: Partial<Job> = {}): Job {
  const pace = {
    progress_at_ms: T0 + 1_000 + 1_000 * verified,
    active_ms: 1_000 * verified,
    stalls_at_ms: T0 + 16_000 + 1_000 * verified,
  }
  return {
    ...{ state: { kind: 'running' }, units: 100, verified, submitted_at_ms: T0, first_award_ms: 1_000 },
    ...{ wall_ms: 1_000, pace, ...some },
  }
}

it('[F4] counts down to the end that the pace of the verified units tells', () => {
  expect(timeLeftOf([job(40)], T0 + 41_000)).toEqual({ kind: 'left', ms: 60_000 })
  expect(timeLeftOf([job(40)], T0 + 46_000)).toEqual({ kind: 'left', ms: 55_000 })
})

it('is not known before the first verified unit, for a paused job and for one that is done', () => {
  expect(timeLeftOf([job(0)], T0 + 500_000)).toEqual({ kind: 'unknown' })
  expect(timeLeftOf([job(40, { state: { kind: 'paused', since_ms: T0 } })], T0)).toEqual({ kind: 'unknown' })
  expect(timeLeftOf([job(100, { state: { kind: 'done' } })], T0)).toEqual({ kind: 'unknown' })
  expect(timeLeftOf([], T0)).toEqual({ kind: 'unknown' })
})

it('[F4] is none while the job stands still: too few PCs are there, or nothing came for long', () => {
  const { pace } = job(40)
  const held = job(40, { pace: { ...pace!, stalled_since_ms: T0 + 41_000 } })
  expect(timeLeftOf([held], T0 + 42_000)).toEqual({ kind: 'stalled', since_ms: T0 + 41_000 })
  expect(timeLeftOf([job(40)], T0 + 55_999)).toMatchObject({ kind: 'left' })
  expect(timeLeftOf([job(40)], T0 + 56_000)).toEqual({ kind: 'stalled', since_ms: T0 + 41_000 })
})

it('never lies in the past', () => {
  expect(timeLeftOf([job(99)], T0 + 110_000)).toEqual({ kind: 'left', ms: 1_000 })
})

it('of a series counts the frames that have not begun', () => {
  const done = job(100, { state: { kind: 'done' }, wall_ms: 101_000 })
  const next = job(0, { pace: { progress_at_ms: T0, stalls_at_ms: T0 + 15_000 } })
  expect(timeLeftOf([done, next], T0 + 101_000)).toEqual({ kind: 'left', ms: 100_000 })
})

it('of a series counts only the units that were verified in its own time', () => {
  const { pace } = job(20)
  const going = job(60, { pace: { ...pace!, taken_units: 40 } })
  const next = job(0, { pace: { progress_at_ms: T0, stalls_at_ms: T0 + 15_000 } })
  expect(timeLeftOf([going, next], T0 + 21_000)).toEqual({ kind: 'left', ms: 140_000 })
})

it('of several jobs is the longest that is known', () => {
  const [short, long] = [5_000, 60_000].map((ms) => ({ kind: 'left', ms }) as const)
  expect(longestLeft([short!, { kind: 'unknown' }, long!])).toEqual(long)
  expect(longestLeft([{ kind: 'stalled', since_ms: T0 }])).toEqual({ kind: 'unknown' })
})
