import { describe, expect, test } from 'vitest'
import { POLICY } from '../../protocol/policy.ts'
import { newRecord } from '../../verification/reputation.ts'
import type { JobManifest } from '../../protocol/work.ts'
import {
  answer,
  attemptsOf,
  commitmentOf,
  createBrain,
  JOB,
  manifestOf,
  ME,
  NOON,
  offerOf,
  ofKind,
  peerOf,
  receiptOf,
  restarted,
  submit,
  type Brain,
  type Offered,
} from '../brain.fixture.ts'
import type { Effect } from '../effect.ts'

const [ANN, BOB, CAT, DAN] = [peerOf('A'), peerOf('B'), peerOf('C'), peerOf('D')]
type Peer = typeof ANN
/** Units of ten seconds. */
const LONG: Offered = { lanes: 2, units: 4, unitMs: 10_000 }

/** A brain with a job, all of whose units are with Ann, whatever she runs of them at once. */
function withAnn(unit_count: number, offered: Offered = LONG): Brain {
  const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9, [CAT]: 0.9, [DAN]: 0.9 })
  submit(brain, manifestOf({ unit_count }))
  hear(brain, ANN, offered)
  expect(held(brain, ANN)).toHaveLength(unit_count)
  return brain
}

function hear(
  brain: Brain,
  from: Peer,
  offered: Offered,
  atMs = NOON,
  changes: Partial<JobManifest> = {},
): Effect[] {
  const allocation = offerOf(from, manifestOf(changes), atMs, offered)
  return brain.happens({ kind: 'allocation', at_ms: atMs, allocation })
}

/** Units that a peer has and has not answered. */
const held = (brain: Brain, peer: Peer): number[] =>
  [...(brain.state.requester.jobs.get(JOB)?.units ?? [])].flatMap(([index, { attempts }]) =>
    attempts.some((one) => one.peer === peer && one.status.state === 'awarded') ? [index] : [],
  )

const recalls = (effects: readonly Effect[]) =>
  ofKind(effects, 'send-recall').map(({ to, units }) => [to, units.map((one) => one.unit_index)])
const awards = (effects: readonly Effect[]) =>
  ofKind(effects, 'send-award').map(({ to, award }) => [to, award.units.map((one) => one.unit_index)])

const givenBack = (brain: Brain, from: Peer, units: number[], at_ms: number): Effect[] =>
  brain.happens({
    kind: 'hand-back-received',
    at_ms,
    from,
    job_id: JOB,
    units: units.map((unit_index) => ({ unit_index, attempt: 1 })),
  })

describe('[W21] units that wait elsewhere', () => {
  test('are asked back for an idle peer, those that have begun are not', () => {
    const brain = withAnn(4)
    const effects = hear(brain, BOB, LONG, NOON + 1_000)
    expect(recalls(effects)).toEqual([[ANN, [3, 2]]])
    expect(ofKind(effects, 'send-recall')[0]?.units).toContainEqual({ unit_index: 2, attempt: 1 })
    expect(awards(effects)).toEqual([])
    expect(held(brain, ANN)).toEqual([0, 1, 2, 3])
  })

  test('go to the idle one when they are back, and without blame: their provider may have more at once', () => {
    const brain = withAnn(4)
    hear(brain, BOB, LONG, NOON + 1_000)
    const effects = givenBack(brain, ANN, [2, 3], NOON + 1_100)
    expect(awards(effects)).toEqual([[BOB, [2, 3]]])
    expect(brain.state.requester.records.size).toBe(0)
    expect(brain.state.view.recalled.size).toBe(0)
    const offer = brain.state.view.offers.get(ANN)?.get(JOB)
    expect(offer?.closedUntilMs).toBe(0)
  })

  test('are asked for once, and nothing else is done for a lane that they will fill', () => {
    const brain = withAnn(4)
    hear(brain, BOB, LONG, NOON + 1_000)
    const again = brain.happens({ kind: 'tick', at_ms: NOON + 2_000 }, { kind: 'tick', at_ms: NOON + 3_000 })
    expect([recalls(again), awards(again)]).toEqual([[], []])
  })

  test('that had begun after all are no longer waited for when their result is here', () => {
    const brain = withAnn(4)
    hear(brain, BOB, LONG, NOON + 1_000)
    expect(brain.state.view.recalled.size).toBe(2)
    answer(brain, ANN, [receiptOf(1, 'right', 2), receiptOf(1, 'right', 3)], NOON + 1_500)
    expect(brain.state.view.recalled.size).toBe(0)
  })

  test('stay where they are when they end there as early', () => {
    // Twelve units of 100 ms in two lanes end before any could move and end elsewhere.
    const brain = withAnn(4, { ...LONG, unitMs: 100 })
    expect(recalls(hear(brain, BOB, { ...LONG, unitMs: 100 }, NOON + 20))).toEqual([])
    const slow = withAnn(4)
    expect(recalls(hear(slow, BOB, { ...LONG, unitMs: 60_000 }, NOON + 1_000))).toEqual([])
  })

  test('are asked back from own cores as from any other', () => {
    const brain = createBrain({ [BOB]: 0.9 })
    submit(brain, manifestOf({ unit_count: 4 }))
    hear(brain, ME, LONG)
    expect(recalls(hear(brain, BOB, LONG, NOON + 1_000))).toEqual([[ME, [3, 2]]])
  })

  test('are left alone while others are open: those come first', () => {
    const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9 })
    submit(brain, manifestOf({ unit_count: 100 }))
    hear(brain, ANN, LONG)
    const effects = hear(brain, BOB, LONG, NOON + 1_000)
    expect(recalls(effects)).toEqual([])
    expect(held(brain, BOB)).toHaveLength(4)
  })

  test('are not given to peers of poor standing', () => {
    const brain = withAnn(4)
    brain.state.requester.records.set(BOB, { ...newRecord(POLICY.reputation), reliability: 0.4 })
    expect(recalls(hear(brain, BOB, LONG, NOON + 1_000))).toEqual([])
  })

  test('are looked for again soon, not at the next tick, when others were helped just before', () => {
    const brain = withAnn(4)
    hear(brain, BOB, { lanes: 1, units: 1, unitMs: 10_000 }, NOON + 1_000)
    const effects = hear(brain, CAT, { lanes: 1, units: 1, unitMs: 10_000 }, NOON + 1_010)
    expect(recalls(effects)).toEqual([])
    expect(ofKind(effects, 'allocation-due')).toHaveLength(1)
    expect(recalls(brain.happens({ kind: 'allocate', at_ms: NOON + 1_060 }))).toHaveLength(1)
  })
})

describe('[W22] backups', () => {
  const RUNNING: Offered = { lanes: 200, units: 400, unitMs: 10_000 }
  const roleOf = (brain: Brain, peer: Peer, unit = 0) =>
    attemptsOf(brain, unit).find((one) => one.peer === peer)?.role

  test('are of units that run late, where an idle peer would end them earlier', () => {
    const brain = withAnn(2)
    // Ann should be done in four seconds: no other peer would be done before her.
    expect(awards(hear(brain, BOB, LONG, NOON + 6_000))).toEqual([])
    expect(awards(brain.happens({ kind: 'tick', at_ms: NOON + 16_000 }))).toEqual([[BOB, [0, 1]]])
    expect(brain.state.requester.jobs.get(JOB)?.backups).toBe(2)
    expect(roleOf(brain, BOB)).toBe('verification')
  })

  test('the first verified result counts, the other is withdrawn without blame', () => {
    const brain = withAnn(2)
    hear(brain, BOB, LONG, NOON + 16_000)
    const effects = answer(brain, BOB, [receiptOf(2, 'right', 0)], NOON + 26_000)
    expect(ofKind(effects, 'send-withdraw')).toEqual([
      { kind: 'send-withdraw', to: ANN, job: JOB, units: [0] },
    ])
    expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, retried: 0, rejectedOutputs: 0 })
    expect(brain.state.requester.records.get(ANN)).toBeUndefined()
    // Results that Ann sends all the same change nothing.
    answer(brain, ANN, [receiptOf(1, 'other', 0)], NOON + 26_100)
    expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, rejectedOutputs: 0 })
  })

  test.each([
    [20, 2],
    [100, 5],
    [200, 10],
  ])('of a job of %d units are %d at the most: a twentieth of the work, and two', (units, most) => {
    const brain = withAnn(units, RUNNING)
    hear(brain, BOB, RUNNING, NOON + 16_000)
    for (const s of [17, 18, 19]) brain.happens({ kind: 'tick', at_ms: NOON + s * 1_000 })
    expect(held(brain, BOB)).toHaveLength(most)
    expect(brain.state.requester.jobs.get(JOB)?.backups).toBe(most)
    // Neither a lost one nor a restart makes room for more.
    const { brain: again } = restarted(brain, NOON + 20_000)
    for (const peer of [BOB, CAT]) {
      again.happens({ kind: 'connected', at_ms: NOON + 20_000, peer })
      hear(again, peer, RUNNING, NOON + 20_000)
    }
    again.happens({ kind: 'tick', at_ms: NOON + 21_000 })
    expect(held(again, CAT)).toHaveLength(0)
  })

  test('a unit has one at a time', () => {
    const brain = withAnn(2)
    hear(brain, BOB, LONG, NOON + 16_000)
    expect(awards(hear(brain, CAT, LONG, NOON + 17_000))).toEqual([])
  })

  /** A brain whose units are with these peers, as many as check each other. */
  function checked(peers: readonly Peer[], unit_count = 1): Brain {
    const brain = createBrain({ [ANN]: 0.9, [BOB]: 0.9, [CAT]: 0.9, [DAN]: 0.9 })
    submit(brain, manifestOf({ unit_count, verification_redundancy: peers.length }))
    for (const peer of peers) hear(brain, peer, LONG)
    return brain
  }

  test('never share a peer with a check', () => {
    const brain = checked([ANN, BOB], 2)
    const spare = { ...LONG, lanes: 4, units: 8 }
    for (const peer of [ANN, BOB]) hear(brain, peer, spare, NOON + 16_000)
    expect(brain.state.requester.jobs.get(JOB)?.backups).toBe(0)
    hear(brain, CAT, LONG, NOON + 17_000)
    expect(held(brain, CAT)).toEqual([0, 1])
    for (const unit of [0, 1]) {
      const peers = attemptsOf(brain, unit).map(({ peer }) => peer)
      expect(new Set(peers).size).toBe(peers.length)
    }
  })

  test('where one check is missing yet are one, not one for each check', () => {
    const brain = checked([ANN, BOB])
    answer(brain, ANN, [receiptOf(1, 'right')], NOON + 10_000)
    hear(brain, CAT, LONG, NOON + 16_000)
    expect(held(brain, CAT)).toEqual([0])
    hear(brain, DAN, LONG, NOON + 17_000)
    expect(held(brain, DAN)).toEqual([])
  })

  test('of a check that a tie has drawn count as well', () => {
    const brain = checked([ANN, BOB])
    hear(brain, CAT, LONG, NOON + 100)
    answer(brain, ANN, [receiptOf(1, 'right')], NOON + 10_000)
    answer(brain, BOB, [receiptOf(2, 'wrong')], NOON + 10_000)
    expect(held(brain, CAT)).toEqual([0])
    hear(brain, DAN, LONG, NOON + 27_000)
    expect(held(brain, DAN)).toEqual([0])
    answer(brain, DAN, [receiptOf(4, 'right')], NOON + 36_000)
    expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, rejectedOutputs: 1 })
  })

  test('are not by a friend of its verifier, while others are there', () => {
    const brain = createBrain({ [ANN]: 1, [BOB]: 1, [CAT]: 1, [DAN]: 1 })
    for (const [peer, friend] of [
      [ANN, CAT],
      [CAT, ANN],
    ] as const) {
      const commitment = commitmentOf(peer, NOON + 1, { trust: { [ME]: 1, [friend]: 1 } })
      brain.happens({ kind: 'commitment', at_ms: NOON + 1, commitment })
    }
    submit(brain, manifestOf({ verification_redundancy: 2 }))
    for (const peer of [ANN, BOB]) hear(brain, peer, LONG)
    answer(brain, ANN, [receiptOf(1, 'right')], NOON + 10_000)
    hear(brain, CAT, LONG, NOON + 16_000)
    expect(held(brain, CAT)).toEqual([])
    hear(brain, DAN, LONG, NOON + 17_000)
    expect(held(brain, DAN)).toEqual([0])
  })
})
