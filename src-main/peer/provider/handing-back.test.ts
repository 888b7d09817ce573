import { describe, expect, test } from 'vitest'
import {
  answer,
  attemptsOf,
  awardOf,
  createBrain,
  heldBy,
  JOB,
  manifestOf,
  ME,
  NOON,
  offer,
  offerOf,
  ofKind,
  peerOf,
  receiptOf,
  submit,
  take,
  type Brain,
} from '../brain.fixture.ts'
import type { PeerEvent } from '../event.ts'
import { composeCommitment } from '../publishing.ts'

const ANN = peerOf('A')
const BOB = peerOf('B')
const units = [{ unit_index: 0, attempt: 1 }]

const handedBack = (from = ANN, attempt = 1): PeerEvent => ({
  kind: 'hand-back-received',
  at_ms: NOON + 1_100,
  from,
  job_id: JOB,
  units: [{ unit_index: 0, attempt }],
})

describe('[A14] a requester that has a unit back', () => {
  test('gives it to another peer that offers, at once and without blame', () => {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
    submit(brain, manifestOf())
    offer(brain, manifestOf(), [ANN])
    expect(heldBy(brain, ANN)).toBe(1)
    brain.happens({ kind: 'allocation', at_ms: NOON + 1_050, allocation: offerOf(BOB, manifestOf(), NOON) })
    const effects = brain.happens(handedBack())
    expect(ofKind(effects, 'send-award').map(({ to }) => to)).toEqual([BOB])
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ state: 'void', why: 'handed-back' })
    expect(brain.state.requester.records.get(ANN)).toBeUndefined()
  })

  test('publishes it again where no other peer has offered', () => {
    const brain = createBrain({ [ANN]: 1 })
    submit(brain, manifestOf())
    offer(brain, manifestOf(), [ANN])
    // Others were told meanwhile that nothing is open.
    expect(composeCommitment(brain.state, NOON + 1_050).work_requests[0]?.open_ranges).toEqual([])
    expect(brain.happens(handedBack()).map(({ kind }) => kind)).toEqual([
      'commitment-changed',
      'allocation-due',
    ])
    expect(composeCommitment(brain.state, NOON + 1_150).work_requests[0]?.open_ranges).toEqual([[0, 1]])
  })

  test('gives a peer that stopped by itself nothing for a second, whatever it offered before', () => {
    const brain = createBrain({ [ANN]: 1 })
    submit(brain, manifestOf())
    offer(brain, manifestOf(), [ANN])
    brain.happens(handedBack(), { kind: 'tick', at_ms: NOON + 2_000 })
    expect(heldBy(brain, ANN)).toBeUndefined()
    // When Ann shares again, she may have it again.
    offer(brain, manifestOf(), [ANN], NOON + 2_100)
    expect(heldBy(brain, ANN)).toBe(2)
  })

  test('believes no other peer, and no attempt that is over', () => {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
    submit(brain, manifestOf())
    offer(brain, manifestOf(), [ANN])
    brain.happens(handedBack(BOB), handedBack(ANN, 2))
    expect(heldBy(brain, ANN)).toBe(1)
    answer(brain, ANN, [receiptOf(1, 'done')])
    brain.happens(handedBack())
    expect(attemptsOf(brain)[0]?.status.state).toBe('returned')
  })
})

describe('[A15] a provider that has handed a unit back', () => {
  function paused() {
    const brain = createBrain({ [ANN]: 1 })
    const availability = {
      kind: 'always' as const,
      resources: { cpu_cores: 4, ram_gb: 8 },
      priority: 0.5,
    }
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability })
    take(brain, ANN, awardOf([0]))
    brain.happens({ kind: 'sharing-paused', at_ms: NOON, finish_first: false })
    return brain
  }
  const delivered: PeerEvent = {
    kind: 'hand-back-delivered',
    at_ms: NOON,
    requester: ANN,
    job_id: JOB,
    units,
  }

  test('says so again until the requester has heard: after a while, and when it is back', () => {
    const brain = paused()
    const told = (event: PeerEvent) => ofKind(brain.happens(event), 'send-hand-back').length
    expect(told({ kind: 'tick', at_ms: NOON + 4_000 })).toBe(0)
    expect(told({ kind: 'tick', at_ms: NOON + 5_000 })).toBe(1)
    brain.happens({ kind: 'disconnected', at_ms: NOON + 6_000, peer: ANN })
    expect(told({ kind: 'tick', at_ms: NOON + 12_000 })).toBe(0)
    expect(told({ kind: 'connected', at_ms: NOON + 13_000, peer: ANN })).toBe(1)
    brain.happens(delivered)
    expect(told({ kind: 'tick', at_ms: NOON + 60_000 })).toBe(0)
  })

  test('takes the same unit anew when it shares again, and not the award that it gave back', () => {
    const brain = paused()
    brain.happens({ kind: 'sharing-resumed', at_ms: NOON })
    expect(ofKind(take(brain, ANN, awardOf([0])), 'run-units')).toEqual([])
    expect(ofKind(take(brain, ANN, awardOf([0], { attempt: 2 })), 'run-units')).toMatchObject([
      { units: [{ unit_index: 0, attempt: 2 }] },
    ])
    // Word of the first comes late: it says nothing of the second.
    brain.happens(delivered)
    expect(brain.state.provider.holdings.get(`${ANN}/${JOB}`)?.units.get(0)?.status.state).toBe('queued')
  })

  test('forgets it with the job', () => {
    const brain = paused()
    brain.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id: JOB })
    expect(brain.state.provider.holdings.size).toBe(0)
    expect(brain.state.me).toBe(ME)
  })
})

describe('[W21] a provider that is asked for units', () => {
  const AVAILABLE = { kind: 'always', resources: { cpu_cores: 2, ram_gb: 8 }, priority: 0.5 } as const

  /** Two lanes, and so many units of Ann's. */
  function holding(units: number[]): Brain {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: AVAILABLE })
    take(brain, ANN, awardOf(units))
    return brain
  }
  const recalled = (from: typeof ANN, asked: number[], attempt = 1): PeerEvent => ({
    kind: 'recalled',
    at_ms: NOON,
    from,
    job_id: JOB,
    units: asked.map((unit_index) => ({ unit_index, attempt })),
  })

  test('gives back those that wait, and finishes those that have begun', () => {
    const brain = holding([0, 1, 2, 3])
    const effects = brain.happens(recalled(ANN, [0, 1, 2, 3]))
    expect(ofKind(effects, 'send-hand-back')).toEqual([
      {
        kind: 'send-hand-back',
        to: ANN,
        job: JOB,
        units: [2, 3].map((unit_index) => ({ unit_index, attempt: 1 })),
        reason: 'they had not begun',
      },
    ])
    expect(ofKind(effects, 'stop-units').flatMap(({ units: stopped }) => stopped)).toEqual([2, 3])
    expect(brain.journal.at(-1)).toMatchObject({ kind: 'units-handed-back', job_id: JOB })
  })

  test('gives nothing to another peer, of another attempt, twice, or of a job that it does not have', () => {
    const brain = holding([0, 1, 2, 3])
    expect(brain.happens(recalled(BOB, [2, 3]), recalled(ANN, [2, 3], 2))).toEqual([])
    expect(ofKind(brain.happens(recalled(ANN, [3, 3, 3, 77])), 'send-hand-back')).toMatchObject([
      { units: [{ unit_index: 3, attempt: 1 }] },
    ])
    expect(brain.happens(recalled(ANN, [3]))).toEqual([])
    expect(brain.happens({ ...recalled(ANN, [2]), job_id: 'other' } as PeerEvent)).toEqual([])
  })

  test('[B30] gives back by itself what waits and cannot be done in time, and nothing that has begun', () => {
    const brain = holding([0, 1, 2, 3])
    const told = (atMs: number) =>
      ofKind(brain.happens({ kind: 'tick', at_ms: NOON + atMs }), 'send-hand-back')
    expect(told(60_000)).toEqual([])
    expect(told(60_001)).toMatchObject([{ to: ANN, units: [{ unit_index: 2 }, { unit_index: 3 }] }])
    expect(brain.state.provider.holdings.get(`${ANN}/${JOB}`)?.units.get(0)?.status.state).toBe('queued')
  })

  test('[B30] counts what a unit takes here, and what the newest award of it says', () => {
    const brain = holding([0, 1, 2, 3])
    const receipts = [receiptOf(1, 'done', 0)]
    brain.happens({ kind: 'units-ran', at_ms: NOON + 20_000, requester: ANN, job_id: JOB, receipts })
    const hopeless = (atMs: number): number[] =>
      ofKind(brain.happens({ kind: 'tick', at_ms: NOON + atMs }), 'send-hand-back').flatMap(
        ({ units: back }) => back.map(({ unit_index }) => unit_index),
      )
    expect(hopeless(40_000)).toEqual([])
    brain.happens({ kind: 'award-received', at_ms: NOON + 40_000, from: ANN, award: awardOf([3]) })
    expect(hopeless(80_000)).toEqual([])
    expect(hopeless(80_001)).toEqual([3])
  })

  test('[B30] keeps own units, however late', () => {
    const brain = createBrain({})
    submit(brain, manifestOf({ unit_count: 4 }))
    take(brain, ME, awardOf([0, 1, 2, 3]))
    expect(ofKind(brain.happens({ kind: 'tick', at_ms: NOON + 3_600_000 }), 'send-hand-back')).toEqual([])
  })
})
