import { describe, expect, test } from 'vitest'
import type { JobId, JobSummary } from '#contract'
import { english } from '../../src-preload/text/en/all.ts'
import { cardName, comparedWithEstimate, jobName, latenessOf, unitFaultText } from './job-words.ts'

const text = english.jobs
const job = (more: Partial<JobSummary> = {}): JobSummary => ({
  job_id: 'j' as JobId,
  description: 'Kitchen.glb',
  algorithm: { id: 'render.path-trace', version: '1.1.0' },
  state: { kind: 'done' },
  units: 1,
  verified: 1,
  stored: 1,
  rejected_outputs: 0,
  retried: 0,
  redundancy: 1,
  submitted_at_ms: 1_000,
  wall_ms: 1_000,
  priority: 0.5,
  facts: { kind: 'other' },
  ...more,
})
const compared = (wall: number, estimated?: number): string | undefined =>
  comparedWithEstimate(
    job({ wall_ms: wall, ...(estimated === undefined ? {} : { estimated_ms: estimated }) }),
    [],
    text,
    (times) => times.toFixed(1),
  )

describe('the name of a job', () => {
  test('is its scene’s without the ending, or what computes it where it has none', () => {
    expect(jobName(job())).toBe('Kitchen')
    expect(jobName(job({ description: 'a.b.GLTF, frame 3' }))).toBe('a.b, frame 3')
    expect(jobName(job({ description: ' ' }))).toBe('render.path-trace')
  })

  test('is without the frame for a series', () => {
    const frames = [job({ description: 'Kitchen.glb, frame 12' })]
    expect(cardName({ kind: 'series', key: 'k', frames, count: 2 })).toBe('Kitchen')
  })
})

describe('an estimate', () => {
  test('was right within a quarter, and is compared in words beyond', () => {
    expect(compared(1_100, 1_000)).toBe(text.asEstimated)
    expect(compared(500, 1_000)).toBe(text.fasterThan('2.0'))
    expect(compared(3_000, 1_000)).toBe(text.slowerThan('3.0'))
    expect(compared(1_000)).toBeUndefined()
  })

  test('of a series is for all frames, from the first beginning to the last end', () => {
    const frames = [
      job({ submitted_at_ms: 0, wall_ms: 1_000, estimated_ms: 4_000 }),
      job({ submitted_at_ms: 100, wall_ms: 3_900, estimated_ms: 4_000 }),
    ]
    const words = (siblings: readonly JobSummary[]) =>
      comparedWithEstimate(frames[0]!, siblings, text, String)
    expect(words(frames)).toBe(text.asEstimated)
    expect(words([...frames, job({ state: { kind: 'running' } })])).toBeUndefined()
  })
})

test('why a unit failed is a plain sentence, the node’s own where there is none', () => {
  expect(unitFaultText({ kind: 'unreachable', message: 'x' }, text.faults)).toBe(text.faults.unreachable)
  expect(unitFaultText({ kind: 'trapped', message: 'the module divided by zero' }, text.faults)).toBe(
    'the module divided by zero.',
  )
})

describe('lateness', () => {
  const due = (deadline_ms: number, expected_end_ms?: number) =>
    job({
      deadline_ms,
      deadline_at_risk: expected_end_ms === undefined ? {} : { expected_end_ms },
    })

  test('is none while the deadline will be met', () => {
    expect(latenessOf([job(), job({ deadline_ms: 5 })])).toBeUndefined()
  })

  test('is that of the job that is latest, and at least a minute', () => {
    expect(latenessOf([due(1_000_000, 3_400_000), job(), due(1_000_000, 1_200_000)])).toEqual({
      byMs: 2_400_000,
    })
    expect(latenessOf([due(1_000_000, 1_000_001)])).toEqual({ byMs: 60_000 })
  })

  test('has no measure where the end is unknown', () => {
    expect(latenessOf([due(5)])).toEqual({})
    expect(latenessOf([due(5), due(0, 600_000)])).toEqual({ byMs: 600_000 })
  })
})
