import { expect, test } from 'vitest'
import { groupName, jobGroups, groupState, groupWallMs } from './job-series.ts'
import type { JobSummary } from './job-status.ts'

const job = (id: string, some: Partial<JobSummary> = {}) =>
  ({
    job_id: id,
    description: 'house.glb',
    algorithm: { id: 'render.path-trace', version: '1' },
    state: { kind: 'done' },
    submitted_at_ms: 1_000,
    wall_ms: 500,
    ...some,
  }) as JobSummary

const frame = (index: number, some: Partial<JobSummary> = {}): JobSummary =>
  job(`f${index}`, {
    description: `turn.glb, frame ${index}`,
    series: { id: 'f0', index, count: 3 } as NonNullable<JobSummary['series']>,
    ...some,
  })

test('frames of one animation are one, in their order, where its newest frame stands', () => {
  const groups = jobGroups([frame(2), job('still'), frame(0), frame(1)])
  expect(groups.map(({ id, jobs, count }) => [id, jobs.map(({ job_id }) => job_id), count])).toEqual([
    ['f0', ['f0', 'f1', 'f2'], 3],
    ['still', ['still'], 1],
  ])
  expect(groups.map(groupName)).toEqual(['turn', 'house'])
})

test('an animation whose first frame was removed keeps its id and its name', () => {
  expect(jobGroups([frame(2), frame(1)])).toMatchObject([{ id: 'f0', count: 3 }])
  expect(groupName({ jobs: [frame(1)] })).toBe('turn')
})

test('one frame alone is a still that keeps its frame in its name', () => {
  const series = { id: 'f7', index: 0, count: 1 } as NonNullable<JobSummary['series']>
  const alone = job('f7', { description: 'turn.glb, frame 7', series })
  expect(jobGroups([alone])).toMatchObject([{ id: 'f7', count: 1 }])
  expect(groupName({ jobs: [alone] })).toBe('turn, frame 7')
})

test('a job without a name has that of its algorithm', () => {
  expect(groupName({ jobs: [job('a', { description: '.glb' })] })).toBe('render.path-trace')
})

test('it is at work while one frame is, and failed where one has', () => {
  const failed: JobSummary['state'] = { kind: 'failed', fault: { kind: 'cancelled', message: 'x' } }
  const paused: JobSummary['state'] = { kind: 'paused', since_ms: 5 }
  expect(
    groupState([frame(0), frame(1, { state: { kind: 'running' } }), frame(2, { state: paused })]),
  ).toEqual({
    kind: 'running',
  })
  expect(groupState([frame(0), frame(1, { state: paused }), frame(2, { state: failed })])).toEqual(paused)
  expect(groupState([frame(0), frame(1, { state: failed })])).toEqual(failed)
  expect(groupState([frame(0), frame(1)])).toEqual({ kind: 'done' })
})

test('its time is from the first submission to the last end', () => {
  expect(groupWallMs([frame(0), frame(1, { submitted_at_ms: 1_200, wall_ms: 900 })])).toBe(1_100)
})
