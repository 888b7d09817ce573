import { describe, expect, it } from 'vitest'
import { ADD, patchesOfBody } from '../patches.fixture.ts'

describe('a local', () => {
  it('holds different values at different times', () => {
    const body = `(local.set $a ${ADD}) (drop (f64.lt (local.get $a) (local.get $b)))
      (local.set $a (f64.load (i32.const 0))) (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual([])
  })

  it('holds what the path here put into it', () => {
    const body = `(if (local.get $i)
        (then (local.set $a ${ADD}) (drop (f64.lt (local.get $a) (local.get $b))) (return))
        (else (local.set $a (f64.const 1))))
      (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual([])
  })

  it('holds what any path here put into it', () => {
    const body = `(if (local.get $i) (then (local.set $a ${ADD}))) (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
  })

  it('holds in a loop what the turn before put into it', () => {
    const body = `(loop (f64.store (i32.const 8) (local.get $a)) (local.set $a ${ADD}) (br_if 0 (local.get $i)))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
  })

  it('holds in a handler what any instruction before put into it, of the older encoding', () => {
    const body = `(try (do (local.set $a ${ADD}) (call $callee (f64.const 0)) (local.set $a (f64.const 0)))
      (catch_all (f64.store (i32.const 8) (local.get $a))))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    const thrown = '(try (do (throw $t (f64.const 1))) (catch $t (global.set $g (f64.sqrt))))'
    expect(patchesOfBody(thrown)).toEqual(['f64 after f64.sqrt'])
  })

  it('holds in a handler what any instruction before put into it, of the newer encoding', () => {
    const body = `(block $caught (result f64) (try_table (catch $t $caught)
        (local.set $a ${ADD}) (call $callee (f64.const 0)) (local.set $a (f64.const 0))) (return))
      (drop) (f64.store (i32.const 8) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    // The thrown value may be any NaN: it is not made canonical with the block's other results.
    const either = `(block $caught (result f64) (try_table (catch $t $caught) (call $callee (f64.const 1))) ${ADD})`
    expect(patchesOfBody(`(global.set $g ${either})`)).toEqual(['f64 after f64.add'])
  })
})
