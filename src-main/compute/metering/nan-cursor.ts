import type { FunctionCode } from './function-code.ts'
import { FC, FD, IMMEDIATE, IMMEDIATES } from './opcodes.ts'

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
  if (opcode < 0xfc || opcode > 0xfd) return opcode
  return (opcode === 0xfc ? FC : FD) | (readIndex(cursor) & 0xff)
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

/** Passes over the immediates of an instruction. */
export function skipImmediates(cursor: CodeCursor, opcode: number): void {
  switch (IMMEDIATES[opcode]) {
    case IMMEDIATE.blockType:
    case IMMEDIATE.label:
    case IMMEDIATE.function:
    case IMMEDIATE.tag:
    case IMMEDIATE.local:
    case IMMEDIATE.global:
    case IMMEDIATE.table:
    case IMMEDIATE.memory:
    case IMMEDIATE.i32:
    case IMMEDIATE.i64:
    case IMMEDIATE.heapType:
    case IMMEDIATE.data:
    case IMMEDIATE.elements:
      skipInteger(cursor)
      return
    case IMMEDIATE.indirectCall:
    case IMMEDIATE.memoryArgument:
    case IMMEDIATE.dataMemory:
    case IMMEDIATE.elementsTable:
    case IMMEDIATE.memoryMemory:
    case IMMEDIATE.tableTable:
      skipInteger(cursor)
      skipInteger(cursor)
      return
    case IMMEDIATE.memoryArgumentLane:
      skipInteger(cursor)
      skipInteger(cursor)
      cursor.at++
      return
    case IMMEDIATE.f32:
      cursor.at += 4
      return
    case IMMEDIATE.f64:
      cursor.at += 8
      return
    case IMMEDIATE.v128:
      cursor.at += 16
      return
    case IMMEDIATE.lane:
      cursor.at++
      return
    case IMMEDIATE.labels:
      skipIntegers(cursor, readIndex(cursor) + 1)
      return
    case IMMEDIATE.valueTypes:
      skipIntegers(cursor, readIndex(cursor))
      return
    case IMMEDIATE.tryTable:
      skipInteger(cursor)
      for (let left = readIndex(cursor); left > 0 && cursor.at < cursor.end; left--) {
        skipIntegers(cursor, readByte(cursor) < 2 ? 2 : 1)
      }
      return
    default:
      return
  }
}

function skipInteger(cursor: CodeCursor): void {
  while (readByte(cursor) >= 0x80);
}

function skipIntegers(cursor: CodeCursor, count: number): void {
  for (let left = count; left > 0 && cursor.at < cursor.end; left--) skipInteger(cursor)
}
