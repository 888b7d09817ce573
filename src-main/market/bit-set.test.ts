import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBitSet } from './bit-set.ts'

/** Around the sizes of a word (32) and of a word of words (1,024), and beyond. */
const size = fc.oneof(fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 1_023, 1_024, 1_025, 2_048), fc.nat(3_000))
const market = size.chain((count) =>
  fc.record({
    count: fc.constant(count),
    isFull: fc.boolean(),
    /** Members and numbers just outside, added or removed; whole runs of them, so that words become empty. */
    steps: fc.array(
      fc.record({
        isAdd: fc.boolean(),
        from: fc.integer({ min: -3, max: count + 40 }),
        length: fc.oneof(fc.constant(1), fc.nat(100), fc.nat(2_500)),
      }),
      { maxLength: 12 },
    ),
    probes: fc.array(fc.integer({ min: -40, max: count + 100 }), { minLength: 1, maxLength: 40 }),
  }),
)

/** The same steps on a plain Set. */
function membersAfter({
  count,
  isFull,
  steps,
}: {
  count: number
  isFull: boolean
  steps: { isAdd: boolean; from: number; length: number }[]
}): Set<number> {
  const members = new Set<number>()
  if (isFull) for (let i = 0; i < count; i++) members.add(i)
  for (const { isAdd, from, length } of steps) {
    for (let i = from; i < from + length; i++) {
      if (!isAdd) members.delete(i)
      else if (i >= 0 && i < count) members.add(i)
    }
  }
  return members
}

describe('a bit set', () => {
  test('[M23] does as a plain set does: members, count, the next member and the next gap', () => {
    fc.assert(
      fc.property(market, (drawn) => {
        const bits = createBitSet(drawn.count, drawn.isFull)
        for (const { isAdd, from, length } of drawn.steps) {
          for (let i = from; i < from + length; i++)
            if (isAdd) bits.add(i)
            else bits.remove(i)
        }
        const plain = membersAfter(drawn)
        expect(bits.count).toBe(plain.size)
        const sorted = [...plain].sort((a, b) => a - b)
        for (const probe of drawn.probes) {
          expect(bits.has(probe)).toBe(plain.has(probe))
          expect(bits.next(probe)).toBe(sorted.find((i) => i >= probe))
          let gap = Math.min(drawn.count, Math.max(0, probe))
          while (plain.has(gap)) gap++
          expect(bits.nextAbsent(probe)).toBe(gap)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('[M23] names all members in order when it is walked', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99_999), { maxLength: 50 }), (members) => {
        const bits = createBitSet(100_000)
        for (const member of members) bits.add(member)
        const walked: number[] = []
        for (let i = bits.next(0); i !== undefined; i = bits.next(i + 1)) walked.push(i)
        expect(walked).toEqual(members.sort((a, b) => a - b))
      }),
    )
  })

  test('[M23] holds the most units that a job may have', () => {
    const bits = createBitSet(1_000_000, true)
    expect(bits.count).toBe(1_000_000)
    for (let i = 0; i < 999_999; i++) bits.remove(i)
    expect([bits.count, bits.next(0), bits.nextAbsent(999_999)]).toEqual([1, 999_999, 1_000_000])
    bits.remove(999_999)
    expect([bits.count, bits.next(0)]).toEqual([0, undefined])
  })
})
