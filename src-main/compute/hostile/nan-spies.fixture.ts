/**
 * Modules that look at the bits of a NaN, which processors make in different ways: the output is the same
 * everywhere, with the canonical bits after arithmetic and with untouched ones after moves.
 */
import { meshwork, passes, type HostileCase } from './hostile-case.fixture.ts'

const F32_NAN = '7fc00000'
const F64_NAN = '7ff8000000000000'
/** An i64 result that points at 16 bytes at 2,048. */
const OUTPUT_16 = '(return (i64.const 0x0000080000000010))'
const F32_PAYLOAD = '(f32.reinterpret_i32 (i32.const 0xffd54321))'
const F64_PAYLOAD = '(f64.reinterpret_i64 (i64.const 0xfffedcba98765432))'

function littleEndian(...words: readonly string[]): Uint8Array {
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex')].reverse())
  return Uint8Array.from([...bytes, ...new Uint8Array(16 - bytes.length)])
}

const spy = (name: string, store: string, ...words: readonly string[]) =>
  passes(name, meshwork(`${store} ${OUTPUT_16}`), littleEndian(...words))
const spy32 = (name: string, value: string, bits = F32_NAN) =>
  spy(name, `(f32.store (i32.const 2048) ${value})`, bits)
const spy64 = (name: string, value: string, bits = F64_NAN) =>
  spy(name, `(f64.store (i32.const 2048) ${value})`, bits)
const spy128 = (name: string, value: string, ...words: readonly string[]) =>
  spy(name, `(v128.store (i32.const 2048) ${value})`, ...words)

const splat32 = `(f32x4.splat ${F32_PAYLOAD})`
const splat64 = `(f64x2.splat ${F64_PAYLOAD})`

/** Each operation, and the bits that are seen. */
export const NAN_SPIES: readonly HostileCase[] = [
  spy32('0 ÷ 0', '(f32.div (f32.const 0) (f32.const 0))'),
  spy64('0 ÷ 0 in 64 bits', '(f64.div (f64.const 0) (f64.const 0))'),
  spy64('∞ − ∞', '(f64.sub (f64.const inf) (f64.const inf))'),
  spy32('0 × ∞', '(f32.mul (f32.const 0) (f32.const inf))'),
  spy64('√−1', '(f64.sqrt (f64.const -1))'),
  ...['add', 'sub', 'mul', 'div', 'min', 'max'].flatMap((op) => [
    spy32(`a payload through f32.${op}`, `(f32.${op} ${F32_PAYLOAD} (f32.const 1))`),
    spy64(`a payload through f64.${op}`, `(f64.${op} (f64.const 1) ${F64_PAYLOAD})`),
    spy128(
      `a payload through f32x4.${op}`,
      `(f32x4.${op} ${splat32} ${splat32})`,
      F32_NAN,
      F32_NAN,
      F32_NAN,
      F32_NAN,
    ),
    spy128(`a payload through f64x2.${op}`, `(f64x2.${op} ${splat64} ${splat64})`, F64_NAN, F64_NAN),
  ]),
  ...['sqrt', 'ceil', 'floor', 'trunc', 'nearest'].flatMap((op) => [
    spy32(`a payload through f32.${op}`, `(f32.${op} ${F32_PAYLOAD})`),
    spy64(`a payload through f64.${op}`, `(f64.${op} ${F64_PAYLOAD})`),
    spy128(`a payload through f64x2.${op}`, `(f64x2.${op} ${splat64})`, F64_NAN, F64_NAN),
  ]),
  spy32('a payload that is demoted', `(f32.demote_f64 ${F64_PAYLOAD})`),
  spy64('a payload that is promoted', `(f64.promote_f32 ${F32_PAYLOAD})`),
  spy32('a payload that is negated', `(f32.neg ${F32_PAYLOAD})`, '7fd54321'),
  spy64('a payload without its sign', `(f64.abs ${F64_PAYLOAD})`, '7ffedcba98765432'),
  spy32('a payload with another sign', `(f32.copysign ${F32_PAYLOAD} (f32.const 1))`, '7fd54321'),
  spy64(
    'the sign of 0 ÷ 0',
    '(f64.copysign (f64.const 1) (f64.div (f64.const 0) (f64.const 0)))',
    '3ff0000000000000',
  ),
  spy32('a payload that is moved', `(select ${F32_PAYLOAD} (f32.const 0) (i32.const 1))`, 'ffd54321'),
  spy128(
    'a payload through pmin',
    `(f64x2.pmin ${splat64} ${splat64})`,
    'fffedcba98765432',
    'fffedcba98765432',
  ),
]
