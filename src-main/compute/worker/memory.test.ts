import { describe, expect, it } from 'vitest'
import { lacksMemory } from './execute.ts'

/** Messages of the errors that V8 itself throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

describe('a lack of memory', () => {
  it('[X7] is known by what V8 throws, and is not taken for a range that a program got wrong', () => {
    expect(lacksMemory(thrownBy(() => new ArrayBuffer(2 ** 52)))).toBe(true)
    expect(lacksMemory(thrownBy(() => (1).toString(99)))).toBe(false)
    expect(lacksMemory(thrownBy(() => (1).toFixed(101)))).toBe(false)
    expect(lacksMemory(new Error('Array buffer allocation failed'))).toBe(false)
  })
})
