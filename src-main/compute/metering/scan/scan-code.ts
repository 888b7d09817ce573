import { createCallGraph, type CallGraph } from './call-graph.ts'
import { clearChargePoints, createChargePoints, settleHeaders } from './charge-points.ts'
import { chargePoint, type CodeScan } from './code-scan.ts'
import { createControlFrames, levelsMax, NO_ESCAPE, NO_LOOP } from './control-frames.ts'
import { FUNCTION_ENTRY } from '../costs.ts'
import type { CountedLoop } from './counted-loop.ts'
import { createEditList, EDIT, type EditList } from './edit-list.ts'
import { createFolding, foldCharges, type Folding } from './fold-charges.ts'
import type { FunctionPlan } from './function-plan.ts'
import type { LocalRun } from '../parse/function-code.ts'
import { readValueType } from '../parse/function-type.ts'
import { LOCALS_MAX } from '../limits.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import { cursorOver, readU32 } from '../parse/reader.ts'
import { refuseModule } from '../refusal.ts'
import { openFunction } from './scan-control.ts'
import { scanInstruction } from './scan-instruction.ts'
import { scanRun } from './scan-run.ts'
import { VALUE_TYPE } from '../parse/value-types.ts'

/** Room to begin with, so that little is copied: real code has an edit in about 8 bytes and a call in 20. */
const BYTES_PER_EDIT = 8
const BYTES_PER_CALL = 20

const NO_PARAMS: ArrayLike<number> = []
const NO_LOCALS: readonly LocalRun[] = []

/** The edits of a module's code, function by function, and its call graph. */
export interface CodePlan {
  readonly functions: readonly FunctionPlan[]
  readonly edits: EditList
  readonly calls: CallGraph
  readonly countedLoops: readonly CountedLoop[]
  /** Whether memory.grow, and table.grow of which tables, is used. */
  readonly growsMemory: boolean
  readonly grownTables: ReadonlySet<number>
}

/**
 * Scans all code of a module: bounds V8's work on it, and finds out where what is charged.
 *
 * @throws FaultError `module-refused` for instructions that the sandbox does not take, and for too much of anything
 */
export function scanCode(module: ParsedModule): CodePlan {
  const scan = createScan(module)
  const folding = createFolding(levelsMax(module.bodies))
  const functions = module.bodies.map((body, index) => {
    scan.calls.from[index] = scan.calls.count
    scan.cursor.at = body.at
    scan.cursor.end = body.end
    return scanFunction(scan, folding, module.imports.length + index)
  })
  scan.calls.from[functions.length] = scan.calls.count
  const { edits, calls, countedLoops, growsMemory, grownTables } = scan
  return { functions, edits, calls, countedLoops, growsMemory, grownTables }
}

function createScan(module: ParsedModule): CodeScan {
  const codeBytes = module.bodies.reduce((sum, { at, end }) => sum + end - at, 0)
  return {
    module,
    cursor: cursorOver(module.bytes, 0, 0),
    edits: createEditList(codeBytes / BYTES_PER_EDIT),
    points: createChargePoints(),
    frames: createControlFrames(levelsMax(module.bodies)),
    calls: createCallGraph(module.bodies.length, codeBytes / BYTES_PER_CALL),
    arity: { params: 0, results: 0 },
    hasVectorTypes: hasVectorTypes(module),
    countedLoops: [],
    growsMemory: false,
    grownTables: new Set(),
    counted: [],
    work: 0,
    locals: 0,
    params: 0,
    point: 0,
    dead: false,
    deadNesting: 0,
    height: 0,
    heightMax: 0,
    passedMax: 0,
    callCount: 0,
    loopCount: 0,
    escape: NO_ESCAPE,
    loop: NO_LOOP,
    hasLoop: false,
    hasCall: false,
    hasExceptions: false,
    hasVectors: false,
    hasArithmetic: false,
    hasLengths: false,
  }
}

function scanFunction(scan: CodeScan, folding: Folding, index: number): FunctionPlan {
  const { module, cursor, edits, points, frames } = scan
  const at = cursor.at
  const type = module.functions[index] ?? 0
  const params = module.types[type]?.params ?? NO_PARAMS
  resetFunction(scan)
  const locals = readLocals(scan, params)
  const start = cursor.at
  const firstEdit = edits.count
  openFunction(scan)
  chargePoint(scan, FUNCTION_ENTRY)
  while (frames.count > 0) {
    scanRun(scan)
    scanInstruction(scan)
  }
  if (cursor.at !== cursor.end) refuseModule('instructions after the end of a function', cursor.at)
  if (!scan.hasExceptions) foldCharges(points, folding)
  settleHeaders(points)
  chargeRounds(scan)
  writeCharges(scan)
  return {
    bytes: module.bytes,
    at,
    start,
    end: cursor.end,
    type,
    index,
    locals,
    localCount: scan.locals,
    firstEdit,
    lastEdit: edits.count,
    slots: frameSlots(scan, params, locals),
    hasLoop: scan.hasLoop,
    hasCall: scan.hasCall,
    hasExceptions: scan.hasExceptions,
    hasArithmetic: scan.hasArithmetic,
    hasLengths: scan.hasLengths,
    hasRounds: scan.counted.length > 0,
  }
}

function hasVectorTypes({ types, globals }: ParsedModule): boolean {
  const hold = (values: ArrayLike<number>) => Array.prototype.includes.call(values, VALUE_TYPE.v128)
  return hold(globals) || types.some(({ params, results }) => hold(params) || hold(results))
}

/** Declared locals. @throws FaultError `module-refused` when they are too many, with the parameters */
function readLocals(scan: CodeScan, params: ArrayLike<number>): readonly LocalRun[] {
  const { cursor } = scan
  const from = cursor.at
  scan.locals = params.length
  scan.params = params.length
  const runs = readU32(cursor)
  if (runs === 0) return NO_LOCALS
  const locals: LocalRun[] = []
  for (let left = runs; left > 0; left--) {
    const count = readU32(cursor)
    scan.locals += count
    if (scan.locals > LOCALS_MAX) refuseModule(`over ${LOCALS_MAX} locals`, from)
    const type = readValueType(cursor)
    if (type === VALUE_TYPE.v128) scan.hasVectors = true
    locals.push({ count, type })
  }
  return locals
}

function resetFunction(scan: CodeScan): void {
  clearChargePoints(scan.points)
  scan.counted.length = 0
  scan.dead = false
  scan.deadNesting = 0
  scan.height = 0
  scan.heightMax = 0
  scan.passedMax = 0
  scan.callCount = 0
  scan.loopCount = 0
  scan.hasLoop = false
  scan.hasCall = false
  scan.hasExceptions = false
  scan.hasVectors = scan.hasVectorTypes
  scan.hasArithmetic = false
  scan.hasLengths = false
}

/** Counted loops are charged before their first round for what each round would be. */
function chargeRounds({ counted, points, edits }: CodeScan): void {
  for (const { edit, point, place } of counted) {
    edits.kind[edit] = EDIT.chargeRounds
    edits.first[edit] = points.cost[point] ?? 0
    edits.second[edit] = place
    points.cost[point] = 0
  }
}

/** Writes the points' costs into their edits. */
function writeCharges({ points, edits }: CodeScan): void {
  for (let point = 0; point < points.count; point++) {
    const edit = points.edit[point] ?? 0
    const cost = points.cost[point] ?? 0
    edits.first[edit] = cost
    edits.kind[edit] = cost === 0 ? EDIT.none : points.checked[point] === 1 ? EDIT.checkedCharge : EDIT.charge
  }
}

/** Locals, operands and what is passed to calls, in slots of 8 bytes. */
function frameSlots(
  { locals: all, heightMax, passedMax, hasVectors }: CodeScan,
  params: ArrayLike<number>,
  locals: readonly LocalRun[],
): number {
  if (!hasVectors) return all + heightMax + passedMax
  let slots = all + 2 * (heightMax + passedMax)
  slots += Array.from(params).filter((type) => type === VALUE_TYPE.v128).length
  for (const { count, type } of locals) if (type === VALUE_TYPE.v128) slots += count
  return slots
}
