import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PeerId } from './ids.ts'
import { CONTACTS_MAX } from './limits.ts'
import { compareClocks, increment, merge, VectorClock } from './vector-clock.ts'

function peerOf(number: number): PeerId {
  const digits = Array.from(
    number.toString(36).padStart(4, '0'),
    (digit) => 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkm'[parseInt(digit, 36)],
  )
  return PeerId.parse(`12D3KooW${'z'.repeat(40)}${digits.join('')}`)
}

const peer = fc.constantFrom(...[0, 1, 2, 3].map(peerOf))
const clock = fc
  .dictionary(peer, fc.nat(4), { noNullPrototype: true })
  .map((entries) => VectorClock.parse(entries))
const REVERSED = { before: 'after', after: 'before', equal: 'equal', concurrent: 'concurrent' } as const

describe('vector clocks', () => {
  test('[E8] merge to the least clock that has seen both: commutative, associative, idempotent', () => {
    fc.assert(
      fc.property(clock, clock, clock, (a, b, c) => {
        expect(compareClocks(merge(a, b), merge(b, a))).toBe('equal')
        expect(compareClocks(merge(merge(a, b), c), merge(a, merge(b, c)))).toBe('equal')
        expect(compareClocks(merge(a, a), a)).toBe('equal')
        for (const part of [a, b]) expect(['before', 'equal']).toContain(compareClocks(part, merge(a, b)))
        const seesBoth = [a, b].every((part) => ['before', 'equal'].includes(compareClocks(part, c)))
        if (seesBoth) expect(['before', 'equal']).toContain(compareClocks(merge(a, b), c))
      }),
    )
  })

  test('[E8] after one more state come after what they were, and change no other peer’s count', () => {
    fc.assert(
      fc.property(clock, peer, (a, who) => {
        const next = increment(a, who)
        expect(compareClocks(a, next)).toBe('before')
        expect(next).toEqual({ ...a, [who]: (a[who] ?? 0) + 1 })
      }),
    )
  })

  test('[E8] stand to each other in opposite ways, and in a partial order', () => {
    fc.assert(
      fc.property(clock, clock, clock, (a, b, c) => {
        expect(compareClocks(b, a)).toBe(REVERSED[compareClocks(a, b)])
        if (compareClocks(a, b) === 'before' && compareClocks(b, c) === 'before') {
          expect(compareClocks(a, c)).toBe('before')
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('[E8] are concurrent when each has a state that the other has not seen', () => {
    fc.assert(
      fc.property(clock, (a) => {
        expect(compareClocks(increment(a, peerOf(0)), increment(a, peerOf(1)))).toBe('concurrent')
      }),
    )
  })

  test('[E8] count unnamed peers as 0', () => {
    expect(compareClocks({}, VectorClock.parse({ [peerOf(0)]: 0 }))).toBe('equal')
  })

  test('[E4] have at most as many entries as a peer has contacts', () => {
    const entries = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [peerOf(i), 1]))
    expect(VectorClock.safeParse(entries(CONTACTS_MAX)).success).toBe(true)
    expect(VectorClock.safeParse(entries(CONTACTS_MAX + 1)).success).toBe(false)
  })
})
