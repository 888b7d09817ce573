import { addCall, INDIRECT } from './call-graph.ts'
import { readOpcode, skipHeapType, skipImmediates, skipSelectType } from './code-reader.ts'
import { beginDead, changeHeight, chargePoint, type CodeScan, countCall, countMerge } from './code-scan.ts'
import { FRAME } from './control-frames.ts'
import { BULK_BYTES_SHIFT, BULK_ELEMENTS_SHIFT, COSTS, IMPORT_CALL } from '../costs.ts'
import { readIndex } from '../parse/declaration.ts'
import { addEdit, EDIT } from './edit-list.ts'
import {
  CONTEXT,
  FC,
  FD,
  FE,
  IMMEDIATE,
  IMMEDIATES,
  OPERANDS,
  RESULTS,
  SIGNATURES,
} from '../parse/opcodes.ts'
import { ARITHMETIC } from '../nan/flow/shapes.ts'
import { refuseModule } from '../refusal.ts'
import {
  readLabel,
  scanBlock,
  scanBranch,
  scanBranchTable,
  scanEnd,
  scanNextBranch,
  scanReturn,
  scanTryTable,
} from './scan-control.ts'

/** `unreachable`: after a call it says that the call does not come back. */
const UNREACHABLE = 0x00

/** `call`; below it are the control instructions and `nop`. */
const CALL = 0x10

/** `atomic.fence`; below it are notify and wait. */
const ATOMIC_FENCE = FE | 3

/** Instructions that pay by the length on top of the stack, and how many of it a unit buys. */
const LENGTH_SHIFTS = new Map<number, number>([
  [FC | 8, BULK_BYTES_SHIFT], // memory.init
  [FC | 10, BULK_BYTES_SHIFT], // memory.copy
  [FC | 11, BULK_BYTES_SHIFT], // memory.fill
  [FC | 12, BULK_ELEMENTS_SHIFT], // table.init
  [FC | 14, BULK_ELEMENTS_SHIFT], // table.copy
  [FC | 17, BULK_ELEMENTS_SHIFT], // table.fill
])

/**
 * Scans one instruction: its immediates are checked, its cost is charged, its edits are listed.
 *
 * @throws FaultError `module-refused`
 */
export function scanInstruction(scan: CodeScan): void {
  const { cursor } = scan
  const at = cursor.at
  const opcode = readOpcode(cursor)
  const units = COSTS[opcode] ?? 0
  if (units > 0 && !scan.dead) chargePoint(scan, units)
  if (opcode < CALL) return scanControl(scan, opcode, at)
  if (opcode === CALL) return scanCall(scan, opcode, at)
  if (SIGNATURES[opcode] === CONTEXT) return scanByContext(scan, opcode, at)
  skipImmediates(cursor, IMMEDIATES[opcode] ?? 0, scan.module)
  if (opcode >= FC) noticePrefixed(scan, opcode, at)
  if (ARITHMETIC[opcode] !== 0) scan.hasArithmetic = true
  if (scan.dead) return
  if (opcode === 0x40) growMemory(scan, at)
  changeHeight(scan, (RESULTS[opcode] ?? 0) - (OPERANDS[opcode] ?? 0))
}

function noticePrefixed(scan: CodeScan, opcode: number, at: number): void {
  if (opcode >= FE) {
    // The runtime is called.
    if (opcode < ATOMIC_FENCE && !scan.dead) countCall(scan)
  } else if (opcode >= FD) scan.hasVectors = true
  else if (opcode >= (FC | 8)) chargeLength(scan, opcode, at)
}

function chargeLength(scan: CodeScan, opcode: number, at: number): void {
  const shift = LENGTH_SHIFTS.get(opcode)
  if (shift === undefined || scan.dead) return
  scan.hasLengths = true
  countCall(scan)
  addEdit(scan.edits, at, EDIT.chargeLength, shift)
}

function growMemory(scan: CodeScan, at: number): void {
  countCall(scan)
  scan.growsMemory = true
  addEdit(scan.edits, at, EDIT.growMemory, scan.cursor.at)
  noticeCall(scan)
}

/** Something is called, which takes fuel of its own. */
function noticeCall(scan: CodeScan): void {
  if (scan.loop >= 0 && scan.cursor.bytes[scan.cursor.at] !== UNREACHABLE) scan.frames.calls[scan.loop] = 1
}

function scanByContext(scan: CodeScan, opcode: number, at: number): void {
  if (opcode >= FC) return scanTable(scan, opcode, at)
  switch (IMMEDIATES[opcode]) {
    case IMMEDIATE.local:
      return scanLocal(scan, opcode, at)
    case IMMEDIATE.global:
      readIndex(scan.cursor, scan.module.globals.length, 'global')
      return changeLiveHeight(scan, opcode === 0x23 ? 1 : -1)
    case IMMEDIATE.function:
    case IMMEDIATE.indirectCall:
      return opcode === 0xd2 ? scanFunctionReference(scan) : scanCall(scan, opcode, at)
    case IMMEDIATE.table:
      readIndex(scan.cursor, scan.module.tables.length, 'table')
      if (!scan.dead) countCall(scan)
      return changeLiveHeight(scan, opcode === 0x25 ? 0 : -2)
    default:
      return opcode < 0x1a || opcode === 0x1f ? scanControl(scan, opcode, at) : scanOther(scan, opcode, at)
  }
}

function scanControl(scan: CodeScan, opcode: number, at: number): void {
  switch (opcode) {
    case 0x00:
      return scan.dead ? undefined : beginDead(scan, true)
    case 0x01:
      return
    case 0x02:
      return scanBlock(scan, FRAME.block, at)
    case 0x03:
      return scanBlock(scan, FRAME.loop, at)
    case 0x04:
      return scanBlock(scan, FRAME.if, at)
    case 0x05:
      return scanNextBranch(scan, FRAME.else, at, 0)
    case 0x0b:
      return scanEnd(scan)
    case 0x0c:
    case 0x0d:
      return scanBranch(scan, opcode, at)
    case 0x0e:
      return scanBranchTable(scan, at)
    case 0x0f:
      if (scan.dead) return
      return scanReturn(scan)
    default:
      scan.hasExceptions = true
      return scanException(scan, opcode, at)
  }
}

/** The instructions of both encodings of exceptions. */
function scanException(scan: CodeScan, opcode: number, at: number): void {
  const { module, cursor } = scan
  switch (opcode) {
    case 0x06:
      return scanBlock(scan, FRAME.try, at)
    case 0x07: {
      const tag = readIndex(cursor, module.tags.length, 'tag')
      const params = module.types[module.tags[tag] ?? 0]?.params.length ?? 0
      return scanNextBranch(scan, FRAME.catch, at, params)
    }
    case 0x19:
      return scanNextBranch(scan, FRAME.catch, at, 0)
    case 0x18:
      readLabel(scan, at)
      return scanEnd(scan)
    case 0x1f:
      return scanTryTable(scan, at)
    case 0x08:
      readIndex(cursor, module.tags.length, 'tag')
      break
    case 0x09:
      readLabel(scan, at)
      break
    default: // throw_ref
  }
  if (scan.dead) return
  countCall(scan)
  beginDead(scan, true)
}

function scanOther(scan: CodeScan, opcode: number, at: number): void {
  switch (opcode) {
    case 0x1a: // drop
      return changeLiveHeight(scan, -1)
    case 0x1b: // select
      return changeLiveHeight(scan, -2)
    case 0x1c:
      skipSelectType(scan.cursor)
      return changeLiveHeight(scan, -2)
    case 0xd0: // ref.null
      skipHeapType(scan.cursor)
      return changeLiveHeight(scan, 1)
    case 0xd1: // ref.is_null
      return
    default:
      refuseModule(`unexpected opcode 0x${opcode.toString(16)}`, at)
  }
}

function changeLiveHeight(scan: CodeScan, by: number): void {
  if (!scan.dead) changeHeight(scan, by)
}

/** local.get, set and tee. */
function scanLocal(scan: CodeScan, opcode: number, at: number): void {
  const local = readIndex(scan.cursor, scan.locals, 'local')
  if (local === scan.params) addEdit(scan.edits, at, EDIT.firstLocal, scan.cursor.at)
  if (scan.dead || opcode === 0x22) return
  if (opcode < 0x20) refuseModule(`unexpected opcode 0x${opcode.toString(16)}`, at)
  changeHeight(scan, opcode === 0x20 ? 1 : -1)
}

function scanFunctionReference(scan: CodeScan): void {
  const { module, cursor } = scan
  module.referenced.add(readIndex(cursor, module.functions.length, 'function'))
  if (!scan.dead) countCall(scan)
  changeLiveHeight(scan, 1)
}

/** call, call_indirect and their tail forms. */
function scanCall(scan: CodeScan, opcode: number, at: number): void {
  const isIndirect = (opcode & 1) === 1
  const isTail = opcode >= 0x12
  const index = readCallee(scan, isIndirect)
  // Also where it is not reached: the function may be given a parameter, which validation looks for there as well.
  addEdit(scan.edits, at, isIndirect ? EDIT.callIndirect : EDIT.call, index, isTail ? 1 : 0)
  if (scan.dead) return
  chargeCall(scan, index, isIndirect)
  passValues(scan, index, isIndirect)
  if (isTail) scanReturn(scan)
  else noticeCall(scan)
}

/** The index of the function that is called, or of its type; the table of an indirect call is checked. */
function readCallee({ module, cursor }: CodeScan, isIndirect: boolean): number {
  if (!isIndirect) return readIndex(cursor, module.functions.length, 'function')
  const type = readIndex(cursor, module.types.length, 'type')
  readIndex(cursor, module.tables.length, 'table')
  return type
}

/** Adds a call to the graph; the current point pays for it. */
function chargeCall(scan: CodeScan, index: number, isIndirect: boolean): void {
  const { module, points, point } = scan
  const isImport = !isIndirect && index < module.imports.length
  if (!isImport) scan.hasCall = true
  countCall(scan)
  addCall(scan.calls, isIndirect ? INDIRECT | index : index, points.edit[point] ?? 0)
  if (isIndirect) points.checked[point] = 1
  if (isImport) chargePoint(scan, IMPORT_CALL)
}

/** A call takes its parameters from the operand stack and leaves its results. */
function passValues(scan: CodeScan, index: number, isIndirect: boolean): void {
  const { module } = scan
  const type = module.types[isIndirect ? index : (module.functions[index] ?? 0)]
  const params = type?.params.length ?? 0
  const results = type?.results.length ?? 0
  countMerge(scan, 0, params + results)
  if (params + results > scan.passedMax) scan.passedMax = params + results
  changeHeight(scan, results - params - (isIndirect ? 1 : 0))
}

/** table.grow and table.fill. */
function scanTable(scan: CodeScan, opcode: number, at: number): void {
  const table = readIndex(scan.cursor, scan.module.tables.length, 'table')
  if (scan.dead) return
  if (opcode === (FC | 15)) {
    countCall(scan)
    scan.grownTables.add(table)
    addEdit(scan.edits, at, EDIT.growTable, scan.cursor.at, table)
    noticeCall(scan)
    changeHeight(scan, -1)
  } else {
    chargeLength(scan, opcode, at)
    changeHeight(scan, -3)
  }
}
