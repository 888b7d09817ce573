import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addChunk,
  addChunks,
  allChunksBut,
  chunksWithout,
  countChunks,
  firstsOf,
  hasChunk,
  hasMoreThan,
  inOrderOf,
  isChunkSet,
  noChunks,
} from './chunk-set.ts'

/** A count of chunks, and two sets of them. */
const sets = fc
  .integer({ min: 1, max: 200 })
  .chain((count) =>
    fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat(count - 1)), fc.uniqueArray(fc.nat(count - 1))),
  )

function setOf(count: number, indices: readonly number[]) {
  const set = noChunks(count)
  for (const index of indices) addChunk(set, index)
  return set
}

describe('a set of chunks', () => {
  test('has what was put into it, counts it, and is a set of its count alone', () => {
    fc.assert(
      fc.property(sets, ([count, some]) => {
        const set = setOf(count, some)
        const rest = Array.from({ length: count }, (_, i) => i).filter((i) => !some.includes(i))
        expect(countChunks(set)).toBe(some.length)
        expect(some.every((index) => hasChunk(set, index))).toBe(true)
        expect(rest.some((index) => hasChunk(set, index))).toBe(false)
        expect(allChunksBut(count, rest)).toEqual(set)
        expect(isChunkSet(set, count)).toBe(true)
        expect(isChunkSet(set, count + 8)).toBe(false)
        expect(isChunkSet(allChunksBut(count, []), count)).toBe(true)
        if (count > 1 && count % 8 !== 1) expect(isChunkSet(allChunksBut(count, []), count - 1)).toBe(false)
      }),
    )
  })

  test('union and difference are those of sets', () => {
    fc.assert(
      fc.property(sets, ([count, some, others]) => {
        const union = setOf(count, some)
        addChunks(union, setOf(count, others))
        expect(union).toEqual(setOf(count, [...some, ...others]))
        const more = some.some((index) => !others.includes(index))
        const difference = some.filter((index) => !others.includes(index))
        expect(chunksWithout(setOf(count, some), setOf(count, others))).toEqual(setOf(count, difference))
        expect(firstsOf('peer', setOf(count, some), 5)).toEqual(inOrderOf('peer', some).slice(0, 5))
        expect(hasMoreThan(setOf(count, some), setOf(count, others))).toBe(more)
      }),
    )
  })

  test('each peer has an order of its own, and each chunk is first about equally often', () => {
    const indices = Array.from({ length: 100 }, (_, i) => i)
    const firsts = new Map<number, number>()
    for (let peer = 0; peer < 1_000; peer++) {
      const order = inOrderOf(`12D3KooW${peer}`, indices)
      expect(order.toSorted((a, b) => a - b)).toEqual(indices)
      firsts.set(order[0]!, (firsts.get(order[0]!) ?? 0) + 1)
    }
    expect(firsts.size).toBeGreaterThan(95)
    expect(Math.max(...firsts.values())).toBeLessThan(35)
  })
})
