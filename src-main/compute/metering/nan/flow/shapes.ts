import { FD, OPCODES } from '../../parse/opcodes.ts'

/** The ways in which a value is a float, or holds several. */
export type NanShape = 'f32' | 'f64' | 'f32x4' | 'f64x2'

/** The shapes by their number; 0 is none. */
export const NAN_SHAPES = [undefined, 'f32', 'f64', 'f32x4', 'f64x2'] as const
export const SHAPE = { none: 0, f32: 1, f64: 2, f32x4: 3, f64x2: 4 } as const

/**
 * Instructions whose NaN results have bits that the specification leaves open: by opcode, the shape of the result, 0
 * for all others. These are all float arithmetic and the changes of width; comparisons, sign changes, pmin, pmax and
 * moves are defined to the bit (WebAssembly core specification, 4.3.3, "NaN propagation").
 */
export const ARITHMETIC = new Uint8Array(OPCODES)

const sources: readonly (readonly [number, readonly number[]])[] = [
  // ceil floor trunc nearest sqrt add sub mul div min max, then demote or promote
  [SHAPE.f32, [0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0xb6]],
  [SHAPE.f64, [0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xbb]],
  [SHAPE.f32x4, [103, 104, 105, 106, 227, 228, 229, 230, 231, 232, 233, 94].map((n) => FD | n)],
  [SHAPE.f64x2, [116, 117, 122, 148, 239, 240, 241, 242, 243, 244, 245, 95].map((n) => FD | n)],
]
for (const [shape, opcodes] of sources) for (const opcode of opcodes) ARITHMETIC[opcode] = shape
