import { writeBytes, writeConstant, writeIndexed, writeSized } from './byte-writer.ts'
import { PAGE, TABLE_ELEMENT } from '../costs.ts'
import type { Injection } from './injection.ts'
import { NO_RESULT, OP } from './instruction.ts'
import { VALUE_TYPE } from '../parse/value-types.ts'
import { trapIfNegative } from './write-function.ts'

/** The depth's value when this machine had no memory for a growth that the module was entitled to. */
export const NO_HOST_MEMORY = -(2 ** 52)

const PREFIX = 0xfc
const TABLE_GROW = 15
const TABLE_SIZE = 16

/** The function that stands in for memory.grow: (i32) → i32. @param max pages, as the module declares them now */
export function writeGrowMemory(injection: Injection, max: number): void {
  const size = [OP.memorySize, 0]
  const grow = [OP.localGet, 0, OP.memoryGrow, 0]
  writeGrow(injection, 0, size, grow, { max, units: PAGE })
}

/** The function that stands in for table.grow of one table: (reference, i32) → i32. */
export function writeGrowTable(injection: Injection, table: number, max: number): void {
  const size = [PREFIX, TABLE_SIZE, table]
  const grow = [OP.localGet, 0, OP.localGet, 1, PREFIX, TABLE_GROW, table]
  writeGrow(injection, 1, size, grow, { max, units: TABLE_ELEMENT })
}

/**
 * Beyond the maximum the answer is -1, as on any machine. What is within it is paid for; if this machine then has no
 * memory for it, that is no answer to the module, which would go another way than elsewhere, but the end of the run.
 */
function writeGrow(
  { writer, fuel, depth }: Injection,
  delta: number,
  size: readonly number[],
  grow: readonly number[],
  { max, units }: { readonly max: number; readonly units: number },
): void {
  const left = delta + 1
  writeSized(writer, () => {
    writeBytes(writer, [1, 1, VALUE_TYPE.i64])
    writeBytes(writer, [OP.localGet, delta, OP.i64ExtendU, ...size, OP.i64ExtendU, OP.i64Add])
    writeConstant(writer, max)
    writeBytes(writer, [OP.i64GtU, OP.if, NO_RESULT, OP.i32Const, 0x7f, OP.return, OP.end])
    writeIndexed(writer, OP.globalGet, fuel)
    writeBytes(writer, [OP.localGet, delta, OP.i64ExtendU])
    writeConstant(writer, units)
    writeBytes(writer, [OP.i64Mul, OP.i64Sub, OP.localTee, left])
    writeIndexed(writer, OP.globalSet, fuel)
    writeIndexed(writer, OP.localGet, left)
    trapIfNegative(writer)
    writeBytes(writer, grow)
    writeBytes(writer, [OP.localTee, delta, OP.i32Const, 0x7f, OP.i32Eq, OP.if, NO_RESULT])
    writeConstant(writer, NO_HOST_MEMORY)
    writeIndexed(writer, OP.globalSet, depth)
    writeBytes(writer, [OP.unreachable, OP.end, OP.localGet, delta, OP.end])
  })
}
