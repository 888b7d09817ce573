import { beforeEach, expect, it } from 'vitest'
import {
  createBrain,
  commitmentOf,
  JOB,
  ME,
  NOON,
  peerOf,
  SLOT,
  manifestOf,
  submit,
} from '../../../peer/brain.fixture.ts'
import type { Notice } from '../../../peer/notice.ts'
import type { JobState } from '../../../peer/requester/slice.ts'
import type { Settings } from '../../../ports/settings.ts'
import { renderRules } from '../../../protocol/job-kinds/render.ts'
import type { AlgorithmCapability } from '../../../protocol/slot.ts'
import { createRenderEstimates, type AskedRender, type RenderEstimates } from './render-estimates.ts'

const BOB = peerOf('B')
const ASKED: AskedRender = { width: 640, height: 480, spp: 64, frames: 1, redundancy: 1, sampleUs: 1 }
const RENDERER: AlgorithmCapability = {
  ...{ algorithm_id: renderRules.id, version: renderRules.version },
  ...{ supported: true, performance_score: 0.5 },
}

/** What is remembered, over restarts. */
let remembered: Map<string, string>
let nowMs: number

const settings: Settings = {
  read(key, schema) {
    const text = remembered.get(key)
    const parsed = text === undefined ? undefined : schema.safeParse(JSON.parse(text))
    return parsed?.success === true ? parsed.data : undefined
  },
  write(key, value) {
    if (value === undefined) remembered.delete(key)
    else remembered.set(key, JSON.stringify(value))
  },
}

function started({ isMeasured = true } = {}) {
  const brain = createBrain({ [BOB]: 1 })
  if (isMeasured) {
    const machine = { resources: { cpu_cores: 2, ram_gb: 8 }, lendsPartOfCores: true }
    brain.happens({ kind: 'capabilities-measured', at_ms: NOON, algorithms: [RENDERER], machine })
  }
  const listeners: ((notices: readonly Notice[]) => void)[] = []
  const jobs = new Map<string, JobState>()
  const stopping = new AbortController()
  const runtime = {
    state: brain.state,
    jobs: { find: (id: string) => jobs.get(id) },
    onNotices: (listener: (notices: readonly Notice[]) => void) => {
      listeners.push(listener)
      return () => void listeners.splice(listeners.indexOf(listener), 1)
    },
  } as unknown as Parameters<typeof createRenderEstimates>[0]['runtime']
  const blobs = { info: () => ({ bytes: 1_000 }) } as unknown as Parameters<
    typeof createRenderEstimates
  >[0]['blobs']
  const clock = { nowMs: () => nowMs, after: () => () => undefined }
  const estimates = createRenderEstimates({ runtime, blobs, settings, clock }, stopping.signal)
  /** A render that took so long, from its submission to its end. */
  function render(tookMs: number, some: Partial<JobState> = {}, end: 'done' | 'cancelled' = 'done'): void {
    submit(brain, manifestOf({ algorithm_id: renderRules.id, algorithm_version: renderRules.version }))
    const job = { ...brain.state.requester.jobs.get(JOB)!, ...some }
    brain.state.requester.jobs.delete(JOB)
    estimates.begin(JOB, ASKED)
    jobs.set(JOB, { ...job, status: { state: end, atMs: job.submittedAtMs + tookMs } })
    for (const listener of listeners) listener([{ kind: 'job-ended', job: JOB, end }])
  }
  return { brain, estimates, render, stop: () => stopping.abort(), listeners }
}

const likelyOf = (estimates: RenderEstimates) => estimates.estimate(ASKED).likely_ms!

beforeEach(() => {
  remembered = new Map()
  nowMs = NOON
})

it('[F6] what renders taught survives a restart', () => {
  const first = started()
  const before = likelyOf(first.estimates)
  for (let i = 0; i < 12; i++) first.render(5 * before)
  expect(likelyOf(first.estimates)).toBeGreaterThan(2 * before)
  first.stop()
  expect(first.listeners).toEqual([])
  expect(likelyOf(started().estimates)).toBe(likelyOf(first.estimates))
})

it('[F6] a render that was paused, was cancelled or began before the start teaches nothing', () => {
  const { estimates, render, brain } = started()
  const before = likelyOf(estimates)
  render(9 * before, { pausedMs: 1_000 })
  render(9 * before, {}, 'cancelled')
  brain.state.view.startedAtMs = NOON + 1
  render(9 * before)
  expect(likelyOf(estimates)).toBe(before)
  expect([...remembered.keys()]).toEqual([])
})

it('what is kept in a form that is not known any more is no reason to stop', () => {
  const fresh = likelyOf(started().estimates)
  remembered.set('render-experience', JSON.stringify({ renders: 'many' }))
  expect(likelyOf(started().estimates)).toBe(fresh)
})

it('[F5] is asked of those who are here: who comes, pauses or leaves changes it, and so does a busy machine', () => {
  const { estimates, brain } = started()
  const alone = likelyOf(estimates)
  const share = (at_ms: number, slots: (typeof SLOT)[]) => {
    const commitment = commitmentOf(BOB, at_ms, { slots, trust: { [ME]: 1 } })
    brain.happens({ kind: 'commitment', at_ms, commitment })
  }
  share(NOON + 1, [{ ...SLOT, algorithms: [RENDERER] }])
  expect(estimates.estimate(ASKED)).toMatchObject({ peers: 2 })
  expect(likelyOf(estimates)).toBeLessThan(alone)
  share(NOON + 2, [])
  expect(estimates.estimate(ASKED)).toMatchObject({ peers: 1, likely_ms: alone })
  share(NOON + 3, [{ ...SLOT, algorithms: [RENDERER] }])
  brain.state.view.connected.delete(BOB)
  expect(estimates.estimate(ASKED)).toMatchObject({ peers: 1, likely_ms: alone })
  brain.happens({
    kind: 'machine-sampled',
    at_ms: NOON,
    sample: { cpu_percent_total: 97, cpu_percent_own: 0 },
  })
  expect(estimates.estimate(ASKED).busy_percent).toBeCloseTo(97)
  expect(likelyOf(estimates)).toBeGreaterThan(1.7 * alone)
})

it('says that this PC is still being measured, where it is', () => {
  const { estimates } = started({ isMeasured: false })
  expect(estimates.estimate(ASKED)).toMatchObject({ peers: 0, is_measuring: true })
  expect(started().estimates.estimate(ASKED)).not.toHaveProperty('is_measuring')
})
