import { describe, expect, test } from 'vitest'
import {
  awardOf,
  commitmentOf,
  createBrain,
  JOB,
  manifestOf,
  ME,
  NOON,
  ofKind,
  offerOf,
  peerOf,
  SLOT,
  submit,
} from '../brain.fixture.ts'
import type { DurableEvent } from '../event.ts'
import { admitPairing, awaitsGuests } from './pairing.ts'
import { admitAward } from '../admission.ts'

const ANN = peerOf('A')
const BOB = peerOf('B')
const AWARD = awardOf([0])
const INVITED = {
  kind: 'invited',
  at_ms: NOON,
  secret_hash: 'hash',
  trust: 0.7,
  expires_at_ms: NOON + 1_000,
} as const
const PAIRED: DurableEvent & { kind: 'paired' } = {
  kind: 'paired',
  at_ms: NOON,
  peer: ANN,
  name: 'Ann',
  addresses: [],
  trust: 0.7,
}

describe('pairing', () => {
  test('[B1] an invite opens once, to the trust that it promises', () => {
    const brain = createBrain()
    brain.happens(INVITED)
    expect(admitPairing(brain.state, 'hash', ANN, NOON)).toEqual({ ok: true, value: 0.7 })
    brain.happens({ ...PAIRED, secret_hash: 'hash' })
    expect(brain.state.pairing.contacts.get(ANN)).toMatchObject({ name: 'Ann', trust: 0.7 })
    expect(admitPairing(brain.state, 'hash', BOB, NOON)).toMatchObject({
      ok: false,
      fault: { kind: 'invite-refused' },
    })
  })

  test('[B1] a peer that opened an invite may show it again, when the answer was lost; once forgotten, it may not', () => {
    const brain = createBrain()
    brain.happens(INVITED, { ...PAIRED, secret_hash: 'hash' })
    brain.happens({ kind: 'trust-set', at_ms: NOON, peer: ANN, trust: 0.2 })
    expect(admitPairing(brain.state, 'hash', ANN, NOON)).toEqual({ ok: true, value: 0.2 })
    brain.happens({ kind: 'forgotten', at_ms: NOON, peer: ANN })
    expect(admitPairing(brain.state, 'hash', ANN, NOON)).toMatchObject({ fault: { kind: 'invite-refused' } })
  })

  test('[H21] guests are awaited while an invite is open', () => {
    const brain = createBrain()
    expect(awaitsGuests(brain.state, NOON)).toBe(false)
    brain.happens(INVITED)
    expect(awaitsGuests(brain.state, NOON)).toBe(true)
    expect(awaitsGuests(brain.state, INVITED.expires_at_ms)).toBe(false)
  })

  test('[B1] an invite that has expired, or was never given out, opens nothing', () => {
    const brain = createBrain()
    brain.happens(INVITED)
    expect(admitPairing(brain.state, 'hash', ANN, NOON + 1_000)).toMatchObject({
      fault: { kind: 'invite-refused' },
    })
    expect(admitPairing(brain.state, 'guess', ANN, NOON)).toMatchObject({ fault: { kind: 'invite-refused' } })
  })

  test('[B1] at most a hundred invites are open, the newest', () => {
    const brain = createBrain()
    for (let i = 0; i <= 100; i++) brain.happens({ ...INVITED, secret_hash: `hash-${i}` })
    expect(admitPairing(brain.state, 'hash-0', ANN, NOON).ok).toBe(false)
    expect(admitPairing(brain.state, 'hash-1', ANN, NOON).ok).toBe(true)
  })

  test('a peer does not pair with itself, and pairing again changes the trust but not since when', () => {
    const brain = createBrain()
    brain.happens({ ...PAIRED, peer: ME })
    expect(brain.state.pairing.contacts.size).toBe(0)
    brain.happens(PAIRED, { ...PAIRED, at_ms: NOON + 5, trust: 0.2 })
    expect(brain.state.pairing.contacts.get(ANN)).toMatchObject({ trust: 0.2, paired_at_ms: NOON })
  })
})

describe('strangers', () => {
  test('[B2] what they publish is not heard, and their awards are refused', () => {
    const brain = createBrain()
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    const manifest = manifestOf({ requester_id: ANN })
    brain.happens({
      kind: 'commitment',
      at_ms: NOON,
      commitment: commitmentOf(ANN, NOON, { jobs: [manifest] }),
    })
    expect(brain.state.view.commitments.size).toBe(0)
    expect(admitAward(brain.state, ANN, AWARD, NOON)).toMatchObject({ fault: { kind: 'not-trusted' } })
    expect(brain.happens({ kind: 'award-received', at_ms: NOON, from: ANN, award: AWARD })).toEqual([])
    expect(brain.state.provider.holdings.size).toBe(0)
  })

  test('[B2] they are awarded nothing, whatever they offer', () => {
    const brain = createBrain()
    const manifest = manifestOf()
    submit(brain, manifest)
    const effects = brain.happens(
      { kind: 'allocation', at_ms: NOON, allocation: offerOf(ANN, manifest, NOON) },
      { kind: 'tick', at_ms: NOON + 10_000 },
    )
    expect(ofKind(effects, 'send-award')).toEqual([])
  })

  test('[B2] contacts without trust have nothing run here', () => {
    const brain = createBrain({ [ANN]: 0 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    expect(admitAward(brain.state, ANN, AWARD, NOON)).toMatchObject({ fault: { kind: 'not-trusted' } })
  })

  test.each([
    ['set to zero', { kind: 'trust-set', at_ms: NOON, peer: ANN, trust: 0 } as const],
    ['gone with the contact', { kind: 'forgotten', at_ms: NOON, peer: ANN } as const],
    ['paired away', { ...PAIRED, trust: 0 }],
  ])('[B3] when trust is %s, what runs for a requester stops', (_, event) => {
    const brain = createBrain({ [ANN]: 1 })
    brain.happens({ kind: 'award-received', at_ms: NOON, from: ANN, award: AWARD })
    const effects = brain.happens(event)
    expect(ofKind(effects, 'stop-units')).toEqual([{ kind: 'stop-units', requester: ANN, job: JOB }])
    expect(ofKind(effects, 'release-holding')).toHaveLength(1)
    expect(brain.state.provider.holdings.size).toBe(0)
  })
})
