import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DAMPING_MIN,
  nextDamping,
  OFFERS_PER_AWARD_FINE,
  OVER_ALLOCATION_MAX,
  OVER_ALLOCATION_ROUNDS,
  type Damping,
} from './damping.ts'

const ratio = fc.double({ min: 0, max: 100, noNaN: true })
const before: fc.Arbitrary<Damping> = fc.record({
  damping: fc.double({ min: DAMPING_MIN, max: 1, noNaN: true }),
  history: fc.array(ratio, { maxLength: OVER_ALLOCATION_ROUNDS }),
})
const round = fc.record({ offered: fc.nat(1e7), awarded: fc.nat(1e7) })

describe('damping', () => {
  test('[M17] stays a share, and remembers the last three ratios', () => {
    fc.assert(
      fc.property(before, round, (state, outcome) => {
        const next = nextDamping(state, outcome)
        expect(next.damping).toBeGreaterThanOrEqual(DAMPING_MIN)
        expect(next.damping).toBeLessThanOrEqual(1)
        expect(next.history.length).toBeLessThanOrEqual(OVER_ALLOCATION_ROUNDS)
        for (const past of next.history) expect(past).toBeLessThanOrEqual(OVER_ALLOCATION_MAX)
      }),
    )
  })

  test('[M17] falls while more is offered than used, and rises while it is taken', () => {
    fc.assert(
      fc.property(before, fc.integer({ min: 1, max: 1_000 }), (state, awarded) => {
        const fine = { ...state, history: state.history.map((r) => Math.min(r, OFFERS_PER_AWARD_FINE)) }
        const much = { ...state, history: state.history.map((r) => Math.max(r, OFFERS_PER_AWARD_FINE)) }
        expect(nextDamping(fine, { offered: awarded, awarded }).damping).toBeGreaterThanOrEqual(state.damping)
        const wasted = nextDamping(much, { offered: awarded * 5, awarded }).damping
        expect(wasted).toBeLessThan(Math.max(state.damping, DAMPING_MIN + 1e-12))
      }),
    )
  })

  test('[M17] never offers more after a worse round', () => {
    fc.assert(
      fc.property(
        before,
        fc.nat(1_000),
        fc.nat(1_000),
        fc.integer({ min: 1, max: 1_000 }),
        (state, a, b, offered) => {
          const [worse, better] = [Math.min(a, b), Math.max(a, b)]
          expect(nextDamping(state, { offered, awarded: worse }).damping).toBeLessThanOrEqual(
            nextDamping(state, { offered, awarded: better }).damping,
          )
        },
      ),
    )
  })

  test('[M17] comes all the way back within ten good rounds, and learns nothing from a round without offers', () => {
    let state: Damping = { damping: DAMPING_MIN, history: [50, 50, 50] }
    for (let i = 0; i < 10; i++) state = nextDamping(state, { offered: 10, awarded: 10 })
    expect(state).toEqual({ damping: 1, history: [1, 1, 1] })
    expect(nextDamping(state, { offered: 0, awarded: 0 })).toEqual(state)
  })

  test('[M17] a provider whose capacity is used as far as the round trip needs is not damped', () => {
    let state: Damping = { damping: 1, history: [] }
    // Eight lanes are busy, as many units wait behind them, and twice that was offered.
    for (let i = 0; i < 20; i++) state = nextDamping(state, { offered: 32, awarded: 16 })
    expect(state.damping).toBe(1)
    // Where hardly anything is wanted, a tenth of what could be queued is offered: enough to notice when it is.
    for (let i = 0; i < 20; i++) state = nextDamping(state, { offered: 32, awarded: 1 })
    expect(state.damping).toBe(DAMPING_MIN)
  })
})
