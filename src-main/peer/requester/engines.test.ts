import { describe, expect, test } from 'vitest'
import { engineIdOf, UNTOLD_ENGINE, type EngineParts } from '../../protocol/engine.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { admitResults } from '../admission.ts'
import {
  attemptsOf,
  awardOf,
  cidOf,
  commitmentOf,
  createBrain,
  heldBy,
  JOB,
  manifestOf,
  ME,
  NOON,
  offer,
  ofKind,
  peerOf,
  receiptOf,
  restarted,
  SLOT,
  submit,
  take,
  type Brain,
} from '../brain.fixture.ts'
import { encodeState } from '../codec.ts'
import type { Effect } from '../effect.ts'
import { engineOfPeer } from './engines.ts'
import { publishedSlots } from '../sharing/shared-slots.ts'
import { initialState } from '../state.ts'
import { advance } from '../step.ts'

const [ANN, BOB, CAT, DAN] = ['A', 'B', 'C', 'D'].map(peerOf) as [PeerId, PeerId, PeerId, PeerId]
const USUAL: EngineParts = { engine_digest: 'usual', numeric_class: 'ieee' }
const OTHER: EngineParts = { engine_digest: 'other', numeric_class: 'ieee' }
const OLDER: EngineParts = {}
const TWICE = manifestOf({ verification_redundancy: 2 })

/** A contact tells its engine. */
function tells(brain: Brain, peer: PeerId, engine: EngineParts, atMs = NOON): void {
  const slot = { ...SLOT, algorithms: SLOT.algorithms.map((capability) => ({ ...capability, ...engine })) }
  const commitment = commitmentOf(peer, atMs + 1, { trust: { [ME]: 1 }, slots: [slot] })
  brain.happens({ kind: 'commitment', at_ms: atMs, commitment })
}

/** A requester whose contacts have these engines, and a job that has no offers yet. */
function asking(engines: Readonly<Record<PeerId, EngineParts>>, manifest: JobManifest = TWICE): Brain {
  const peers = Object.entries(engines) as [PeerId, EngineParts][]
  const brain = createBrain(Object.fromEntries(peers.map(([peer]) => [peer, 0.9])))
  for (const [peer, engine] of peers) tells(brain, peer, engine)
  submit(brain, manifest)
  return brain
}

/** A peer returns an output for the unit that it holds, computed by this engine. */
function returns(brain: Brain, from: PeerId, output: string, engine: EngineParts, atMs = NOON + 1_100): void {
  const receipts = [receiptOf(heldBy(brain, from)!, output)]
  const by = engineIdOf(engine)
  brain.happens({ kind: 'results-received', at_ms: atMs, from, job_id: JOB, receipts, engine: by })
}

const states = (brain: Brain) => attemptsOf(brain).map(({ peer, status }) => [peer, status.state] as const)
const holdersNow = (brain: Brain) =>
  attemptsOf(brain).flatMap(({ peer, status }) => (status.state === 'awarded' ? [peer] : []))

describe('a unit whose results are compared exactly', () => {
  test('[M25] is given to peers of one engine alone, and waits for them', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: OTHER, [CAT]: USUAL })
    offer(brain, TWICE, [ANN])
    returns(brain, ANN, 'right', USUAL)
    offer(brain, TWICE, [BOB], NOON + 2_000)
    brain.happens({ kind: 'tick', at_ms: NOON + 60_000 })
    expect(states(brain)).toEqual([[ANN, 'returned']])
    offer(brain, TWICE, [CAT], NOON + 61_000)
    returns(brain, CAT, 'right', USUAL, NOON + 62_000)
    expect(brain.state.requester.jobs.get(JOB)?.units.get(0)?.verified?.winners).toEqual([ANN, CAT].sort())
  })

  test.each([
    ['another digest', OTHER],
    ['another numeric class', { ...USUAL, numeric_class: 'x87' }],
    ['none told, as by an older peer', OLDER],
  ])('[M25] is no unit for a peer with %s', (_, engine) => {
    const brain = asking({ [ANN]: USUAL, [BOB]: engine })
    offer(brain, TWICE, [ANN, BOB])
    expect(new Set(holdersNow(brain)).size).toBe(1)
  })

  test('[M25] is for two older peers, which tell no engine, as before', () => {
    const brain = asking({ [ANN]: OLDER, [BOB]: OLDER })
    offer(brain, TWICE, [ANN, BOB])
    expect(holdersNow(brain).sort()).toEqual([ANN, BOB].sort())
    expect(brain.journal.some((event) => JSON.stringify(event).includes('"engine"'))).toBe(false)
  })

  test('[M25] waits for the commitment of a peer whose offer came first', () => {
    const brain = asking({ [ANN]: USUAL })
    brain.happens({ kind: 'paired', at_ms: NOON, peer: BOB, name: 'B', addresses: [], trust: 0.9 })
    brain.happens({ kind: 'connected', at_ms: NOON, peer: BOB })
    offer(brain, TWICE, [ANN, BOB])
    expect(holdersNow(brain)).toEqual([ANN])
    expect(engineOfPeer(brain.state, BOB, TWICE)).toBeUndefined()
    tells(brain, BOB, USUAL)
    offer(brain, TWICE, [BOB], NOON + 2_000)
    expect(holdersNow(brain).sort()).toEqual([ANN, BOB].sort())
  })

  test('[M25] has one engine for a third opinion too', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: USUAL, [CAT]: OTHER, [DAN]: USUAL })
    offer(brain, TWICE, [ANN, BOB])
    returns(brain, ANN, 'right', USUAL)
    returns(brain, BOB, 'wrong', USUAL)
    offer(brain, TWICE, [CAT, DAN], NOON + 2_000)
    expect(holdersNow(brain)).toEqual([DAN])
  })

  test('[M26] is begun by an engine with a quorum of peers, where there is one', () => {
    const long = manifestOf({ verification_redundancy: 2, unit_count: 40 })
    const brain = asking({ [ANN]: OTHER, [BOB]: USUAL, [CAT]: USUAL }, long)
    offer(brain, long, [BOB, CAT], NOON, { lanes: 1, units: 2 })
    offer(brain, long, [ANN], NOON + 2_000)
    const takers = [...brain.state.requester.jobs.get(JOB)!.units.values()].flatMap(({ attempts }) =>
      attempts.map(({ peer }) => peer),
    )
    expect(takers).toContain(BOB)
    expect(takers).not.toContain(ANN)
  })

  test('[M26] is begun anew by another engine when no peer of its own can say more, without blame', () => {
    const brain = asking({ [ANN]: OTHER, [BOB]: USUAL, [CAT]: USUAL })
    offer(brain, TWICE, [ANN])
    returns(brain, ANN, 'by other kernels', OTHER)
    offer(brain, TWICE, [BOB, CAT], NOON + 2_000)
    expect(states(brain)).toEqual([[ANN, 'returned']])
    brain.happens({ kind: 'tick', at_ms: NOON + 10_000 })
    expect(states(brain)).toEqual([
      [ANN, 'void'],
      [BOB, 'awarded'],
      [CAT, 'awarded'],
    ])
    returns(brain, BOB, 'right', USUAL, NOON + 11_000)
    returns(brain, CAT, 'right', USUAL, NOON + 11_000)
    expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, rejectedOutputs: 0 })
    expect(brain.state.requester.records.get(ANN)).toBeUndefined()
    // The journal alone says which engine each attempt had.
    const again = initialState(ME, 'me')
    for (const event of brain.journal) advance(again, event)
    expect(encodeState(again)).toEqual(encodeState(brain.state))
  })

  test('[M26] is not begun anew while a peer of its engine offers that has not had it', () => {
    const brain = asking({ [ANN]: OTHER, [BOB]: USUAL, [CAT]: USUAL, [DAN]: OTHER })
    offer(brain, TWICE, [ANN])
    returns(brain, ANN, 'by other kernels', OTHER)
    offer(brain, TWICE, [DAN, BOB, CAT], NOON + 2_000)
    expect(holdersNow(brain)).toEqual([DAN])
    brain.happens({ kind: 'tick', at_ms: NOON + 10_000 })
    expect(states(brain)).toEqual([
      [ANN, 'returned'],
      [DAN, 'awarded'],
    ])
  })

  test('[M26] waits for a peer of its engine that is busy with another unit', () => {
    const pair = manifestOf({ verification_redundancy: 2, unit_count: 2 })
    const brain = asking({ [ANN]: OTHER, [BOB]: USUAL, [CAT]: USUAL, [DAN]: OTHER }, pair)
    offer(brain, pair, [ANN])
    const receipts = [0, 1].map((unit) => receiptOf(heldBy(brain, ANN, unit)!, 'by other kernels', unit))
    const engine = engineIdOf(OTHER)
    brain.happens({ kind: 'results-received', at_ms: NOON + 1_100, from: ANN, job_id: JOB, receipts, engine })
    offer(brain, pair, [DAN], NOON + 2_000, { lanes: 1, units: 1 })
    offer(brain, pair, [BOB, CAT], NOON + 3_000)
    brain.happens({ kind: 'tick', at_ms: NOON + 10_000 })
    const takers = [0, 1].flatMap((unit) => attemptsOf(brain, unit).map(({ peer }) => peer))
    expect(takers.sort()).toEqual([ANN, ANN, DAN].sort())
  })

  test('[V17] counts no output of another engine than was offered, without blame, and does not ask its peer again', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: USUAL })
    offer(brain, TWICE, [ANN, BOB])
    returns(brain, ANN, 'right', USUAL)
    const attempt = heldBy(brain, BOB)!
    returns(brain, BOB, 'by other kernels', OTHER)
    expect(attemptsOf(brain).at(-1)?.status).toMatchObject({ state: 'void', why: 'other-engine' })
    expect(brain.state.requester.records.get(BOB)).toBeUndefined()
    offer(brain, TWICE, [BOB], NOON + 60_000)
    expect(holdersNow(brain)).toEqual([])
    // Sent again it is known already, and worth no record.
    const again = admitResults(brain.state, BOB, JOB, [receiptOf(attempt, 'by other kernels')])
    expect(again).toEqual({ ok: true, value: [] })
  })

  test('[V17] an older peer, which told no engine, may name any', () => {
    const brain = asking({ [ANN]: OLDER, [BOB]: OLDER })
    offer(brain, TWICE, [ANN, BOB])
    returns(brain, ANN, 'right', USUAL)
    returns(brain, BOB, 'right', OTHER)
    expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(1)
  })
})

test('[M25] a unit that is not checked may be computed by any engine', () => {
  const once = manifestOf()
  const brain = asking({ [ANN]: USUAL, [BOB]: OTHER }, once)
  offer(brain, once, [ANN])
  returns(brain, ANN, 'right', OTHER)
  expect(brain.state.requester.jobs.get(JOB)?.verified).toBe(1)
})

test('[M25] a peer tells its engines in the slots that begin soon, and in no others', () => {
  const brain = createBrain()
  const [algorithm] = SLOT.algorithms
  const resources = { cpu_cores: 2, ram_gb: 4 }
  const algorithms = [{ ...algorithm!, ...USUAL }]
  const availability = { kind: 'always', resources, priority: 0.5 } as const
  brain.happens(
    { kind: 'availability-set', at_ms: NOON, availability },
    {
      kind: 'capabilities-measured',
      at_ms: NOON,
      algorithms,
      machine: { resources, lendsPartOfCores: true },
    },
  )
  const told = publishedSlots(brain.state, NOON).map((slot) => slot.algorithms.map(engineIdOf))
  expect(told).toEqual([[engineIdOf(USUAL)], [UNTOLD_ENGINE]])
})

describe('peers that are updated in the middle of a job', () => {
  /** Both peers tell another engine from now on, and offer. */
  function updated(brain: Brain, peers: readonly PeerId[], atMs: number): void {
    for (const peer of peers) tells(brain, peer, OTHER, atMs)
    offer(brain, TWICE, peers, atMs)
  }

  test('[M26] compute a unit anew of which one had a result', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: USUAL })
    offer(brain, TWICE, [ANN])
    returns(brain, ANN, 'right', USUAL)
    updated(brain, [ANN, BOB], NOON + 2_000)
    const effects = brain.happens({ kind: 'tick', at_ms: NOON + 60_000 })
    expect(holdersNow(brain).sort()).toEqual([ANN, BOB].sort())
    // Only the one that has a result has to be told to compute it again, also after a restart.
    const toldAnew = (sent: readonly Effect[]) =>
      ofKind(sent, 'send-award').map(({ to, award }) => [to, award.units[0]?.anew])
    const told = [
      [ANN, true],
      [BOB, undefined],
    ]
    expect(toldAnew(effects)).toEqual(expect.arrayContaining(told))
    expect(toldAnew(restarted(brain, NOON + 61_000).effects)).toEqual(expect.arrayContaining(told))
    for (const peer of [ANN, BOB]) returns(brain, peer, 'by other kernels', OTHER, NOON + 62_000)
    expect(brain.state.requester.jobs.get(JOB)).toMatchObject({ verified: 1, rejectedOutputs: 0 })
  })

  test('[V17] compute a unit anew that both returned by their new engine', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: USUAL })
    offer(brain, TWICE, [ANN, BOB])
    for (const peer of [ANN, BOB]) returns(brain, peer, 'by other kernels', OTHER)
    updated(brain, [ANN, BOB], NOON + 3_000)
    brain.happens({ kind: 'tick', at_ms: NOON + 60_000 })
    expect(holdersNow(brain).sort()).toEqual([ANN, BOB].sort())
  })

  test('[W9] compute it anew also where the result by their old engine never arrived', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: OTHER })
    offer(brain, TWICE, [ANN])
    const lateMs = attemptsOf(brain)[0]!.deadlineMs + 1
    tells(brain, ANN, OTHER, lateMs)
    const sent = ofKind(brain.happens({ kind: 'tick', at_ms: lateMs }), 'send-award')
    expect(attemptsOf(brain)[0]?.status).toMatchObject({ why: 'late', ready: false })
    expect(sent.map(({ to, award }) => [to, award.units[0]?.anew])).toEqual([[ANN, true]])
  })

  test('[V17] are not asked for it again when they return it by other engines than they offer three times', () => {
    const brain = asking({ [ANN]: USUAL, [BOB]: USUAL })
    for (let round = 0; round < 10; round++) {
      const atMs = NOON + round * 10_000
      const engine = (digest: string) => ({ ...USUAL, engine_digest: `${digest} ${round}` })
      tells(brain, ANN, engine('told'), atMs)
      offer(brain, TWICE, [ANN], atMs)
      if (heldBy(brain, ANN) !== undefined) returns(brain, ANN, 'some', engine('true'), atMs + 2_000)
    }
    expect(attemptsOf(brain)).toHaveLength(3)
  })

  test('[W9] run a unit once more when they are to compute it anew, and then send the newer result', () => {
    const provider = createBrain({ [ANN]: 0.9 })
    const runsOf = (effects: readonly Effect[]) => ofKind(effects, 'run-units').flatMap(({ units }) => units)
    const sent = (effects: readonly Effect[]) => ofKind(effects, 'send-results').flatMap((e) => e.receipts)
    const ran = (attempt: number, output: string, engine: string) =>
      provider.happens({
        ...{ kind: 'units-ran', at_ms: NOON, requester: ANN, job_id: JOB, engine },
        receipts: [receiptOf(attempt, output)],
      })
    take(provider, ANN, awardOf([0]))
    ran(1, 'old', 'old engine')
    const anew = (attempt: number) => {
      const award = awardOf([0], { attempt })
      return { ...award, units: award.units.map((unit) => ({ ...unit, anew: true as const })) }
    }
    const again = take(provider, ANN, anew(2))
    expect([runsOf(again).length, sent(again).length]).toEqual([1, 0])
    expect(sent(ran(2, 'new', 'new engine'))).toMatchObject([{ attempt: 2, outcome: { cid: cidOf('new') } }])
    // The same award sent again is answered by that result.
    const repeated = take(provider, ANN, anew(2))
    expect([runsOf(repeated).length, sent(repeated).length]).toEqual([0, 1])
  })
})
