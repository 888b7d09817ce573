import { describe, expect, test } from 'vitest'
import { awardOf, createBrain, JOB, ME, NOON, ofKind, peerOf, receiptOf } from '../brain.fixture.ts'
import { decodeState, encodeState } from '../codec.ts'
import type { PeerEvent } from '../event.ts'
import { admitBlock, admitPairRequest, mustBeAccepted, PAIR_REQUESTS_MAX } from './pair-requests.ts'
import { admitPairing } from './pairing.ts'
import { initialState } from '../state.ts'
import { step } from '../step.ts'

const [ANN, BOB] = [peerOf('A'), peerOf('B')]
const HOUR = 3_600_000

const invited = (secret_hash = 'hash'): PeerEvent => ({
  kind: 'invited',
  at_ms: NOON,
  secret_hash,
  trust: 0.7,
  expires_at_ms: NOON + HOUR,
  confirm: true,
})
const requested = (peer = ANN, secret_hash = 'hash'): PeerEvent => ({
  kind: 'pair-requested',
  at_ms: NOON + 1,
  peer,
  name: 'Ann',
  addresses: ['/memory/ann'],
  secret_hash,
})
const asked: PeerEvent = {
  kind: 'pair-asked',
  at_ms: NOON,
  peer: ANN,
  addresses: ['/memory/ann'],
  trust: 0.4,
  expires_at_ms: NOON + HOUR,
}
const tick = (at_ms: number): PeerEvent => ({ kind: 'tick', at_ms })

describe('a code that asks for a yes', () => {
  test('[B23] makes its user wait, and is used up by that', () => {
    const brain = createBrain()
    brain.happens(invited())
    expect(admitPairing(brain.state, 'hash', ANN, NOON).ok).toBe(true)
    expect(mustBeAccepted(brain.state, 'hash', ANN)).toBe(true)
    brain.happens(requested())
    expect(brain.state.pairing.contacts.size).toBe(0)
    expect(brain.state.pairing.incomingPairs.get(ANN)).toEqual({
      name: 'Ann',
      addresses: ['/memory/ann'],
      trust: 0.7,
      askedAtMs: NOON + 1,
      expiresAtMs: NOON + HOUR,
    })
    expect(admitPairing(brain.state, 'hash', ANN, NOON)).toEqual({ ok: true, value: 0.7 })
    expect(admitPairing(brain.state, 'hash', BOB, NOON)).toMatchObject({ fault: { kind: 'invite-refused' } })
  })

  test('[B23] pairs with the trust that is given with the yes, and tells them', () => {
    const brain = createBrain()
    brain.happens(invited(), requested())
    const effects = brain.happens({ kind: 'pair-accepted', at_ms: NOON + 9, peer: ANN, trust: 0.2 })
    expect(brain.state.pairing.contacts.get(ANN)).toMatchObject({
      name: 'Ann',
      trust: 0.2,
      paired_at_ms: NOON + 9,
    })
    expect(brain.state.pairing.incomingPairs.size).toBe(0)
    expect(ofKind(effects, 'tell-pairing')).toEqual([{ kind: 'tell-pairing', to: ANN, news: 'answered' }])
    expect(brain.happens({ kind: 'pair-accepted', at_ms: NOON + 9, peer: ANN, trust: 1 })).toEqual([])
  })

  test('[B23] does not pair a peer that was declined, gave up, or has an expired code', () => {
    for (const reason of ['declined', 'given-up', 'expired'] as const) {
      const brain = createBrain()
      brain.happens(invited(), requested())
      const effects = brain.happens({
        kind: 'pair-ended',
        at_ms: NOON + 2,
        peer: ANN,
        direction: 'incoming',
        reason,
      })
      expect(ofKind(effects, 'tell-pairing')).toHaveLength(reason === 'declined' ? 1 : 0)
      brain.happens({ kind: 'pair-accepted', at_ms: NOON + 3, peer: ANN, trust: 1 })
      expect(brain.state.pairing.contacts.size).toBe(0)
      expect(admitPairing(brain.state, 'hash', ANN, NOON + 4)).toMatchObject({
        fault: { kind: 'invite-refused' },
      })
    }
  })

  test('[B23] ends by itself when it expires, on both sides', () => {
    const brain = createBrain()
    brain.happens(invited(), requested(), { ...asked, peer: BOB })
    brain.happens(tick(NOON + HOUR - 1))
    expect([brain.state.pairing.incomingPairs.size, brain.state.pairing.outgoingPairs.size]).toEqual([1, 1])
    brain.happens(tick(NOON + HOUR))
    expect([brain.state.pairing.incomingPairs.size, brain.state.pairing.outgoingPairs.size]).toEqual([0, 0])
  })

  test('[B23] sixteen wait at most; a peer that waits already may ask again', () => {
    const brain = createBrain()
    const letters = 'ABCDEFGHJKLNPQRS'.slice(0, PAIR_REQUESTS_MAX)
    for (const letter of letters) brain.happens(invited(letter), requested(peerOf(letter), letter))
    expect(brain.state.pairing.incomingPairs.size).toBe(PAIR_REQUESTS_MAX)
    expect(admitPairRequest(brain.state, peerOf('T'))).toMatchObject({ fault: { kind: 'too-busy' } })
    expect(admitPairRequest(brain.state, ANN).ok).toBe(true)
  })

  test('a paired peer need not be accepted again', () => {
    const brain = createBrain({ [ANN]: 0.5 })
    brain.happens(invited())
    expect(mustBeAccepted(brain.state, 'hash', ANN)).toBe(false)
  })
})

describe('a peer that waits to be let in', () => {
  test('[B24] asks when the other comes back, every few seconds while they are there, and when told to', () => {
    const brain = createBrain()
    brain.happens(asked)
    const asks = (...events: PeerEvent[]) => ofKind(brain.happens(...events), 'ask-pairing').length
    expect(asks(tick(NOON + 1_000))).toBe(0)
    expect(asks({ kind: 'connected', at_ms: NOON + 2_000, peer: ANN })).toBe(1)
    expect(asks(tick(NOON + 3_000), tick(NOON + 6_000))).toBe(0)
    expect(asks(tick(NOON + 7_000))).toBe(1)
    expect(asks({ kind: 'pair-answered', at_ms: NOON + 8_000, peer: ANN })).toBe(1)
    expect(asks({ kind: 'pair-answered', at_ms: NOON + 8_001, peer: ANN })).toBe(0)
    expect(asks(tick(NOON + 8_500), tick(NOON + 9_500))).toBe(1)
    expect(asks({ kind: 'pair-answered', at_ms: NOON + 9_000, peer: BOB })).toBe(0)
    expect(asks({ kind: 'disconnected', at_ms: NOON + 9_000, peer: ANN }, tick(NOON + 60_000))).toBe(0)
  })

  test('[B24] asks no more once paired, or when the user has given up, which the other is told', () => {
    const brain = createBrain()
    brain.happens(asked, { kind: 'connected', at_ms: NOON, peer: ANN })
    const effects = brain.happens({
      kind: 'pair-ended',
      at_ms: NOON + 1,
      peer: ANN,
      direction: 'outgoing',
      reason: 'given-up',
    })
    expect(ofKind(effects, 'tell-pairing')).toEqual([{ kind: 'tell-pairing', to: ANN, news: 'given-up' }])
    brain.happens(asked)
    brain.happens({ kind: 'paired', at_ms: NOON, peer: ANN, name: 'Ann', addresses: [], trust: 0.4 })
    expect(brain.state.pairing.outgoingPairs.size).toBe(0)
    expect(ofKind(brain.happens(tick(NOON + 60_000)), 'ask-pairing')).toEqual([])
  })
})

describe('a blocked peer', () => {
  test('[B25] is forgotten, what runs for them stops, and the connection ends', () => {
    const brain = createBrain({ [ANN]: 1 })
    brain.happens({ kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0]) })
    const effects = brain.happens({ kind: 'blocked', at_ms: NOON + 5, peer: ANN })
    expect(brain.state.pairing.contacts.size).toBe(0)
    expect(brain.state.provider.holdings.size).toBe(0)
    expect(ofKind(effects, 'stop-units')).toHaveLength(1)
    expect(ofKind(effects, 'disconnect')).toEqual([{ kind: 'disconnect', peer: ANN }])
    expect(brain.state.pairing.blocked.get(ANN)).toEqual({ blockedAtMs: NOON + 5, name: 'A' })
    brain.happens({ kind: 'unblocked', at_ms: NOON + 6, peer: ANN })
    expect(brain.state.pairing.blocked.size).toBe(0)
  })

  test('[B25] had to be known, or to ask', () => {
    const brain = createBrain({ [ANN]: 1 })
    expect(admitBlock(brain.state, ANN).ok).toBe(true)
    expect(admitBlock(brain.state, BOB)).toMatchObject({ fault: { kind: 'unknown-peer' } })
    brain.happens(invited(), requested(BOB))
    expect(admitBlock(brain.state, BOB).ok).toBe(true)
    brain.happens({ kind: 'blocked', at_ms: NOON, peer: BOB })
    expect(brain.state.pairing.incomingPairs.size).toBe(0)
  })
})

describe('what was done for a peer', () => {
  test('[B26] counts each unit that they took once, however often it was taken, and no failure', () => {
    const brain = createBrain({ [ANN]: 1 })
    const deliver = (attempt: number, output: string | undefined): void => {
      brain.happens(
        { kind: 'award-received', at_ms: NOON, from: ANN, award: awardOf([0], { attempt }) },
        {
          kind: 'units-ran',
          at_ms: NOON,
          requester: ANN,
          job_id: JOB,
          receipts: [receiptOf(attempt, output)],
        },
        {
          kind: 'results-delivered',
          at_ms: NOON,
          requester: ANN,
          job_id: JOB,
          units: [{ unit_index: 0, attempt }],
        },
      )
    }
    brain.happens({ kind: 'award-received', at_ms: NOON, from: BOB, award: awardOf([0]) })
    deliver(1, undefined)
    expect(brain.state.provider.doneFor.get(ANN)).toBeUndefined()
    deliver(2, 'right')
    deliver(2, 'right')
    deliver(3, 'right')
    expect([...brain.state.provider.doneFor]).toEqual([[ANN, 1]])
    // The job is settled by its last results, before their delivery is known here.
    const [requester, job_id] = [ANN, JOB]
    const units = [{ unit_index: 7, attempt: 1 }]
    brain.happens({ kind: 'settled', at_ms: NOON, from: ANN, job_id })
    brain.happens({ kind: 'results-delivered', at_ms: NOON, requester, job_id, units, outputs: 1 })
    brain.happens({ kind: 'results-delivered', at_ms: NOON, requester, job_id, units, outputs: 0 })
    expect([...brain.state.provider.doneFor]).toEqual([[ANN, 2]])
  })
})

test('[B17] requests, blocks and counts are in the snapshot and in the journal', () => {
  const brain = createBrain()
  brain.happens(invited(), requested(), { ...asked, peer: BOB }, invited('other'))
  brain.happens(requested(peerOf('C'), 'other'), { kind: 'blocked', at_ms: NOON, peer: peerOf('C') })
  const decoded = decodeState(encodeState(brain.state))
  if (!decoded.ok) throw new Error(decoded.fault.message)
  expect({ ...decoded.value, view: undefined }).toEqual({ ...brain.state, view: undefined })
  const replayed = initialState(ME, 'me')
  for (const event of brain.journal) step(replayed, event)
  expect(encodeState(replayed)).toEqual(encodeState(brain.state))
})
