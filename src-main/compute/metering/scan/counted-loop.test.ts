import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaultError } from '../../../protocol/fault.ts'
import type { CountedLoop } from './counted-loop.ts'
import { meterModule } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { parseModule } from '../parse/parse-module.ts'
import { ROOMY } from '../refused.fixture.ts'
import { scanCode } from './scan-code.ts'
import { wat } from '../wat.fixture.ts'

/** A function of a counter's first value and a bound, and what it does in each round. */
function program(condition: string, step: string, more = ''): string {
  return `(module (func (export "f") (param $i i32) (param $n i32) (result i32) (local $x i32)
    (loop $again (if ${condition} (then
      (local.set $x (i32.add (local.get $x) (i32.const 3))) ${more} ${step} (br $again))))
    (i32.add (local.get $x) (local.get $i))))`
}

const set = (value: string) => `(local.set $i ${value})`
const add = (step: number) => set(`(i32.add (local.get $i) (i32.const ${step}))`)
/** The same, at the same cost, and not recognised. */
const addHidden = (step: number) => `(drop (local.tee $i (i32.add (local.get $i) (i32.const ${step}))))`

function countedIn(text: string): readonly CountedLoop[] {
  return scanCode(parseModule(wat(text))).countedLoops
}

/** Result and fuel of one run, or the kind of its fault. */
function run(text: string, from: number, bound: number): unknown {
  const module = new WebAssembly.Module(meterModule(wat(text), ROOMY).bytes)
  const instance = instantiateMetered(module, {}, { fuel: 1_000_000 })
  const before = instance.fuelUsed()
  try {
    const f = instance.exports['f'] as unknown as (from: number, bound: number) => number
    return { result: instance.guard(() => f(from, bound)), fuel: instance.fuelUsed() - before }
  } catch (error) {
    if (error instanceof FaultError) return error.fault.kind
    throw error
  }
}

const LEAST = -(2 ** 31)
const GREATEST = 2 ** 31 - 1

describe('a loop that counts', () => {
  it.each<[string, number, Partial<CountedLoop>]>([
    [
      '(i32.lt_s (local.get $i) (local.get $n))',
      1,
      { relation: 'below', isSigned: true, bound: { local: 1 } },
    ],
    [
      '(i32.gt_u (local.get $n) (local.get $i))',
      1,
      { relation: 'below', isSigned: false, bound: { local: 1 } },
    ],
    ['(i32.lt_u (local.get $n) (local.get $i))', -1, { relation: 'above', isSigned: false }],
    ['(i32.ne (local.get $i) (local.get $n))', 1, { relation: 'different' }],
    ['(i32.ne (local.get $n) (local.get $i))', -1, { relation: 'different' }],
    ['(i32.lt_s (local.get $i) (i32.const 100))', 7, { relation: 'below', bound: { constant: 100 } }],
    ['(i32.le_s (local.get $i) (i32.const 100))', 7, { relation: 'below', bound: { constant: 101 } }],
    ['(i32.ge_s (local.get $i) (i32.const 0))', -2, { relation: 'above', bound: { constant: -1 } }],
    ['(i32.gt_u (i32.const 0xfffffff0) (local.get $i))', 16, { bound: { constant: 0xfffffff0 } }],
  ])('is known by its condition: %s, step %i', (condition, step, expected) => {
    expect(countedIn(program(condition, add(step)))).toMatchObject([{ counter: 0, step, ...expected }])
    expect(countedIn(program(condition, addHidden(step)))).toEqual([])
  })

  it.each<[string, string]>([
    ['a bound that is changed', program(less(), add(1), '(local.set $n (i32.const 5))')],
    ['a second step', program(less(), `${add(1)} ${add(1)}`)],
    ['a step that may be left out', program(less(), `(if (local.get $x) (then ${add(1)}))`)],
    ['a step behind a branch', program(less(), `(block (br_if 0 (local.get $x)) ${add(1)})`)],
    ['a step that is not reached', program(less(), `(br $again) ${add(1)}`)],
    ['a step after a block without an end', program(less(), `(block (br $again)) ${add(1)}`)],
    ['a step by no constant', program(less(), set('(i32.add (local.get $i) (local.get $x))'))],
    ['a step of another local', program(less(), set('(i32.add (local.get $x) (i32.const 1))'))],
    ['a step of nothing', program(less(), add(0))],
    ['a step away from the bound', program(less(), add(-1))],
    ['a step that may jump over the last number', program(less(), add(2))],
    ['a bound that is the last number', program('(i32.le_s (local.get $i) (local.get $n))', add(1))],
    ['a bound near the last number', program('(i32.lt_s (local.get $i) (i32.const 0x7fffffff))', add(2))],
    ['a bound below all numbers', program('(i32.ge_u (local.get $i) (i32.const 0))', add(-1))],
    ['a difference of other steps', program('(i32.ne (local.get $i) (local.get $n))', add(2))],
    ['equality', program('(i32.eq (local.get $i) (local.get $n))', add(1))],
    ['another way out', program(less(), add(1), '(if (local.get $x) (then (return (i32.const 1))))')],
    ['a way out past the condition', program(less(), add(1), '(br_if 0 (local.get $x))')],
    ['another way back', program(less(), add(1), '(br_if $again (local.get $x))')],
    ['a loop inside', program(less(), add(1), '(loop (br_if 0 (local.get $x)))')],
    ['a bound compared with itself', program('(i32.lt_s (local.get $i) (local.get $i))', add(1))],
    [
      'a second branch of its condition',
      `(module (func (param i32 i32) (loop (if ${less('0', '1')}
        (then (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 1)) (else (local.set 1 (i32.const 9)))))))`,
    ],
    [
      'something after its condition',
      `(module (func (param i32 i32) (loop (if ${less('0', '1')}
        (then (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 1))) (local.set 1 (i32.const 9)))))`,
    ],
    [
      'a call',
      `(module (func $g) (func (param i32 i32) (loop (if ${less('0', '1')}
        (then (call $g) (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 1))))))`,
    ],
  ])('is not one with %s', (_, text) => {
    expect(countedIn(text)).toEqual([])
  })

  it('[X4] costs what its rounds cost one by one, from any number to any', () => {
    const near = (value: number) => fc.integer({ min: -20, max: 20 }).map((by) => (value + by) | 0)
    const number = fc.oneof(near(0), near(LEAST), near(GREATEST), near(1_000))
    const operator = fc.constantFrom('ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u')
    const step = fc.constantFrom(1, -1, 2, -2, 3, -3, 16, -16)
    let counted = 0
    fc.assert(
      fc.property(
        operator,
        step,
        number,
        number,
        fc.boolean(),
        fc.boolean(),
        (op, by, from, to, swap, fixed) => {
          const bound = fixed ? `(i32.const ${to})` : '(local.get $n)'
          const [a, b] = swap ? [bound, '(local.get $i)'] : ['(local.get $i)', bound]
          const condition = `(i32.${op} ${a} ${b})`
          counted += countedIn(program(condition, add(by))).length
          expect(run(program(condition, add(by)), from, to)).toEqual(
            run(program(condition, addHidden(by)), from, to),
          )
        },
      ),
      { seed: 3, numRuns: 3_000 },
    )
    expect(counted).toBeGreaterThan(700)
  })

  it('pays for branches in it too, and counts on in a function that is told its depth', () => {
    const body = (step: string) => `(module
      (func $f (param $n i32) (result i32) (local $i i32) (local $sum i32)
        (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
        (loop $again (if (i32.lt_s (local.get $i) (i32.const 10)) (then
          (if (i32.and (local.get $i) (i32.const 1)) (then
            (local.set $sum (i32.div_s (i32.add (local.get $sum) (i32.const 100)) (i32.const 3)))))
          ${step} (br $again))))
        (i32.add (local.get $sum) (call $f (i32.sub (local.get $n) (i32.const 1)))))
      (func (export "f") (param i32 i32) (result i32) (call $f (local.get 0))))`
    expect(countedIn(body(add(1)))).toHaveLength(1)
    expect(run(body(add(1)), 50, 0)).toEqual(run(body(addHidden(1)), 50, 0))
  })
})

function less(counter = '$i', bound = '$n'): string {
  return `(i32.lt_s (local.get ${counter}) (local.get ${bound}))`
}
