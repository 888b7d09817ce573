import { addEdit, EDIT } from './edit-list.ts'
import { type CodeScan, changeHeight, chargePoint } from './code-scan.ts'
import { COSTS } from './costs.ts'
import { ARITHMETIC } from './nan-shapes.ts'
import { CONTEXT, IMMEDIATE, IMMEDIATES, OPERANDS, RESULTS, SIGNATURES } from './opcodes.ts'

// 0 is nothing for a run: control, calls, whatever has long immediates.
const BARE = 1
const FLOAT_ARITHMETIC = 2
const LOCAL = 3
/** A constant of up to four bytes: only longer ones can be too long. */
const CONSTANT = 4
/** An alignment and an offset of one byte each, or of two. */
const MEMORY_ACCESS = 5

/** What an instruction is to a run, by its first byte, and how many values it adds to the operand stack. */
const PLAIN = new Uint8Array(256)
const ADDED = new Int8Array(256)

for (let opcode = 0; opcode < 256; opcode++) {
  ADDED[opcode] = (RESULTS[opcode] ?? 0) - (OPERANDS[opcode] ?? 0)
  if (SIGNATURES[opcode] === CONTEXT) continue
  if (IMMEDIATES[opcode] === IMMEDIATE.none)
    PLAIN[opcode] = ARITHMETIC[opcode] === 0 ? BARE : FLOAT_ARITHMETIC
  if (IMMEDIATES[opcode] === IMMEDIATE.memoryArgument) PLAIN[opcode] = MEMORY_ACCESS
  if (IMMEDIATES[opcode] === IMMEDIATE.i32 || IMMEDIATES[opcode] === IMMEDIATE.i64) PLAIN[opcode] = CONSTANT
}
PLAIN.fill(LOCAL, 0x20, 0x23)
ADDED.set([1, -1, 0], 0x20) // local.get, local.set, local.tee
PLAIN.fill(BARE, 0x1a, 0x1c)
ADDED.set([-1, -2], 0x1a) // drop, select

/** Alignment exponents from here on belong to other proposals, or are none. */
const ALIGNMENT_END = 5

/**
 * Steps over the plain instructions from here on, most of all code, as fast as it can. Whatever is not plain, or
 * looks wrong, is left where it is for `scanInstruction`.
 */
export function scanRun(scan: CodeScan): void {
  const { cursor, module, locals, params } = scan
  const { bytes, end } = cursor
  const last = end - 5 // so that no immediate is beyond the end
  let { at } = cursor
  let units = 0
  let added = 0
  let addedMax = 0
  let hasArithmetic = false
  while (at < last) {
    const opcode = bytes[at] ?? 0
    const first = bytes[at + 1] ?? 0
    let length = 1
    switch (PLAIN[opcode]) {
      case BARE:
        break
      case FLOAT_ARITHMETIC:
        hasArithmetic = true
        break
      case LOCAL:
        if (first >= 0x80 || first >= locals) length = 0
        else length = 2
        break
      case CONSTANT:
        length = lengthOfConstant(bytes, at)
        break
      case MEMORY_ACCESS:
        length = first >= ALIGNMENT_END || module.memory === undefined ? 0 : lengthOfAccess(bytes, at)
        break
      default:
        length = 0
    }
    if (length === 0) break
    if (first === params && PLAIN[opcode] === LOCAL) addEdit(scan.edits, at, EDIT.firstLocal, at + 2)
    at += length
    units += COSTS[opcode] ?? 0
    added += ADDED[opcode] ?? 0
    if (added > addedMax) addedMax = added
  }
  cursor.at = at
  if (hasArithmetic) scan.hasArithmetic = true
  if (scan.dead) return
  chargePoint(scan, units)
  changeHeight(scan, addedMax)
  scan.height += added - addedMax
}

/** With an offset of one or two bytes; 0 if it is longer. */
function lengthOfAccess(bytes: Uint8Array, at: number): number {
  if ((bytes[at + 2] ?? 0) < 0x80) return 3
  return (bytes[at + 3] ?? 0) < 0x80 ? 4 : 0
}

/** 0 if it is longer. */
function lengthOfConstant(bytes: Uint8Array, at: number): number {
  for (let length = 2; length <= 5; length++) if ((bytes[at + length - 1] ?? 0) < 0x80) return length
  return 0
}
