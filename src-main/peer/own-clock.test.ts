import { expect, test } from 'vitest'
import { compareClocks } from '../protocol/vector-clock.ts'
import { commitmentOf, createBrain, manifestOf, ME, NOON, offerOf, peerOf } from './brain.fixture.ts'
import { nextClock } from './own-clock.ts'
import { composeCommitment, composeRound } from './publishing.ts'

const [ANN, BOB, STRANGER] = [peerOf('A'), peerOf('B'), peerOf('S')]

test('[E8] every state that a peer publishes follows all that it published and heard before', () => {
  const brain = createBrain({ [ANN]: 1 })
  const clocks = [
    composeCommitment(brain.state, NOON).vector_clock,
    composeRound(brain.state, NOON).vector_clock,
  ]
  const commitment = { ...commitmentOf(ANN, NOON), vector_clock: { [ANN]: 7 } }
  brain.happens({ kind: 'commitment', at_ms: NOON, commitment })
  clocks.push(composeCommitment(brain.state, NOON + 1).vector_clock)
  clocks.push(composeRound(brain.state, NOON + 1).vector_clock)
  for (const [i, clock] of clocks.entries()) {
    for (const earlier of clocks.slice(0, i)) expect(compareClocks(earlier, clock)).toBe('before')
  }
  expect(compareClocks(commitment.vector_clock, clocks.at(-1))).toBe('before')
})

test('[E8] clocks of commitments and allocations are merged, also of contacts whose own states did not come', () => {
  const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
  const told = { ...commitmentOf(ANN, NOON), vector_clock: { [ANN]: 7, [BOB]: 3 } }
  brain.happens({ kind: 'commitment', at_ms: NOON, commitment: told })
  expect(nextClock(brain.state)).toMatchObject({ [ANN]: 7, [BOB]: 3 })
  const offered = { ...offerOf(ANN, manifestOf(), NOON), vector_clock: { [ANN]: 8, [BOB]: 2 } }
  brain.happens({ kind: 'allocation', at_ms: NOON, allocation: offered })
  expect(nextClock(brain.state)).toMatchObject({ [ANN]: 8, [BOB]: 3 })
})

test('[E8] a clock names trusted contacts alone, and its own count is not taken from others', () => {
  const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
  const before = nextClock(brain.state)[ME] ?? 0
  const vector_clock = { [ANN]: 7, [BOB]: 3, [STRANGER]: 9, [ME]: 2 ** 50 }
  brain.happens({ kind: 'commitment', at_ms: NOON, commitment: { ...commitmentOf(ANN, NOON), vector_clock } })
  expect(nextClock(brain.state)).toEqual({ [ANN]: 7, [BOB]: 3, [ME]: before + 1 })
  brain.happens({ kind: 'trust-set', at_ms: NOON, peer: BOB, trust: 0 })
  expect(nextClock(brain.state)).toEqual({ [ANN]: 7, [ME]: before + 2 })
  brain.happens({ kind: 'forgotten', at_ms: NOON, peer: ANN })
  expect(nextClock(brain.state)).toEqual({ [ME]: before + 3 })
})
