import { describe, expect, test } from 'vitest'
import {
  answer,
  attemptsOf,
  createBrain,
  heldBy,
  JOB,
  manifestOf,
  NOON,
  offer,
  ofKind,
  peerOf,
  receiptOf,
  restarted,
  submit,
  type Brain,
} from '../brain.fixture.ts'
import type { Effect } from '../effect.ts'
import { openRanges } from './unit-book.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const manifest = manifestOf({ verification_redundancy: 2, unit_count: 3 })

const jobOf = (brain: Brain) => brain.state.requester.jobs.get(JOB)!
const lower = (brain: Brain, redundancy = 1, at_ms = NOON + 5_000): Effect[] =>
  brain.happens({ kind: 'job-redundancy-lowered', at_ms, job_id: JOB, redundancy })

/** A job of three units with two peers, of which the second leaves when the first unit is verified and Ann has returned the second. */
function stalled(): Brain {
  const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9 })
  submit(brain, manifest)
  offer(brain, manifest, [ANN, BOB])
  answer(brain, ANN, [
    receiptOf(heldBy(brain, ANN, 0)!, 'right', 0),
    receiptOf(heldBy(brain, ANN, 1)!, 'right', 1),
  ])
  answer(brain, BOB, [receiptOf(heldBy(brain, BOB, 0)!, 'right', 0)])
  brain.happens(
    { kind: 'disconnected', at_ms: NOON + 2_000, peer: BOB },
    { kind: 'tick', at_ms: NOON + 6_000 },
  )
  expect(jobOf(brain).verified).toBe(1)
  expect(openRanges(jobOf(brain), 9)).toEqual([[1, 3]])
  return brain
}

describe('a job whose user lets fewer peers compute each open unit', () => {
  test('[W42] verifies at once what one peer has returned, and fetches it', () => {
    const brain = stalled()
    const effects = lower(brain)
    expect(jobOf(brain).verified).toBe(2)
    expect(jobOf(brain).units.get(1)?.verified?.winners).toEqual([ANN])
    expect(
      ofKind(effects, 'fetch-outputs').flatMap(({ outputs }) => outputs.map(({ unit }) => unit)),
    ).toEqual([1])
    expect(ofKind(effects, 'commitment-changed')).not.toEqual([])
  })

  test('[W42] leaves what two agreed on as it was, and ends without a second peer', () => {
    const brain = stalled()
    const before = structuredClone(jobOf(brain).units.get(0)?.verified)
    lower(brain)
    expect(jobOf(brain).units.get(0)?.verified).toEqual(before)
    answer(brain, ANN, [receiptOf(heldBy(brain, ANN, 2)!, 'right', 2)], NOON + 7_000)
    brain.happens({ kind: 'outputs-stored', at_ms: NOON + 8_000, job_id: JOB, units: [0, 1, 2] })
    expect(jobOf(brain).status.state).toBe('done')
    expect(brain.state.requester.records.get(BOB)?.rejected ?? 0).toBe(0)
  })

  test('[W42] gives a unit that nobody has begun to one peer', () => {
    const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9 })
    submit(brain, manifest)
    lower(brain)
    offer(brain, manifest, [ANN], NOON + 10_000)
    expect([0, 1, 2].map((unit) => attemptsOf(brain, unit).length)).toEqual([1, 1, 1])
    expect(openRanges(jobOf(brain), 9)).toEqual([])
  })

  test('[W42] judges results that differ by one more, not by the first that came', () => {
    const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9 })
    submit(brain, manifest)
    offer(brain, manifest, [ANN, BOB])
    answer(brain, ANN, [receiptOf(heldBy(brain, ANN, 0)!, 'one', 0)])
    answer(brain, BOB, [receiptOf(heldBy(brain, BOB, 0)!, 'other', 0)])
    lower(brain)
    expect(jobOf(brain).units.get(0)?.verified).toBeUndefined()
    expect(openRanges(jobOf(brain), 9)[0]?.[0]).toBe(0)
  })

  test('[W42] that is paused judges what it has when it goes on', () => {
    const brain = stalled()
    brain.happens({ kind: 'job-paused', at_ms: NOON + 4_000, job_id: JOB })
    lower(brain)
    expect(jobOf(brain).verified).toBe(1)
    brain.happens({ kind: 'job-resumed', at_ms: NOON + 6_000, job_id: JOB })
    expect(jobOf(brain).verified).toBe(2)
  })

  test('[W42] is that after a restart too', () => {
    const brain = stalled()
    lower(brain)
    const { brain: again } = restarted(brain, NOON + 9_000)
    expect(jobOf(again).lowered).toEqual({ redundancy: 1, atMs: NOON + 5_000 })
    expect(jobOf(again).verified).toBe(2)
  })

  test('[W42] not to more than before, nor below its policy, nor after its end', () => {
    const brain = stalled()
    expect([...lower(brain, 2), ...lower(brain, 3)]).toEqual([])
    expect(jobOf(brain).lowered).toBeUndefined()
    jobOf(brain).verification = { ...jobOf(brain).verification, redundancy_min: 2 }
    expect(lower(brain, 1)).toEqual([])
    jobOf(brain).verification = { ...jobOf(brain).verification, redundancy_min: 1 }
    brain.happens({ kind: 'job-cancelled', at_ms: NOON + 6_000, job_id: JOB })
    expect(lower(brain, 1)).toEqual([])
  })
})
