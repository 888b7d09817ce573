import type { FunctionCode, ModuleTypes } from '../parse/function-code.ts'
import { cursorAt, readOpcode, skipImmediates } from './flow/cursor.ts'
import type { NanPatch } from './patch.ts'
import { placePatches } from './placement.ts'
import { ARITHMETIC, NAN_SHAPES } from './flow/shapes.ts'
import { walkCode } from './flow/walk.ts'

/**
 * Where the bits of NaNs must be made canonical, so that a result does not tell on which machine a function ran: after these
 * patches the function behaves as if every result of float arithmetic that is a NaN were made the canonical one
 * (`NAN_SHAPES`, positive, quiet, no payload). The specification leaves the choice of these bits to the machine, so
 * this is one of the behaviours that it allows. Patches are in the order of `at`, at most one for each `at`.
 *
 * @param code of a function that has been validated; worth calling only when one of its opcodes is in `ARITHMETIC`
 */
export function nanPatches(module: ModuleTypes, code: FunctionCode): readonly NanPatch[] {
  const graph = walkCode(module, code, false) ?? walkCode(module, code, true)
  return graph === undefined ? everySource(code) : placePatches(graph)
}

/** A patch after every arithmetic instruction: always right, and what is done where an analysis would cost too much. */
export function everySource(code: FunctionCode): NanPatch[] {
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
