import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  awardOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  peerOf,
  receiptOf,
  submit,
} from './brain.fixture.ts'
import type { PeerEvent } from './event.ts'
import { initialState } from './state.ts'
import { advance, step } from './step.ts'

const [ANN, BEN] = [peerOf('A'), peerOf('B')]
const SOURCES = join(import.meta.dirname, '..')

/** A unit that Ann and Ben check, from its award to the second receipt, and one that comes again. */
const EVENTS: readonly PeerEvent[] = [
  {
    kind: 'awards-issued',
    at_ms: NOON,
    awards: [ANN, BEN].map((peer, i) => ({
      award_id: `award-${i}`,
      job_id: JOB,
      peer,
      units: [{ unit_index: 0, attempt: i + 1, role: 'primary' as const }],
      deadline_ms: NOON + 60_000,
    })),
  },
  ...[ANN, BEN, BEN].map((from, i): PeerEvent => ({
    kind: 'results-received',
    at_ms: NOON + 1_000,
    from,
    job_id: JOB,
    receipts: [receiptOf(Math.min(i + 1, 2), 'right')],
  })),
]

function checked() {
  const brain = createBrain({ [ANN]: 0.5, [BEN]: 0.5 })
  submit(brain, manifestOf({ unit_count: 2, verification_redundancy: 2 }))
  return brain.state
}

describe('[P12] notices', () => {
  test('are returned by the step that makes the change, which leaves none of them in the state', () => {
    const state = checked()
    const told = EVENTS.map((event) => step(state, event).notices)
    expect(state.view.notices).toEqual([])
    // Later steps do not change what an earlier one has told.
    const again = checked()
    expect(EVENTS.map((event) => structuredClone(step(again, event).notices))).toEqual(told)
  })

  test('tell of a verdict once, and of every peer that it judges', () => {
    const state = checked()
    const told = EVENTS.flatMap((event) => advance(state, event).notices)
    expect(told.filter(({ kind }) => kind === 'unit-verified')).toEqual([
      { kind: 'unit-verified', job: JOB, unit: 0, winners: [ANN, BEN], othersCpuMs: 20 },
    ])
    expect(told.filter(({ kind }) => kind === 'peer-judged')).toEqual(
      [ANN, BEN].map((peer) => ({ kind: 'peer-judged', peer, outcome: 'verified' })),
    )
  })

  test('tell of the decisions that follow from an event, too', () => {
    const { state } = createBrain({ [ANN]: 1 })
    advance(state, { kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0]) })
    const { notices } = advance(state, {
      kind: 'sharing-paused',
      at_ms: NOON,
      finish_first: false,
    })
    expect(notices).toEqual([{ kind: 'sharing-changed' }, { kind: 'holdings-changed' }])
  })

  test.each<[string, PeerEvent]>([
    ['started', { kind: 'started', at_ms: NOON }],
    ['ticked', { kind: 'tick', at_ms: NOON }],
    [
      'job-submitted',
      { kind: 'job-submitted', at_ms: NOON, manifest: manifestOf(), manifest_cid: manifestCidOf(JOB) },
    ],
    ['award-taken', { kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0]) }],
    ['holdings-changed', { kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0]) }],
    ['people-changed', { kind: 'trust-set', at_ms: NOON, peer: ANN, trust: 0.5 }],
    ['people-changed', { kind: 'disconnected', at_ms: NOON, peer: ANN }],
    ['people-changed', { kind: 'blocked', at_ms: NOON, peer: ANN }],
    ['sharing-changed', { kind: 'machine-sampled', at_ms: NOON, sample: {} }],
    ['sharing-changed', { kind: 'capabilities-measured', at_ms: NOON, algorithms: [] }],
    ['sharing-changed', { kind: 'availability-set', at_ms: NOON, availability: { kind: 'never' } }],
    ['limits-changed', { kind: 'limits-set', at_ms: NOON, limits: { cpu_percent: 50 } }],
    ['manifest-heard', { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest: manifestOf() }],
  ])('have %s for what an observer hears of', (kind, event) => {
    const { state } = createBrain({ [ANN]: 1 })
    expect(advance(state, event).notices.map((notice) => notice.kind)).toContain(kind)
  })

  test('say nothing of what changed nothing: strangers’ awards, a job that is known', () => {
    const state = initialState(ME, 'me')
    const again = {
      kind: 'job-submitted',
      at_ms: NOON,
      manifest: manifestOf(),
      manifest_cid: manifestCidOf(JOB),
    } as const
    advance(state, again)
    for (const event of [
      again,
      { kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0]) },
      { kind: 'trust-set', at_ms: NOON, peer: ANN, trust: 1 },
      { kind: 'settled', at_ms: NOON, from: ANN, job_id: JOB },
    ] satisfies PeerEvent[]) {
      expect(advance(state, event).notices).toEqual([])
    }
  })

  test('are all that observers hear: no list of events leaves the brain and its loop', () => {
    const hearing = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
      (path) =>
        path.endsWith('.ts') &&
        !/^(peer|sim)\//.test(path) &&
        !/\.(test|fixture)\.ts$/.test(path) &&
        /onEvents|(PeerEvent|DurableEvent)\[\]/.test(readFileSync(join(SOURCES, path), 'utf8')),
    )
    expect(hearing).toEqual([])
  })
})
