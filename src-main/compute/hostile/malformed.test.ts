import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaultError } from '../../protocol/fault.ts'
import { meterModule } from '../metering/meter.ts'
import { meshwork } from './hostile-case.fixture.ts'

const OPTIONS = { memoryPagesMax: 256, tableElementsMax: 10_000, nanBits: 'canonical' } as const
const small = meshwork('(call_indirect (i32.const 0)) (drop (f64.sqrt (f64.load (i32.const 8))))', {
  imports: '(import "meshwork" "log" (func $log (param i32 i32)))',
  fields: `(table 2 funcref) (elem (i32.const 0) $f) (data (i32.const 0) "some data") (tag $e (param i32))
    (global (mut i64) (i64.const 7)) (func $f (loop (br_if 0 (i32.const 0)))) (start $f)`,
})

/** How an attempt ends: as a module, or with the one fault that there is. */
function attempt(bytes: Uint8Array<ArrayBuffer>): 'taken' | 'refused' {
  try {
    expect(WebAssembly.validate(meterModule(bytes, OPTIONS).bytes)).toBe(true)
    expect(WebAssembly.validate(bytes)).toBe(true)
    return 'taken'
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    expect(error.fault.kind).toBe('module-refused')
    expect(error.fault.message).toMatch(/^module refused: .+$/)
    return 'refused'
  }
}

describe('bytes that are not quite a module', () => {
  it('are refused wherever they are cut off, unless a module is left', () => {
    expect(attempt(small)).toBe('taken')
    const taken = []
    for (let length = 0; length < small.length; length++) {
      if (attempt(small.slice(0, length)) === 'taken') taken.push(length)
    }
    // The header, with the types, with the imports, and all but the data.
    expect(taken).toEqual([8, 34, 52, 164])
  })

  it('are refused with anything behind them', () => {
    for (let byte = 0; byte < 256; byte++) {
      const longer = new Uint8Array(small.length + 1)
      longer.set(small)
      longer[small.length] = byte
      expect([byte, attempt(longer)]).toEqual([byte, 'refused'])
    }
  })

  it('[X1] are taken or refused, and what is taken compiles, with any one byte changed to any other', () => {
    for (let at = 0; at < small.length; at++) {
      for (const byte of [0, 1, 0x0b, 0x40, 0x7f, 0x80, 0xff, (small[at] ?? 0) ^ 1]) {
        const changed = small.slice()
        changed[at] = byte
        attempt(changed)
      }
    }
  })

  it('are refused when they are noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = new Uint8Array(8 + noise.length)
        bytes.set(small.subarray(0, 8))
        bytes.set(noise, 8)
        attempt(bytes)
      }),
      { numRuns: 2_000 },
    )
  })
})
