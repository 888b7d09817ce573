import { describe, expect, test } from 'vitest'
import type { Comparator } from '../../protocol/comparator.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { COMPARED_OUTPUTS_MAX, type Likeness } from '../../protocol/likeness.ts'
import type { JobManifest } from '../../protocol/work.ts'
import {
  answer,
  attemptsOf,
  cidOf,
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
  submit,
  type Brain,
} from '../brain.fixture.ts'
import { encodeState } from '../codec.ts'
import type { Effect } from '../effect.ts'
import { initialState } from '../state.ts'
import { advance } from '../step.ts'

const [ANN, BOB, CAT, DAN] = [peerOf('A'), peerOf('B'), peerOf('C'), peerOf('D')]
const LATER = NOON + 2_000

/** Numbers that may differ a little. */
const NEAR: Comparator = {
  name: 'numeric-tolerance',
  element: 'f64',
  absolute: 0,
  relative: 1e-9,
  outliers: 0,
}

/** A job whose outputs are compared by content, given to these peers. */
function asked(peers: readonly PeerId[], changes: Partial<JobManifest> = {}): Brain {
  const brain = createBrain(Object.fromEntries([ANN, BOB, CAT, DAN].map((peer) => [peer, 1])))
  const manifest = manifestOf({
    ...{ unit_count: 1, verification_redundancy: 2 },
    comparator: NEAR,
    ...changes,
  })
  submit(brain, manifest)
  offer(brain, manifest, peers)
  return brain
}

/** A peer returns an output of the unit, for which it says to have taken this fuel. */
function returns(brain: Brain, peer: PeerId, output: string, fuel?: number): Effect[] {
  const attempt = heldBy(brain, peer)
  if (attempt === undefined) throw new Error(`${peer} holds nothing`)
  return answer(brain, peer, [receiptOf(attempt, output, 0, fuel)])
}

/** The relation of these outputs in which those of one letter are alike: `a1`, `a2`. */
function likenessOf(...outputs: readonly string[]): Likeness {
  return {
    candidates: outputs.map(cidOf),
    alike: outputs.map((one) => outputs.map((other) => one.slice(0, 1) === other.slice(0, 1))),
  }
}

function compares(brain: Brain, ...outputs: readonly string[]): Effect[] {
  const told = { job_id: JOB, unit_index: 0, likeness: likenessOf(...outputs) }
  return brain.happens({ kind: 'outputs-compared', at_ms: LATER, ...told })
}

/** The outputs that are to be compared, by the last of these effects. */
function toCompare(effects: readonly Effect[]): Cid[] | undefined {
  return ofKind(effects, 'compare-outputs')
    .map(({ candidates }) => candidates.map(({ cid }) => cid))
    .at(-1)
}

const jobOf = (brain: Brain) => brain.state.requester.jobs.get(JOB)!
const unitOf = (brain: Brain) => jobOf(brain).units.get(0)!
const rejectedOf = (brain: Brain, peer: PeerId) => brain.state.requester.records.get(peer)?.rejected ?? 0
const states = (brain: Brain) => attemptsOf(brain).map(({ peer, status }) => [peer, status.state])

/** Expects that replaying the journal alone gives the same state. */
function expectReplayed(brain: Brain): void {
  const again = initialState(ME, 'me')
  for (const event of brain.journal) advance(again, event)
  expect(encodeState(again)).toEqual(encodeState(brain.state))
}

describe('[V18] outputs that are compared by content', () => {
  test('are compared when so many are here that they may be a quorum, and win where they are alike', () => {
    const brain = asked([ANN, BOB])
    expect(toCompare(returns(brain, ANN, 'a1', 500))).toBeUndefined()
    expect(toCompare(returns(brain, BOB, 'a2', 501))).toEqual([cidOf('a1'), cidOf('a2')])
    expect(unitOf(brain).verified).toBeUndefined()
    const effects = compares(brain, 'a1', 'a2')
    const { verified } = unitOf(brain)
    expect(verified).toMatchObject({ winners: [ANN, BOB], stored: false })
    expect(verified).not.toHaveProperty('fuel')
    const [by, other] = verified!.cid === cidOf('a1') ? [ANN, BOB] : [BOB, ANN]
    expect(ofKind(effects, 'fetch-outputs')).toMatchObject([
      { outputs: [{ cid: verified!.cid, from: [by] }] },
    ])
    expect([rejectedOf(brain, by), rejectedOf(brain, other)]).toEqual([0, 0])
    expect(brain.state.requester.records.get(other)?.verified).toBe(1)
    brain.happens({ kind: 'outputs-stored', at_ms: LATER, job_id: JOB, units: [0] })
    expect(unitOf(brain)).not.toHaveProperty('compared')
    expect(jobOf(brain).status.state).toBe('done')
    expectReplayed(brain)
  })

  test('need no comparing where they are equal', () => {
    const brain = asked([ANN, BOB])
    returns(brain, ANN, 'a1', 500)
    expect(toCompare(returns(brain, BOB, 'a1', 999))).toBeUndefined()
    expect(unitOf(brain).verified?.winners).toEqual([ANN, BOB])
  })

  test('ask for no other peer while they are compared, and for one more where they are unlike', () => {
    const brain = asked([ANN, BOB])
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'b1')
    offer(brain, jobOf(brain).manifest, [CAT], LATER)
    expect(heldBy(brain, CAT)).toBeUndefined()
    compares(brain, 'a1', 'b1')
    offer(brain, jobOf(brain).manifest, [CAT], LATER + 1_000)
    expect(toCompare(returns(brain, CAT, 'a2'))).toEqual(['a1', 'b1', 'a2'].map(cidOf))
    compares(brain, 'a1', 'b1', 'a2')
    expect(unitOf(brain).verified?.winners).toEqual([ANN, CAT])
    expect([ANN, BOB, CAT].map((peer) => rejectedOf(brain, peer))).toEqual([0, 1, 0])
    expect(attemptsOf(brain)[1]?.status).toMatchObject({
      state: 'rejected',
      cid: cidOf('b1'),
      against: unitOf(brain).verified!.cid,
    })
    expectReplayed(brain)
  })

  test('are not taken for wrong before they are compared, even where others are a quorum already', () => {
    const brain = asked([ANN, BOB, CAT], { verification_redundancy: 3 })
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'a2')
    expect(toCompare(returns(brain, CAT, 'a1'))).toEqual(['a1', 'a2'].map(cidOf))
    expect(unitOf(brain).verified).toBeUndefined()
    compares(brain, 'a1', 'a2')
    expect(unitOf(brain).verified?.winners).toEqual([ANN, BOB, CAT])
    expect(rejectedOf(brain, BOB)).toBe(0)
  })

  test('that came while others were compared are compared too, before there is a verdict', () => {
    const brain = asked([ANN, BOB, CAT], { verification_redundancy: 3 })
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'a2')
    returns(brain, CAT, 'b1')
    expect(toCompare(compares(brain, 'a1', 'a2'))).toEqual(['a1', 'a2', 'b1'].map(cidOf))
    expect(unitOf(brain).verified).toBeUndefined()
    compares(brain, 'a1', 'a2', 'b1')
    expect(unitOf(brain).verified?.winners).toEqual([ANN, BOB])
    expect(rejectedOf(brain, CAT)).toBe(1)
  })

  test('of peers of different engines are compared', () => {
    const brain = asked([ANN, BOB])
    const engines = ['one', 'other']
    for (const [i, peer] of [ANN, BOB].entries()) {
      const receipts = [receiptOf(heldBy(brain, peer)!, `a${i}`)]
      brain.happens({
        kind: 'results-received',
        at_ms: LATER,
        from: peer,
        job_id: JOB,
        receipts,
        engine: engines[i]! as never,
      })
    }
    compares(brain, 'a0', 'a1')
    expect(jobOf(brain).verified).toBe(1)
  })

  test('are compared again after a restart, and after a pause, in which nothing is decided', () => {
    const brain = asked([ANN, BOB])
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'a2')
    expect(toCompare(restarted(brain, LATER).effects)).toEqual(['a1', 'a2'].map(cidOf))
    brain.happens({ kind: 'job-paused', at_ms: LATER, job_id: JOB })
    compares(brain, 'a1', 'a2')
    expect(unitOf(brain)).not.toHaveProperty('compared')
    const resumed = brain.happens({ kind: 'job-resumed', at_ms: LATER, job_id: JOB })
    expect(toCompare(resumed)).toEqual(['a1', 'a2'].map(cidOf))
    brain.happens({ kind: 'job-cancelled', at_ms: LATER, job_id: JOB })
    expect(compares(brain, 'a1', 'a2')).toEqual([])
    brain.happens({ kind: 'job-removed', at_ms: LATER, job_id: JOB })
    expect(compares(brain, 'a1', 'a2')).toEqual([])
  })
})

describe('[V19] an output that is to be compared and cannot be had', () => {
  const missing = (brain: Brain, output: string, unreachable: PeerId[] = []) =>
    brain.happens({
      kind: 'output-unavailable',
      ...{ at_ms: LATER, job_id: JOB, unit_index: 0, cid: cidOf(output), unreachable },
    })

  test('is wrong where its peer refuses it, and the others are judged without it', () => {
    const brain = asked([ANN, BOB, CAT], { verification_redundancy: 3 })
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'b1')
    returns(brain, CAT, 'a1')
    missing(brain, 'b1')
    expect(unitOf(brain).verified?.winners).toEqual([ANN, CAT])
    expect([ANN, BOB, CAT].map((peer) => rejectedOf(brain, peer))).toEqual([0, 1, 0])
    expectReplayed(brain)
  })

  test('is asked for again, without blame, where its peer cannot be reached', () => {
    const brain = asked([ANN, BOB])
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'a2')
    brain.happens({ kind: 'disconnected', at_ms: LATER, peer: BOB })
    missing(brain, 'a2', [BOB])
    expect(states(brain)).toEqual([
      [ANN, 'returned'],
      [BOB, 'void'],
    ])
    expect(rejectedOf(brain, BOB)).toBe(0)
    brain.happens({ kind: 'connected', at_ms: LATER, peer: BOB }, { kind: 'tick', at_ms: LATER + 1_000 })
    expect(toCompare(returns(brain, BOB, 'a2'))).toEqual(['a1', 'a2'].map(cidOf))
  })

  test('means nothing any longer when the unit is verified by other outputs', () => {
    const brain = asked([ANN, BOB])
    returns(brain, ANN, 'a1')
    returns(brain, BOB, 'a2')
    compares(brain, 'a1', 'a2')
    const { cid } = unitOf(brain).verified!
    missing(brain, cid === cidOf('a1') ? 'a2' : 'a1')
    expect(unitOf(brain).verified?.cid).toBe(cid)
  })

  test('leaves the next one as the verified output, where the others are alike', () => {
    const brain = asked([ANN, BOB, CAT], { verification_redundancy: 3 })
    for (const [i, peer] of [ANN, BOB, CAT].entries()) returns(brain, peer, `a${i}`)
    compares(brain, 'a0', 'a1', 'a2')
    const first = unitOf(brain).verified!.cid
    const holder = attemptsOf(brain).find(({ status }) => 'cid' in status && status.cid === first)!.peer
    brain.happens({
      kind: 'output-unavailable',
      ...{ at_ms: LATER, job_id: JOB, unit_index: 0, cid: first, unreachable: [] },
    })
    expect(unitOf(brain).verified?.winners).toEqual([ANN, BOB, CAT].filter((peer) => peer !== holder))
    expect(rejectedOf(brain, holder)).toBe(1)
    expect(jobOf(brain).verified).toBe(1)
    expectReplayed(brain)
  })
})

test('[V18] a unit of which many outputs are all unlike is given up, and its job says why', () => {
  const peers = Array.from('ABCDEFGHJKNPQRST', peerOf)
  expect(peers).toHaveLength(COMPARED_OUTPUTS_MAX)
  const brain = createBrain(Object.fromEntries(peers.map((peer) => [peer, 1])))
  const manifest = manifestOf({
    verification_redundancy: COMPARED_OUTPUTS_MAX,
    comparator: NEAR,
  })
  submit(brain, manifest)
  offer(brain, manifest, peers)
  const outputs = peers.map((peer) => peer.slice(-1))
  for (const [i, peer] of peers.entries()) returns(brain, peer, outputs[i]!)
  const fault = { kind: 'trapped', message: 'unreachable' } as const
  const told = { job_id: JOB, unit_index: 0, likeness: likenessOf(...outputs), fault }
  brain.happens({ kind: 'outputs-compared', at_ms: LATER, ...told })
  expect(jobOf(brain).status).toMatchObject({
    state: 'failed',
    fault: {
      kind: 'undecided',
      message: expect.stringContaining('(comparing its outputs: unreachable)') as string,
    },
  })
  expect(peers.every((peer) => rejectedOf(brain, peer) === 0)).toBe(true)
})
