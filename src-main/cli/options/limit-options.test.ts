import { describe, expect, it } from 'vitest'
import { limitsGiven } from './limit-options.ts'

describe('options of a unit’s limits', () => {
  it('become the limits that were named, in the protocol’s units, and no others', () => {
    expect(limitsGiven({})).toEqual({})
    expect(limitsGiven({ outputMb: 0, logKb: 2 })).toEqual({ output_bytes: 0, log_bytes: 2_048 })
    expect(limitsGiven({ memoryMb: 1, timeout: 500 })).toEqual({ memory_pages: 16, wall_ms: 500 })
  })
})
