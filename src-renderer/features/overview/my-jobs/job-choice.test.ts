import type { JobSummary } from '#contract'
import { describe, expect, it } from 'vitest'
import { jobsToShow } from './job-choice.ts'

const NOW = 1_000 * 60 * 60 * 1_000
const HOUR = 60 * 60 * 1_000

function job(name: string, kind: 'running' | 'paused' | 'done' | 'cancelled', ageMs: number): JobSummary {
  const state = kind === 'paused' ? { kind, since_ms: NOW } : { kind }
  return { job_id: name, state, submitted_at_ms: NOW - ageMs, wall_ms: HOUR } as JobSummary
}

function shown(...jobs: JobSummary[]): string[] {
  return jobsToShow(jobs, NOW).map(({ key }) => key)
}

describe('the jobs on the overview', () => {
  it('are those in flight before what is finished, the newest first', () => {
    expect(
      shown(job('old', 'running', 9 * HOUR), job('done', 'done', 2 * HOUR), job('new', 'paused', HOUR)),
    ).toEqual(['new', 'old', 'done'])
  })

  it('are finished within the last day, and were not cancelled', () => {
    expect(shown(job('a', 'done', 26 * HOUR), job('b', 'done', 24 * HOUR), job('c', 'cancelled', 0))).toEqual(
      ['b'],
    )
  })

  it('have the frames of an animation as one', () => {
    const frame = (index: number, kind: 'running' | 'done'): JobSummary => ({
      ...job(`turn${index}`, kind, 2 * HOUR),
      series: { id: 'turn0' as JobSummary['job_id'], index, count: 6 },
    })
    const frames = [0, 1, 2, 3, 4, 5].map((index) => frame(index, index < 3 ? 'done' : 'running'))
    expect(shown(...frames, job('still', 'done', 3 * HOUR))).toEqual(['turn0', 'still'])
  })

  it('are never more than fit', () => {
    expect(shown(...Array.from({ length: 20 }, (_, i) => job(`job${i}`, 'running', i)))).toHaveLength(4)
  })
})
