/**
 * Writes random programs that end: loops count down in locals that nothing else writes, and functions call only those
 * before them. They trap now and then, in the middle of what they do. Float bits reach neither memory nor results
 * (they go through truncation, and no copysign), since those of NaNs are the machine's where they are not made canonical.
 */

import { dice, pick, type Dice } from '../dice.fixture.ts'
import type { Invocation } from './case.fixture.ts'
import { countedLoop } from './counted-loop-text.fixture.ts'

const CALLS_EACH = 3

type Style = 'any' | 'plain'
type Type = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

interface Signature {
  readonly params: readonly Type[]
  readonly results: readonly Type[]
}

/** The scope of the code that is written. */
interface Scope {
  readonly dice: Dice
  readonly style: Style
  /** Types that may be used. */
  readonly types: readonly Type[]
  /** Functions that may be called, by index. */
  readonly callable: readonly Signature[]
  readonly results: readonly Type[]
  /** Locals by type; counters of loops are not among them. */
  readonly locals: Record<Type, string[]>
  /** Labels that take no values, innermost first; `null` where a block has results. */
  readonly labels: readonly (string | null)[]
  /** Names not used yet. */
  readonly fresh: { next: number; counters: string[] }
  /** Expressions may nest this deep yet, and loops. */
  readonly depth: number
  readonly loops: number
}

const TYPES: readonly Type[] = ['i32', 'i64', 'f32', 'f64', 'v128']
const PARAM_TYPES: readonly Type[] = ['i32', 'i64', 'f32', 'f64']
const GLOBALS: Record<Type, string | null> = { i32: '$gi', i64: '$gl', f32: null, f64: '$gd', v128: null }
const INTEGER = 'add sub mul and or xor shl shr_s shr_u rotl rotr add sub xor'.split(' ')
const DIVISION = 'div_s div_u rem_s rem_u'.split(' ')
const COMPARE = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'.split(' ')
const FLOAT = 'add sub mul div min max'.split(' ')
const FLOAT_ONE = 'abs neg ceil floor trunc nearest sqrt'.split(' ')
const FLOAT_COMPARE = 'eq ne lt gt le ge'.split(' ')
const VECTOR =
  'i32x4.add i16x8.sub i64x2.mul v128.xor v128.andnot i8x16.avgr_u i8x16.swizzle i32x4.gt_s'.split(' ')
const INTERESTING = ['0', '1', '-1', '2', '7', '31', '64', '255', '65535', '2147483647', '-2147483648']
const FLOATS = ['0', '-0', '1', '-1.5', '0.5', '3.25', '1e10', '-1e20', 'inf', 'nan']

const inner = (scope: Scope, labels = scope.labels): Scope => ({ ...scope, depth: scope.depth - 1, labels })

/**
 * The text of a random module with memory, table, globals and 2 to 5 functions, all exported (`f0`, `f1` …). A plain
 * one has neither vectors nor exceptions, tail calls, segments or references.
 */
export function randomProgram(seed: number, style: Style = 'any'): string {
  const roll = dice(seed)
  const signatures = Array.from({ length: 2 + roll(4) }, (): Signature => {
    const results = Array.from({ length: pick(roll, [0, 1, 1, 1, 2]) }, () =>
      pick(roll, ['i32', 'i64'] as const),
    )
    return { params: Array.from({ length: roll(4) }, () => pick(roll, PARAM_TYPES)), results }
  })
  const functions = signatures.map((signature, index) =>
    functionText(roll, style, signatures, signature, index),
  )
  return `(module
(memory (export "memory") 1 3) (table (export "table") 6 funcref) (elem (i32.const 0) ${signatures.map((_, i) => `$f${i}`).join(' ')})
(global $gi (export "gi") (mut i32) (i32.const 3)) (global $gl (export "gl") (mut i64) (i64.const -9)) (global $gd (mut f64) (f64.const 1.5))
${style === 'plain' ? '' : '(tag $t (param i32)) (data $d "some bytes of data")'}
${functions.join('\n')})`
}

/** Calls of every function of a program that `randomProgram` wrote, with arguments at the edges of their types. */
export function programCalls(text: string, seed: number): Invocation[] {
  const roll = dice(seed)
  const heads = text.matchAll(/\(func \$(f\d+) (.*)/g)
  return Array.from(heads).flatMap(([, name = '', head = '']) => {
    const params = Array.from(head.matchAll(/\(param \$l\d+ (\w+)\)/g), ([, type = '']) => type)
    return Array.from({ length: CALLS_EACH }, (): Invocation => [
      name,
      ...params.map((type) => argument(roll, type)),
    ])
  })
}

function argument(roll: Dice, type: string): number | bigint {
  if (type === 'i64') return BigInt(pick(roll, INTERESTING))
  return Number(pick(roll, type === 'i32' ? INTERESTING : ['0', '-0', '1.5', '-3e9', 'Infinity', '1e-30']))
}

function functionText(
  roll: Dice,
  style: Style,
  all: readonly Signature[],
  { params, results }: Signature,
  index: number,
): string {
  const types = style === 'plain' ? PARAM_TYPES : TYPES
  const declared = Array.from({ length: roll(6) }, () => pick(roll, types))
  const locals: Record<Type, string[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] }
  for (const [i, type] of [...params, ...declared].entries()) locals[type].push(`$l${i}`)
  const fresh = { next: 0, counters: [] as string[] }
  const scope: Scope = {
    dice: roll,
    style,
    types,
    callable: all.slice(0, index),
    results,
    locals,
    labels: [],
    fresh,
    depth: 4,
    loops: 2,
  }
  const body = [...statements(scope, 2 + roll(6)), ...results.map((type) => expression(scope, type))]
  const head = params.map((type, i) => `(param $l${i} ${type})`).join(' ')
  const result = results.length > 0 ? `(result ${results.join(' ')})` : ''
  const own = declared.map((type, i) => `(local $l${params.length + i} ${type})`).join(' ')
  const counters = fresh.counters.map((name) => `(local ${name} i32)`).join(' ')
  return `(func $f${index} (export "f${index}") ${head} ${result} ${own} ${counters}\n  ${body.join('\n  ')})`
}

function statements(scope: Scope, count: number): string[] {
  return Array.from({ length: count }, () => statement(scope))
}

function named(scope: Scope, prefix: string): string {
  return `$${prefix}${scope.fresh.next++}`
}

function statement(scope: Scope): string {
  const { dice: roll, depth } = scope
  if (depth <= 0) return simple(scope)
  switch (roll(14)) {
    case 0:
    case 1:
      return ifStatement(scope)
    case 2:
      return loop(scope)
    case 3:
      return block(scope)
    case 4:
      return scope.callable.length > 0 ? call(scope) : simple(scope)
    case 5:
      return branch(scope)
    case 6:
      return table(scope)
    case 7:
      return scope.style === 'plain' ? block(scope) : tries(scope)
    case 8:
      return rare(scope)
    default:
      return simple(scope)
  }
}

function simple(scope: Scope): string {
  const { dice: roll } = scope
  const type = pick(roll, scope.types)
  const target = scope.locals[type]
  switch (roll(6)) {
    case 0:
    case 1:
    case 2:
      return target.length > 0 ? `(local.set ${pick(roll, target)} ${expression(scope, type)})` : '(nop)'
    case 3: {
      const global = GLOBALS[type]
      return global === null ? '(nop)' : `(global.set ${global} ${expression(scope, type)})`
    }
    case 4:
      return `(i32.store offset=${roll(64)} ${address(scope)} ${expression(scope, 'i32')})`
    default:
      return `(i64.store${pick(roll, ['', '8', '16', '32'])} ${address(scope)} ${expression(scope, 'i64')})`
  }
}

/** Mostly within the memory's page. */
function address(scope: Scope): string {
  const value = expression(inner(scope), 'i32')
  return scope.dice(60) === 0 ? value : `(i32.and ${value} (i32.const 0x7ff8))`
}

function ifStatement(scope: Scope): string {
  const label = named(scope, 'b')
  const within = inner(scope, [label, ...scope.labels])
  const then = statements(within, scope.dice(4)).join(' ')
  const otherwise = scope.dice(2) === 0 ? `(else ${statements(within, scope.dice(3)).join(' ')})` : ''
  return `(if ${label} ${expression(inner(scope), 'i32')} (then ${then}) ${otherwise})`
}

/** Makes few rounds: counted down below its body, or counted by a condition above it, as for-loops are compiled. */
function loop(scope: Scope): string {
  if (scope.loops === 0) return simple(scope)
  const label = named(scope, 'b')
  const counter = namedCounter(scope)
  const within = { ...inner(scope, [null, ...scope.labels]), loops: scope.loops - 1 }
  const body = statements(within, 1 + scope.dice(4)).join(' ')
  if (scope.dice(2) === 0) {
    const bound = scope.dice(2) === 0 ? null : namedCounter(scope)
    return countedLoop(scope.dice, { label, counter, bound, body })
  }
  return `(local.set ${counter} (i32.const ${1 + scope.dice(6)}))
  (loop ${label} ${body}
    (local.set ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))
    (br_if ${label} (i32.gt_s (local.get ${counter}) (i32.const 0))))`
}

function namedCounter(scope: Scope): string {
  const counter = named(scope, 'c')
  scope.fresh.counters.push(counter)
  return counter
}

function block(scope: Scope): string {
  const label = named(scope, 'b')
  return `(block ${label} ${statements(inner(scope, [label, ...scope.labels]), 1 + scope.dice(4)).join(' ')})`
}

function call(scope: Scope): string {
  const { dice: roll } = scope
  const index = roll(scope.callable.length)
  const { params, results } = pick(() => index, scope.callable)
  const values = params.map((type) => expression(inner(scope), type)).join(' ')
  const drops = results.map(() => '(drop)').join(' ')
  if (roll(3) > 0) return `(call $f${index} ${values}) ${drops}`
  const type = [...params.map((p) => `(param ${p})`), ...results.map((r) => `(result ${r})`)].join(' ')
  // An element above those of the table, or a function no later than the one that is meant: nothing recurs.
  const drawn = [
    `(i32.or ${expression(inner(scope), 'i32')} (i32.const 8))`,
    `(i32.and ${expression(inner(scope), 'i32')} (i32.const ${index}))`,
  ]
  const element = roll(12) === 0 ? pick(roll, drawn) : `(i32.const ${index})`
  return `(call_indirect ${type} ${values} ${element}) ${drops}`
}

function branch(scope: Scope): string {
  const { dice: roll } = scope
  const open = scope.labels.filter((label) => label !== null)
  const condition = expression(inner(scope), 'i32')
  if (open.length === 0 || roll(5) === 0) return `(if ${condition} (then ${leave(scope)}))`
  return roll(3) === 0
    ? `(if ${condition} (then (br ${pick(roll, open)})))`
    : `(br_if ${pick(roll, open)} ${condition})`
}

/** Return, or a tail call to a function with the same results. */
function leave(scope: Scope): string {
  const same = scope.callable.findIndex(({ results }) => results.join() === scope.results.join())
  const values = (types: readonly Type[]) => types.map((type) => expression(inner(scope), type)).join(' ')
  const target = scope.callable[same]
  if (target !== undefined && scope.style !== 'plain' && scope.dice(2) === 0)
    return `(return_call $f${same} ${values(target.params)})`
  return `(return ${values(scope.results)})`
}

function table(scope: Scope): string {
  const labels = Array.from({ length: 3 }, () => named(scope, 'b'))
  const [a = '', b = '', c = ''] = labels
  const arm = (open: readonly string[]) =>
    statements(inner(scope, [...open, ...scope.labels]), scope.dice(3)).join(' ')
  return `(block ${a} (block ${b} (block ${c}
    (br_table ${c} ${b} ${a} ${b} (i32.and ${expression(inner(scope), 'i32')} (i32.const 7)))) ${arm([b, a])}) ${arm([a])})`
}

/** Throws, mostly under a condition, and catches in one of the two encodings. */
function tries(scope: Scope): string {
  const label = named(scope, 'b')
  const within = inner(
    scope,
    scope.labels.map(() => null),
  )
  const thrown = `(if ${expression(within, 'i32')} (then (throw $t ${expression(within, 'i32')})))`
  const body = `${statements(within, scope.dice(3)).join(' ')} ${thrown} ${statements(within, scope.dice(2)).join(' ')}`
  if (scope.dice(2) === 0)
    return `(try (do ${body}) (catch $t (global.set $gi)) ${scope.dice(2) === 0 ? '(catch_all (nop))' : ''})`
  return `(block ${label} (global.set $gi (block $h${label.slice(1)} (result i32)
    (try_table (catch $t $h${label.slice(1)}) (catch_all ${label}) ${body}) (i32.const 1))))`
}

function rare(scope: Scope): string {
  const { dice: roll } = scope
  const number = (below: number) => `(i32.const ${roll(below)})`
  switch (roll(scope.style === 'plain' ? 4 : 7)) {
    case 0:
      return `(if ${expression(inner(scope), 'i32')} (then (if (i32.eq (global.get $gi) (i32.const 77)) (then (unreachable)))))`
    case 1:
      return `(memory.fill ${number(65_100)} ${number(256)} ${number(500)})`
    case 2:
      return `(memory.copy ${number(65_300)} ${number(65_000)} ${number(300)})`
    case 3:
      return `(i64.store (i32.const 8) (i64.extend_i32_s (i32.add (memory.size) (memory.grow ${number(2)}))))`
    case 4:
      return `(memory.init $d ${number(65_000)} ${number(6)} ${number(13)})`
    case 5:
      return `(table.set ${number(7)} (ref.func $f0))`
    default:
      return `(table.copy (i32.const ${3 + roll(3)}) ${number(4)} ${number(4)})`
  }
}

function expression(scope: Scope, type: Type): string {
  const { dice: roll } = scope
  if (scope.depth <= 0 || roll(4) === 0) return leaf(scope, type)
  const deeper = inner(scope)
  switch (roll(10)) {
    case 0:
      return `(select (result ${type}) ${expression(deeper, type)} ${expression(deeper, type)} ${expression(deeper, 'i32')})`
    case 1:
      return `(if (result ${type}) ${expression(deeper, 'i32')} (then ${expression(deeper, type)}) (else ${expression(deeper, type)}))`
    case 2: {
      const label = named(scope, 'b')
      const early = `(drop (br_if ${label} ${expression(deeper, type)} ${expression(deeper, 'i32')}))`
      return `(block ${label} (result ${type}) ${early} ${expression(deeper, type)})`
    }
    default:
      return operation(deeper, type)
  }
}

function leaf(scope: Scope, type: Type): string {
  const { dice: roll } = scope
  const locals = scope.locals[type]
  const global = GLOBALS[type]
  if (locals.length > 0 && roll(3) > 0) return `(local.get ${pick(roll, locals)})`
  if (global !== null && roll(4) === 0) return `(global.get ${global})`
  if (type === 'v128') return `(v128.const i32x4 ${roll(9)} ${roll(999)} -1 ${roll(3)})`
  return `(${type}.const ${pick(roll, type === 'i32' || type === 'i64' ? INTERESTING : FLOATS)})`
}

function operation(scope: Scope, type: Type): string {
  const kind = scope.dice(12)
  switch (type) {
    case 'v128':
      return vectorOperation(scope, kind)
    case 'f32':
    case 'f64':
      return floatOperation(scope, type, kind)
    case 'i32':
    case 'i64':
      return kind < 7 ? integerOperation(scope, type, kind) : comparison(scope, type, kind)
  }
}

function vectorOperation(scope: Scope, kind: number): string {
  if (kind < 2) return `(i32x4.splat ${expression(scope, 'i32')})`
  if (kind < 3) return `(v128.load ${address(scope)})`
  return `(${pick(scope.dice, VECTOR)} ${expression(scope, 'v128')} ${expression(scope, 'v128')})`
}

function floatOperation(scope: Scope, type: 'f32' | 'f64', kind: number): string {
  const { dice: roll } = scope
  const e = (of: Type) => expression(scope, of)
  if (kind < 2) return `(${type}.convert_${pick(roll, ['i32_s', 'i32_u'])} ${e('i32')})`
  if (kind < 5) return `(${type}.${pick(roll, FLOAT_ONE)} ${e(type)})`
  return `(${type}.${pick(roll, FLOAT)} ${e(type)} ${e(type)})`
}

function integerOperation(scope: Scope, type: 'i32' | 'i64', kind: number): string {
  const { dice: roll } = scope
  const e = (of: Type) => expression(scope, of)
  switch (kind) {
    case 0:
      return `(${type}.load${pick(roll, ['8_s', '8_u', '16_s', '16_u', ''])} offset=${roll(99)} ${address(scope)})`
    case 1: {
      const divisor = roll(12) === 0 ? e(type) : `(${type}.or (${type}.const 1) ${e(type)})`
      return `(${type}.${pick(roll, DIVISION)} ${e(type)} ${divisor})`
    }
    case 2:
      return `(${type}.trunc_sat_${pick(roll, ['f32_s', 'f32_u'])} ${e('f32')})`
    case 3:
      return `(${type}.trunc${roll(9) === 0 ? '' : '_sat'}_f64_s ${e('f64')})`
    case 4:
      return type === 'i64'
        ? `(i64.extend_i32_${pick(roll, ['s', 'u'])} ${e('i32')})`
        : `(i32.wrap_i64 ${e('i64')})`
    case 5:
      return `(${type}.${pick(roll, ['clz', 'ctz', 'popcnt', 'extend8_s', 'extend16_s'])} ${e(type)})`
    default:
      if (scope.style === 'plain') return arithmetic(scope, type)
      return type === 'i64' ? `(i64x2.extract_lane ${roll(2)} ${e('v128')})` : `(i8x16.bitmask ${e('v128')})`
  }
}

/** A comparison where the result is an i32, or else arithmetic. */
function comparison(scope: Scope, type: 'i32' | 'i64', kind: number): string {
  const { dice: roll } = scope
  const e = (of: Type) => expression(scope, of)
  if (type === 'i64') return arithmetic(scope, type)
  if (kind === 7) return `(i64.${pick(roll, COMPARE)} ${e('i64')} ${e('i64')})`
  if (kind === 8) return `(f64.${pick(roll, FLOAT_COMPARE)} ${e('f64')} ${e('f64')})`
  if (kind === 9) return `(i32.${pick(roll, COMPARE)} ${e('i32')} ${e('i32')})`
  return arithmetic(scope, type)
}

function arithmetic(scope: Scope, type: 'i32' | 'i64'): string {
  return `(${type}.${pick(scope.dice, INTEGER)} ${expression(scope, type)} ${expression(scope, type)})`
}
