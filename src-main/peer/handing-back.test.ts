import { describe, expect, test } from 'vitest'
import {
  answer,
  attemptsOf,
  createBrain,
  heldBy,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  offer,
  offerOf,
  ofKind,
  peerOf,
  receiptOf,
  submit,
} from './brain.fixture.ts'
import type { PeerEvent } from './event.ts'

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
  test('gives it to somebody else who offers it, at once and without blame', () => {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
    submit(brain, manifestOf())
    offer(brain, manifestOf(), [ANN])
    expect(heldBy(brain, ANN)).toBe(1)
    brain.happens({ kind: 'allocation', at_ms: NOON + 1_050, allocation: offerOf(BOB, manifestOf(), NOON) })
    const effects = brain.happens(handedBack())
    expect(ofKind(effects, 'send-award').map(({ to }) => to)).toEqual([BOB])
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ state: 'void', why: 'handed-back' })
    expect(brain.state.records.get(ANN)).toBeUndefined()
  })

  test('asks the network again where nobody else has offered it', () => {
    const brain = createBrain({ [ANN]: 1 })
    submit(brain, manifestOf())
    offer(brain, manifestOf(), [ANN])
    expect(brain.happens(handedBack()).map(({ kind }) => kind)).toEqual([
      'commitment-changed',
      'allocation-due',
    ])
    expect(brain.state.view.offers.has(ANN)).toBe(false)
    // When Ann shares again, she may have it again.
    offer(brain, manifestOf(), [ANN], NOON + 60_000)
    expect(heldBy(brain, ANN)).toBe(2)
  })

  test('believes nobody else, and no attempt that is over', () => {
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
    const award = (attempt: number): PeerEvent => ({
      kind: 'award-received',
      at_ms: NOON,
      from: ANN,
      award: {
        award_id: `a${attempt}`,
        job_id: JOB,
        manifest_cid: manifestCidOf(JOB),
        units: [{ unit_index: 0, attempt, role: 'primary' }],
      },
    })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability }, award(1), {
      kind: 'sharing-paused',
      at_ms: NOON,
      finish_first: false,
    })
    return { brain, award }
  }
  const delivered: PeerEvent = {
    kind: 'hand-back-delivered',
    at_ms: NOON,
    requester: ANN,
    job_id: JOB,
    units,
  }

  test('says so again until the requester has heard: after a while, and when it is back', () => {
    const { brain } = paused()
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
    const { brain, award } = paused()
    brain.happens({ kind: 'sharing-resumed', at_ms: NOON })
    expect(ofKind(brain.happens(award(1)), 'run-units')).toEqual([])
    expect(ofKind(brain.happens(award(2)), 'run-units')[0]?.units[0]?.attempt).toBe(2)
    // Word of the first comes late: it says nothing of the second.
    brain.happens(delivered)
    expect(brain.state.holdings.get(`${ANN}/${JOB}`)?.units.get(0)?.status.state).toBe('queued')
  })

  test('forgets it with the job', () => {
    const { brain } = paused()
    brain.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id: JOB })
    expect(brain.state.holdings.size).toBe(0)
    expect(brain.state.me).toBe(ME)
  })
})
