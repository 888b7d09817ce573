import { isReferenceType, refusedType } from './function-type.ts'
import { CONSTANT_INSTRUCTIONS_MAX } from '../limits.ts'
import { refusedFeature } from './opcodes.ts'
import { type Cursor, readByte, readU32, skipBytes, skipSigned } from './reader.ts'
import { refuseModule } from '../refusal.ts'

/** The indices that a constant expression may name, and a listener for the functions that it refers to. */
export interface ConstantScope {
  /** Globals declared before it. */
  readonly globals: number
  readonly functions: number
  readonly onFunction: (index: number) => void
}

/** i32 and i64: add, sub, mul. */
const EXTENDED = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e])

/**
 * Steps over a constant expression, whose types V8 checks.
 *
 * @throws FaultError `module-refused` for any other instruction, an index that is not there, or a long expression
 */
export function skipConstantExpression(cursor: Cursor, scope: ConstantScope): void {
  for (let count = 0; count <= CONSTANT_INSTRUCTIONS_MAX; count++) {
    const from = cursor.at
    const opcode = readByte(cursor)
    if (opcode === 0x0b) return
    if (!EXTENDED.has(opcode)) skipImmediates(cursor, opcode, from, scope)
  }
  refuseModule(`a constant expression of over ${CONSTANT_INSTRUCTIONS_MAX} instructions`, cursor.at)
}

function skipImmediates(cursor: Cursor, opcode: number, from: number, scope: ConstantScope): void {
  switch (opcode) {
    case 0x23:
      return checkIndex(readU32(cursor), scope.globals, 'global', from)
    case 0x41:
      return skipSigned(cursor, 32)
    case 0x42:
      return skipSigned(cursor, 64)
    case 0x43:
      return skipBytes(cursor, 4)
    case 0x44:
      return skipBytes(cursor, 8)
    case 0xd0: {
      const type = readByte(cursor)
      if (!isReferenceType(type)) refuseModule(refusedType(type), from)
      return
    }
    case 0xd2: {
      const index = readU32(cursor)
      checkIndex(index, scope.functions, 'function', from)
      return scope.onFunction(index)
    }
    case 0xfd:
      if (readU32(cursor) !== 12) refuseModule('a constant expression that computes', from)
      return skipBytes(cursor, 16)
    default:
      refuseModule(
        opcode === 0xfb ? refusedFeature(opcode) : `no constant instruction 0x${opcode.toString(16)}`,
        from,
      )
  }
}

/** @throws FaultError `module-refused` when there is no such thing */
export function checkIndex(index: number, count: number, what: string, from: number): void {
  if (index >= count) refuseModule(`${what} ${index} of ${count}`, from)
}
