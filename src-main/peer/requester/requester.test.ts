import { POLICY } from '../../protocol/policy.ts'
import { newRecord } from '../../verification/reputation.ts'
import { describe, expect, test } from 'vitest'
import {
  answer,
  attemptsOf,
  cidOf,
  commitmentOf,
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
  type Brain,
  type Offered,
} from '../brain.fixture.ts'
import { partsOf } from './archived.ts'
import { bookOf } from './unit-book.ts'
import { consensusOf } from './consensus-view.ts'
import type { Effect } from '../effect.ts'

const [ANN, BOB, CAT, DAN] = [peerOf('A'), peerOf('B'), peerOf('C'), peerOf('D')]

/** A brain that has given one unit to as many of its contacts as the redundancy says. */
function awarded(redundancy: number, peers = [ANN, BOB, CAT, DAN], offered: Offered = {}): Brain {
  const brain = createBrain(Object.fromEntries(peers.map((peer) => [peer, 0.9])))
  const manifest = manifestOf({ verification_redundancy: redundancy })
  submit(brain, manifest)
  offer(brain, manifest, peers, NOON, offered)
  return brain
}

const holders = (brain: Brain): string[] =>
  attemptsOf(brain).flatMap(({ peer, status }) => (status.state === 'awarded' ? [peer] : []))

/** Lets every holder of the unit answer the same or something of its own. */
function answerAll(brain: Brain, output: (peer: string) => string | undefined): Effect[] {
  return attemptsOf(brain)
    .filter(({ status }) => status.state === 'awarded')
    .flatMap(({ peer, attempt }) => answer(brain, peer, [receiptOf(attempt, output(peer))]))
}

const statusOf = (brain: Brain): string | undefined => brain.state.requester.jobs.get(JOB)?.status.state

describe('awards', () => {
  test('[B8] go to as many distinct peers as the redundancy says, each with an attempt of its own', () => {
    const brain = awarded(3)
    expect(new Set(holders(brain)).size).toBe(3)
    expect(attemptsOf(brain).map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(attemptsOf(brain).map(({ role }) => role)).toEqual(['primary', 'verification', 'verification'])
  })

  test('[B8] several peers may get one unit in one decision', () => {
    const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9, [CAT]: 0.9 })
    const manifest = manifestOf({ verification_redundancy: 3 })
    submit(brain, manifest)
    // A paused job awards nothing, so that the tick finds the offers of all three.
    brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: JOB })
    for (const peer of [ANN, BOB, CAT]) {
      brain.happens({ kind: 'allocation', at_ms: NOON, allocation: offerOf(peer, manifest, NOON) })
    }
    brain.happens({ kind: 'job-resumed', at_ms: NOON, job_id: JOB })
    expect(attemptsOf(brain)).toEqual([])
    brain.happens({ kind: 'tick', at_ms: NOON + 1 })
    expect(attemptsOf(brain).map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(new Set(attemptsOf(brain).map(({ peer }) => peer)).size).toBe(3)
  })

  test('[M20] where all trust each other fully, they check each other at once', () => {
    const everybody = [ANN, BOB, CAT]
    const brain = createBrain(Object.fromEntries(everybody.map((peer) => [peer, 1])))
    for (const peer of everybody) {
      const trust = Object.fromEntries([ME, ...everybody].map((other) => [other, 1]))
      const commitment = { ...commitmentOf(peer, NOON + 1, { trust }), vector_clock: { [peer]: 2 } }
      brain.happens({ kind: 'commitment', at_ms: NOON + 1, commitment })
    }
    const manifest = manifestOf({ verification_redundancy: 2 })
    submit(brain, manifest)
    offer(brain, manifest, everybody)
    expect(new Set(holders(brain)).size).toBe(2)
  })

  test('[M20] while a stranger to both could check, two friends do not', () => {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1, [CAT]: 1 })
    for (const [peer, friend] of [
      [ANN, BOB],
      [BOB, ANN],
    ] as const) {
      const trust = { [ME]: 1, [friend]: 1 }
      const commitment = { ...commitmentOf(peer, NOON + 1, { trust }), vector_clock: { [peer]: 2 } }
      brain.happens({ kind: 'commitment', at_ms: NOON + 1, commitment })
    }
    const manifest = manifestOf({ verification_redundancy: 2 })
    submit(brain, manifest)
    offer(brain, manifest, [ANN, BOB, CAT])
    expect(holders(brain)).toContain(CAT)
  })

  test('[B8] submitting a job twice changes nothing', () => {
    const brain = awarded(2)
    const before = attemptsOf(brain).length
    expect(submit(brain, manifestOf({ unit_count: 9 }))).toEqual([])
    expect(attemptsOf(brain)).toHaveLength(before)
  })

  test('[B9] are sent again after a restart under the same attempt, and named anew afterwards', () => {
    const brain = awarded(1, [ANN])
    const first = attemptsOf(brain)[0]
    const again = ofKind(brain.happens({ kind: 'started', at_ms: NOON }), 'send-award')
    expect(again.map(({ to, award }) => [to, award.award_id, award.units[0]?.attempt])).toEqual([
      [ANN, first?.awardId, 1],
    ])
    brain.happens({
      kind: 'award-refused',
      at_ms: NOON,
      job_id: JOB,
      award_id: first?.awardId ?? '',
      peer: ANN,
      fault: { kind: 'too-busy', message: '' },
    })
    offer(brain, manifestOf(), [ANN], NOON + 5_000)
    expect(attemptsOf(brain).at(-1)).toMatchObject({ attempt: 2, status: { state: 'awarded' } })
    expect(attemptsOf(brain).at(-1)?.awardId).not.toBe(first?.awardId)
  })

  test('[B10] of late peers are given up, and the unit goes to another under a new attempt', () => {
    const brain = awarded(1, [ANN, BOB])
    const late = holders(brain)[0]
    const other = late === ANN ? BOB : ANN
    brain.happens({ kind: 'tick', at_ms: (attemptsOf(brain)[0]?.deadlineMs ?? 0) + 1 })
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ state: 'void', why: 'late' })
    expect(heldBy(brain, other)).toBe(2)
    expect(brain.state.requester.records.get(late === ANN ? ANN : BOB)?.expired).toBe(1)
  })

  test('[V7] that were late because the line was dead are not blamed, others are', () => {
    for (const { afterMs, expired } of [
      { afterMs: 20_000, expired: 0 },
      { afterMs: 60_000, expired: 1 },
    ]) {
      const brain = awarded(1, [ANN, BOB])
      const late = holders(brain)[0] === ANN ? ANN : BOB
      const deadlineMs = attemptsOf(brain)[0]?.deadlineMs ?? 0
      brain.happens({ kind: 'tick', at_ms: deadlineMs + 1 })
      expect(brain.state.requester.records.get(late)?.expired).toBe(1)
      const { reliability } = newRecord(POLICY.reputation)
      expect(brain.state.requester.records.get(late)?.reliability).toBeLessThan(reliability)
      brain.happens({ kind: 'disconnected', at_ms: deadlineMs + afterMs, peer: late })
      brain.happens({ kind: 'disconnected', at_ms: deadlineMs + afterMs, peer: late })
      expect(brain.state.requester.records.get(late)?.expired).toBe(expired)
      if (expired === 0) expect(brain.state.requester.records.get(late)?.reliability).toBeCloseTo(reliability)
    }
  })

  test('[W46] that were late stay so when others verify the unit, and are excused when the line is found dead', () => {
    const brain = awarded(1, [ANN, BOB])
    const [late, other] = holders(brain)[0] === ANN ? [ANN, BOB] : [BOB, ANN]
    const deadlineMs = attemptsOf(brain)[0]?.deadlineMs ?? 0
    brain.happens({ kind: 'tick', at_ms: deadlineMs + 1 })
    const next = attemptsOf(brain).at(-1)
    expect(next?.peer).toBe(other)
    const told = answer(brain, other, [receiptOf(next?.attempt ?? 0, 'x')], deadlineMs + 2)
    expect(ofKind(told, 'send-withdraw')).toMatchObject([{ to: late, units: [0] }])

    const job = brain.state.requester.jobs.get(JOB)
    const expired = () => job && partsOf(job).get(late)?.expired
    expect([expired(), brain.state.requester.records.get(late)?.expired]).toEqual([1, 1])
    expect(job && bookOf(job).owed.get(late)?.size).toBe(0)
    brain.happens({ kind: 'disconnected', at_ms: deadlineMs + 20_000, peer: late })
    expect([expired(), brain.state.requester.records.get(late)?.expired]).toEqual([0, 0])
  })

  test('[B10] of peers that are gone for longer than a blink are given up before their deadline', () => {
    const brain = awarded(1, [ANN, BOB])
    const gone = holders(brain)[0] === ANN ? ANN : BOB
    brain.happens({ kind: 'disconnected', at_ms: NOON + 1_500, peer: gone })
    brain.happens({ kind: 'tick', at_ms: NOON + 2_000 })
    expect(heldBy(brain, gone)).toBe(1)
    brain.happens({ kind: 'tick', at_ms: NOON + 6_000 })
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ state: 'void', why: 'disconnected' })
    // Whose line it was that was cut is not known.
    expect(brain.state.requester.records.get(gone)?.expired ?? 0).toBe(0)
  })

  test('[W4] [B11] a stale output is dropped, and its peer is asked anew when it is needed', () => {
    // Ann has one core, and may still be at it: she gets it again when she has shown that she is done.
    const brain = awarded(1, [ANN], { lanes: 1, units: 1 })
    brain.happens({ kind: 'tick', at_ms: (attemptsOf(brain)[0]?.deadlineMs ?? 0) + 1 })
    expect(heldBy(brain, ANN)).toBeUndefined()
    const effects = answer(brain, ANN, [receiptOf(1, 'right')])
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(0)
    expect(ofKind(effects, 'send-award')[0]?.award.units).toEqual([
      { unit_index: 0, attempt: 2, role: 'primary' },
    ])
    answer(brain, ANN, [receiptOf(2, 'right')])
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(1)
  })

  test('[B11] peers that have a result and cannot be reached are tried with ticks, not in turns', () => {
    const brain = awarded(2, [ANN, BOB])
    // Their results cross the news of a pause.
    brain.happens({ kind: 'job-paused', at_ms: NOON + 1_050, job_id: JOB })
    answer(brain, ANN, [receiptOf(1, 'right')])
    answer(brain, BOB, [receiptOf(2, 'right')])
    brain.happens({ kind: 'job-resumed', at_ms: NOON + 1_000_000, job_id: JOB })
    const sent = ofKind(brain.happens({ kind: 'tick', at_ms: NOON + 1_001_000 }), 'send-award')
    expect(sent).toHaveLength(2)
    const fault = { kind: 'unreachable', message: '' } as const
    const after = sent.flatMap(({ to, award: { award_id } }) =>
      brain.happens({
        kind: 'award-refused',
        at_ms: NOON + 1_001_001,
        job_id: JOB,
        award_id,
        peer: to,
        fault,
      }),
    )
    expect(ofKind(after, 'send-award')).toEqual([])
    expect(ofKind(brain.happens({ kind: 'tick', at_ms: NOON + 1_002_000 }), 'send-award')).toHaveLength(2)
  })

  test('[B12] receipts for what a peer was not awarded change nothing', () => {
    const brain = awarded(2, [ANN, BOB, CAT])
    const stranger = [ANN, BOB, CAT].find((peer) => !holders(brain).includes(peer)) ?? CAT
    const before = structuredClone(attemptsOf(brain))
    const receipts = [1, 2, 3].map((attempt) => receiptOf(attempt, 'forged'))
    answer(brain, stranger, [...receipts, receiptOf(1, 'forged', 77)])
    expect(attemptsOf(brain)).toEqual(before)
  })
})

describe('verification', () => {
  test('[B13] a quorum agrees, and the job is done when its output is stored', () => {
    const brain = awarded(2)
    const effects = answerAll(brain, () => 'right')
    expect(ofKind(effects, 'fetch-outputs')[0]?.outputs[0]).toMatchObject({ unit: 0, cid: cidOf('right') })
    expect(statusOf(brain)).toBe('running')
    const stored = brain.happens({ kind: 'outputs-stored', at_ms: NOON, job_id: JOB, units: [0] })
    expect(statusOf(brain)).toBe('done')
    expect(ofKind(stored, 'send-settled')).toHaveLength(2)
  })

  test('[B13] a tie draws one more verifier, which decides; the loser is rejected and its standing falls', () => {
    const brain = awarded(2, [ANN, BOB, CAT])
    const [first, second] = attemptsOf(brain)
    answer(brain, first!.peer, [receiptOf(1, 'right')])
    answer(brain, second!.peer, [receiptOf(2, 'wrong')])
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(0)
    expect(holders(brain)).toHaveLength(1)
    answerAll(brain, () => 'right')
    expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, rejectedOutputs: 1 })
    expect(attemptsOf(brain)[1]?.status.state).toBe('rejected')
    const loser = brain.state.requester.records.get(second!.peer)
    const winner = brain.state.requester.records.get(first!.peer)
    expect(loser?.quality).toBeLessThan(winner?.quality ?? 0)
    expect(loser?.reliability).toBeLessThan(winner?.reliability ?? 0)
  })

  test('[B13] a peer that still computes when the others agree is told to stop', () => {
    const brain = awarded(3)
    const [first, second, third] = attemptsOf(brain)
    answer(brain, first!.peer, [receiptOf(1, 'right')])
    const effects = answer(brain, second!.peer, [receiptOf(2, 'right')])
    expect(ofKind(effects, 'send-withdraw')).toEqual([
      { kind: 'send-withdraw', to: third!.peer, job: JOB, units: [0] },
    ])
  })

  test('[B14] one peer that says a unit fails is not believed, and not asked again', () => {
    const brain = awarded(2, [ANN, BOB, CAT])
    const liar = attemptsOf(brain)[0]!.peer
    for (let round = 0; round < 5; round++) {
      const attempt = heldBy(brain, liar)
      if (attempt !== undefined) answer(brain, liar, [receiptOf(attempt, undefined)])
      offer(brain, manifestOf(), [liar], NOON + 10_000 * (round + 1))
    }
    expect(statusOf(brain)).toBe('running')
    expect(attemptsOf(brain).filter(({ peer }) => peer === liar)).toHaveLength(1)
  })

  test('[B21] a peer that cannot compute a unit is given it again after five seconds, others at once', () => {
    for (const kind of ['runner-lost', 'blob-missing', 'memory-exhausted', 'timed-out'] as const) {
      const brain = awarded(1, [ANN])
      const fault = { kind, message: 'not here' }
      const effects = answer(brain, ANN, [{ unit_index: 0, attempt: 1, outcome: { kind: 'fault', fault } }])
      expect(ofKind(effects, 'send-award')).toEqual([])
      const heard = { kind: 'allocation', at_ms: NOON + 4_999 } as const
      brain.happens({ ...heard, allocation: offerOf(ANN, manifestOf(), NOON + 4_999) })
      expect(heldBy(brain, ANN)).toBeUndefined()
      brain.happens({ kind: 'tick', at_ms: NOON + 5_000 })
      expect(heldBy(brain, ANN)).toBe(2)
      answer(brain, ANN, [{ unit_index: 0, attempt: 2, outcome: { kind: 'fault', fault } }], NOON + 5_100)
      brain.happens({ ...heard, at_ms: NOON + 5_200, allocation: offerOf(BOB, manifestOf(), NOON + 5_200) })
      expect(heldBy(brain, BOB)).toBeUndefined()
    }
  })

  test('[B14] a unit that fails for a quorum ends the job with its own fault', () => {
    const brain = awarded(2)
    const effects = answerAll(brain, () => undefined)
    expect(brain.state.requester.jobs.get(JOB)?.status).toMatchObject({
      state: 'failed',
      fault: { kind: 'unit-failed', message: 'unit 0 failed: broken' },
    })
    expect(ofKind(effects, 'job-ended')).toHaveLength(1)
    const told = new Set(ofKind(effects, 'send-settled').map(({ to }) => to))
    expect(told).toEqual(new Set(attemptsOf(brain).map(({ peer }) => peer)))
  })

  test('[V9] a peer that reports less or more fuel than is true is found wrong, whatever the output', () => {
    for (const lie of [999, 1_001]) {
      const brain = awarded(2, [ANN, BOB, CAT])
      const [first, second] = attemptsOf(brain)
      answer(brain, first!.peer, [receiptOf(1, 'right', 0, lie)])
      answer(brain, second!.peer, [receiptOf(2, 'right', 0, 1_000)])
      expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(0)
      const third = attemptsOf(brain)[2]
      answer(brain, third!.peer, [receiptOf(3, 'right', 0, 1_000)])
      expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, rejectedOutputs: 1 })
      expect(brain.state.requester.jobs.get(JOB)?.units.get(0)?.verified?.fuel).toBe(1_000)
      expect(attemptsOf(brain)[0]?.status).toEqual({
        ...{ state: 'rejected', cid: cidOf('right'), fuel: lie },
        ...{ metrics: expect.objectContaining({ fuel: lie }) as unknown, returnedAtMs: NOON + 1_100 },
      })
      const job = brain.state.requester.jobs.get(JOB)!
      const consensus = consensusOf(job, 0, job.units.get(0)!, NOON)
      expect(consensus.consensus_fuel).toBe(1_000)
      expect(consensus.results.map(({ fuel }) => fuel)).toEqual([1_000, 1_000, lie])
    }
  })

  test('[B15] an output that its holders refuse is rejected; one whose holders are away is asked for again', () => {
    const brain = awarded(2, [ANN, BOB, CAT])
    const [first, second] = attemptsOf(brain)
    answerAll(brain, () => 'right')
    const missed = { at_ms: NOON + 3_000, job_id: JOB, unit_index: 0, cid: cidOf('right') }
    brain.happens({ kind: 'output-unavailable', ...missed, unreachable: [first!.peer] })
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(0)
    expect(first!.status).toEqual({ state: 'void', why: 'disconnected', ready: true })
    expect(second!.status.state).toBe('rejected')
    expect(heldBy(brain, first!.peer)).toBeGreaterThan(2)
    expect(heldBy(brain, second!.peer)).toBeUndefined()
  })

  test('[B15] a peer outvoted by liars is no longer wrong once their output cannot be had', () => {
    const brain = awarded(2, [ANN, BOB, CAT])
    const [honest, liar] = attemptsOf(brain)
    answer(brain, honest!.peer, [receiptOf(1, 'right')])
    answer(brain, liar!.peer, [receiptOf(2, 'garbage')])
    const before = brain.state.requester.records.get(honest!.peer)
    const accomplice = attemptsOf(brain)[2]
    answer(brain, accomplice!.peer, [receiptOf(3, 'garbage')])
    expect(honest!.status.state).toBe('rejected')
    const missed = { at_ms: NOON + 3_000, job_id: JOB, unit_index: 0, cid: cidOf('garbage') }
    brain.happens({ kind: 'output-unavailable', ...missed, unreachable: [] })
    expect(honest!.status).toEqual({ state: 'void', why: 'withdrawn', ready: true })
    expect(brain.state.requester.records.get(honest!.peer)?.rejected).toBe(before?.rejected ?? 0)
    expect(brain.state.requester.records.get(honest!.peer)?.quality).toBeCloseTo(
      before?.quality ?? newRecord(POLICY.reputation).quality,
    )
    for (const { peer, status } of [liar!, accomplice!]) {
      expect(status.state).toBe('rejected')
      expect(brain.state.requester.records.get(peer)?.rejected).toBe(1)
    }
    expect(brain.state.requester.jobs.get(JOB)?.rejectedOutputs).toBe(2)
  })

  test('[B15] an output that is missing after the job has ended is not blamed', () => {
    const brain = awarded(2)
    answerAll(brain, () => 'right')
    brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    const missed = { at_ms: NOON, job_id: JOB, unit_index: 0, cid: cidOf('right') }
    expect(brain.happens({ kind: 'output-unavailable', ...missed })).toEqual([])
    expect(brain.state.requester.jobs.get(JOB)?.rejectedOutputs).toBe(0)
  })
})

describe('the end of a job', () => {
  test('[B16] cancelling tells every holder once, and nothing is awarded any more', () => {
    const brain = awarded(2, [ANN, BOB])
    const effects = brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    expect(new Set(ofKind(effects, 'send-settled').map(({ to }) => to))).toEqual(new Set([ANN, BOB]))
    expect(ofKind(offer(brain, manifestOf(), [ANN, BOB], NOON + 9_000), 'send-award')).toEqual([])
    expect(brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })).toEqual([])
  })

  test('[B16] a job is removed only after its end', () => {
    const brain = awarded(1, [ANN])
    expect(brain.happens({ kind: 'job-removed', at_ms: NOON, job_id: JOB })).toEqual([])
    brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    brain.happens({ kind: 'job-removed', at_ms: NOON, job_id: JOB })
    expect(brain.state.requester.jobs.size).toBe(0)
  })
})
