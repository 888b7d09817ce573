import { describe, expect, it } from 'vitest'
import { COSTS, FOLDED_MAX, FUNCTION_ENTRY, LOOP_ROUND } from '../costs.ts'
import { EDIT } from './edit-list.ts'
import { parseModule } from '../parse/parse-module.ts'
import { prepayCalls } from './prepay-calls.ts'
import { scanCode } from './scan-code.ts'
import { stackUse } from './stack-use.ts'
import { wat } from '../wat.fixture.ts'

const OP = { br: 0x0c, brIf: 0x0d, call: 0x10, callIndirect: 0x11, if: 0x04, add: 0x6a, mul: 0x6c, div: 0x6d }
const cost = (...names: readonly (keyof typeof OP)[]) =>
  names.reduce((sum, name) => sum + (COSTS[OP[name]] ?? 0), 0)

/** `(drop (i32.div_u …))`: dear enough for a charge of its own. */
const DEAR = '(drop (i32.div_u (local.get 0) (i32.const 3)))'
const CHEAP = '(drop (i32.add (local.get 0) (i32.const 3)))'

interface Charge {
  readonly units: number
  readonly looks?: 'at fuel' | 'at fuel and stack'
}

/** The charges of each function in order, as they are written; and what callers pay for its beginning. */
function charges(text: string): { readonly prepaid: number; readonly own: readonly Charge[] }[] {
  const module = parseModule(wat(text))
  const plan = scanCode(module)
  const { units } = prepayCalls(module, plan, stackUse(module, plan))
  return plan.functions.map(({ firstEdit, lastEdit }, defined) => {
    const own: Charge[] = []
    for (let edit = firstEdit; edit < lastEdit; edit++) {
      const kind = plan.edits.kind[edit]
      const charge = { units: plan.edits.first[edit] ?? 0 }
      if (kind === EDIT.charge) own.push(charge)
      if (kind === EDIT.checkedCharge) own.push({ ...charge, looks: 'at fuel' })
      if (kind === EDIT.deepCharge) own.push({ ...charge, looks: 'at fuel and stack' })
    }
    return { prepaid: units[defined] ?? 0, own }
  })
}

/** The charges of one exported function of one i32. */
const of = (body: string) => charges(`(module (func (export "f") (param i32) ${body}))`)[0]?.own

it('the test knows a dear instruction from a cheap one', () => {
  expect(cost('div')).toBeGreaterThan(FOLDED_MAX)
  expect(cost('add')).toBeLessThanOrEqual(FOLDED_MAX)
})

describe('a region', () => {
  it('[X4] is charged once, at its beginning', () => {
    expect(of(`${DEAR} ${CHEAP} ${DEAR}`)).toEqual([
      { units: FUNCTION_ENTRY + 2 * cost('div') + cost('add') },
    ])
  })

  it('goes on after a block that no branch leaves for further out', () => {
    expect(of(`(block ${DEAR} (block (br 0))) ${DEAR}`)).toEqual([
      { units: FUNCTION_ENTRY + 2 * cost('div') + cost('br') },
    ])
  })

  it('ends where a branch may leave it, and after a block that a branch leaves for further out', () => {
    expect(of(`(block (block (br_if 1 (local.get 0)) ${DEAR}) ${DEAR}) ${DEAR}`)).toEqual([
      { units: FUNCTION_ENTRY + cost('brIf', 'div') },
      { units: cost('div') },
      { units: cost('div') },
    ])
  })

  it('does not reach into the branches of an if, and goes on after them', () => {
    expect(of(`(if (local.get 0) (then ${DEAR}) (else ${DEAR} ${DEAR})) ${DEAR}`)).toEqual([
      { units: FUNCTION_ENTRY + cost('if', 'div') },
      { units: cost('div') },
      { units: 2 * cost('div') },
    ])
  })

  it('pays nothing for what is never reached', () => {
    expect(of(`(return) ${DEAR} (loop (br 0))`)).toEqual([{ units: FUNCTION_ENTRY + (COSTS[0x0f] ?? 0) }])
  })
})

describe('a cheap branch', () => {
  it('is paid for by the region around it, at the dearest way through', () => {
    expect(of(`(if (local.get 0) (then ${CHEAP}) (else ${CHEAP} ${CHEAP}))`)).toEqual([
      { units: FUNCTION_ENTRY + cost('if') + 2 * cost('add') },
    ])
    expect(of(`(if (local.get 0) (then ${CHEAP} ${CHEAP})) (if (local.get 0) (then ${CHEAP}))`)).toEqual([
      { units: FUNCTION_ENTRY + 2 * cost('if') + 3 * cost('add') },
    ])
  })

  it('inside a dear one is paid for there', () => {
    expect(of(`(if (local.get 0) (then ${DEAR} (if (local.get 0) (then ${CHEAP}))))`)).toEqual([
      { units: FUNCTION_ENTRY + cost('if') },
      { units: cost('div', 'if', 'add') },
    ])
  })

  it('is not counted together with one that excludes it', () => {
    expect(of(`(block (br_if 0 (local.get 0)) ${CHEAP} (return)) ${CHEAP} ${CHEAP}`)).toEqual([
      { units: FUNCTION_ENTRY + cost('brIf') + Math.max(cost('add') + (COSTS[0x0f] ?? 0), 2 * cost('add')) },
    ])
  })
})

describe('a loop', () => {
  it('with its condition below is charged at its header, every round', () => {
    expect(of(`(loop ${DEAR} (br_if 0 (local.get 0)))`)).toEqual([
      { units: FUNCTION_ENTRY },
      { units: LOOP_ROUND + cost('div', 'brIf'), looks: 'at fuel' },
    ])
  })

  it('with its condition above is charged where it goes round, once', () => {
    expect(of(`(loop (if (local.get 0) (then ${DEAR} (br 1))))`)).toEqual([
      { units: FUNCTION_ENTRY + LOOP_ROUND + cost('if') },
      { units: cost('div', 'br') + LOOP_ROUND + cost('if'), looks: 'at fuel' },
    ])
  })

  it('with one way back is left alone where that is a meeting of many', () => {
    const meeting = `(loop (block (block (br_table 0 1 (local.get 0))) ${DEAR} (br 0)) (br 0))`
    expect(of(meeting)?.filter(({ looks }) => looks !== undefined)).toHaveLength(1)
  })

  it('that is empty costs something', () => {
    expect(of('(loop (br 0))')).toContainEqual({ units: LOOP_ROUND + cost('br'), looks: 'at fuel' })
  })

  it('around another is charged apart from it', () => {
    expect(of(`(loop (loop ${DEAR} (br_if 0 (local.get 0))) ${DEAR} (br_if 0 (local.get 0)))`)).toEqual([
      { units: FUNCTION_ENTRY },
      { units: LOOP_ROUND + cost('div', 'brIf'), looks: 'at fuel' },
      { units: LOOP_ROUND + cost('div', 'brIf'), looks: 'at fuel' },
    ])
  })
})

describe('a function called by its name', () => {
  const DOUBLE = '(func $double (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))'
  const beginning = FUNCTION_ENTRY + cost('add')

  it('is paid for by its caller, and takes no fuel', () => {
    const [double, caller] = charges(
      `(module ${DOUBLE} (func (export "f") (result i32) (call $double (call $double (i32.const 1)))))`,
    )
    expect(double).toEqual({ prepaid: beginning, own: [] })
    expect(caller).toEqual({
      prepaid: 0,
      own: [{ units: FUNCTION_ENTRY + 2 * cost('call') + 2 * beginning }],
    })
  })

  it.each([
    ['exported', '(export "double" (func $double))'],
    ['the start function', '(func $start) (start $start)'],
    ['in a table', '(table 1 funcref) (elem (i32.const 0) $double)'],
    ['referred to', '(elem declare func $double) (func (drop (ref.func $double)))'],
  ])('that is %s pays for itself', (how, more) => {
    const name = how === 'the start function' ? '$start' : '$double'
    const text = `(module ${DOUBLE} ${more} (func (export "f") (drop (call $double (i32.const 1)))))`
    const index = name === '$double' ? 0 : 1
    expect(charges(text)[index]?.prepaid).toBe(0)
    expect(charges(text)[index]?.own).toHaveLength(1)
  })

  it('that calls itself looks at fuel and stack where it calls, and nowhere else', () => {
    const [first, second] = charges(
      `(module
        (func $f (param i32) (if (local.get 0) (then ${DEAR} (call $f (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "g") (call $f (i32.const 5))))`,
    )
    const itself = FUNCTION_ENTRY + cost('if')
    expect(first).toEqual({
      prepaid: itself,
      own: [{ units: cost('div', 'call') + 1 + itself, looks: 'at fuel and stack' }],
    })
    expect(second).toEqual({
      prepaid: FUNCTION_ENTRY + cost('call'),
      own: [{ units: itself, looks: 'at fuel' }],
    })
  })
})

it('a call through a table checks the fuel, as its target is unknown', () => {
  const [, caller] = charges(
    `(module (table 1 funcref) (elem (i32.const 0) $g) (func $g) (func (export "f") (call_indirect (i32.const 0))))`,
  )
  expect(caller?.own).toEqual([{ units: FUNCTION_ENTRY + cost('callIndirect'), looks: 'at fuel' }])
})

it('a function that takes much without a look looks every time', () => {
  const all = of(`(if (local.get 0) (then ${DEAR.repeat(200)})) ${DEAR}`)
  expect(all?.every(({ looks }) => looks === 'at fuel')).toBe(true)
})
