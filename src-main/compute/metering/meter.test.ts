import { describe, expect, it } from 'vitest'
import { METERING } from './identity.ts'
import { meterModule } from './meter.ts'
import { refusalOf, ROOMY } from './refused.fixture.ts'
import { moduleOf, name, section } from './module-bytes.fixture.ts'
import { wat } from './wat.fixture.ts'

describe('an instrumented module', () => {
  it('tells what it imports, exports and needs', () => {
    const { shape } = meterModule(
      wat(`(module (import "env" "log" (func (param i32 f64) (result i64)))
        (memory (export "memory") 3 100) (table (export "t") 1 funcref) (global (export "g") v128 (v128.const i64x2 0 0))
        (tag (export "e")) (func (export "run") (param externref) (result i32 f32) (unreachable)))`),
      { ...ROOMY, memoryPagesMax: 50 },
    )
    expect(shape).toEqual({
      imports: [{ module: 'env', name: 'log', kind: 'function', params: ['i32', 'f64'], results: ['i64'] }],
      exports: [
        { name: 'memory', kind: 'memory' },
        { name: 't', kind: 'table' },
        { name: 'g', kind: 'global' },
        { name: 'e', kind: 'tag' },
        { name: 'run', kind: 'function', params: ['externref'], results: ['i32', 'f32'] },
      ],
      memory: { minPages: 3, maxPages: 50 },
    })
  })

  it('is the same for the same bytes, and smaller without what only people read', () => {
    const text = '(module (func (export "f") (loop (br 0))))'
    const bytes = wat(text)
    const custom = Uint8Array.from([...bytes, ...section(0, name('name'), 1, 2, 3)])
    const { bytes: once } = meterModule(bytes, ROOMY)
    expect(meterModule(bytes, ROOMY).bytes).toEqual(once)
    expect(meterModule(custom, ROOMY).bytes).toEqual(once)
  })

  it('is valid where the original is empty', () => {
    const { bytes, shape } = meterModule(moduleOf(), ROOMY)
    expect(WebAssembly.validate(bytes)).toBe(true)
    expect(shape).toEqual({ imports: [], exports: [] })
  })

  it('may use all of a memory or table that it may have, and not more', () => {
    const options = { ...ROOMY, memoryPagesMax: 4_096, tableElementsMax: 100 }
    expect(refusalOf(wat('(module (memory 60000))'), options)).toBe(
      'module refused: memory minimum 60000 pages is over the limit 4096',
    )
    expect(refusalOf(wat('(module (table 60 funcref) (table 41 externref))'), options)).toBe(
      'module refused: table minimum 101 elements is over the limit 100',
    )
    expect(meterModule(wat('(module (memory 4096))'), options).shape.memory).toEqual({
      minPages: 4_096,
      maxPages: 4_096,
    })
    expect(meterModule(wat('(module (memory 1 2))'), options).shape.memory?.maxPages).toBe(2)
  })
})

it('[X3] has an identity that says what it charges', () => {
  expect(METERING).toMatch(/^fuel-\d+\.\d+\.\d+\+[0-9a-f]{12}$/)
})
