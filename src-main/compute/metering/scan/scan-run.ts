import { assert } from '../../../protocol/fault.ts'
import { addEdit, EDIT } from './edit-list.ts'
import { type CodeScan, changeHeight, chargePoint } from './code-scan.ts'
import { COSTS } from '../costs.ts'
import { ARITHMETIC } from '../nan/flow/shapes.ts'
import { CONTEXT, IMMEDIATE, IMMEDIATES, OPERANDS, RESULTS, SIGNATURES } from '../parse/opcodes.ts'

// Kinds of instructions in a run: 0 for those that cannot be part of one, as control, calls and long immediates.
const BARE = 1
const FLOAT_ARITHMETIC = 2
const LOCAL = 3
/** A constant of up to four bytes: only longer ones can be too long. */
const CONSTANT = 4
/** An alignment and an offset of one byte each, or of two. */
const MEMORY_ACCESS = 5
/** No instruction is of this kind. */
const NONE = -1

/**
 * All that a run needs of an instruction, by its first byte, in one number: what it is in the lowest 3 bits, then its
 * cost in 13, and above these how many values it adds to the operand stack, which may be below 0.
 */
const FACTS = new Int32Array(256)
const KIND_BITS = 3
const COST_BITS = 13
const KIND_MASK = (1 << KIND_BITS) - 1
const COST_MASK = (1 << COST_BITS) - 1

for (let opcode = 0; opcode < 256; opcode++) {
  const immediates = IMMEDIATES[opcode]
  if (SIGNATURES[opcode] === CONTEXT) continue
  const added = (RESULTS[opcode] ?? 0) - (OPERANDS[opcode] ?? 0)
  if (immediates === IMMEDIATE.none)
    setFacts(opcode, ARITHMETIC[opcode] === 0 ? BARE : FLOAT_ARITHMETIC, added)
  if (immediates === IMMEDIATE.memoryArgument) setFacts(opcode, MEMORY_ACCESS, added)
  if (immediates === IMMEDIATE.i32 || immediates === IMMEDIATE.i64) setFacts(opcode, CONSTANT, added)
}
setFacts(0x1a, BARE, -1) // drop
setFacts(0x1b, BARE, -2) // select
setFacts(0x20, LOCAL, 1) // local.get
setFacts(0x21, LOCAL, -1) // local.set
setFacts(0x22, LOCAL, 0) // local.tee

function setFacts(opcode: number, kind: number, added: number): void {
  const cost = COSTS[opcode] ?? 0
  assert(cost <= COST_MASK, 'a plain instruction costs little')
  FACTS[opcode] = kind | (cost << KIND_BITS) | (added << (KIND_BITS + COST_BITS))
}

/** Alignment exponents from here on belong to other proposals, or are none. */
const ALIGNMENT_END = 5

/**
 * Steps over the plain instructions from here on, most of all code, as fast as it can. All else, and what
 * looks wrong, is left where it is for `scanInstruction`.
 */
export function scanRun(scan: CodeScan): void {
  const { cursor, params } = scan
  const localsEnd = Math.min(scan.locals, 0x80) // an index of one byte
  const memoryAccess = scan.module.memory === undefined ? NONE : MEMORY_ACCESS
  const { bytes, end } = cursor
  const last = end - 5 // so that no immediate is beyond the end
  let { at } = cursor
  let units = 0
  let added = 0
  let addedMax = 0
  let hasArithmetic = false
  while (at < last) {
    const opcode = bytes[at] ?? 0
    const facts = FACTS[opcode] ?? 0
    const kind = facts & KIND_MASK
    let length = 1
    if (kind === LOCAL) {
      const local = bytes[at + 1] ?? 0
      if (local >= localsEnd) break
      if (local === params) addEdit(scan.edits, at, EDIT.firstLocal, at + 2)
      length = 2
    } else if (kind !== BARE) {
      if (kind === CONSTANT) length = lengthOfConstant(bytes, at)
      else if (kind === memoryAccess) length = lengthOfAccess(bytes, at)
      else if (kind === FLOAT_ARITHMETIC) hasArithmetic = true
      else break
      if (length === 0) break
    }
    at += length
    units += (facts >> KIND_BITS) & COST_MASK
    added += facts >> (KIND_BITS + COST_BITS)
    addedMax = Math.max(addedMax, added)
  }
  cursor.at = at
  if (hasArithmetic) scan.hasArithmetic = true
  payRun(scan, units, added, addedMax)
}

/** Charges a run, and changes the height of the operand stack, which was `addedMax` higher at its highest. */
function payRun(scan: CodeScan, units: number, added: number, addedMax: number): void {
  if (scan.dead) return
  chargePoint(scan, units)
  changeHeight(scan, addedMax)
  scan.height += added - addedMax
}

/** With an offset of one or two bytes; 0 if it is longer, or the alignment is none. */
function lengthOfAccess(bytes: Uint8Array, at: number): number {
  if ((bytes[at + 1] ?? 0) >= ALIGNMENT_END) return 0
  if ((bytes[at + 2] ?? 0) < 0x80) return 3
  return (bytes[at + 3] ?? 0) < 0x80 ? 4 : 0
}

/** 0 if it is longer. */
function lengthOfConstant(bytes: Uint8Array, at: number): number {
  if ((bytes[at + 1] ?? 0) < 0x80) return 2
  for (let length = 3; length <= 5; length++) if ((bytes[at + length - 1] ?? 0) < 0x80) return length
  return 0
}
