import type { FunctionCode, ModuleTypes } from './function-code.ts'
import { cursorAt, readOpcode, skipImmediates } from './nan-cursor.ts'
import { ARITHMETIC, NAN_SHAPES, type NanShape } from './nan-shapes.ts'

/** At byte `at` of the original, before the instruction there: the value on top of the stack is to be made canonical. */
export interface NanPatch {
  readonly at: number
  readonly shape: NanShape
}

/**
 * Where the bits of NaNs must be made canonical, so that nobody sees on which machine a function ran: after these
 * patches the function behaves as if every result of float arithmetic that is a NaN were made the canonical one
 * (`NAN_SHAPES`, positive, quiet, no payload). The specification leaves the choice of these bits to the machine, so
 * this is one of the behaviours that it allows. Patches are in the order of `at`, at most one for each `at`.
 *
 * @param code of a function that has been validated; worth calling only when one of its opcodes is in `ARITHMETIC`
 */
export function nanPatches(_module: ModuleTypes, code: FunctionCode): readonly NanPatch[] {
  return everySource(code)
}

/** A patch after every arithmetic instruction: always right, and what is done where an analysis would cost too much. */
function everySource(code: FunctionCode): NanPatch[] {
  const cursor = cursorAt(code)
  const patches: NanPatch[] = []
  while (cursor.at < cursor.end) {
    const opcode = readOpcode(cursor)
    skipImmediates(cursor, opcode)
    const shape = NAN_SHAPES[ARITHMETIC[opcode] ?? 0]
    if (shape !== undefined) patches.push({ at: cursor.at, shape })
  }
  return patches
}
