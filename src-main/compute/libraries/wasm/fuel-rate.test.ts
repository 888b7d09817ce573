import { expect, it } from 'vitest'
import { wat } from '../../metering/wat.fixture.ts'
import { measureFuelRate, MIX_MODULE } from './fuel-rate.ts'

const MIX = `(module
  (memory (export "memory") 1)
  (func (export "mix") (param $rounds i32) (result i32)
    (local $at i32) (local $state i32)
    (loop $round
      (local.set $at (i32.const 0))
      (loop $word
        (local.set $state
          (i32.rotl
            (i32.mul (i32.xor (local.get $state) (i32.load (local.get $at))) (i32.const 0x9e3779b1))
            (i32.const 13)))
        (i32.store (local.get $at) (local.get $state))
        (br_if $word (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 0x10000))))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $state)))`

it('measures with the module whose text is here', () => {
  expect(Buffer.compare(MIX_MODULE, wat(MIX))).toBe(0)
})

it('finds a rate that a machine can have', () => {
  const rate = measureFuelRate(100)
  expect(rate).toBeGreaterThan(1e7)
  expect(rate).toBeLessThan(1e12)
})
