import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { POLICY } from '../protocol/policy.ts'
import { newRecord, PeerRecord, recordOutcome, type PeerOutcome } from './reputation.ts'

const outcome = fc.constantFrom<PeerOutcome[]>('verified', 'rejected', 'failed', 'expired')
const history = fc.array(outcome, { maxLength: 200 })
const bad = fc.constantFrom<PeerOutcome[]>('rejected', 'failed', 'expired')

const STEPS = POLICY.reputation

const next = (record: PeerRecord, outcome: PeerOutcome): PeerRecord => recordOutcome(record, outcome, STEPS)

function after(outcomes: readonly PeerOutcome[], start = newRecord(STEPS)): PeerRecord {
  return outcomes.reduce(next, start)
}

describe('a peer’s record', () => {
  test('[V7] counts every outcome and keeps both averages between 0 and 1', () => {
    fc.assert(
      fc.property(history, (outcomes) => {
        const record = after(outcomes)
        expect(PeerRecord.parse(record)).toEqual(record)
        for (const kind of ['verified', 'rejected', 'failed', 'expired'] as const) {
          expect(record[kind]).toBe(outcomes.filter((o) => o === kind).length)
        }
      }),
    )
  })

  test('[V7] a verified output never lowers standing, a rejected one lowers all of it, the rest reliability only', () => {
    fc.assert(
      fc.property(history, (outcomes) => {
        const record = after(outcomes)
        const right = next(record, 'verified')
        expect(right.quality).toBeGreaterThanOrEqual(record.quality)
        expect(right.reliability).toBeGreaterThanOrEqual(record.reliability)
        const wrong = next(record, 'rejected')
        expect(wrong.quality).toBeLessThan(record.quality)
        expect(wrong.reliability).toBeLessThan(record.reliability)
        for (const kind of ['failed', 'expired'] as const) {
          const missing = next(record, kind)
          expect(missing.quality).toBe(record.quality)
          expect(missing.reliability).toBeLessThan(record.reliability)
        }
      }),
    )
  })

  test('[V7] a peer that did worse once, and the same since, does not stand better', () => {
    fc.assert(
      fc.property(history, bad, history, (before, slip, since) => {
        const better = after([...before, 'verified', ...since])
        const worse = after([...before, slip, ...since])
        expect(worse.quality).toBeLessThanOrEqual(better.quality)
        expect(worse.reliability).toBeLessThanOrEqual(better.reliability)
      }),
    )
  })

  test('[V7] two wrong outputs or three missed deadlines make a new peer’s standing poor, and work makes it good again', () => {
    expect(after(['rejected']).quality).toBeGreaterThan(0.5)
    expect(after(['rejected', 'rejected']).quality).toBeLessThan(0.5)
    expect(after(['expired', 'expired']).reliability).toBeGreaterThan(0.5)
    expect(after(['expired', 'expired', 'expired']).reliability).toBeLessThan(0.5)
    const redeemed = after([
      ...Array<PeerOutcome>(2).fill('rejected'),
      ...Array<PeerOutcome>(100).fill('verified'),
    ])
    expect(redeemed.quality).toBeGreaterThan(0.99)
  })

  test('[V7] a peer that lies one time in five stays in poor standing', () => {
    const cycle: PeerOutcome[] = ['verified', 'verified', 'verified', 'verified', 'rejected']
    const record = after(Array.from({ length: 20 }, () => cycle).flat())
    expect(record.quality).toBeLessThan(0.5)
  })
})
