import {
  type ByteWriter,
  writeByte,
  writeBytes,
  writeConstant,
  writeIndexed,
  writeSigned,
} from './byte-writer.ts'
import type { CountedLoop, Operand } from '../scan/counted-loop.ts'
import { OP } from './instruction.ts'

/**
 * Writes how many rounds a counted loop will make, times `units`: an i64 that is left in the local `product`.
 *
 * @param localOf where a local of the function is
 */
export function writeCount(
  writer: ByteWriter,
  loop: CountedLoop,
  units: number,
  product: number,
  localOf: (local: number) => number,
): void {
  const counter: Operand = { local: loop.counter }
  const push = (operand: Operand) =>
    'local' in operand
      ? writeIndexed(writer, OP.localGet, localOf(operand.local))
      : writeI32(writer, operand.constant)
  const [from, to] = loop.step > 0 ? [counter, loop.bound] : [loop.bound, counter]
  if (loop.relation === 'different') {
    push(to)
    push(from)
    writeBytes(writer, [OP.i32Sub, OP.i64ExtendU])
  } else {
    const extend = loop.isSigned ? OP.i64ExtendS : OP.i64ExtendU
    push(to)
    writeByte(writer, extend)
    push(from)
    writeBytes(writer, [extend, OP.i64Sub])
    divideUp(writer, Math.abs(loop.step))
    writeIndexed(writer, OP.localTee, product)
    writeConstant(writer, 0)
    writeIndexed(writer, OP.localGet, product)
    writeConstant(writer, 0)
    writeBytes(writer, [OP.i64GtS, OP.select])
  }
  writeConstant(writer, units)
  writeByte(writer, OP.i64Mul)
  writeIndexed(writer, OP.localSet, product)
}

/** A part of a step counts as one. */
function divideUp(writer: ByteWriter, step: number): void {
  if (step === 1) return
  writeConstant(writer, step - 1)
  writeByte(writer, OP.i64Add)
  writeConstant(writer, step)
  writeByte(writer, OP.i64DivS)
}

/** i32.const; an unsigned one as the signed one of the same bits. */
function writeI32(writer: ByteWriter, value: number): void {
  writeByte(writer, OP.i32Const)
  writeSigned(writer, value | 0)
}
