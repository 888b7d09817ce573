import { describe, expect, test } from 'vitest'
import { PeerId } from './ids.ts'
import { STALE_AFTER_MS } from './limits.ts'
import { replaces, type StateStamp } from './state-order.ts'

const [ANN, BOB] = ['A', 'B'].map((letter) => PeerId.parse(`12D3KooW${letter.repeat(44)}`)) as [
  PeerId,
  PeerId,
]
const NOON = Date.parse('2026-11-21T12:00:00.000Z')

/** A state of Ann, made `ms` after noon, which had seen so many states of both. */
const state = (ms: number, ann: number, bob: number): StateStamp => ({
  author: ANN,
  madeAtMs: NOON + ms,
  clock: { [ANN]: ann, [BOB]: bob },
})
const known = state(0, 5, 5)
const atOnce = NOON + 1_000

describe('[E7] [E8] a published state replaces the known one of its author', () => {
  test('when it follows causally, also when its author’s wall clock was set back', () => {
    expect(replaces(state(1, 6, 5), known, atOnce)).toBe(true)
    expect(replaces(state(-3_600_000, 6, 6), known, atOnce)).toBe(true)
  })

  test('not when it precedes causally, whatever time it names', () => {
    expect(replaces(state(10_000, 4, 5), known, atOnce)).toBe(false)
    expect(replaces(state(10_000, 5, 4), known, atOnce)).toBe(false)
  })

  test('by its time when neither saw the other, and by its author’s count at one moment', () => {
    expect(replaces(state(1, 6, 4), known, atOnce)).toBe(true)
    expect(replaces(state(-1, 6, 4), known, atOnce)).toBe(false)
    expect(replaces(state(0, 6, 4), known, atOnce)).toBe(true)
    expect(replaces(state(0, 4, 6), known, atOnce)).toBe(false)
  })

  test('not when it is the same', () => {
    expect(replaces(known, known, atOnce)).toBe(false)
  })

  test('by its time alone once the known one is stale: its author may be back with an older data folder', () => {
    const back = state(STALE_AFTER_MS, 1, 0)
    expect(replaces(back, known, NOON + STALE_AFTER_MS)).toBe(false)
    expect(replaces(back, known, NOON + STALE_AFTER_MS + 1)).toBe(true)
  })
})
