/**
 * The table of instructions: the immediates that follow it, and its operands and results where
 * these do not depend on context. Flat tables, because they are read once per instruction of every module.
 *
 * An instruction is known by one number: its opcode, or for the prefixed ones `FC | n`, `FD | n` and `FE | n`. Source:
 * the WebAssembly core specification 3.0, chapter 5.4, for try, catch, rethrow and delegate the legacy exception
 * proposal, and for atomic accesses the one of threads. What the sandbox refuses (relaxed SIMD, GC, typed function
 * references, stack switching) has no immediates here, so that no code skips over it by accident.
 */

/** Added to the number after a 0xfc prefix. */
export const FC = 0x100
/** Added to the number after a 0xfd prefix. */
export const FD = 0x200
/** Added to the number after a 0xfe prefix. */
export const FE = 0x300
/** Length of each table: every number is below it. */
export const OPCODES = 0x400

/** The kinds of immediates. LEB128 integers, unless said otherwise. */
export const IMMEDIATE = {
  /** not an instruction that the sandbox takes: `refusedFeature` names it */
  refused: 0,
  none: 1,
  /** value type, 0x40, or a type index: s33 */
  blockType: 2,
  label: 3,
  /** a vector of labels and one more */
  labels: 4,
  function: 5,
  /** type index, table index */
  indirectCall: 6,
  tag: 7,
  local: 8,
  global: 9,
  table: 10,
  /** alignment exponent (bit 6 set: a memory index follows), offset */
  memoryArgument: 11,
  /** memory argument, lane byte */
  memoryArgumentLane: 12,
  /** memory index */
  memory: 13,
  /** s32 */
  i32: 14,
  /** s64 */
  i64: 15,
  /** 4 bytes */
  f32: 16,
  /** 8 bytes */
  f64: 17,
  /** 16 bytes: of v128.const, and the lanes of i8x16.shuffle */
  v128: 18,
  /** one byte */
  lane: 19,
  /** block type, then a vector of catch clauses: kind byte, tag index if the kind is 0 or 1, label */
  tryTable: 20,
  /** heap type: s33 */
  heapType: 21,
  /** vector of value types */
  valueTypes: 22,
  /** data segment, memory */
  dataMemory: 23,
  data: 24,
  /** element segment, table */
  elementsTable: 25,
  elements: 26,
  /** destination memory, source memory */
  memoryMemory: 27,
  /** destination table, source table */
  tableTable: 28,
} as const

/** Kind of immediates by instruction, a value of `IMMEDIATE`. */
export const IMMEDIATES = new Uint8Array(OPCODES)

/**
 * Operands and results by instruction, packed by `pack`; `CONTEXT` where they depend on more than the opcode
 * (control, calls, locals, globals, tables, references, select, drop).
 */
export const SIGNATURES = new Uint16Array(OPCODES)
/** A signature that depends on context; no packed one has this value. */
export const CONTEXT = 0xffff
/** How many operands an instruction takes, and whether it leaves a result; 0 for those of context. */
export const OPERANDS = new Uint8Array(OPCODES)
export const RESULTS = new Uint8Array(OPCODES)

/** Value types as they are packed in signatures: 3 bits each. */
export const PACKED = { none: 0, i32: 1, i64: 2, f32: 3, f64: 4, v128: 5 } as const
const LETTERS = ['', 'i', 'I', 'f', 'F', 'v']

/** The type of operand `index` (0 is the deepest), one of `PACKED`. */
export function operandOf(signature: number, index: number): number {
  return (signature >> (3 * index)) & 7
}

/** The type of the result, one of `PACKED`; `none` where there is no result. */
export function resultOf(signature: number): number {
  return signature >> 9
}

/** Three operands at most and one result, 3 bits each; 'vi:v' is the notation of the lists below. */
function pack(notation: string): number {
  const [operands = '', result = ''] = notation.split(':')
  const codes = Array.from(operands.padEnd(3) + result, (letter) => Math.max(0, LETTERS.indexOf(letter)))
  return codes.reduce((packed, code, index) => packed | (code << (3 * index)), 0)
}

/** From, to (included), signature ('?' is context), immediates: none unless said. */
type Row = readonly [number, number, string, (keyof typeof IMMEDIATE)?]

// i is i32, I is i64, f is f32, F is f64, v is v128: operands, a colon, result.
const ROWS: readonly Row[] = [
  [0x00, 0x00, '?'], // unreachable
  [0x01, 0x01, ':'], // nop
  [0x02, 0x04, '?', 'blockType'], // block loop if
  [0x05, 0x05, '?'], // else
  [0x06, 0x06, '?', 'blockType'], // try
  [0x07, 0x08, '?', 'tag'], // catch throw
  [0x09, 0x09, '?', 'label'], // rethrow
  [0x0a, 0x0b, '?'], // throw_ref end
  [0x0c, 0x0d, '?', 'label'], // br br_if
  [0x0e, 0x0e, '?', 'labels'], // br_table
  [0x0f, 0x0f, '?'], // return
  [0x10, 0x10, '?', 'function'], // call
  [0x11, 0x11, '?', 'indirectCall'],
  [0x12, 0x12, '?', 'function'], // return_call
  [0x13, 0x13, '?', 'indirectCall'], // return_call_indirect
  [0x18, 0x18, '?', 'label'], // delegate
  [0x19, 0x19, '?'], // catch_all
  [0x1a, 0x1b, '?'], // drop select
  [0x1c, 0x1c, '?', 'valueTypes'], // select with types
  [0x1f, 0x1f, '?', 'tryTable'],
  [0x20, 0x22, '?', 'local'],
  [0x23, 0x24, '?', 'global'],
  [0x25, 0x26, '?', 'table'], // table.get table.set
  [0x28, 0x28, 'i:i', 'memoryArgument'],
  [0x29, 0x29, 'i:I', 'memoryArgument'],
  [0x2a, 0x2a, 'i:f', 'memoryArgument'],
  [0x2b, 0x2b, 'i:F', 'memoryArgument'],
  [0x2c, 0x2f, 'i:i', 'memoryArgument'],
  [0x30, 0x35, 'i:I', 'memoryArgument'],
  [0x36, 0x36, 'ii:', 'memoryArgument'],
  [0x37, 0x37, 'iI:', 'memoryArgument'],
  [0x38, 0x38, 'if:', 'memoryArgument'],
  [0x39, 0x39, 'iF:', 'memoryArgument'],
  [0x3a, 0x3b, 'ii:', 'memoryArgument'],
  [0x3c, 0x3e, 'iI:', 'memoryArgument'],
  [0x3f, 0x3f, ':i', 'memory'], // memory.size
  [0x40, 0x40, 'i:i', 'memory'], // memory.grow
  [0x41, 0x41, ':i', 'i32'],
  [0x42, 0x42, ':I', 'i64'],
  [0x43, 0x43, ':f', 'f32'],
  [0x44, 0x44, ':F', 'f64'],
  [0x45, 0x45, 'i:i'], // i32: eqz, comparisons
  [0x46, 0x4f, 'ii:i'],
  [0x50, 0x50, 'I:i'],
  [0x51, 0x5a, 'II:i'],
  [0x5b, 0x60, 'ff:i'],
  [0x61, 0x66, 'FF:i'],
  [0x67, 0x69, 'i:i'], // clz ctz popcnt, arithmetic
  [0x6a, 0x78, 'ii:i'],
  [0x79, 0x7b, 'I:I'],
  [0x7c, 0x8a, 'II:I'],
  [0x8b, 0x91, 'f:f'], // abs neg ceil floor trunc nearest sqrt
  [0x92, 0x98, 'ff:f'], // add sub mul div min max copysign
  [0x99, 0x9f, 'F:F'],
  [0xa0, 0xa6, 'FF:F'],
  [0xa7, 0xa7, 'I:i'], // conversions
  [0xa8, 0xa9, 'f:i'],
  [0xaa, 0xab, 'F:i'],
  [0xac, 0xad, 'i:I'],
  [0xae, 0xaf, 'f:I'],
  [0xb0, 0xb1, 'F:I'],
  [0xb2, 0xb3, 'i:f'],
  [0xb4, 0xb5, 'I:f'],
  [0xb6, 0xb6, 'F:f'],
  [0xb7, 0xb8, 'i:F'],
  [0xb9, 0xba, 'I:F'],
  [0xbb, 0xbb, 'f:F'],
  [0xbc, 0xbc, 'f:i'],
  [0xbd, 0xbd, 'F:I'],
  [0xbe, 0xbe, 'i:f'],
  [0xbf, 0xbf, 'I:F'],
  [0xc0, 0xc1, 'i:i'],
  [0xc2, 0xc4, 'I:I'],
  [0xd0, 0xd0, '?', 'heapType'], // ref.null
  [0xd1, 0xd1, '?'], // ref.is_null
  [0xd2, 0xd2, '?', 'function'], // ref.func
  [FC | 0, FC | 1, 'f:i'], // saturating truncation
  [FC | 2, FC | 3, 'F:i'],
  [FC | 4, FC | 5, 'f:I'],
  [FC | 6, FC | 7, 'F:I'],
  [FC | 8, FC | 8, 'iii:', 'dataMemory'], // memory.init
  [FC | 9, FC | 9, ':', 'data'],
  [FC | 10, FC | 10, 'iii:', 'memoryMemory'], // memory.copy
  [FC | 11, FC | 11, 'iii:', 'memory'], // memory.fill
  [FC | 12, FC | 12, 'iii:', 'elementsTable'], // table.init
  [FC | 13, FC | 13, ':', 'elements'],
  [FC | 14, FC | 14, 'iii:', 'tableTable'], // table.copy
  [FC | 15, FC | 15, '?', 'table'], // table.grow
  [FC | 16, FC | 16, ':i', 'table'], // table.size
  [FC | 17, FC | 17, '?', 'table'], // table.fill
  [FD | 0, FD | 10, 'i:v', 'memoryArgument'], // v128: loads, store, const
  [FD | 11, FD | 11, 'iv:', 'memoryArgument'],
  [FD | 12, FD | 12, ':v', 'v128'],
  [FD | 13, FD | 13, 'vv:v', 'v128'], // i8x16.shuffle
  [FD | 14, FD | 14, 'vv:v'], // i8x16.swizzle
  [FD | 15, FD | 17, 'i:v'], // splats
  [FD | 18, FD | 18, 'I:v'],
  [FD | 19, FD | 19, 'f:v'],
  [FD | 20, FD | 20, 'F:v'],
  [FD | 21, FD | 22, 'v:i', 'lane'], // lanes: i8x16 i16x8 i32x4 i64x2 f32x4 f64x2
  [FD | 23, FD | 23, 'vi:v', 'lane'],
  [FD | 24, FD | 25, 'v:i', 'lane'],
  [FD | 26, FD | 26, 'vi:v', 'lane'],
  [FD | 27, FD | 27, 'v:i', 'lane'],
  [FD | 28, FD | 28, 'vi:v', 'lane'],
  [FD | 29, FD | 29, 'v:I', 'lane'],
  [FD | 30, FD | 30, 'vI:v', 'lane'],
  [FD | 31, FD | 31, 'v:f', 'lane'],
  [FD | 32, FD | 32, 'vf:v', 'lane'],
  [FD | 33, FD | 33, 'v:F', 'lane'],
  [FD | 34, FD | 34, 'vF:v', 'lane'],
  [FD | 35, FD | 76, 'vv:v'], // comparisons of all shapes
  [FD | 77, FD | 77, 'v:v'], // not
  [FD | 78, FD | 81, 'vv:v'], // and andnot or xor
  [FD | 82, FD | 82, 'vvv:v'], // bitselect
  [FD | 83, FD | 83, 'v:i'], // any_true
  [FD | 84, FD | 87, 'iv:v', 'memoryArgumentLane'],
  [FD | 88, FD | 91, 'iv:', 'memoryArgumentLane'],
  [FD | 92, FD | 93, 'i:v', 'memoryArgument'], // load32_zero load64_zero
  [FD | 94, FD | 98, 'v:v'], // demote promote; i8x16: abs neg popcnt
  [FD | 99, FD | 100, 'v:i'], // all_true bitmask
  [FD | 101, FD | 102, 'vv:v'], // narrow
  [FD | 103, FD | 106, 'v:v'], // f32x4: ceil floor trunc nearest
  [FD | 107, FD | 109, 'vi:v'], // shifts
  [FD | 110, FD | 115, 'vv:v'],
  [FD | 116, FD | 117, 'v:v'], // f64x2: ceil floor
  [FD | 118, FD | 121, 'vv:v'],
  [FD | 122, FD | 122, 'v:v'], // f64x2.trunc
  [FD | 123, FD | 123, 'vv:v'],
  [FD | 124, FD | 129, 'v:v'], // extadd_pairwise; i16x8: abs neg
  [FD | 130, FD | 130, 'vv:v'],
  [FD | 131, FD | 132, 'v:i'],
  [FD | 133, FD | 134, 'vv:v'],
  [FD | 135, FD | 138, 'v:v'],
  [FD | 139, FD | 141, 'vi:v'],
  [FD | 142, FD | 147, 'vv:v'],
  [FD | 148, FD | 148, 'v:v'], // f64x2.nearest
  [FD | 149, FD | 153, 'vv:v'],
  [FD | 155, FD | 159, 'vv:v'],
  [FD | 160, FD | 161, 'v:v'], // i32x4: abs neg
  [FD | 163, FD | 164, 'v:i'],
  [FD | 167, FD | 170, 'v:v'],
  [FD | 171, FD | 173, 'vi:v'],
  [FD | 174, FD | 174, 'vv:v'],
  [FD | 177, FD | 177, 'vv:v'],
  [FD | 181, FD | 186, 'vv:v'],
  [FD | 188, FD | 191, 'vv:v'],
  [FD | 192, FD | 193, 'v:v'], // i64x2: abs neg
  [FD | 195, FD | 196, 'v:i'],
  [FD | 199, FD | 202, 'v:v'],
  [FD | 203, FD | 205, 'vi:v'],
  [FD | 206, FD | 206, 'vv:v'],
  [FD | 209, FD | 209, 'vv:v'],
  [FD | 213, FD | 223, 'vv:v'],
  [FD | 224, FD | 225, 'v:v'], // f32x4: abs neg
  [FD | 227, FD | 227, 'v:v'], // f32x4.sqrt
  [FD | 228, FD | 235, 'vv:v'], // f32x4: add sub mul div min max pmin pmax
  [FD | 236, FD | 237, 'v:v'], // f64x2, the same
  [FD | 239, FD | 239, 'v:v'],
  [FD | 240, FD | 247, 'vv:v'],
  [FD | 248, FD | 255, 'v:v'], // conversions
  [FE | 0x00, FE | 0x00, 'ii:i', 'memoryArgument'], // memory.atomic.notify, wait32, wait64
  [FE | 0x01, FE | 0x01, 'iiI:i', 'memoryArgument'],
  [FE | 0x02, FE | 0x02, 'iII:i', 'memoryArgument'],
  [FE | 0x03, FE | 0x03, ':', 'lane'], // atomic.fence, and a byte that is 0
  [FE | 0x10, FE | 0x10, 'i:i', 'memoryArgument'], // atomic loads: i32 i64 i32.8 i32.16 i64.8 i64.16 i64.32
  [FE | 0x11, FE | 0x11, 'i:I', 'memoryArgument'],
  [FE | 0x12, FE | 0x13, 'i:i', 'memoryArgument'],
  [FE | 0x14, FE | 0x16, 'i:I', 'memoryArgument'],
  [FE | 0x17, FE | 0x17, 'ii:', 'memoryArgument'], // atomic stores, in the same order
  [FE | 0x18, FE | 0x18, 'iI:', 'memoryArgument'],
  [FE | 0x19, FE | 0x1a, 'ii:', 'memoryArgument'],
  [FE | 0x1b, FE | 0x1d, 'iI:', 'memoryArgument'],
  // add sub and or xor xchg, in the same order
  ...[0x1e, 0x25, 0x2c, 0x33, 0x3a, 0x41].flatMap((first): Row[] => [
    [FE | first, FE | first, 'ii:i', 'memoryArgument'],
    [FE | (first + 1), FE | (first + 1), 'iI:I', 'memoryArgument'],
    [FE | (first + 2), FE | (first + 3), 'ii:i', 'memoryArgument'],
    [FE | (first + 4), FE | (first + 6), 'iI:I', 'memoryArgument'],
  ]),
  [FE | 0x48, FE | 0x48, 'iii:i', 'memoryArgument'], // cmpxchg
  [FE | 0x49, FE | 0x49, 'iII:I', 'memoryArgument'],
  [FE | 0x4a, FE | 0x4b, 'iii:i', 'memoryArgument'],
  [FE | 0x4c, FE | 0x4e, 'iII:I', 'memoryArgument'],
]

for (const [first, last, notation, immediates = 'none'] of ROWS) {
  IMMEDIATES.fill(IMMEDIATE[immediates], first, last + 1)
  const packed = notation === '?' ? CONTEXT : pack(notation)
  SIGNATURES.fill(packed, first, last + 1)
  if (notation === '?') continue
  OPERANDS.fill(notation.indexOf(':'), first, last + 1)
  RESULTS.fill(notation.endsWith(':') ? 0 : 1, first, last + 1)
}

/** Refused opcodes of one byte, by the proposal that they belong to. */
const REFUSED: readonly (readonly [number, number, string])[] = [
  [0x14, 0x15, 'typed function references'], // call_ref return_call_ref
  [0xd3, 0xd3, 'garbage collection'], // ref.eq
  [0xd4, 0xd6, 'typed function references'], // ref.as_non_null br_on_null br_on_non_null
  [0xe0, 0xe6, 'stack switching'],
  [0xfb, 0xfb, 'garbage collection'],
]

/** 0xfd 0x100 to 0xfd 0x113 are relaxed SIMD; the rest above 0xff belongs to nothing finished. */
const RELAXED_SIMD = { first: 0x100, last: 0x113 }
/** 0xfc 0x13 to 0xfc 0x16: add128, sub128, mul_wide. */
const WIDE_ARITHMETIC = { first: 0x13, last: 0x16 }

/**
 * Names what an instruction outside the tables belongs to, for the refusal: a feature, or 'unknown opcode 0x…'.
 *
 * @param prefix the first byte
 * @param number what follows a prefix of 0xfc or 0xfd, as large as a u32
 */
export function refusedFeature(prefix: number, number = 0): string {
  const unknown = `unknown opcode 0x${prefix.toString(16)}`
  const within = ({ first, last }: typeof RELAXED_SIMD) => number >= first && number <= last
  if (prefix === 0xfd) return within(RELAXED_SIMD) ? 'relaxed SIMD' : `${unknown} 0x${number.toString(16)}`
  if (prefix === 0xfe) return `${unknown} 0x${number.toString(16)}`
  if (prefix === 0xfc)
    return within(WIDE_ARITHMETIC) ? 'wide arithmetic' : `${unknown} 0x${number.toString(16)}`
  return REFUSED.find(([first, last]) => prefix >= first && prefix <= last)?.[2] ?? unknown
}
