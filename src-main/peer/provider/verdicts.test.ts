import { describe, expect, test } from 'vitest'
import { JobId } from '../../protocol/ids.ts'
import {
  awardOf,
  createBrain,
  JOB,
  manifestCidOf,
  ME,
  NOON,
  peerOf,
  receiptOf,
  restarted,
  take,
  type Brain,
} from '../brain.fixture.ts'
import { decodeEvent, encodeEvent, encodeState } from '../codec.ts'
import { verdictFrom } from '../envelopes.fixture.ts'
import { isDurable } from '../event.ts'
import { initialState } from '../state.ts'
import { step } from '../step.ts'
import { awaitsVerdict } from './verdicts.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const HOUR_MS = 3_600_000

/** A provider that computed three units of a requester's job, of which the last one failed. */
function worked(from = ANN): Brain {
  const brain = createBrain({ [ANN]: 0.8, [BOB]: 0.8 })
  take(brain, from, awardOf([0, 1, 2]))
  const receipts = [receiptOf(1, 'one', 0), receiptOf(1, 'two', 1), receiptOf(1, undefined, 2)]
  brain.happens({ kind: 'units-ran', at_ms: NOON + 100, requester: from, job_id: JOB, receipts })
  return brain
}

const settle = (brain: Brain, from = ANN) =>
  brain.happens({ kind: 'settled', at_ms: NOON + 200, from, job_id: JOB })
const historyOf = ({ state }: Brain) => state.provider.history

describe('what this peer did for others', () => {
  test('[J7] counts as completed when its requester says so, and its quality is what was right of it', () => {
    const brain = worked()
    expect(historyOf(brain)).toMatchObject({
      total_work_units_completed: 0,
      total_compute_hours: 20 / HOUR_MS,
      average_result_quality: 1,
      reliability_score: 2 / 3,
    })
    const effects = brain.happens(verdictFrom(ANN, { won: [0], lost: [1] }))
    expect(effects).toEqual([{ kind: 'commitment-changed' }])
    expect(historyOf(brain)).toMatchObject({ total_work_units_completed: 1, average_result_quality: 1 / 2 })
  })

  test('[J7] does not have the work on own jobs', () => {
    const brain = worked(ME)
    expect(historyOf(brain)).toEqual(historyOf(createBrain()))
    settle(brain, ME)
    expect(brain.state.provider.unjudged).toBeUndefined()
  })

  test('[J7] of records before verdicts stays as it was counted', () => {
    const brain = createBrain({ [ANN]: 0.8 })
    take(brain, ANN, awardOf([0, 1]))
    const receipts = [receiptOf(1, 'one', 0), receiptOf(1, 'two', 1)]
    const ran = {
      kind: 'units-ran',
      at_ms: NOON,
      requester: ANN,
      job_id: JOB,
      receipts,
      counted: true,
    } as const
    brain.happens(ran)
    expect(historyOf(brain)).toMatchObject({ total_work_units_completed: 2, reliability_score: 1 })
  })
})

describe('a verdict', () => {
  test.each([true, false])('[J6] is taken once, whether the job was settled before: %s', (wasSettled) => {
    const brain = worked()
    if (wasSettled) settle(brain)
    const { brain: later } = restarted(brain)
    const cid = manifestCidOf(JOB)
    expect(awaitsVerdict(later.state, ANN, JOB, cid)).toBe(true)
    for (let i = 0; i < 2; i++) later.happens(verdictFrom(ANN, { won: [0, 1] }))
    if (!wasSettled) settle(later)
    later.happens(verdictFrom(ANN, { lost: [0, 1] }))
    expect(awaitsVerdict(later.state, ANN, JOB, cid)).toBe(false)
    expect(historyOf(later)).toMatchObject({ total_work_units_completed: 2, average_result_quality: 1 })
  })

  test('[J6] says nothing of units that this peer did not return', () => {
    const brain = worked()
    brain.happens(verdictFrom(ANN, { won: [0, 7, 900_000], lost: [2, 8] }))
    expect(historyOf(brain)).toMatchObject({ total_work_units_completed: 1, average_result_quality: 1 })
  })

  test('[J6] of a peer that this one did nothing for is not waited for, nor about another manifest', () => {
    const brain = worked()
    const cid = manifestCidOf(JOB)
    expect(awaitsVerdict(brain.state, BOB, JOB, cid)).toBe(false)
    expect(awaitsVerdict(brain.state, ANN, JobId.parse('other'), cid)).toBe(false)
    expect(awaitsVerdict(brain.state, ANN, JOB, manifestCidOf('other'))).toBe(false)
    brain.happens(verdictFrom(BOB, { lost: [0, 1] }))
    expect(historyOf(brain)).toMatchObject({ average_result_quality: 1 })
  })

  test('[J6] is waited for until its contact is forgotten', () => {
    const brain = worked()
    settle(brain)
    expect(brain.state.provider.unjudged?.size).toBe(1)
    brain.happens({ kind: 'forgotten', at_ms: NOON + 300, peer: ANN })
    expect(brain.state.provider.unjudged?.size).toBe(0)
  })

  test('[J6] follows from the journal alone', () => {
    const brain = worked()
    settle(brain)
    take(brain, BOB, awardOf([4]))
    brain.happens(verdictFrom(ANN, { won: [1], lost: [0] }), {
      kind: 'settled',
      at_ms: NOON,
      from: BOB,
      job_id: JOB,
    })
    const replayed = initialState(brain.state.me, 'me')
    for (const event of brain.journal.filter(isDurable)) {
      const read = decodeEvent(encodeEvent(event))
      if (read.ok) step(replayed, read.value)
    }
    expect(encodeState(replayed)).toEqual(encodeState(brain.state))
  })
})
