import type { EquivalenceCase, Invocation } from './case.fixture.ts'

const I32 = [0, 1, -1, 7, 31, 33, 0x7fffffff, -0x80000000, 0x12345678]
const I64 = [0n, 1n, -1n, 63n, 65n, 0x7fffffffffffffffn, -0x8000000000000000n, 0x123456789abcdefn]
const FLOATS = [
  0,
  -0,
  1,
  -1.5,
  2.5,
  3.5,
  -0.5,
  1e10,
  -1e10,
  1e20,
  4294967295.5,
  -2147483649,
  Infinity,
  -Infinity,
  NaN,
  1e-40,
]

function pairs(name: string, values: readonly (number | bigint)[]): Invocation[] {
  return values.flatMap((a) => values.map((b): Invocation => [name, a, b]))
}

/** One exported function per operator: `name(a, b)`; those of one operand leave out b. */
function operators(type: string, result: string, binary: string, unary = ''): string {
  const one = unary.split(' ').filter(Boolean)
  const two = binary.split(' ').filter(Boolean)
  return [
    ...one.map(
      (op) => `(func (export "${op}") (param ${type} ${type}) (result ${result}) (${op} (local.get 0)))`,
    ),
    ...two.map(
      (op) =>
        `(func (export "${op}") (param ${type} ${type}) (result ${result}) (${op} (local.get 0) (local.get 1)))`,
    ),
  ].join('\n')
}

function operatorCase(name: string, text: string, values: readonly (number | bigint)[]): EquivalenceCase {
  const names = Array.from(text.matchAll(/export "([^"]+)"/g), ([, found = '']) => found)
  return { name, wat: `(module ${text})`, calls: names.flatMap((op) => pairs(op, values)) }
}

const prefixed = (prefix: string, names: string) =>
  names
    .split(' ')
    .map((name) => `${prefix}.${name}`)
    .join(' ')

const INTEGER = 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'
const COMPARE = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'
const FLOAT = 'add sub mul div min max copysign'
const FLOAT_ONE = 'abs neg ceil floor trunc nearest sqrt'
const FLOAT_COMPARE = 'eq ne lt gt le ge'
const TRUNC = 'trunc_f64_s trunc_f64_u trunc_sat_f64_s trunc_sat_f64_u'

/** Every numeric operator on values at its edges, vectors, and the traps of arithmetic. */
export const VALUE_CASES: readonly EquivalenceCase[] = [
  operatorCase(
    'i32 operators, their traps included',
    operators(
      'i32',
      'i32',
      prefixed('i32', `${INTEGER} ${COMPARE}`),
      prefixed('i32', 'eqz clz ctz popcnt extend8_s extend16_s'),
    ),
    I32,
  ),
  operatorCase(
    'i64 operators, their traps included',
    operators(
      'i64',
      'i64',
      prefixed('i64', INTEGER),
      prefixed('i64', 'clz ctz popcnt extend8_s extend16_s extend32_s'),
    ) + operators('i64', 'i32', prefixed('i64', COMPARE), 'i64.eqz i32.wrap_i64'),
    I64,
  ),
  operatorCase(
    'f32 operators',
    operators('f32', 'f32', prefixed('f32', FLOAT), prefixed('f32', FLOAT_ONE)) +
      operators('f32', 'i32', prefixed('f32', FLOAT_COMPARE)),
    FLOATS,
  ),
  operatorCase(
    'f64 operators, and conversions with their traps',
    operators('f64', 'f64', prefixed('f64', FLOAT), prefixed('f64', FLOAT_ONE)) +
      operators('f64', 'i32', prefixed('f64', FLOAT_COMPARE), prefixed('i32', TRUNC)) +
      operators('f64', 'i64', '', prefixed('i64', TRUNC)),
    FLOATS,
  ),
  {
    name: 'select, drop, nop and parametric ones of every type',
    wat: `(module (func (export "f") (param i32) (result i32 i64 f32 f64)
      (select (i32.const 1) (i32.const 2) (local.get 0)) (select (i64.const 1) (i64.const 2) (local.get 0))
      (nop) (i32.const 5) (drop)
      (select (f32.const 1) (f32.const 2) (local.get 0)) (select (result f64) (f64.const 1) (f64.const 2) (local.get 0))))`,
    calls: [
      ['f', 0],
      ['f', 1],
      ['f', -7],
    ],
  },
  {
    name: 'vectors: lanes, shuffles, arithmetic, comparisons, loads and stores, in locals, loops and calls',
    wat: `(module (memory (export "memory") 1) (data (i32.const 0) "\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\\f1\\f2\\f3")
      (func $mix (param v128 v128) (result v128)
        (i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31 (local.get 0) (local.get 1)))
      (func (export "f") (param $n i32) (result i32 i64) (local $v v128) (local $w v128)
        (local.set $v (v128.load (i32.const 1))) (local.set $w (i32x4.splat (local.get $n)))
        (loop $l
          (local.set $v (i16x8.add (call $mix (local.get $v) (local.get $w)) (i8x16.avgr_u (local.get $v) (local.get $w))))
          (local.set $w (v128.bitselect (local.get $v) (local.get $w) (i32x4.gt_s (local.get $v) (local.get $w))))
          (local.set $w (f32x4.pmax (f32x4.convert_i32x4_s (local.get $w)) (f32x4.splat (f32.const 2))))
          (v128.store offset=64 (i32.const 0) (local.get $v))
          (v128.store8_lane offset=100 3 (local.get $n) (local.get $w))
          (br_if $l (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0))))
        (i8x16.bitmask (local.get $v)) (i64x2.extract_lane 1 (v128.xor (local.get $v) (local.get $w))))
      (func (export "edge") (param i32) (result i32) (v128.any_true (v128.load32_splat (local.get 0)))
        (v128.load64_lane 1 (local.get 0) (v128.const i64x2 1 2)) (i64x2.all_true) (i32.add)))`,
    calls: [
      ['f', 0],
      ['f', 1],
      ['f', 40],
      ['edge', 0],
      ['edge', 65528],
      ['edge', 65530],
      ['edge', 65533],
    ],
  },
]
