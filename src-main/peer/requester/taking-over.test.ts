import { describe, expect, test } from 'vitest'
import {
  cidOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  NOON,
  ofKind,
  peerOf,
  restarted,
} from '../brain.fixture.ts'
import { partsOf } from './archived.ts'
import { openRanges } from './unit-book.ts'

const ANN = peerOf('A')
const taken = [0, 2].map((unit_index) => ({
  unit_index,
  verified: { cid: cidOf(`output ${unit_index}`), winners: [ANN], atMs: NOON, stored: true },
}))

function peerWith(unit_count: number) {
  const brain = createBrain({ [ANN]: 1 })
  const manifest = manifestOf({ unit_count })
  const event = {
    kind: 'job-submitted',
    at_ms: NOON,
    manifest,
    manifest_cid: manifestCidOf(JOB),
    taken,
  } as const
  const effects = brain.happens(event)
  const job = brain.state.requester.jobs.get(JOB)!
  return { brain, effects, job }
}

describe('[W44] a job that goes on with the work of an earlier one', () => {
  test('has its verified units from the start, and asks for the others only', () => {
    const { job } = peerWith(4)
    expect(job).toMatchObject({ status: { state: 'running' }, verified: 2, stored: 2, taken: 2 })
    expect(openRanges(job, 9)).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(partsOf(job).get(ANN)).toMatchObject({ verified: 1 + 1, cpuMs: 0 })
  })

  test('owes no verdict about them, since no peer computed them for it', () => {
    const { brain } = peerWith(4)
    const effects = brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    expect(ofKind(effects, 'send-verdict')).toEqual([])
    expect(brain.state.requester.verdictsOwed?.size ?? 0).toBe(0)
  })

  test('is done at once where nothing is left, and is the same after a restart', () => {
    const { brain, effects, job } = peerWith(4)
    expect(ofKind(effects, 'job-ended')).toEqual([])
    const again = restarted(brain).brain.state.requester.jobs.get(JOB)
    expect(again).toEqual(job)
    const whole = createBrain({ [ANN]: 1 })
    const manifest = manifestOf({ unit_count: 1 })
    whole.happens({ kind: 'job-submitted', at_ms: NOON, manifest, manifest_cid: manifestCidOf(JOB), taken })
    expect(whole.state.requester.jobs.get(JOB)).toMatchObject({ status: { state: 'done' }, verified: 1 })
  })
})

describe('[W45] a cancelled job', () => {
  test('keeps what is there as its result where its user wants that and something is there', () => {
    const { brain, job } = peerWith(4)
    brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB, keep: true })
    expect(job.status).toEqual({ state: 'cancelled', atMs: NOON, kept: true })
    const empty = createBrain()
    empty.happens(
      { kind: 'job-submitted', at_ms: NOON, manifest: manifestOf(), manifest_cid: manifestCidOf(JOB) },
      { kind: 'job-cancelled', at_ms: NOON, job_id: JOB, keep: true },
    )
    expect(empty.state.requester.jobs.get(JOB)?.status).toEqual({ state: 'cancelled', atMs: NOON })
  })
})
