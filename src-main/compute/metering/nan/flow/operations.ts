import { numberOf } from './finite.ts'
import { FLOW, USE } from './graph.ts'
import { boundOf, CLEAN, FOREIGN, knownValue, MASK, NOT_FLOAT, TAINT } from './known-values.ts'
import { CONTEXT, FC, FD, OPCODES, operandOf, PACKED, resultOf, SIGNATURES } from '../../parse/opcodes.ts'

/**
 * How instructions of fixed signature use floats and vectors, by opcode: the use of the first and of the other
 * operands, how they flow into the result, and what is known of the result besides. Those whose result depends on
 * immediates or masks (constants, shuffle, bitwise instructions) are in nan-walk.ts.
 */
export const FIRST_USE = new Uint8Array(OPCODES)
export const OTHER_USE = new Uint8Array(OPCODES)
/** One of `FLOW` and 1; 0 where nothing flows. */
export const FIRST_FLOW = new Uint8Array(OPCODES)
export const OTHER_FLOW = new Uint8Array(OPCODES)
/** A known value, see nan-graph.ts. */
export const RESULT = new Int32Array(OPCODES)

/** Instructions that have nothing to do with floats and vectors. */
export const IS_INTEGER = new Uint8Array(OPCODES)

/** From, to (included). */
type Range = readonly [number, number]

function fill(table: Uint8Array | Int32Array, value: number, ...ranges: readonly Range[]): void {
  for (const [from, to] of ranges) table.fill(value, from, to + 1)
}

function vectors(from: number, to = from): Range {
  return [FD | from, FD | to]
}

// Unless a rule below says otherwise, the operands are observed, and nothing is known of a result that is a float.
for (let opcode = 0; opcode < OPCODES; opcode++) {
  const signature = SIGNATURES[opcode] ?? 0
  if (signature === CONTEXT) continue
  const touched = [0, 1, 2].some((index) => operandOf(signature, index) > PACKED.i64)
  const isFloat = resultOf(signature) > PACKED.i64
  RESULT[opcode] = isFloat ? FOREIGN : NOT_FLOAT
  FIRST_USE[opcode] = OTHER_USE[opcode] = touched ? USE.bits : 0
  IS_INTEGER[opcode] = touched || isFloat ? 0 : 1
}

/** Scalar arithmetic, comparison and truncation see that a value is NaN, which all NaNs are alike in. */
const BLIND: readonly Range[] = [
  [0x5b, 0x66],
  [0x8b, 0xa6],
  [0xa8, 0xab],
  [0xae, 0xb1],
  [0xb6, 0xb6],
  [0xbb, 0xbb],
  [FC | 0, FC | 7],
]
fill(FIRST_USE, 0, ...BLIND)
fill(OTHER_USE, 0, ...BLIND)

/** Lane-wise arithmetic, comparisons, pmin, pmax, truncations, promotion; then the same of f64x2. */
const BLIND_F32X4 = [vectors(65, 70), vectors(95), vectors(103, 106), vectors(227, 235), vectors(248, 249)]
const BLIND_F64X2 = [
  vectors(71, 76),
  vectors(94),
  vectors(116, 117),
  vectors(122),
  vectors(148),
  vectors(239, 247),
  vectors(252, 253),
]
for (const [use, ranges] of [
  [USE.f32x4, [...BLIND_F32X4, vectors(31)]],
  [USE.f64x2, [...BLIND_F64X2, vectors(33)]],
] as const) {
  fill(FIRST_USE, use, ...ranges)
  fill(OTHER_USE, use, ...ranges)
}

/** Opcodes, flow of the first operand, flow of the other, and what is known of the result besides. */
type FlowRule = readonly [readonly number[], (typeof FLOW)[keyof typeof FLOW] | null, number | null, number]

const FLOWS: readonly FlowRule[] = [
  [[0x8b, 0x8c, 0x99, 0x9a], FLOW.sign, null, CLEAN], // abs neg
  [[0x98, 0xa6], FLOW.sign, null, CLEAN], // copysign
  [[FD | 224, FD | 225], FLOW.sign32, null, CLEAN], // f32x4: abs neg
  [[FD | 236, FD | 237], FLOW.sign64, null, CLEAN],
  // pmin and pmax take a lane of the other operand only if it is the lesser or greater, and so no NaN of that width
  [[FD | 234, FD | 235], FLOW.lanes32, FLOW.numbers32, CLEAN],
  [[FD | 246, FD | 247], FLOW.move, FLOW.numbers64, CLEAN],
  [[FD | 31, FD | 33], FLOW.extract, null, CLEAN], // extract_lane of f32x4, f64x2
  [[FD | 19], FLOW.insert32, null, CLEAN], // splat
  [[FD | 20], FLOW.insert64, null, CLEAN],
  [[FD | 32], FLOW.lanes32, FLOW.insert32, CLEAN], // replace_lane
  [[FD | 34], FLOW.move, FLOW.insert64, CLEAN],
  [[FD | 28], FLOW.lanes32, null, FOREIGN], // replace_lane of i32x4, i64x2
  [[FD | 30], FLOW.move, null, FOREIGN],
  [[FD | 86], null, FLOW.lanes32, FOREIGN], // load32_lane load64_lane
  [[FD | 87], null, FLOW.move, FOREIGN],
]
for (const [opcodes, first, other, result] of FLOWS) {
  for (const opcode of opcodes) {
    FIRST_FLOW[opcode] = first === null ? 0 : first + 1
    OTHER_FLOW[opcode] = other === null ? 0 : other + 1
    RESULT[opcode] = result
  }
}
// Values that only flow through are seen where the result is.
for (const n of [19, 20, 28, 30, 32, 34, 86, 87, 224, 225, 236, 237]) {
  FIRST_USE[FD | n] = OTHER_USE[FD | n] = 0
}
// The sign that copysign takes is seen, whatever becomes of the result.
OTHER_USE[0x98] = OTHER_USE[0xa6] = USE.bits

/** Bounds of numbers that were integers of 32 and 64 bits. */
const [INT32, INT64] = [34, 66]
/** Numbers made of integers are none; lanes of a comparison are all ones, which is a NaN, or zero. */
const KNOWN: readonly (readonly [number, readonly Range[]])[] = [
  [knownValue(TAINT.f64, MASK.none, INT32), [[0xb2, 0xb3], vectors(250, 251)]],
  [knownValue(TAINT.f64, MASK.none, INT64), [[0xb4, 0xb5]]],
  [knownValue(TAINT.f32, MASK.none, INT32), [[0xb7, 0xb8], vectors(254, 255)]],
  [knownValue(TAINT.f32, MASK.none, INT64), [[0xb9, 0xba]]],
  [knownValue(TAINT.both, MASK.lanes32), [vectors(55, 70)]],
  [knownValue(TAINT.both, MASK.lanes64), [vectors(71, 76), vectors(214, 219)]],
]
for (const [value, ranges] of KNOWN) fill(RESULT, value, ...ranges)

/** The value of a v128.const: which of its lanes are NaNs, whether it is a mask, and how large its floats are. */
export function vectorConstant(bytes: Uint8Array, at: number): number {
  const word = (index: number) => {
    const from = at + 4 * index
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(from, true)
  }
  const words = [word(0), word(1), word(2), word(3)] as const
  const lanes32 = words.map((bits) => numberOf((bits >>> 23) & 0xff, 127))
  const lanes64 = [words[1], words[3]].map((bits) => numberOf((bits >>> 20) & 0x7ff, 1_023))
  const taint32 = lanes32.includes(FOREIGN) ? TAINT.f32 : TAINT.none
  const taint64 = lanes64.includes(FOREIGN) ? TAINT.f64 : TAINT.none
  const isMask32 = words.every((bits) => bits === 0 || bits === -1)
  const isMask64 = isMask32 && words[0] === words[1] && words[2] === words[3]
  const mask = isMask64 ? MASK.lanes64 : isMask32 ? MASK.lanes32 : MASK.none
  // As whichever shape it is used, no float in it is larger; those of a tainted shape are not asked for.
  const bound = Math.max(...[...lanes32, ...lanes64].map((lane) => (lane === FOREIGN ? 0 : boundOf(lane))))
  return knownValue(taint32 | taint64, mask, bound)
}

/** Whether the 16 lanes of a shuffle move whole f64 lanes, whole f32 lanes, or any bytes: one of `FLOW`. */
export function shuffleFlow(bytes: Uint8Array, at: number): number {
  const moves = (size: number) => {
    for (let lane = 0; lane < 16; lane++) {
      const first = bytes[at + lane - (lane % size)] ?? 0
      if (first % size !== 0 || bytes[at + lane] !== first + (lane % size)) return false
    }
    return true
  }
  return moves(8) ? FLOW.move : moves(4) ? FLOW.lanes32 : FLOW.bytes
}
