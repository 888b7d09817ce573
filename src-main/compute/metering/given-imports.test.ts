import { describe, expect, it } from 'vitest'
import { meterModule } from './meter.ts'
import { instantiateMetered } from './metered-instance.ts'
import { ROOMY } from './refused.fixture.ts'
import { wat } from './wat.fixture.ts'

const FUEL = 1e9

function metered(text: string, options = ROOMY) {
  const { bytes, shape } = meterModule(wat(text), options)
  const module = new WebAssembly.Module(bytes)
  return { shape, start: () => instantiateMetered(module, {}, { fuel: FUEL }).exports }
}

/** The exports of a module as it is. */
function exportsOf(text: string, imports: WebAssembly.Imports = {}): WebAssembly.Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(wat(text)), imports).exports
}

/** A side module as dynamic linkers want it: all that it works on is given to it. */
const SIDE = `(module
  (import "env" "memory" (memory 1 4))
  (import "env" "__indirect_function_table" (table $t 2 10 funcref))
  (import "env" "__memory_base" (global $base i32))
  (import "env" "__stack_pointer" (global $sp (mut i32)))
  (import "env" "wide" (global $wide (mut i64)))
  (import "env" "single" (global $single f32)) (import "env" "double" (global $double (mut f64)))
  (import "env" "vector" (global $vector (mut v128)))
  (import "env" "ref" (global $ref (mut funcref))) (import "env" "any" (global $any externref))
  (global $own (export "own") i32 (i32.const 7))
  (global $after (export "after") i32 (global.get $base))
  (elem (offset (global.get $base)) $one)
  (data (offset (global.get $base)) "abc")
  (func $one (result i32) (i32.const 41))
  (func (export "sum") (result i32)
    (global.set $sp (i32.add (global.get $sp) (i32.const 100)))
    (i32.add (global.get $sp) (call_indirect (result i32) (global.get $base))))
  (func (export "nulls") (result i32) (i32.and (ref.is_null (global.get $ref)) (ref.is_null (global.get $any))))
  (func (export "zeros") (result f64)
    (f64.add (f64.add (global.get $double) (f64.promote_f32 (global.get $single)))
      (f64.add (f64.convert_i64_s (global.get $wide)) (f64x2.extract_lane 0 (global.get $vector)))))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "more") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0))))`

const CALLS: readonly (readonly [string, ...number[]])[] = [
  ...([['sum'], ['sum'], ['nulls'], ['zeros'], ['load', 1], ['load', 65_535]] as const),
  ...([
    ['grow', 3],
    ['grow', 1],
    ['more', 8],
    ['more', 1],
  ] as const),
]

function outcomes(exports: WebAssembly.Exports): unknown[] {
  const results = CALLS.map(([name, ...args]) => (exports[name] as (...values: number[]) => unknown)(...args))
  const { own, after } = exports as unknown as Record<'own' | 'after', { readonly value: unknown }>
  return [...results, own.value, after.value]
}

describe('[X16] globals, tables and a memory that a module imports', () => {
  it('are its own, as if the host had made them for it: empty, null and zero', () => {
    const env = exportsOf(`(module (memory (export "memory") 1 4)
      (table (export "__indirect_function_table") 2 10 funcref)
      (global (export "__memory_base") i32 (i32.const 0))
      (global (export "__stack_pointer") (mut i32) (i32.const 0))
      (global (export "wide") (mut i64) (i64.const 0)) (global (export "single") f32 (f32.const 0))
      (global (export "double") (mut f64) (f64.const 0))
      (global (export "vector") (mut v128) (v128.const i64x2 0 0))
      (global (export "ref") (mut funcref) (ref.null func)) (global (export "any") externref (ref.null extern)))`)
    expect(outcomes(metered(SIDE).start())).toEqual(outcomes(exportsOf(SIDE, { env })))
  })

  it('are fresh in each instance, and no concern of the host’s', () => {
    const { shape, start } = metered(SIDE)
    expect(shape.imports).toEqual([])
    const first = outcomes(start())
    expect(outcomes(start())).toEqual(first)
  })

  it('are held to the limits of the unit', () => {
    const { start } = metered(SIDE, { ...ROOMY, memoryPagesMax: 2, tableElementsMax: 5 })
    const { grow, more } = start() as unknown as Record<'grow' | 'more', (by: number) => number>
    expect([grow(1), grow(1), more(3), more(1)]).toEqual([1, -1, 2, -1])
    expect(() =>
      metered('(module (import "a" "b" (memory 60000)))', { ...ROOMY, memoryPagesMax: 4_096 }),
    ).toThrow('memory minimum 60000 pages is over the limit 4096')
  })

  it('include a memory that is exported as `memory`, unless something else is', () => {
    const { shape, start } = metered(SIDE)
    expect(shape.exports).toContainEqual({ name: 'memory', kind: 'memory' })
    expect(start()['memory']).toMatchObject({ buffer: { byteLength: 65_536 } })
    const other = '(module (import "a" "b" (memory 1)) (global (export "memory") i32 (i32.const 5)))'
    expect(metered(other).shape.exports).toEqual([{ name: 'memory', kind: 'global' }])
  })
})

describe('[X17] atomic accesses to a memory that is not shared', () => {
  const ATOMICS = `(module (memory (export "memory") 1)
    (func (export "add") (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
    (func (export "swap") (param i32 i64 i64) (result i64)
      (atomic.fence) (i64.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (local.get 2)))
    (func (export "byte") (param i32) (result i32)
      (i32.atomic.store8 (local.get 0) (i32.const 300)) (i32.atomic.load8_u (local.get 0)))
    (func (export "loop") (param i32) (result i32) (local i32)
      (loop (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
        (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))
      (i32.atomic.load (i32.const 16)))
    (func (export "notify") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1)))
    (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))`

  it('are what plain ones are, and are paid for', () => {
    const module = new WebAssembly.Module(meterModule(wat(ATOMICS), ROOMY).bytes)
    const instance = instantiateMetered(module, {}, { fuel: FUEL })
    const { add, swap, byte, loop, notify } = instance.exports as unknown as Record<
      string,
      (...values: (number | bigint)[]) => unknown
    >
    expect([add?.(0, 5), add?.(0, 6), swap?.(0, 11n, -1n), swap?.(0, 3n, 4n)]).toEqual([0, 5, 11n, -1n])
    expect([byte?.(9), notify?.()]).toEqual([44, 0])
    const before = instance.fuelUsed()
    expect(loop?.(1_000)).toBe(1_000)
    expect(instance.fuelUsed() - before).toBeGreaterThan(100_000)
  })

  it('trap where they are not aligned, and where they wait for another thread', () => {
    const module = new WebAssembly.Module(meterModule(wat(ATOMICS), ROOMY).bytes)
    const instance = instantiateMetered(module, {}, { fuel: FUEL })
    const { add, wait } = instance.exports as unknown as Record<
      'add' | 'wait',
      (...values: number[]) => unknown
    >
    expect(() => instance.guard(() => add(2, 1))).toThrow('trapped: unaligned atomic access')
    expect(() => instance.guard(() => wait())).toThrow('trapped: wait on a memory that is not shared')
  })
})
