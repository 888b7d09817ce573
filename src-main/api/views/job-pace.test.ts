import { expect, it } from 'vitest'
import { timeLeftOf } from '#contract'
import { createBrain, JOB, manifestOf, NOON, submit } from '../../peer/brain.fixture.ts'
import { createHoldUps, paceOf } from './job-pace.ts'

function submitted() {
  const brain = createBrain()
  submit(brain, manifestOf({ unit_count: 20, verification_redundancy: 2 }))
  const job = brain.state.requester.jobs.get(JOB)!
  return { brain, job }
}

it('a job for which too few peers are there stands still since it last came forward', () => {
  const { brain, job } = submitted()
  expect(createHoldUps(brain.state)(job, NOON + 5_000)).toBe(true)
  const pace = paceOf(job, true)
  expect(pace).toMatchObject({ progress_at_ms: job.progressAtMs, stalled_since_ms: job.progressAtMs })
  const summary = { state: { kind: 'running' }, units: 20, verified: 3, wall_ms: 0 } as const
  const shown = { ...summary, submitted_at_ms: NOON, ...(pace === undefined ? {} : { pace }) }
  expect(timeLeftOf([shown], NOON + 5_000)).toEqual({ kind: 'stalled', since_ms: job.progressAtMs })
})

it('a job of long units is given several of them before it counts as standing still', () => {
  const { job } = submitted()
  const slow = { ...job, firstAwardAtMs: NOON, progressAtMs: NOON + 120_000, verified: 2, observedMs: 50_000 }
  expect(paceOf(slow, false)).toEqual({
    progress_at_ms: NOON + 120_000,
    active_ms: 120_000,
    stalls_at_ms: NOON + 120_000 + 300_000,
  })
  expect(paceOf({ ...slow, status: { state: 'paused', sinceMs: NOON } }, false)).toBeUndefined()
})

it('units that a job took over from an earlier one took none of its time', () => {
  const { job } = submitted()
  const going = { ...job, firstAwardAtMs: NOON, progressAtMs: NOON + 120_000, verified: 12, taken: 10 }
  const pace = paceOf({ ...going, observedMs: 1_000 }, false)
  expect(pace).toEqual({
    ...{ progress_at_ms: NOON + 120_000, active_ms: 120_000, taken_units: 10 },
    stalls_at_ms: NOON + 120_000 + 300_000,
  })
  const summary = { state: { kind: 'running' }, units: 20, wall_ms: 0, submitted_at_ms: NOON } as const
  const shown = (verified: number) => ({ ...summary, verified, ...(pace === undefined ? {} : { pace }) })
  expect(timeLeftOf([shown(12)], NOON + 120_000)).toEqual({ kind: 'left', ms: 480_000 })
  // Before its first own unit nothing is known of its pace, nor whether it stands still.
  expect(timeLeftOf([shown(10)], NOON + 900_000)).toEqual({ kind: 'unknown' })
})
