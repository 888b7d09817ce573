import type { FunctionCode } from '../../parse/function-code.ts'
import { FC, FD, FE, IMMEDIATE, IMMEDIATES, OPCODES } from '../../parse/opcodes.ts'

/**
 * Where a reader of code stands. The code has been validated before, so this reader checks nothing; on other bytes
 * it reads nonsense, but always moves forward, and zeros after the end.
 */
export interface CodeCursor {
  readonly bytes: Uint8Array
  readonly end: number
  at: number
}

/** A cursor at the first instruction. */
export function cursorAt(code: FunctionCode): CodeCursor {
  return { bytes: code.bytes, end: code.end, at: code.start }
}

/** Reads an opcode, with its prefix, as the one number of the tables. */
export function readOpcode(cursor: CodeCursor): number {
  const opcode = readByte(cursor)
  if (opcode < 0xfc || opcode > 0xfe) return opcode
  const prefix = opcode === 0xfc ? FC : opcode === 0xfd ? FD : FE
  return prefix | (readIndex(cursor) & 0xff)
}

/** Reads one byte. */
export function readByte(cursor: CodeCursor): number {
  return cursor.bytes[cursor.at++] ?? 0
}

/** Reads a u32. */
export function readIndex(cursor: CodeCursor): number {
  let byte = readByte(cursor)
  if (byte < 0x80) return byte
  let value = byte & 0x7f
  for (let shift = 7; byte >= 0x80; shift += 7) {
    byte = readByte(cursor)
    value |= (byte & 0x7f) << shift
  }
  return value >>> 0
}

/** By opcode: how many LEB128 integers follow, then how many bytes; OTHERWISE where it is not as simple. */
const INTEGERS = new Uint8Array(OPCODES)
const BYTES = new Uint8Array(OPCODES)
const OTHERWISE = 0xff

/** Kinds that hold vectors. */
const VECTORS: readonly number[] = [IMMEDIATE.labels, IMMEDIATE.valueTypes, IMMEDIATE.tryTable]
const {
  blockType,
  label,
  tag,
  local,
  global,
  table,
  memory,
  i32,
  i64,
  heapType,
  data,
  elements,
  indirectCall,
  memoryArgument,
  memoryArgumentLane,
  dataMemory,
  elementsTable,
  memoryMemory,
  tableTable,
} = IMMEDIATE
const ONE_INTEGER: readonly number[] = [
  ...[blockType, label, IMMEDIATE.function, tag, local, global],
  ...[table, memory, i32, i64, heapType, data, elements],
]
const TWO_INTEGERS: readonly number[] = [
  ...[indirectCall, memoryArgument, memoryArgumentLane],
  ...[dataMemory, elementsTable, memoryMemory, tableTable],
]
const SOME_BYTES: Readonly<Record<number, number>> = {
  [IMMEDIATE.lane]: 1,
  [memoryArgumentLane]: 1,
  [IMMEDIATE.f32]: 4,
  [IMMEDIATE.f64]: 8,
  [IMMEDIATE.v128]: 16,
}
IMMEDIATES.forEach((kind, opcode) => {
  INTEGERS[opcode] = ONE_INTEGER.includes(kind) ? 1 : TWO_INTEGERS.includes(kind) ? 2 : 0
  BYTES[opcode] = SOME_BYTES[kind] ?? 0
  if (VECTORS.includes(kind)) INTEGERS[opcode] = OTHERWISE
})

/** Passes over the immediates of an instruction. */
export function skipImmediates(cursor: CodeCursor, opcode: number): void {
  const integers = INTEGERS[opcode] ?? 0
  if (integers === OTHERWISE) return skipVectors(cursor, opcode)
  skipIntegers(cursor, integers)
  cursor.at += BYTES[opcode] ?? 0
}

function skipVectors(cursor: CodeCursor, opcode: number): void {
  if (IMMEDIATES[opcode] !== IMMEDIATE.tryTable) {
    return skipIntegers(cursor, readIndex(cursor) + (IMMEDIATES[opcode] === IMMEDIATE.labels ? 1 : 0))
  }
  skipIntegers(cursor, 1)
  for (let left = readIndex(cursor); left > 0 && cursor.at < cursor.end; left--) {
    skipIntegers(cursor, readByte(cursor) < 2 ? 2 : 1)
  }
}

function skipIntegers(cursor: CodeCursor, count: number): void {
  const { bytes, end } = cursor
  let { at } = cursor
  for (let left = count; left > 0 && at < end; left--) while ((bytes[at++] ?? 0) >= 0x80);
  cursor.at = at
}
