import type { CallGraph } from './call-graph.ts'
import { addPoint, addStep, type ChargePoints, STEP } from './charge-points.ts'
import type { BlockArity } from './code-reader.ts'
import type { ControlFrames } from './control-frames.ts'
import type { CountedLoop } from './counted-loop.ts'
import type { EditList } from './edit-list.ts'
import { CALLS_MAX, COMPILE_WORK_MAX, LOOPS_PER_UNIT, OPERANDS_MAX } from '../limits.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import type { Cursor } from '../parse/reader.ts'
import { refuseModule } from '../refusal.ts'

/** One way through a module's code, function by function: what is found, and where the reader stands. */
export interface CodeScan {
  readonly module: ParsedModule
  readonly cursor: Cursor
  readonly edits: EditList
  readonly points: ChargePoints
  readonly frames: ControlFrames
  readonly calls: CallGraph
  /** Whether values may be vectors, by the module's types and globals, in functions without an instruction of theirs. */
  readonly hasVectorTypes: boolean
  /** Scratch for the block type that was read last. */
  readonly arity: BlockArity
  /** Units of `COMPILE_WORK_MAX` that the module's code has come to. */
  work: number

  /** Loops of the module whose rounds are known before the first one. */
  readonly countedLoops: CountedLoop[]
  /** Whether memory.grow, and table.grow of which tables, is used. */
  growsMemory: boolean
  readonly grownTables: Set<number>

  /** Of the function at hand: */
  /** Its counted loops, by the edit before each, and the charge point of a round; their place among all. */
  readonly counted: { readonly edit: number; readonly point: number; readonly place: number }[]
  locals: number
  /** Of these, the parameters. */
  params: number
  /** The charge point that pays for what follows. */
  point: number
  /** Whether what follows is not reached, and how many blocks deep in there. */
  dead: boolean
  deadNesting: number
  /** Values on the operand stack, and the most there were. */
  height: number
  heightMax: number
  /** The most values that one call hands over and gets back: they lie on the stack besides. */
  passedMax: number
  /** Calls and what is one to the compiler; loops. */
  callCount: number
  loopCount: number
  /** The outermost level that a branch inside the current block goes to. */
  escape: number
  /** Level of the innermost loop. */
  loop: number
  hasLoop: boolean
  hasCall: boolean
  hasExceptions: boolean
  hasVectors: boolean
  hasArithmetic: boolean
  hasLengths: boolean
}

/** Code from here on pays at a new point, before the instruction at `at`. */
export function beginPoint(scan: CodeScan, at: number): number {
  scan.point = addPoint(scan.points, scan.edits, at)
  return scan.point
}

/** Fuel for what is executed whenever the current point is passed. */
export function chargePoint(scan: CodeScan, units: number): void {
  const { cost } = scan.points
  cost[scan.point] = (cost[scan.point] ?? 0) + units
}

/** The operand stack changes by so many values. @throws FaultError `module-refused` when it is too high */
export function changeHeight(scan: CodeScan, by: number): void {
  scan.height += by
  if (scan.height <= scan.heightMax) return
  scan.heightMax = scan.height
  if (scan.height > OPERANDS_MAX) {
    refuseModule(`over ${OPERANDS_MAX} values on the operand stack`, scan.cursor.at)
  }
}

/**
 * `ways` meet or part here, each with all that is alive, and `moved` values are passed to or from a call.
 *
 * @throws FaultError `module-refused` when it is too much
 */
export function countMerge(scan: CodeScan, ways: number, moved = 0): void {
  addWork(scan, moved + ways * (scan.locals + Math.max(0, scan.height) + 1))
}

/** A loop begins, which the compiler compares with those before it. @throws FaultError `module-refused` when it is too much */
export function countLoop(scan: CodeScan): void {
  addWork(scan, scan.loopCount++ / LOOPS_PER_UNIT)
}

function addWork(scan: CodeScan, units: number): void {
  scan.work += units
  if (scan.work <= COMPILE_WORK_MAX) return
  const what = 'locals × control instructions and loops × loops'
  refuseModule(`compiling it is over the limit of ${COMPILE_WORK_MAX} units (${what})`, scan.cursor.at)
}

/** Something is called that is not compiled here. @throws FaultError `module-refused` when it is too often */
export function countCall(scan: CodeScan): void {
  if (++scan.callCount > CALLS_MAX) refuseModule(`over ${CALLS_MAX} calls in a function`, scan.cursor.at)
}

/** Code from here on is not reached; `endsHere` where no branch has said how control flow goes on. */
export function beginDead(scan: CodeScan, endsHere: boolean): void {
  addStep(scan.points, STEP.dead, endsHere ? 1 : 0)
  scan.dead = true
  scan.deadNesting = 0
}
