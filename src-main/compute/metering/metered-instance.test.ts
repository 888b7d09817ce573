import { setFlagsFromString } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { FaultError, refuse } from '../../protocol/fault.ts'
import { meterModule, type MeterOptions } from './meter.ts'
import { instantiateMetered, type MeteredInstance } from './metered-instance.ts'
import { faultFrom, ROOMY } from './refused.fixture.ts'
import { wat } from './wat.fixture.ts'

type Call = (...args: readonly (number | bigint)[]) => unknown

function compiled(text: string, options: MeterOptions = ROOMY): WebAssembly.Module {
  return new WebAssembly.Module(meterModule(wat(text), options).bytes)
}

function started(text: string, fuel = 1e9, imports: WebAssembly.Imports = {}): MeteredInstance {
  return instantiateMetered(compiled(text), imports, { fuel })
}

/** Calls an export under guard. */
function call(instance: MeteredInstance, name: string, ...args: readonly number[]): unknown {
  return instance.guard(() => (instance.exports[name] as unknown as Call)(...args))
}

const ENDLESS = '(module (func (export "f") (loop (br 0))))'

describe('fuel', () => {
  it('is used by instantiation and by calls, each time the same', () => {
    const text = `(module (memory 2) (data (i32.const 0) "abcdefgh") (func (export "f") (param i32) (result i32)
      (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0)))`
    const instance = started(text)
    const atFirst = instance.fuelUsed()
    expect(atFirst).toBeGreaterThan(2 * 65_536 - 1)
    call(instance, 'f', 10)
    const ten = instance.fuelUsed() - atFirst
    call(instance, 'f', 11)
    const eleven = instance.fuelUsed() - atFirst - ten
    call(instance, 'f', 1_000)
    expect(instance.fuelUsed() - atFirst).toBe(ten + eleven + ten + 990 * (eleven - ten))
    expect(started(text).fuelUsed()).toBe(atFirst)
  })

  it('ends an endless loop, and is then used up to the limit and no further', () => {
    const instance = started(ENDLESS, 123_457)
    expect(faultFrom(() => call(instance, 'f'))).toEqual({
      kind: 'fuel-exhausted',
      message: 'used all 123457 units of fuel',
    })
    expect(instance.fuelUsed()).toBe(123_457)
    expect(faultFrom(() => call(instance, 'f')).kind).toBe('fuel-exhausted')
  })

  it.each([
    ['tail recursion', '(module (func $f (export "f") (return_call $f)))'],
    ['tail recursion of two', '(module (func $f (export "f") (return_call $g)) (func $g (return_call $f)))'],
    [
      'tail recursion through a table',
      '(module (table 1 funcref) (elem (i32.const 0) $f) (func $f (export "f") (return_call_indirect (i32.const 0))))',
    ],
    [
      'exceptions in a circle',
      '(module (tag $e) (func (export "f") (loop (try (do (throw $e)) (catch $e)) (br 0))))',
    ],
    [
      'exceptions that arrive at a loop',
      '(module (tag $e) (func (export "f") (loop (try_table (catch_all 0) (throw $e)))))',
    ],
  ])('ends %s', (_, text) => {
    const instance = started(text, 1e7)
    expect(faultFrom(() => call(instance, 'f')).kind).toBe('fuel-exhausted')
  })

  it('below zero is used up, also where no check ran', () => {
    const text = '(module (func (export "f") (result i32) (i32.const 1)))'
    const needed = started(text).fuelUsed()
    expect(faultFrom(() => call(started(text, needed), 'f')).kind).toBe('fuel-exhausted')
    expect(faultFrom(() => started(text, needed - 1))).toEqual({
      kind: 'fuel-exhausted',
      message: `used all ${needed - 1} units of fuel`,
    })
  })

  it('is taken by the host too, for what it does for the module', () => {
    const instance: MeteredInstance = started(
      '(module (import "a" "b" (func $b)) (func (export "f") (loop (call $b) (br 0))))',
      1e6,
      { a: { b: () => instance.charge(1_000) } },
    )
    const before = instance.fuelUsed()
    instance.charge(500)
    expect(() => instance.charge(-1)).toThrow('broken promise')
    expect(instance.fuelUsed() - before).toBe(500)
    expect(faultFrom(() => call(instance, 'f'))).toEqual({
      kind: 'fuel-exhausted',
      message: 'used all 1000000 units of fuel',
    })
  })
})

describe('a host function that throws', () => {
  const CAUGHT = `(module (import "a" "b" (func $b)) (global $after (export "after") (mut i32) (i32.const 0))
    (func (export "f") (result i32)
      (try (do (call $b)) (catch_all (global.set $after (i32.const 1))))
      (i32.const 7))
    (func (export "again") (result i32)
      (try (do (call $b)) (catch_all (try (do (call $b)) (catch_all))))
      (i32.const 7))
    (func (export "loops") (result i32)
      (try (do (call $b)) (catch_all))
      (loop (br 0))
      (i32.const 7)))`

  it.each(['f', 'again', 'loops'])(
    '[X5] is not caught by the module: its fault is what the call ends with (%s)',
    (name) => {
      let calls = 0
      const instance = started(CAUGHT, 1e9, {
        a: {
          b: () => {
            calls++
            refuse('oversized', 'output is over the limit')
          },
        },
      })
      expect(faultFrom(() => call(instance, name))).toEqual({
        kind: 'oversized',
        message: 'output is over the limit',
      })
      expect(calls).toBe(1)
      const used = instance.fuelUsed()
      expect(used).toBeLessThan(1e6)
      expect(faultFrom(() => call(instance, name)).kind).toBe('oversized')
      expect(faultFrom(() => instance.charge(1)).kind).toBe('oversized')
      expect(instance.fuelUsed()).toBe(used)
    },
  )

  it('ends the call with what it threw, whatever that is', () => {
    class Exit extends Error {}
    const exit = new Exit('3')
    const instance = started(CAUGHT, 1e9, {
      a: {
        b: () => {
          throw exit
        },
      },
    })
    expect(() => call(instance, 'f')).toThrow(exit)
  })

  it('may have been called by the start function', () => {
    const module = compiled('(module (import "a" "b" (func $b)) (start $b))')
    const imports = { a: { b: () => refuse('bad-input', 'no') } }
    expect(faultFrom(() => instantiateMetered(module, imports, { fuel: 1e6 })).kind).toBe('bad-input')
  })
})

describe('a trap', () => {
  it.each<[string, string, string]>([
    ['unreachable', '(unreachable)', 'unreachable executed'],
    ['a division by zero', '(drop (i32.div_s (i32.const 1) (i32.const 0)))', 'integer divided by zero'],
    ['a remainder by zero', '(drop (i64.rem_u (i64.const 1) (i64.const 0)))', 'integer divided by zero'],
    ['a quotient too large', '(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))', 'integer overflow'],
    ['a float without an integer', '(drop (i32.trunc_f32_s (f32.const nan)))', 'float without an integer'],
    ['a load beyond the memory', '(drop (i32.load (i32.const -1)))', 'memory access out of bounds'],
    [
      'a copy beyond the memory',
      '(memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))',
      'memory access out of bounds',
    ],
    ['a table access beyond it', '(drop (table.get 0 (i32.const 9)))', 'table access out of bounds'],
    ['a call of nothing', '(call_indirect (i32.const 0))', 'indirect call of nothing or of another type'],
    ['a call beyond the table', '(call_indirect (i32.const 9))', 'table access out of bounds'],
    ['an uncaught exception', '(throw 0)', 'exception not caught'],
  ])('by %s is told in words of ours', (_, body, reason) => {
    const instance = started(`(module (memory 1) (table 1 funcref) (tag) (func (export "f") ${body}))`)
    expect(faultFrom(() => call(instance, 'f'))).toEqual({ kind: 'trapped', message: `trapped: ${reason}` })
  })

  it('[X4] leaves paid what was begun, and what came before it done', () => {
    const text = `(module (memory (export "memory") 1) (func (export "f") (param i32)
      (loop
        (i32.store8 (local.get 0) (i32.const 1))
        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
        (br 0))))`
    const used = (from: number) => {
      const instance = started(text)
      const before = instance.fuelUsed()
      expect(faultFrom(() => call(instance, 'f', from)).message).toBe('trapped: memory access out of bounds')
      const memory = instance.exports['memory'] as WebAssembly.Memory
      expect(new Uint8Array(memory.buffer).subarray(from).every((byte) => byte === 1)).toBe(true)
      return instance.fuelUsed() - before
    }
    expect(used(65_000) - used(65_001)).toBe(used(65_500) - used(65_501))
    expect(used(0)).toBeGreaterThan(65_536)
  })

  it('of instantiation is told as well', () => {
    expect(faultFrom(() => started('(module (memory 1) (data (i32.const 65536) "a"))'))).toEqual({
      kind: 'trapped',
      message: 'trapped: segment out of bounds',
    })
  })
})

describe('the stack', () => {
  const RECURSIVE = `(module (tag $e)
    (func $f (export "f") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))
        (else (i32.const 0))))
    (func $throws (param i32)
      (if (local.get 0) (then (call $throws (i32.sub (local.get 0) (i32.const 1)))) (else (throw $e))))
    (func (export "g") (param i32) (param i32) (result i32)
      (loop
        (try (do (call $throws (local.get 0))) (catch_all))
        (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
      (call $f (local.get 0))))`

  it('[X5] has the same room for every call, also after one that was too deep', () => {
    const instance = started(RECURSIVE)
    expect(call(instance, 'f', 5_000)).toBe(5_000)
    expect(call(instance, 'f', 5_000)).toBe(5_000)
    expect(call(instance, 'g', 5_000, 100)).toBe(5_000)
  })
})

describe('growing', () => {
  it('[X7] beyond the limit answers -1, as it does beyond what the module declares', () => {
    const text = `(module (memory 1 10) (table 1 5 funcref)
      (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))`
    const options = { ...ROOMY, memoryPagesMax: 4, tableElementsMax: 3 }
    const instance = instantiateMetered(compiled(text, options), {}, { fuel: 1e9 })
    expect(call(instance, 'memory', 4)).toBe(-1)
    expect(call(instance, 'memory', -1)).toBe(-1)
    expect(call(instance, 'memory', 3)).toBe(1)
    expect(call(instance, 'memory', 0)).toBe(4)
    expect(call(instance, 'memory', 1)).toBe(-1)
    expect(call(instance, 'table', 3)).toBe(-1)
    expect(call(instance, 'table', 2)).toBe(1)
    expect(call(instance, 'table', 1)).toBe(-1)
    expect(call(started(text), 'memory', 10)).toBe(-1)
  })

  it('is paid for by what it adds, before it is done', () => {
    const text =
      '(module (memory 1) (func (export "f") (param i32) (result i32) (memory.grow (local.get 0))))'
    const instance = started(text)
    const used = (pages: number) => {
      const before = instance.fuelUsed()
      call(instance, 'f', pages)
      return instance.fuelUsed() - before
    }
    expect(used(3) - used(1)).toBe(2 * (used(2) - used(1)))
    expect(used(3) - used(2)).toBeGreaterThan(1_000)
    expect(faultFrom(() => call(started(text, 1e8), 'f', 60_000)).kind).toBe('fuel-exhausted')
  })

  it('that this machine has no memory for is no answer to the module', () => {
    const text = `(module (memory 1) (table 1 funcref)
      (func (export "memory") (result i32) (memory.grow (i32.const 50)))
      (func (export "table") (result i32) (table.grow (ref.null func) (i32.const 50))))`
    setFlagsFromString('--wasm-max-mem-pages=40')
    setFlagsFromString('--wasm-max-table-size=40')
    for (const name of ['memory', 'table']) {
      expect(faultFrom(() => call(started(text), name))).toEqual({
        kind: 'memory-exhausted',
        message: 'this machine has no memory for the module to grow',
      })
    }
    expect(faultFrom(() => started('(module (memory 41))')).kind).toBe('memory-exhausted')
  })
})

describe('an instance', () => {
  it('shows what the module exports, and not what the meter does', () => {
    const instance = started(
      '(module (memory (export "m") 1) (global (export "g") i32 (i32.const 5)) (start 0) (func))',
    )
    expect(Object.keys(instance.exports)).toEqual(['m', 'g'])
  })

  it('runs its start function once, with fuel, when the host knows the instance', () => {
    const module = compiled(
      `(module (import "a" "b" (func $b (param i32))) (global $runs (mut i32) (i32.const 0))
        (func $start (global.set $runs (i32.add (global.get $runs) (i32.const 1))) (call $b (global.get $runs)))
        (start $start) (func (export "runs") (result i32) (global.get $runs)))`,
    )
    const events: string[] = []
    const imports = { a: { b: (runs: number) => void events.push(`run ${runs}`) } }
    const ready = () => void events.push('ready')
    const instance = instantiateMetered(module, imports, { fuel: 1e6, ready })
    expect(events).toEqual(['ready', 'run 1'])
    expect(call(instance, 'runs')).toBe(1)
    const endless = compiled('(module (func (loop (br 0))) (start 0))')
    expect(faultFrom(() => instantiateMetered(endless, {}, { fuel: 1e6 })).kind).toBe('fuel-exhausted')
  })

  it('needs every function that it imports', () => {
    const module = compiled('(module (import "a" "b" (func)))')
    expect(faultFrom(() => instantiateMetered(module, {}, { fuel: 1e6 })).kind).toBe('module-refused')
    expect(faultFrom(() => instantiateMetered(module, { a: {} }, { fuel: 1e6 })).kind).toBe('module-refused')
  })

  it('lets an error of the host through as it is', () => {
    const instance = started('(module (func (export "f") (param i64)))')
    expect(() => call(instance, 'f', 1)).toThrow(TypeError)
    expect(() => call(instance, 'f', 1)).not.toThrow(FaultError)
  })
})
