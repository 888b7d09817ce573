import type { JobId, JobSummary } from '#contract'
import { describe, expect, test } from 'vitest'
import {
  coverOf,
  endedOf,
  jobBoard as sortedBoard,
  jobCards,
  pictureJobOf,
  progressOf,
  standInOf,
} from './job-cards.ts'

function job(id: string, at: number, more: Partial<JobSummary> = {}): JobSummary {
  return {
    job_id: id as JobId,
    description: id,
    algorithm: { id: 'render.path-trace', version: '1.1.0' },
    state: { kind: 'done' },
    units: 10,
    verified: 10,
    stored: 10,
    rejected_outputs: 0,
    retried: 0,
    redundancy: 2,
    submitted_at_ms: at,
    wall_ms: 1_000,
    priority: 0.5,
    facts: { kind: 'render', width: 64, height: 64, spp: 4, tile: 64, samples_per_unit: 4 },
    ...more,
  }
}

const frame = (index: number, more: Partial<JobSummary> = {}): JobSummary =>
  job(`f${index}`, 100 + index, { series: { id: 'f0' as JobId, index, count: 3 }, ...more })

const jobBoard = (jobs: Iterable<JobSummary>) => sortedBoard(jobs, ({ kind }) => kind === 'render')

describe('the board of jobs', () => {
  test('has what goes on, finished pictures, and everything else, newest first', () => {
    const board = jobBoard([
      job('old', 1),
      job('new', 9),
      job('running', 3, { state: { kind: 'running' } }),
      job('paused', 4, { state: { kind: 'paused', since_ms: 4 } }),
      job('cancelled', 2, { state: { kind: 'cancelled' } }),
      job('module', 5, { facts: { kind: 'module' } }),
    ])
    expect(board.inFlight.map(({ key }) => key)).toEqual(['paused', 'running'])
    expect(board.gallery.map(({ key }) => key)).toEqual(['new', 'old'])
    expect(board.others.map(({ key }) => key)).toEqual(['module', 'cancelled'])
  })

  test('shows the frames of a series as one card, in their order', () => {
    const [card] = jobCards([frame(2), frame(0), frame(1)])
    expect(card?.kind === 'series' && card.frames.map(({ job_id }) => job_id)).toEqual(['f0', 'f1', 'f2'])
    expect(card).toMatchObject({ key: 'f0', count: 3 })
  })

  test('keeps a series in flight until its last frame has ended', () => {
    const frames = [frame(0), frame(1, { state: { kind: 'running' }, verified: 5 }), frame(2)]
    expect(jobBoard(frames).inFlight).toHaveLength(1)
    expect(endedOf(frames)).toBe(2)
    expect(progressOf(frames)).toBeCloseTo(25 / 30)
    expect(jobBoard([frame(0), frame(1, { state: { kind: 'cancelled' } })]).gallery).toHaveLength(1)
  })

  test('keeps a job in flight whose outputs are still to be combined', () => {
    const state = { kind: 'waiting' } as const
    expect(jobBoard([job('map', 1, { reduced_by: { job_id: 'r' as JobId, state } })]).inFlight).toHaveLength(
      1,
    )
  })

  test('shows a series by its first finished frame', () => {
    const [card] = jobCards([frame(0, { state: { kind: 'running' } }), frame(1)])
    expect(card && coverOf(card)?.job_id).toBe('f1')
  })
})

describe('the picture of an animation', () => {
  const running = { state: { kind: 'running' } } as const
  const shown = (...frames: readonly JobSummary[]) => pictureJobOf(frames)?.job_id

  test('is of the frame that is being made, once something of it is there', () => {
    expect(shown(frame(0), frame(1, { ...running, verified: 3 }), frame(2, running))).toBe('f1')
    expect(shown(frame(0), frame(1), frame(2, { ...running, verified: 0 }))).toBe('f1')
    expect(shown(frame(0, { ...running, verified: 0 }), frame(1, { ...running, verified: 0 }))).toBe('f0')
  })

  test('of a frame that is read or not begun, the last one before it that is done stands in', () => {
    const frames = [frame(0), frame(1), frame(2, running)]
    expect(standInOf(frames, frames[2]!)?.job_id).toBe('f1')
    expect(standInOf(frames, frames[1]!)?.job_id).toBe('f0')
    expect(standInOf(frames, frames[0]!)).toBeUndefined()
  })

  test('is of the first that is done, when nothing goes on', () => {
    const cancelled = { state: { kind: 'cancelled' } } as const
    expect(shown(frame(0, cancelled), frame(1), frame(2))).toBe('f1')
    expect(shown(frame(0, cancelled), frame(1, cancelled))).toBe('f0')
    expect(shown()).toBeUndefined()
  })
})
