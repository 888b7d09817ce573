import { describe, expect, test } from 'vitest'
import {
  commitmentOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  ofKind,
  peerOf,
  receiptOf,
  SLOT,
  submit,
  type Brain,
} from './brain.fixture.ts'
import type { Effect } from './effect.ts'
import { admitAward } from './provider.ts'

const ANN = peerOf('A')

function award(brain: Brain, attempt: number, units = [0]): Effect[] {
  return brain.happens({
    kind: 'award-received',
    at_ms: NOON,
    from: ANN,
    award: {
      award_id: `award-${attempt}`,
      job_id: JOB,
      manifest_cid: manifestCidOf(JOB),
      units: units.map((unit_index) => ({ unit_index, attempt, role: 'primary' })),
    },
  })
}

function ran(brain: Brain, attempt: number, output: string | undefined, unit = 0): Effect[] {
  const receipts = [receiptOf(attempt, output, unit)]
  return brain.happens({ kind: 'units-ran', at_ms: NOON, requester: ANN, job_id: JOB, receipts })
}

const sharing = (): Brain => {
  const brain = createBrain({ [ANN]: 1 })
  brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
  return brain
}

describe('a provider', () => {
  test('[B4] runs an award that comes twice once', () => {
    const brain = sharing()
    expect(ofKind(award(brain, 1), 'run-units')).toHaveLength(1)
    expect(ofKind(award(brain, 1), 'run-units')).toEqual([])
  })

  test('[B4] answers a new attempt of what it has run without running it again', () => {
    const brain = sharing()
    award(brain, 1)
    ran(brain, 1, 'right')
    const again = award(brain, 3)
    expect(ofKind(again, 'run-units')).toEqual([])
    expect(ofKind(again, 'send-results')[0]?.receipts).toEqual([receiptOf(3, 'right')])
  })

  test('[B4] runs again under a new attempt what had failed', () => {
    const brain = sharing()
    award(brain, 1)
    ran(brain, 1, undefined)
    expect(ofKind(award(brain, 2), 'run-units')).toHaveLength(1)
  })

  test('[B5] an older attempt than the one at hand is stale', () => {
    const brain = sharing()
    award(brain, 3)
    expect(ofKind(award(brain, 2), 'run-units')).toEqual([])
    expect(ofKind(ran(brain, 2, 'right'), 'send-results')[0]?.receipts[0]?.attempt).toBe(3)
  })

  test('[B6] keeps a receipt until the requester has taken it, and sends it again when they meet', () => {
    const brain = sharing()
    award(brain, 1)
    ran(brain, 1, 'right')
    const meet = { kind: 'connected', at_ms: NOON, peer: ANN } as const
    expect(ofKind(brain.happens(meet), 'send-results')).toHaveLength(1)
    const units = [{ unit_index: 0, attempt: 1 }]
    brain.happens({ kind: 'results-delivered', at_ms: NOON, requester: ANN, job_id: JOB, units })
    expect(ofKind(brain.happens(meet), 'send-results')).toEqual([])
  })

  test('[B6] after a restart queued units run again, and finished ones are only sent', () => {
    const brain = sharing()
    award(brain, 1, [0, 1])
    ran(brain, 1, 'right', 1)
    brain.state.view.connected.clear()
    const effects = brain.happens({ kind: 'started', at_ms: NOON })
    expect(ofKind(effects, 'run-units').flatMap(({ units }) => units.map((u) => u.unit_index))).toEqual([0])
    const back = brain.happens({ kind: 'connected', at_ms: NOON, peer: ANN })
    expect(ofKind(back, 'send-results')[0]?.receipts).toEqual([receiptOf(1, 'right', 1)])
  })

  test('[B7] withdraw stops what has not run and leaves the rest', () => {
    const brain = sharing()
    award(brain, 1, [0, 1])
    ran(brain, 1, 'right', 0)
    const effects = brain.happens({ kind: 'withdrawn', at_ms: NOON, from: ANN, job_id: JOB, units: [0, 1] })
    expect(ofKind(effects, 'stop-units')).toEqual([
      { kind: 'stop-units', requester: ANN, job: JOB, units: [1] },
    ])
    expect([...(brain.state.holdings.values().next().value?.units.keys() ?? [])]).toEqual([0])
  })

  test('[B7] settling ends the holding, whether the requester says so or no longer asks for the job', () => {
    const told = sharing()
    award(told, 1)
    told.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id: JOB })
    expect(told.state.holdings.size).toBe(0)

    const heard = sharing()
    award(heard, 1)
    const asks = commitmentOf(ANN, NOON, { jobs: [manifestOf({ requester_id: ANN })] })
    heard.happens({ kind: 'commitment', at_ms: NOON, commitment: asks })
    expect(heard.state.holdings.size).toBe(1)
    heard.happens({ kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON) })
    expect(heard.state.holdings.size).toBe(0)
  })

  test('[B7] what it held for its own job is gone after a restart when that job is over', () => {
    const brain = createBrain()
    submit(brain, manifestOf())
    brain.happens({
      kind: 'award-received',
      at_ms: NOON,
      from: ME,
      award: {
        award_id: 'own',
        job_id: JOB,
        manifest_cid: manifestCidOf(JOB),
        units: [{ unit_index: 0, attempt: 1, role: 'primary' }],
      },
    })
    brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    expect(brain.state.holdings.size).toBe(1)
    expect(ofKind(brain.happens({ kind: 'started', at_ms: NOON }), 'run-units')).toEqual([])
    expect(brain.state.holdings.size).toBe(0)
  })

  test('takes no more than may wait here, nothing while it shares nothing, and one manifest a job', () => {
    const brain = sharing()
    award(brain, 1)
    const units = [{ unit_index: 0, attempt: 1, role: 'primary' as const }]
    const other = { award_id: 'x', job_id: JOB, manifest_cid: manifestCidOf('other'), units }
    expect(admitAward(brain.state, ANN, other, NOON)).toMatchObject({ fault: { kind: 'bad-input' } })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'never' } })
    const fine = { ...other, manifest_cid: manifestCidOf(JOB) }
    expect(admitAward(brain.state, ANN, fine, NOON)).toMatchObject({ fault: { kind: 'too-busy' } })
  })
})
