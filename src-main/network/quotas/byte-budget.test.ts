import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createByteBudget, createReservation } from './byte-budget.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('byte budget', () => {
  test('no holder exceeds the budget, unless one piece alone does, and all are served in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 30 }),
        async (sizes) => {
          const budget = createByteBudget<string>(() => 100)
          const held: number[] = []
          const served: number[] = []
          for (const [i, bytes] of sizes.entries()) {
            const grant = () => {
              held.push(bytes)
              served.push(i)
              expect(held.length === 1 || held.reduce((a, b) => a + b) <= 100).toBe(true)
            }
            const waited = budget.take('peer', bytes)
            if (waited === undefined) grant()
            else void waited.then(grant)
          }
          while (held.length > 0) {
            budget.give('peer', held.shift()!)
            await turn()
          }
          expect(served).toEqual(sizes.map((_, i) => i))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('one holder does not wait for another', () => {
    const budget = createByteBudget<string>(() => 10)
    expect(budget.take('a', 10)).toBeUndefined()
    expect(budget.take('b', 10)).toBeUndefined()
    expect(budget.take('a', 1)).toBeInstanceOf(Promise)
  })

  test('what cannot be taken now is not taken', () => {
    const budget = createByteBudget<string>(() => 10)
    expect(budget.takeNow('a', 8)).toBe(true)
    expect(budget.takeNow('a', 3)).toBe(false)
    expect(budget.takeNow('a', 2)).toBe(true)
    expect(budget.takeNow('b', 11)).toBe(true)
    budget.give('a', 10)
    expect(budget.takeNow('a', 11)).toBe(true)
  })

  test('what is granted to a closed reservation goes back', async () => {
    const budget = createByteBudget<string>(() => 10)
    const first = createReservation(budget, 'a')
    const second = createReservation(budget, 'a')
    expect(first.reserve(10)).toBeUndefined()
    const waiting = second.reserve(10)
    second.close()
    first.release()
    await waiting
    expect(budget.take('a', 10)).toBeUndefined()
  })
})
