import { isReferenceType, isValueType, readValueType, refusedType } from '../parse/function-type.ts'
import { BRANCH_TABLE_MAX } from '../limits.ts'
import { FC, FD, FE, IMMEDIATE, IMMEDIATES, refusedFeature } from '../parse/opcodes.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import { type Cursor, readByte, readCount, readS33, readU32, skipBytes, skipSigned } from '../parse/reader.ts'
import { checkIndex } from '../parse/constant-expression.ts'
import { refuseModule } from '../refusal.ts'

/** Alignment exponents are at most 4; bit 6 says that a memory index follows. */
const ALIGNMENT_MAX = 4
const MEMORY_INDEX_FOLLOWS = 0x40

/** Opcode numbers that are added after the prefixes from 0xfc on. */
const PREFIXES = [FC, FD, FE] as const

/** An instruction's number, as in opcodes.ts. @throws FaultError `module-refused`, naming the feature, for others */
export function readOpcode(cursor: Cursor): number {
  const from = cursor.at
  const byte = readByte(cursor)
  if (byte < 0xfb) {
    if (IMMEDIATES[byte] === IMMEDIATE.refused) refuseModule(refusedFeature(byte), from)
    return byte
  }
  const prefix = PREFIXES[byte - 0xfc]
  if (prefix === undefined) refuseModule(refusedFeature(byte), from)
  const number = readU32(cursor)
  const opcode = prefix | number
  if (number > 0xff || IMMEDIATES[opcode] === IMMEDIATE.refused) {
    refuseModule(refusedFeature(byte, number), from)
  }
  return opcode
}

/**
 * Steps over the immediates of an instruction whose operands do not depend on them.
 *
 * @param kind one of `IMMEDIATE`
 * @throws FaultError `module-refused` when they are malformed or name what is not there
 */
export function skipImmediates(cursor: Cursor, kind: number, module: ParsedModule): void {
  switch (kind) {
    case IMMEDIATE.none:
      return
    case IMMEDIATE.i32:
      return skipSigned(cursor, 32)
    case IMMEDIATE.memoryArgument:
      return skipMemoryArgument(cursor, module)
    case IMMEDIATE.i64:
      return skipSigned(cursor, 64)
    case IMMEDIATE.f32:
      return skipBytes(cursor, 4)
    case IMMEDIATE.f64:
      return skipBytes(cursor, 8)
    case IMMEDIATE.v128:
      return skipBytes(cursor, 16)
    case IMMEDIATE.lane:
      return skipBytes(cursor, 1)
    case IMMEDIATE.memoryArgumentLane:
      skipMemoryArgument(cursor, module)
      return skipBytes(cursor, 1)
    case IMMEDIATE.memory:
      return skipMemory(cursor, module)
    case IMMEDIATE.memoryMemory:
      skipMemory(cursor, module)
      return skipMemory(cursor, module)
    case IMMEDIATE.dataMemory:
      skipData(cursor, module)
      return skipMemory(cursor, module)
    case IMMEDIATE.data:
      return skipData(cursor, module)
    case IMMEDIATE.elementsTable:
      skipIndex(cursor, module.elements.segments, 'element segment')
      return skipIndex(cursor, module.tables.length, 'table')
    case IMMEDIATE.elements:
      return skipIndex(cursor, module.elements.segments, 'element segment')
    case IMMEDIATE.table:
      return skipIndex(cursor, module.tables.length, 'table')
    case IMMEDIATE.tableTable:
      skipIndex(cursor, module.tables.length, 'table')
      return skipIndex(cursor, module.tables.length, 'table')
    default:
      refuseModule(`unexpected immediates ${kind}`, cursor.at)
  }
}

function skipMemoryArgument(cursor: Cursor, module: ParsedModule): void {
  const from = cursor.at
  const alignment = readU32(cursor)
  if (alignment > ALIGNMENT_MAX) {
    const why = alignment & MEMORY_INDEX_FOLLOWS ? 'multi-memory' : `unknown alignment ${alignment}`
    refuseModule(why, from)
  }
  readU32(cursor)
  if (module.memory === undefined) refuseModule('an access without a memory', from)
}

function skipMemory(cursor: Cursor, module: ParsedModule): void {
  const from = cursor.at
  const index = readU32(cursor)
  if (index > 0) refuseModule('multi-memory', from)
  if (module.memory === undefined) refuseModule('an access without a memory', from)
}

function skipData(cursor: Cursor, module: ParsedModule): void {
  if (!module.dataCounted) refuseModule('a data segment that no DataCount section announces', cursor.at)
  skipIndex(cursor, module.data.segments, 'data segment')
}

function skipIndex(cursor: Cursor, count: number, what: string): void {
  const from = cursor.at
  checkIndex(readU32(cursor), count, what, from)
}

/** Operands that a block takes and results that it leaves. */
export interface BlockArity {
  params: number
  results: number
}

/** Reads a block type into `arity`. @throws FaultError `module-refused` for types that are not there or not taken */
export function readBlockType(cursor: Cursor, module: ParsedModule, arity: BlockArity): void {
  const from = cursor.at
  const byte = cursor.bytes[from] ?? 0
  arity.params = 0
  arity.results = 0
  if (byte === 0x40) {
    skipBytes(cursor, 1)
    return
  }
  if (isValueType(byte)) {
    skipBytes(cursor, 1)
    arity.results = 1
    return
  }
  const index = readS33(cursor)
  if (index < 0) refuseModule(refusedType(byte), from)
  checkIndex(index, module.types.length, 'type', from)
  const type = module.types[index]
  arity.params = type?.params.length ?? 0
  arity.results = type?.results.length ?? 0
}

/** Steps over a heap type. @throws FaultError `module-refused` for those of other proposals */
export function skipHeapType(cursor: Cursor): void {
  const from = cursor.at
  const byte = readByte(cursor)
  if (isReferenceType(byte)) return
  refuseModule(byte < 0x40 || byte >= 0x80 ? 'typed function references' : refusedType(byte), from)
}

/** Steps over the types of a select. @throws FaultError `module-refused` when there is not exactly one */
export function skipSelectType(cursor: Cursor): void {
  const from = cursor.at
  const count = readU32(cursor)
  if (count !== 1) refuseModule(`a select of ${count} types`, from)
  readValueType(cursor)
}

/** How many labels a br_table has, its default apart. */
export function readBranchTableSize(cursor: Cursor): number {
  return readCount(cursor, 'br_table entries', BRANCH_TABLE_MAX)
}
