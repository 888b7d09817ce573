import { UnitLimits } from '../../protocol/unit-limits.ts'
import { describe, expect, test } from 'vitest'
import { quorumOf } from '../../verification/majority.fixture.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { admitResults } from '../admission.ts'
import {
  answer,
  attemptsOf,
  createBrain,
  heldBy,
  JOB,
  ME,
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
import { encodeState } from '../codec.ts'
import { initialState } from '../state.ts'
import { advance } from '../step.ts'
import { bookOf, createUnitBook } from './unit-book.ts'

const [ANN, BOB, CAT, DAN] = ['A', 'B', 'C', 'D'].map(peerOf) as [PeerId, PeerId, PeerId, PeerId]
const LIMIT_MS = 10_000

/** A job of a stranger's module whose units may run for ten seconds. */
function moduleJob(changes: Partial<JobManifest> = {}): JobManifest {
  return manifestOf({
    algorithm_id: moduleRules.id,
    algorithm_version: moduleRules.version,
    limits: UnitLimits.parse({ wall_ms: LIMIT_MS }),
    ...changes,
  })
}

/** A brain with contacts, and a job that has no offers yet. */
function asking(peers: readonly PeerId[], redundancy = 1): { brain: Brain; manifest: JobManifest } {
  const brain = createBrain(Object.fromEntries(peers.map((peer) => [peer, 0.9])))
  const manifest = moduleJob({ verification_redundancy: redundancy })
  submit(brain, manifest)
  return { brain, manifest }
}

const outOfTime = (message = 'stopped after its 10000 ms: step 7'): Fault => ({ kind: 'timed-out', message })

/** A peer says of the unit that it holds that its time is up. */
function timesOut(brain: Brain, peer: PeerId, atMs: number, fault = outOfTime()) {
  const attempt = heldBy(brain, peer)
  if (attempt === undefined) throw new Error('the peer holds the unit')
  return answer(brain, peer, [{ unit_index: 0, attempt, outcome: { kind: 'fault', fault } }], atMs)
}

const statusOf = (brain: Brain) => brain.state.requester.jobs.get(JOB)?.status
const holder = (brain: Brain): PeerId | undefined =>
  attemptsOf(brain).find(({ status }) => status.state === 'awarded')?.peer

/** These offer again and again, and each one awarded the unit runs out of time, until nothing happens any longer. */
function goOn(brain: Brain, manifest: JobManifest, peers: readonly PeerId[], rounds = 10): PeerId[] {
  const tried: PeerId[] = []
  let atMs = NOON
  for (let round = 0; round < rounds && statusOf(brain)?.state === 'running'; round++) {
    offer(brain, manifest, peers, atMs)
    const holding = peers.filter((peer) => heldBy(brain, peer) !== undefined)
    atMs += LIMIT_MS + 2_000
    for (const peer of holding) {
      if (statusOf(brain)?.state !== 'running') break
      timesOut(brain, peer, atMs)
      tried.push(peer)
    }
  }
  return tried
}

describe('a unit whose time is up', () => {
  test('[W36] at three peers, each asked once, ends its job with the limit, the peers and what it said last', () => {
    const { brain, manifest } = asking([ANN, BOB, CAT, DAN])
    const tried = goOn(brain, manifest, [ANN, BOB, CAT, DAN])
    expect(tried).toHaveLength(3)
    expect(new Set(tried).size).toBe(3)
    expect(statusOf(brain)).toMatchObject({
      state: 'failed',
      fault: {
        kind: 'timed-out',
        message:
          'unit 0 ran for its 10 s on 3 peers without ending; submit-job --timeout gives it longer (stopped after its 10000 ms: step 7)',
      },
    })
  })

  test('[W36] costs no peer its standing', () => {
    const { brain, manifest } = asking([ANN, BOB, CAT])
    goOn(brain, manifest, [ANN, BOB, CAT])
    expect(statusOf(brain)?.state).toBe('failed')
    expect(brain.state.requester.records.size).toBe(0)
  })

  test('[W36] and that was late before has its lateness forgiven', () => {
    const { brain, manifest } = asking([ANN])
    brain.state.requester.records.set(ANN, {
      verified: 5,
      rejected: 0,
      failed: 1,
      expired: 1,
      quality: 0.9,
      reliability: 0.8,
    })
    offer(brain, manifest, [ANN])
    const before = { ...brain.state.requester.records.get(ANN)! }
    brain.happens({ kind: 'disconnected', at_ms: NOON + 2_000, peer: ANN })
    brain.happens({ kind: 'connected', at_ms: NOON + 2_001, peer: ANN })
    const lost = [{ job_id: JOB, unit_index: 0, attempt: 1 }]
    brain.happens({ kind: 'attempts-lost', at_ms: NOON + 9_000, reason: 'late', lost })
    expect(brain.state.requester.records.get(ANN)?.expired).toBe(2)
    // The unit is hers again meanwhile; she goes on with the run that she has begun, under either attempt.
    const receipt = { unit_index: 0, attempt: 1, outcome: { kind: 'fault' as const, fault: outOfTime() } }
    expect(admitResults(brain.state, ANN, JOB, [receipt])).toEqual({ ok: true, value: [receipt] })
    answer(brain, ANN, [receipt], NOON + LIMIT_MS + 10)
    expect(attemptsOf(brain)[0]?.status).toEqual({ state: 'failed', fault: outOfTime() })
    const { reliability, ...counts } = brain.state.requester.records.get(ANN)!
    expect(counts).toEqual((({ reliability: _, ...rest }) => rest)(before))
    expect(reliability).toBeCloseTo(before.reliability, 12)
    // Told again it is known.
    expect(admitResults(brain.state, ANN, JOB, [receipt])).toEqual({ ok: true, value: [] })
  })

  /** Ann and Bob have a unit each of many, on one lane, and then Ann runs out of time. */
  function oneEach(): { brain: Brain; bobs: number } {
    const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9 })
    const manifest = moduleJob({ unit_count: 50 })
    submit(brain, manifest)
    offer(brain, manifest, [ANN], NOON, { lanes: 1, units: 1 })
    offer(brain, manifest, [BOB], NOON, { lanes: 1, units: 1, begin: 30 })
    expect([heldBy(brain, ANN, 0), heldBy(brain, BOB, 30)]).toEqual([1, 1])
    timesOut(brain, ANN, NOON + LIMIT_MS)
    return { brain, bobs: 30 }
  }

  test('[W36] is not given to its peer again while a peer that has not had it offers, however busy', () => {
    const { brain } = oneEach()
    brain.happens({ kind: 'tick', at_ms: NOON + 13_000 })
    const held = [...(bookOf(brain.state.requester.jobs.get(JOB)!).atWork.get(ANN)?.keys() ?? [])]
    expect(held).toHaveLength(1)
    expect(held).not.toContain(0)
  })

  test('[W36] comes before units that were never begun, so that it is soon known whether it ends', () => {
    const { brain, bobs } = oneEach()
    answer(brain, BOB, [receiptOf(1, 'right', bobs)], NOON + LIMIT_MS + 1)
    expect(heldBy(brain, BOB)).toBe(2)
  })

  test('[W36] where one other peer is there alone is tried three times, ends nothing, and waits for another', () => {
    const { brain, manifest } = asking([ANN, BOB])
    expect(goOn(brain, manifest, [ANN])).toEqual([ANN, ANN, ANN])
    expect(statusOf(brain)?.state).toBe('running')
    offer(brain, manifest, [BOB], NOON + 900_000)
    expect(holder(brain)).toBe(BOB)
    answer(brain, BOB, [receiptOf(heldBy(brain, BOB)!, 'right')], NOON + 901_000)
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(1)
  })

  test('[W36] on the own computer alone ends after three tries: its user sees it itself', () => {
    const { brain, manifest } = asking([])
    expect(goOn(brain, manifest, [ME])).toEqual([ME, ME, ME])
    expect(statusOf(brain)).toMatchObject({
      state: 'failed',
      fault: { kind: 'timed-out', message: expect.stringContaining('on 1 peer, 3 times without') as string },
    })
  })

  test('[W36] of two peers is tried three times in all', () => {
    const { brain, manifest } = asking([ANN])
    const tried = goOn(brain, manifest, [ME, ANN])
    expect(tried).toHaveLength(3)
    expect(new Set(tried.slice(0, 2))).toEqual(new Set([ME, ANN]))
    expect(statusOf(brain)).toMatchObject({ state: 'failed', fault: { kind: 'timed-out' } })
  })

  test.each([2, 3, 5, 7])('[W36] needs as many peers as a quorum, redundancy %i', (redundancy) => {
    const peers = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K'].map(peerOf)
    const { brain, manifest } = asking(peers, redundancy)
    const tried = goOn(brain, manifest, peers)
    expect(new Set(tried).size).toBeGreaterThanOrEqual(Math.max(3, quorumOf(redundancy)))
    expect(statusOf(brain)).toMatchObject({ state: 'failed', fault: { kind: 'timed-out' } })
  })

  test('[W36] at fewer peers than a quorum ends nothing, whatever they say', () => {
    const liars = ['A', 'B', 'C'].map(peerOf)
    const honest = ['D', 'E', 'F', 'G'].map(peerOf)
    // Seven peers check, and four must agree: three liars cannot end it, and it is done without them.
    const { brain, manifest } = asking([...liars, ...honest], 7)
    goOn(brain, manifest, liars, 8)
    expect(statusOf(brain)?.state).toBe('running')
    offer(brain, manifest, honest, NOON + 900_000)
    for (const peer of honest) {
      answer(brain, peer, [receiptOf(heldBy(brain, peer)!, 'right')], NOON + 901_000)
    }
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(1)
  })

  test('[W36] two colluding peers end nothing while a third offers and computes it', () => {
    const { brain, manifest } = asking([ANN, BOB, CAT])
    offer(brain, manifest, [ANN])
    timesOut(brain, ANN, NOON + LIMIT_MS)
    offer(brain, manifest, [ANN, BOB], NOON + 20_000)
    timesOut(brain, BOB, NOON + 20_000 + LIMIT_MS)
    offer(brain, manifest, [ANN, BOB, CAT], NOON + 40_000)
    expect(heldBy(brain, CAT)).toBeDefined()
    answer(brain, CAT, [receiptOf(heldBy(brain, CAT)!, 'right')], NOON + 41_000)
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(1)
  })

  test('[W36] before it can be is a failure of its peer’s, and counts for nothing', () => {
    const { brain, manifest } = asking([ANN, BOB, CAT])
    offer(brain, manifest, [ANN])
    timesOut(brain, ANN, NOON + LIMIT_MS / 2)
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ state: 'failed', fault: { kind: 'runner-lost' } })
    expect(brain.state.requester.records.get(ANN)?.failed).toBe(1)
  })

  test('[W36] is told once of one run, under whichever attempt', () => {
    const { brain, manifest } = asking([ANN])
    offer(brain, manifest, [ANN])
    const lost = [{ job_id: JOB, unit_index: 0, attempt: 1 }]
    brain.happens({ kind: 'attempts-lost', at_ms: NOON + 9_000, reason: 'late', lost })
    offer(brain, manifest, [ANN], NOON + 9_000)
    expect(heldBy(brain, ANN)).toBe(2)
    timesOut(brain, ANN, NOON + LIMIT_MS + 10)
    expect(attemptsOf(brain)[1]?.status).toMatchObject({ fault: { kind: 'timed-out' } })
    const again = { unit_index: 0, attempt: 1, outcome: { kind: 'fault' as const, fault: outOfTime() } }
    answer(brain, ANN, [again], NOON + LIMIT_MS + 20)
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ fault: { kind: 'runner-lost' } })
  })

  test('[B17] [B31] [W36] is the same when the journal is read again, and its index too', () => {
    const { brain, manifest } = asking([ANN, BOB], 2)
    offer(brain, manifest, [ANN, BOB])
    timesOut(brain, ANN, NOON + LIMIT_MS)
    const job = brain.state.requester.jobs.get(JOB)!
    const [kept, made] = [bookOf(job), createUnitBook(job)].map(({ untouched, partial, open }) => [
      untouched.count,
      partial.count,
      open.count,
    ])
    expect(kept).toEqual(made)
    timesOut(brain, BOB, NOON + LIMIT_MS)
    const again = initialState(ME, 'me')
    for (const event of brain.journal) advance(again, event)
    expect(encodeState(again)).toEqual(encodeState(brain.state))
    const { brain: back } = restarted(brain)
    expect(attemptsOf(back).map(({ status }) => status)).toEqual(
      attemptsOf(brain).map(({ status }) => status),
    )
  })

  test('[W8] [P2] ends its job with a fault that can be read back, however long the peers’ message', () => {
    for (const fault of [
      outOfTime('x'.repeat(2_000)),
      { kind: 'trapped', message: 'x'.repeat(2_000) },
    ] as const) {
      const { brain, manifest } = asking([])
      for (let round = 0; round < 3; round++) {
        const atMs = NOON + round * 30_000
        offer(brain, manifest, [ME], atMs)
        const effects = timesOut(brain, ME, atMs + LIMIT_MS, fault)
        if (round === 2) expect(ofKind(effects, 'job-ended')).toHaveLength(1)
      }
      expect(() => restarted(brain)).not.toThrow()
    }
  })
})
