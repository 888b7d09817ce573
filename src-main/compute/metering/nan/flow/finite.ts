import {
  boundOf,
  FOREIGN,
  isLarge,
  knownValue,
  MASK,
  NOT_FLOAT,
  TAINT,
  taintOf,
  withLarge,
} from './known-values.ts'
import { ARITHMETIC, SHAPE } from './shapes.ts'
import { FD, OPCODES } from '../../parse/opcodes.ts'

/**
 * Arithmetic on numbers whose size is known: what programs do with pixels and samples, converted from integers and
 * scaled by constants, is never a NaN, and need not be looked at.
 */

const KIND = { other: 0, add: 1, multiply: 2, divide: 3, choose: 4, round: 5, narrow: 6, widen: 7 } as const

/** The effect of each instruction, by opcode. */
const KINDS = new Uint8Array(OPCODES)
const rows: readonly (readonly [number, readonly number[]])[] = [
  [KIND.add, [0x92, 0x93, 0xa0, 0xa1, FD | 228, FD | 229, FD | 240, FD | 241]],
  [KIND.multiply, [0x94, 0xa2, FD | 230, FD | 242]],
  [KIND.divide, [0x95, 0xa3, FD | 231, FD | 243]],
  [KIND.choose, [0x96, 0x97, 0xa4, 0xa5, ...[232, 233, 244, 245].map((n) => FD | n)]], // min max
  [KIND.round, [0x8d, 0x8e, 0x8f, 0x90, 0x9b, 0x9c, 0x9d, 0x9e]], // ceil floor trunc nearest
  [KIND.round, [103, 104, 105, 106, 116, 117, 122, 148].map((n) => FD | n)],
  [KIND.narrow, [0xb6, FD | 94]], // demote
  [KIND.widen, [0xbb, FD | 95]], // promote
]
for (const [kind, opcodes] of rows) for (const opcode of opcodes) KINDS[opcode] = kind

/** The largest bounds that finite numbers have. */
const F32_BOUND = 128
const F64_BOUND = 1_024

/**
 * The result of arithmetic on known values, or NOT_FLOAT if it may be a NaN. Bounds allow for rounding.
 *
 * @param first the first operand, or the only one
 */
export function finiteResult(opcode: number, first: number, other: number): number {
  const shape = ARITHMETIC[opcode] ?? SHAPE.none
  const isF32 = shape === SHAPE.f32 || shape === SHAPE.f32x4
  const kind = KINDS[opcode] ?? KIND.other
  const isWidth = kind === KIND.narrow || kind === KIND.widen
  // As what a NaN in an operand would count: a change of width has operands of the other one.
  const nan = isF32 === isWidth ? TAINT.f64 : TAINT.f32
  const isUnary = kind >= KIND.round
  if ((taintOf(first) & nan) !== 0 || (!isUnary && (taintOf(other) & nan) !== 0)) return NOT_FLOAT
  const bound = boundOfResult(kind, first, other)
  if (bound === undefined) return NOT_FLOAT
  const max = isF32 ? F32_BOUND : F64_BOUND
  return knownValue(isF32 ? TAINT.f64 : TAINT.f32, MASK.none, bound > max ? 0 : bound)
}

/** The bound, 0 if the result may be infinite; none if it may be a NaN. The operands are no NaNs. */
function boundOfResult(kind: number, first: number, other: number): number | undefined {
  const [one, two] = [boundOf(first), boundOf(other)]
  const isBounded = one > 0 && two > 0
  switch (kind) {
    case KIND.add: // infinities of different signs make a NaN
      if (isBounded) return Math.max(one, two) + 2
      return one > 0 || two > 0 ? 0 : undefined
    case KIND.multiply: // zero and an infinity do
      return isBounded ? one + two : undefined
    case KIND.divide: // two zeros or two infinities do
      if (!isLarge(other)) return undefined
      return one > 0 ? one + 1 : two > 0 ? 0 : undefined
    case KIND.choose:
      return isBounded ? Math.max(one, two) : 0
    case KIND.round:
    case KIND.narrow:
      return one > 0 ? one + 1 : 0
    case KIND.widen:
      return one
    default:
      return undefined
  }
}

/**
 * Facts about a number, by its exponent's bits.
 *
 * @param bias 127 of an f32, 1,023 of an f64
 * @returns a known value; FOREIGN for an infinity, because only a look at all bits tells it from a NaN
 */
export function numberOf(exponent: number, bias: number): number {
  if (exponent === 2 * bias + 1) return FOREIGN
  const value = knownValue(TAINT.none, MASK.none, Math.max(1, exponent - bias + 2))
  return exponent >= bias ? withLarge(value) : value
}
