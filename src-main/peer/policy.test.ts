import { describe, expect, test } from 'vitest'
import { POLICY, Policy } from '../protocol/policy.ts'
import {
  answer,
  attemptsOf,
  awardOf,
  createBrain,
  JOB,
  manifestOf,
  NOON,
  ofKind,
  offer,
  peerOf,
  receiptOf,
  restarted,
  SLOT,
  submit,
  take,
} from './brain.fixture.ts'

const [ANN, BOB, CY] = [peerOf('A'), peerOf('B'), peerOf('C')]

/** A brain that decides by a policy with these parts, and has given a unit to a peer. */
function awarded(changes: Partial<Policy>) {
  const brain = createBrain({ [ANN]: 0.8, [BOB]: 0.8 })
  brain.happens({ kind: 'policy-set', at_ms: NOON, policy: { ...POLICY, ...changes } })
  const manifest = manifestOf()
  submit(brain, manifest)
  offer(brain, manifest, [ANN])
  return brain
}

describe('[P11] the policy', () => {
  test('says when an award is late', () => {
    const lateAfterMs = (deadlines: Partial<Policy['deadlines']>): number =>
      attemptsOf(awarded({ deadlines: { ...POLICY.deadlines, ...deadlines } }))[0]!.deadlineMs - NOON
    expect(lateAfterMs({})).toBe(60_000)
    expect(lateAfterMs({ first_late_ms_min: 20_000 })).toBe(20_000)
    expect(lateAfterMs({ late_ms_min: 90_000 })).toBe(90_000)
  })

  test('says what an outcome does to the standing of its peer, from the moment on at which it is set', () => {
    const brain = awarded({ reputation: { ...POLICY.reputation, start: 0.6, expired: 0.5 } })
    const { deadlineMs } = attemptsOf(brain)[0]!
    brain.happens({ kind: 'tick', at_ms: deadlineMs + 1 })
    expect(brain.state.requester.records.get(ANN)?.reliability).toBeCloseTo(0.3)
  })

  test('says how many peers must agree, for jobs that are submitted from then on', () => {
    const verdictAfterTwo = (percents: { readonly before: number; readonly after: number }): boolean => {
      const brain = createBrain({ [ANN]: 0.8, [BOB]: 0.8, [CY]: 0.8 })
      const set = (quorum_percent: number) =>
        brain.happens({
          kind: 'policy-set',
          at_ms: NOON,
          policy: { ...POLICY, verification: { ...POLICY.verification, quorum_percent } },
        })
      set(percents.before)
      const manifest = manifestOf({ verification_redundancy: 3 })
      submit(brain, manifest)
      set(percents.after)
      offer(brain, manifest, [ANN, BOB, CY])
      const [one, two] = attemptsOf(brain)
      for (const { peer, attempt } of [one!, two!]) answer(brain, peer, [receiptOf(attempt, 'right')])
      return brain.state.requester.jobs.get(JOB)?.units.get(0)?.verified !== undefined
    }
    expect(verdictAfterTwo({ before: 50, after: 50 })).toBe(true)
    expect(verdictAfterTwo({ before: 100, after: 50 })).toBe(false)
    expect(verdictAfterTwo({ before: 50, after: 100 })).toBe(true)
  })

  test('is remembered, and is the usual one until another is set', () => {
    expect(createBrain().state.policy).toEqual(POLICY)
    const changes = { backups: { share_max: 0.5, count_min: 7 } }
    expect(restarted(awarded(changes)).brain.state.policy).toEqual({ ...POLICY, ...changes })
  })

  test('has bounds, and no field that this version does not know', () => {
    expect(Policy.parse(POLICY)).toEqual(POLICY)
    for (const wrong of [
      { ...POLICY, more: 1 },
      { ...POLICY, reputation: { ...POLICY.reputation, rejected: 1 } },
      { ...POLICY, deadlines: { ...POLICY.deadlines, late_factor: 0 } },
      { ...POLICY, verification: { ...POLICY.verification, quorum_percent: 49 } },
      { ...POLICY, verification: { ...POLICY.verification, failed_pause_ms: 999 } },
      { ...POLICY, patience: { ...POLICY.patience, disconnected_ms: -1 } },
    ])
      expect(Policy.safeParse(wrong).success).toBe(false)
  })

  test('lets a peer repeat nothing without rest', () => {
    for (const name of Object.keys(POLICY.provider).filter((field) => field !== 'hand_over_ahead_ms'))
      expect(Policy.safeParse({ ...POLICY, provider: { ...POLICY.provider, [name]: 0 } }).success).toBe(false)
    for (const name of Object.keys(POLICY.requester))
      expect(Policy.safeParse({ ...POLICY, requester: { ...POLICY.requester, [name]: 0 } }).success).toBe(
        false,
      )
  })

  test('of an older version says nothing of the parts that came later: they are as usual', () => {
    const { provider: _provider, requester: _requester, ...older } = POLICY
    expect(Policy.parse(older)).toEqual(POLICY)
  })

  test('says when receipts that were not taken are sent again', () => {
    const sentAgainAt = (resend_after_ms: number): number | undefined => {
      const brain = createBrain({ [ANN]: 1 })
      brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
      const provider = { ...POLICY.provider, resend_after_ms }
      brain.happens({ kind: 'policy-set', at_ms: NOON, policy: { ...POLICY, provider } })
      brain.happens({ kind: 'connected', at_ms: NOON, peer: ANN })
      take(brain, ANN, awardOf([0]))
      const receipts = [receiptOf(1, 'right')]
      brain.happens({ kind: 'units-ran', at_ms: NOON, requester: ANN, job_id: JOB, receipts })
      return [2_000, 9_000, 10_000, 40_000].find((afterMs) => {
        const effects = brain.happens({ kind: 'tick', at_ms: NOON + afterMs })
        return ofKind(effects, 'send-results').length > 0
      })
    }
    expect(sentAgainAt(POLICY.provider.resend_after_ms)).toBe(10_000)
    expect(sentAgainAt(2_000)).toBe(2_000)
    expect(sentAgainAt(30_000)).toBe(40_000)
  })
})
