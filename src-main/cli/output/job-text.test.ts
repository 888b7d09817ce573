import { expect, test } from 'vitest'
import type { JobSummary } from '#contract'
import { animationText, framesText, jobsText } from './job-text.ts'

const still = {
  job_id: 'still',
  description: 'house.glb',
  algorithm: { id: 'render.path-trace', version: '1' },
  state: { kind: 'done' },
  units: 4,
  verified: 4,
  submitted_at_ms: 0,
  wall_ms: 2_000,
} as JobSummary

const frame = (index: number, verified: number): JobSummary => ({
  ...still,
  job_id: `turn-${index}` as JobSummary['job_id'],
  description: `turn.glb, frame ${index + 10}`,
  state: { kind: verified === 4 ? 'done' : 'running' },
  verified,
  wall_ms: 5_000,
  series: { id: 'turn-0' as JobSummary['job_id'], index, count: 3 },
})
const FRAMES = [frame(2, 0), frame(1, 1), frame(0, 4)]

test('an animation is one line of the list, by its name and with what is done of it', () => {
  const lines = jobsText([...FRAMES, still])
    .trimEnd()
    .split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toMatch(/^turn-0 +running +5\/12 +5\.0 s +turn, 1 of 3 frames done$/)
  expect(lines[2]).toMatch(/^still +done +4\/4 +2\.0 s +house\.glb$/)
  expect(
    framesText([...FRAMES, still])
      .trimEnd()
      .split('\n'),
  ).toHaveLength(5)
})

test('an animation tells where it stands as a whole, then its frames in their order', () => {
  const text = animationText(FRAMES.toReversed())
  expect(text).toMatch(/animation +turn-0: turn, 1 of 3 frames done\n/)
  expect(text).toMatch(/state +running\n/)
  expect(text.indexOf('turn-1')).toBeLessThan(text.indexOf('turn-2'))
})
