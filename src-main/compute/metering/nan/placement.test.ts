import { describe, expect, it } from 'vitest'
import { ADD, patchesOfBody } from './patches.fixture.ts'

describe('where a value is made canonical', () => {
  const loop = (body: string) =>
    `(loop ${body} (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))`
  const accumulate = '(local.set $a (f64.add (local.get $a) (f64.load (i32.const 0))))'

  it('is after the loop, for a sum', () => {
    const body = `(local.set $a (f64.const 0)) ${loop(accumulate)} (f64.store (i32.const 0) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after local.get'])
  })

  it('is in the loop, for a sum that may be the number from elsewhere that it began with', () => {
    const turns = `(block (loop (br_if 1 (local.get $i)) ${accumulate} (br 0)))`
    const body = `(local.set $a (f64.load (i32.const 8))) ${turns} (f64.store (i32.const 0) (local.get $a))`
    expect(patchesOfBody(body)).toEqual(['f64 after f64.add'])
    // A loop that runs at least once leaves only sums.
    const sums = `(local.set $a (f64.load (i32.const 8))) ${loop(accumulate)} (f64.store (i32.const 0) (local.get $a))`
    expect(patchesOfBody(sums)).toEqual(['f64 after local.get'])
  })

  it('is once where it is made, if it is seen twice', () => {
    const store = '(f64.store (i32.const 0) (local.get $a))'
    expect(patchesOfBody(`(local.set $a ${ADD}) ${store} ${store}`)).toEqual(['f64 after f64.add'])
  })

  it('is where it is seen, on the copy, if that is once for both', () => {
    const body = `(f64.store (i32.const 0) (local.tee $a ${ADD})) (drop (f64.sqrt (local.get $a)))`
    expect(patchesOfBody(body)).toEqual(['f64 after local.tee'])
  })

  it('is after a block, a choice or a loop that it is the value of', () => {
    const block = `(block (result f64) (br_if 0 ${ADD} (local.get $i)) (drop) (f64.mul (local.get $a) (local.get $a)))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${block})`)).toEqual(['f64 after end'])
    const choice = `(if (result f64) (local.get $i) (then ${ADD}) (else (f64.sqrt (local.get $a))))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${choice})`)).toEqual(['f64 after end'])
    const selected = `(select ${ADD} (f64.sqrt (local.get $a)) (local.get $i))`
    expect(patchesOfBody(`(f64.store (i32.const 0) ${selected})`)).toEqual(['f64 after select'])
    const turns = `${ADD} (loop (param f64) (local.set $b) ${ADD} (br_if 0 (local.get $i)) (drop)) (global.set $g (local.get $b))`
    expect(patchesOfBody(turns)).toEqual(['f64 after local.get'])
  })
})
