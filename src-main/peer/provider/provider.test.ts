import { describe, expect, test } from 'vitest'
import {
  awardOf,
  cidOf,
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
  restarted,
  submit,
  take,
  type Brain,
} from '../brain.fixture.ts'
import type { Effect } from '../effect.ts'
import { admitAward } from '../admission.ts'
import { composeCommitment } from '../publishing.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]

const award = (brain: Brain, attempt: number, units = [0]): Effect[] =>
  take(brain, ANN, awardOf(units, { attempt }))

function ran(brain: Brain, attempt: number, output: string | undefined, unit = 0): Effect[] {
  const receipts = [receiptOf(attempt, output, unit)]
  return brain.happens({ kind: 'units-ran', at_ms: NOON, requester: ANN, job_id: JOB, receipts })
}

/** The units that begin to run. */
const runs = (effects: readonly Effect[]): number[] =>
  ofKind(effects, 'run-units').flatMap(({ units }) => units.map(({ unit_index }) => unit_index))

const sharing = (): Brain => {
  const brain = createBrain({ [ANN]: 1 })
  brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
  return brain
}

describe('a provider', () => {
  test('[W9] [B4] runs an award that comes twice once', () => {
    const brain = sharing()
    expect(ofKind(award(brain, 1), 'run-units')).toHaveLength(1)
    expect(ofKind(award(brain, 1), 'run-units')).toEqual([])
  })

  test('[W9] takes from an award that comes again only when it is due, and sends what ran again', () => {
    const brain = sharing()
    award(brain, 1, [0, 1])
    ran(brain, 1, 'right', 1)
    const unitsHeld = () =>
      structuredClone([...(brain.state.provider.holdings.values().next().value?.units ?? [])])
    const before = unitsHeld()
    const effects = take(brain, ANN, awardOf([0, 1], { due_in_ms: 90_000 }))
    expect(unitsHeld()).toEqual(before.map(([unit, held]) => [unit, { ...held, dueAtMs: NOON + 90_000 }]))
    const sent = ofKind(effects, 'send-results').flatMap(({ receipts }) => receipts)
    expect(sent.map(({ unit_index }) => unit_index)).toEqual([1])
  })

  test('[W6] tells what a unit returned to its requester alone', () => {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    award(brain, 1)
    const told = ran(brain, 1, 'right').filter((effect) => JSON.stringify(effect).includes(cidOf('right')))
    expect(told.map((effect) => [effect.kind, 'to' in effect && effect.to])).toEqual([['send-results', ANN]])
    expect(JSON.stringify(composeCommitment(brain.state, NOON))).not.toContain(cidOf('right'))
  })

  test('[W12] that shares nothing any longer takes nothing new, and finishes what it has', () => {
    const brain = sharing()
    expect(runs(award(brain, 1, [0, 1, 2, 3, 4]))).toEqual([0, 1, 2, 3])
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'never' } })
    expect(admitAward(brain.state, ANN, awardOf([5]), NOON)).toMatchObject({ fault: { kind: 'too-busy' } })
    const effects = ran(brain, 1, 'right', 0)
    expect(ofKind(effects, 'send-results')).toHaveLength(1)
    expect(runs(effects)).toEqual([4])
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
    const { brain: again, effects } = restarted(brain)
    expect(ofKind(effects, 'prepare-job')).toMatchObject([{ requester: ANN, job: JOB }])
    expect(ofKind(effects, 'run-units')).toEqual([])
    const prepared = again.happens({ kind: 'job-prepared', at_ms: NOON, requester: ANN, job_id: JOB })
    expect(ofKind(prepared, 'run-units').flatMap(({ units }) => units.map((u) => u.unit_index))).toEqual([0])
    const back = again.happens({ kind: 'connected', at_ms: NOON, peer: ANN })
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
    expect([...(brain.state.provider.holdings.values().next().value?.units.keys() ?? [])]).toEqual([0])
  })

  test('[W10] [B7] settling ends the holding, whether the requester says so or no longer asks for the job', () => {
    const told = sharing()
    award(told, 1)
    told.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id: JOB })
    expect(told.state.provider.holdings.size).toBe(0)

    const heard = sharing()
    award(heard, 1)
    const asks = commitmentOf(ANN, NOON, { jobs: [manifestOf({ requester_id: ANN })] })
    heard.happens({ kind: 'commitment', at_ms: NOON, commitment: asks })
    expect(heard.state.provider.holdings.size).toBe(1)
    heard.happens({ kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON) })
    expect(heard.state.provider.holdings.size).toBe(0)
  })

  test('[B7] what it held for its own job is gone after a restart when that job is over', () => {
    const brain = createBrain()
    submit(brain, manifestOf())
    take(brain, ME, awardOf([0]))
    brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    expect(brain.state.provider.holdings.size).toBe(1)
    expect(ofKind(brain.happens({ kind: 'started', at_ms: NOON }), 'run-units')).toEqual([])
    expect(brain.state.provider.holdings.size).toBe(0)
  })

  test('[B7] withdrawing a unit that runs frees its lane for one that waits', () => {
    const brain = sharing()
    expect(runs(award(brain, 1, [0, 1, 2, 3, 4, 5]))).toEqual([0, 1, 2, 3])
    const effects = brain.happens({ kind: 'withdrawn', at_ms: NOON, from: ANN, job_id: JOB, units: [1, 5] })
    expect(runs(effects)).toEqual([4])
  })
})

describe('[W20] what a provider admits', () => {
  const FULL = { kind: 'too-busy', message: '9 units would be here, and 8 were offered' }
  const admits = (brain: Brain, units: readonly number[], { attempt = 1, atMs = NOON } = {}) =>
    admitAward(brain.state, ANN, awardOf(units, { attempt }), atMs)
  const count = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

  /** A provider of four cores that has offered them, and four waiting places, to a job of a hundred units. */
  function offering(): Brain {
    const brain = sharing()
    const manifest = manifestOf({ requester_id: ANN, unit_count: 100, estimated_duration_seconds: 2 })
    const commitment = commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [manifest] })
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest },
      { kind: 'allocate', at_ms: NOON },
    )
    expect(brain.state.view.ownOffers).toMatchObject([{ lanes: 4, units: 8 }])
    return brain
  }

  test('is any units of the job, as many as it offered, and not one more', () => {
    const brain = offering()
    expect(admits(brain, [99, 3, 57, 0, 12, 31, 8, 70]).ok).toBe(true)
    expect(admits(brain, count(0, 9))).toEqual({ ok: false, fault: FULL })
  })

  test('counts what is here already, but not a unit that comes again, nor one that is done', () => {
    const brain = offering()
    award(brain, 1, count(0, 8))
    expect(admits(brain, count(0, 8)).ok).toBe(true)
    expect(admits(brain, [8])).toEqual({ ok: false, fault: FULL })
    ran(brain, 1, 'right', 0)
    expect(admits(brain, [8]).ok).toBe(true)
    // Finished units are answered at once, under any attempt.
    expect(admits(brain, [0, 8], { attempt: 2 }).ok).toBe(true)
    award(brain, 1, [8])
    expect(admits(brain, [0], { attempt: 2 }).ok).toBe(true)
  })

  test('counts units that would be run again: failed ones, and those that were given back', () => {
    const brain = offering()
    award(brain, 1, count(0, 8))
    ran(brain, 1, undefined, 0)
    award(brain, 1, [8])
    expect(admits(brain, [0], { attempt: 2 })).toEqual({ ok: false, fault: FULL })
    const recalled = { unit_index: 7, attempt: 1 }
    brain.happens({ kind: 'recalled', at_ms: NOON, from: ANN, job_id: JOB, units: [recalled] })
    expect(admits(brain, [7], { attempt: 2 }).ok).toBe(true)
    expect(admits(brain, [7, 9], { attempt: 2 })).toEqual({ ok: false, fault: FULL })
    // The award that was given back changes nothing, so it takes no place.
    expect(admits(brain, [7, 9]).ok).toBe(true)
  })

  test('is what an older offer said for ten seconds after it was replaced: news takes its time', () => {
    const brain = offering()
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON) })
    brain.happens({ kind: 'allocate', at_ms: NOON + 100 })
    expect(brain.state.view.ownOffers).toEqual([])
    expect(admits(brain, count(0, 8), { atMs: NOON + 10_100 }).ok).toBe(true)
    const refused = { kind: 'too-busy', message: '1 units would be here, and 0 were offered' }
    expect(admits(brain, [0], { atMs: NOON + 10_101 })).toEqual({ ok: false, fault: refused })
  })

  test('forgets offers to jobs that are gone', () => {
    const brain = offering()
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON) })
    for (const atMs of [100, 20_000, 40_000]) brain.happens({ kind: 'allocate', at_ms: NOON + atMs })
    expect([brain.state.view.offered.size, brain.state.view.waitingSinceMs.size]).toEqual([0, 0])
  })

  test('is nothing of another manifest of the job, and nothing while it shares nothing', () => {
    const brain = offering()
    award(brain, 1)
    const other = { ...awardOf([0]), manifest_cid: manifestCidOf('other') }
    expect(admitAward(brain.state, ANN, other, NOON)).toMatchObject({ fault: { kind: 'bad-input' } })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'never' } })
    expect(admits(brain, [1])).toMatchObject({ fault: { kind: 'too-busy' } })
  })

  test('is nothing that was not offered at all, after a restart too', () => {
    expect(admits(sharing(), [0])).toMatchObject({ fault: { kind: 'too-busy' } })
    const brain = offering()
    award(brain, 1, [0])
    const { brain: again } = restarted(brain)
    expect(admits(again, [0]).ok).toBe(true)
    expect(admits(again, [1])).toMatchObject({ fault: { kind: 'too-busy' } })
  })
})

describe('what computed a unit', () => {
  const enginesOf = (effects: readonly Effect[]) =>
    ofKind(effects, 'send-results').map(({ engine, receipts }) => [
      engine,
      receipts.map(({ unit_index }) => unit_index),
    ])

  test('[W30] is said with its receipt, after a restart and an update too', () => {
    const before = sharing()
    const events = { kind: 'units-ran', at_ms: NOON, requester: ANN, job_id: JOB } as const
    award(before, 1, [0, 1])
    before.happens({ ...events, receipts: [receiptOf(1, 'right', 0)], engine: 'echo@1' })
    const { brain } = restarted(before)
    const meet = { kind: 'connected', at_ms: NOON, peer: ANN } as const
    expect(enginesOf(brain.happens(meet))).toEqual([['echo@1', [0]]])
    const news = brain.happens({ ...events, receipts: [receiptOf(1, 'right', 1)], engine: 'echo@2' })
    expect(enginesOf(news)).toEqual([['echo@2', [1]]])
    expect(enginesOf(restarted(brain).brain.happens(meet))).toEqual([
      ['echo@1', [0]],
      ['echo@2', [1]],
    ])
    expect(enginesOf(award(brain, 2, [0]))).toEqual([['echo@1', [0]]])
  })
})
