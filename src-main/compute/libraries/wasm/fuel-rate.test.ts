import { expect, it } from 'vitest'
import { wat } from '../../metering/wat.fixture.ts'
import { measureFuelRate, MIX_MODULE } from './fuel-rate.ts'

const MIX = `(module
  (memory (export "memory") 1)
  (func (export "mix") (param $rounds i32) (result i32)
    (local $at i32) (local $even i32) (local $odd i32)
    (loop $round
      (local.set $at (i32.const 0))
      (loop $pair
        (i32.store (local.get $at)
          (local.tee $even
            (i32.rotl
              (i32.mul (i32.xor (local.get $even) (i32.load (local.get $at))) (i32.const 0x9e3779b1))
              (i32.const 13))))
        (i32.store offset=4 (local.get $at)
          (local.tee $odd
            (i32.add
              (i32.xor (local.get $odd) (i32.shr_u (local.get $odd) (i32.const 7)))
              (i32.load offset=4 (local.get $at)))))
        (br_if $pair (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 0x10000))))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (i32.xor (local.get $even) (local.get $odd))))`

it('measures with the module whose text is here', () => {
  expect(Buffer.compare(MIX_MODULE, wat(MIX))).toBe(0)
})

// The second as on a machine that is so busy that the thread hardly comes to compute meanwhile.
it.each([100, 1])('finds a rate that a machine can have, within %d ms', (budgetMs) => {
  const rate = measureFuelRate(budgetMs)
  expect(rate).toBeGreaterThan(1e7)
  expect(rate).toBeLessThan(1e12)
})
