import { describe, expect, it } from 'vitest'
import { FRAME_SLOTS, UNCOUNTED_SLOTS_MAX } from '../limits.ts'
import { parseModule } from '../parse/parse-module.ts'
import { scanCode } from './scan-code.ts'
import { PASSING, stackUse } from './stack-use.ts'
import { wat } from '../wat.fixture.ts'

/** Slots and ways of passing, by function in order. */
function use(fields: string) {
  const module = parseModule(wat(`(module ${fields})`))
  const { slots, passing, isPassedTo } = stackUse(module, scanCode(module))
  const ways = Object.keys(PASSING) as (keyof typeof PASSING)[]
  return {
    slots: Array.from(slots),
    passing: Array.from(passing, (way) => ways.find((name) => PASSING[name] === way)),
    isPassedTo,
  }
}

const locals = (count: number) => `(local ${'i64 '.repeat(count)})`

describe('the stack is counted', () => {
  it('nowhere without recursion', () => {
    const { slots, passing } = use('(func (call 1) (call 2)) (func (call 2)) (func (loop (br 0)))')
    expect(slots).toEqual([0, 0, 0])
    expect(passing).toEqual(['none', 'none', 'none'])
  })

  it('[X5] by a function that calls itself, with its locals, operands and what it hands over', () => {
    expect(use('(func (call 0))').slots).toEqual([FRAME_SLOTS])
    expect(use(`(func ${locals(30)} (call 0))`).slots).toEqual([FRAME_SLOTS + 30])
    expect(use('(func (param i32 i32) (call 0 (local.get 0) (local.get 1)))').slots).toEqual([
      FRAME_SLOTS + 2 + 2 + 2,
    ])
    expect(use('(func (local v128) (call 0))').slots).toEqual([FRAME_SLOTS + 2])
  })

  it('once on each circle of calls, for all frames below that do not count', () => {
    expect(use(`(func (call 1)) (func ${locals(5)} (call 2)) (func (call 0))`).slots).toEqual([
      3 * FRAME_SLOTS + 5,
      0,
      0,
    ])
    expect(use(`(func (call 0) (call 1) (call 2)) (func ${locals(5)}) (func ${locals(7)})`).slots).toEqual([
      2 * FRAME_SLOTS + 7,
      0,
      0,
    ])
  })

  it('on every circle, also where they share functions', () => {
    const { slots } = use('(func (call 1)) (func (call 0) (call 2)) (func (call 1) (call 2))')
    const isCounted = slots.map((slot) => slot > 0)
    expect(isCounted[0] === true || isCounted[1] === true).toBe(true)
    expect(isCounted[1] === true || isCounted[2] === true).toBe(true)
    expect(isCounted[2]).toBe(true)
  })

  it('where a chain of calls grows long without any circle', () => {
    const chain = Array.from({ length: 12 }, (_, i) => `(func ${locals(2_000)} (call ${i + 1}))`).join(' ')
    const { slots } = use(`${chain} (func)`)
    expect(slots.filter((slot) => slot > 0)).toHaveLength(1)
    expect(Math.max(...slots)).toBeGreaterThan(UNCOUNTED_SLOTS_MAX)
  })

  it('through tables, as every function of the type in a table may be called', () => {
    const { slots, passing, isPassedTo } = use(`(type $a (func)) (type $b (func (param i32)))
      (table 2 funcref) (elem (i32.const 0) 0 1)
      (func (type $a) (call_indirect (type $a) (i32.const 1)))
      (func (type $b))
      (func (export "f") (call_indirect (type $a) (i32.const 0)) (call_indirect (type $b) (i32.const 0) (i32.const 1)))`)
    expect(slots.map((slot) => slot > 0)).toEqual([true, false, false])
    expect(passing).toEqual(['global', 'none', 'entrance'])
    expect([isPassedTo(0), isPassedTo(1)]).toEqual([true, false])
  })

  it('through tables by equal types of other numbers', () => {
    const { slots } = use(`(type $a (func)) (type $same (func)) (table 1 funcref) (elem (i32.const 0) 0)
      (func (type $a) (call_indirect (type $same) (i32.const 0)))`)
    expect(slots[0]).toBeGreaterThan(0)
  })

  it('through tail calls as through others', () => {
    expect(use('(func (return_call 0))').slots).toEqual([FRAME_SLOTS])
  })

  it('and passed on by all callers, each in its way', () => {
    const { passing } = use(`(table 1 funcref) (elem (i32.const 0) 2)
      (func $recurs (call $recurs)) (func $leads (call $recurs)) (func $held (call $leads))
      (func $shown (export "f") (call $leads)) (func $start (call $leads)) (func $apart) (start $start)`)
    expect(passing).toEqual(['parameter', 'parameter', 'global', 'entrance', 'entrance', 'none'])
  })
})

it('walks through calls that are deeper than a stack of its own would be', () => {
  const functions = Array.from({ length: 100_000 }, (_, i) => `(func (call ${(i + 1) % 100_000}))`).join(' ')
  expect(use(functions).slots.filter((slot) => slot > 0).length).toBeGreaterThan(0)
})
