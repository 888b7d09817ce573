import { addStep, payElsewhere, STEP } from './charge-points.ts'
import { readBlockType, readBranchTableSize } from './code-reader.ts'
import {
  beginDead,
  beginPoint,
  changeHeight,
  chargePoint,
  type CodeScan,
  countLoop,
  countMerge,
} from './code-scan.ts'
import { checkIndex } from '../parse/constant-expression.ts'
import { findCountedLoop } from './counted-loop.ts'
import { BACK_EDGES_MAX, FRAME, NO_ESCAPE, NO_LOOP } from './control-frames.ts'
import { FOLDED_MAX, LOOP_ROUND } from '../costs.ts'
import { addEdit, EDIT } from './edit-list.ts'
import { NESTING_MAX } from '../limits.ts'
import { readByte, readU32 } from '../parse/reader.ts'
import { refuseModule } from '../refusal.ts'

/** `br`, of the instructions that may return or branch. */
const BR = 0x0c

/** Opens the function's own block. */
export function openFunction(scan: CodeScan): void {
  const { frames } = scan
  frames.count = 0
  scan.loop = NO_LOOP
  scan.escape = NO_ESCAPE
  beginPoint(scan, scan.cursor.at)
  pushFrame(scan, FRAME.function)
}

/** block, if, loop, try and try_table, whose block type has not been read. */
export function scanBlock(scan: CodeScan, kind: number, at: number): void {
  const { cursor, points, arity } = scan
  readBlockType(cursor, scan.module, arity)
  if (!isLiveBlock(scan, at)) return
  if (kind === FRAME.if) changeHeight(scan, -1)
  if (kind === FRAME.loop) return openLoop(scan, at)
  if (kind !== FRAME.if) addStep(points, STEP.block)
  pushFrame(scan, kind)
  if (kind === FRAME.if) addStep(points, STEP.if, beginPoint(scan, cursor.at))
}

/** Whether a block that begins here is reached. @throws FaultError `module-refused` when it is too deep */
function isLiveBlock(scan: CodeScan, at: number): boolean {
  if (scan.frames.count + scan.deadNesting > NESTING_MAX) {
    refuseModule(`over ${NESTING_MAX} blocks within each other`, at)
  }
  if (scan.dead) scan.deadNesting++
  else countMerge(scan, 1)
  return !scan.dead
}

function pushFrame(scan: CodeScan, kind: number): number {
  const { frames, arity } = scan
  const level = frames.count++
  frames.kind[level] = kind
  frames.charge[level] = scan.point
  frames.escape[level] = scan.escape
  frames.height[level] = scan.height - arity.params
  frames.params[level] = arity.params
  frames.results[level] = arity.results
  frames.reached[level] = 0
  scan.escape = NO_ESCAPE
  return level
}

function openLoop(scan: CodeScan, at: number): void {
  const { frames, points, edits } = scan
  countLoop(scan)
  addEdit(edits, at, EDIT.none) // for the rounds, if it turns out to count
  const cache = addEdit(edits, at, EDIT.none)
  const level = pushFrame(scan, FRAME.loop)
  const header = beginPoint(scan, scan.cursor.at)
  points.checked[header] = 1
  addStep(points, STEP.loop, header)
  chargePoint(scan, LOOP_ROUND)
  frames.header[level] = header
  frames.cache[level] = cache
  frames.calls[level] = 0
  frames.loops[level] = 0
  frames.backEdgeCount[level] = 0
  frames.backEdgeDoubt[level] = 0
  frames.loopAround[level] = scan.loop
  scan.loop = level
  scan.hasLoop = true
}

/** else, and the catches of the old encoding (`params` are what they leave on the stack). */
export function scanNextBranch(scan: CodeScan, kind: number, at: number, params: number): void {
  const { frames, points, cursor } = scan
  if (scan.deadNesting > 0) return
  const level = frames.count - 1
  const opened = frames.kind[level]
  const fits = kind === FRAME.else ? opened === FRAME.if : opened === FRAME.try || opened === FRAME.catch
  if (!fits) refuseModule('a branch without its block', at)
  countMerge(scan, 1)
  if (!scan.dead) frames.reached[level] = 1
  scan.dead = false
  frames.kind[level] = kind
  scan.height = frames.height[level] ?? 0
  changeHeight(scan, kind === FRAME.else ? (frames.params[level] ?? 0) : params)
  const point = beginPoint(scan, cursor.at)
  if (kind === FRAME.else) addStep(points, STEP.else, point)
}

/** end, and delegate, which ends a try. */
export function scanEnd(scan: CodeScan): void {
  const { frames, points, cursor } = scan
  if (scan.deadNesting > 0) {
    scan.deadNesting--
    return
  }
  const level = frames.count - 1
  const kind = frames.kind[level] ?? 0
  addStep(points, STEP.end)
  const reached =
    kind === FRAME.loop ? !scan.dead : !scan.dead || kind === FRAME.if || frames.reached[level] === 1
  frames.count--
  if (kind === FRAME.loop) closeLoop(scan, level)
  const escapes = scan.escape < level
  if (!escapes) scan.escape = NO_ESCAPE
  scan.escape = Math.min(scan.escape, frames.escape[level] ?? 0)
  if (kind === FRAME.function) return
  scan.dead = !reached
  if (!reached) return
  scan.height = frames.height[level] ?? 0
  changeHeight(scan, frames.results[level] ?? 0)
  if (escapes) {
    const point = beginPoint(scan, cursor.at)
    points.joins[point] = 1
    addStep(points, STEP.point, point)
  } else scan.point = frames.charge[level] ?? 0
}

/**
 * A loop that is entered again only where its branches surely lead back to it pays for its header there and before
 * it, so that each time around passes one charge and not two.
 */
function closeLoop(scan: CodeScan, level: number): void {
  const { frames, points } = scan
  leaveLoop(scan, level)
  if (frames.backEdgeDoubt[level] === 1) return
  const header = frames.header[level] ?? 0
  const from = level * BACK_EDGES_MAX
  const end = from + (frames.backEdgeCount[level] ?? 0)
  if (!canEdgesPay(scan, header, from, end)) return
  payElsewhere(points, header, frames.charge[level] ?? 0)
  for (let i = from; i < end; i++) {
    const edge = frames.backEdges[i] ?? 0
    payElsewhere(points, header, edge)
    points.checked[edge] = 1
  }
  points.cost[header] = 0
  points.checked[header] = 0
  if (end === from + 1) countRounds(scan, level)
}

/** The loop around is the innermost one again, and learns what is in it. */
function leaveLoop(scan: CodeScan, level: number): void {
  const { frames, edits } = scan
  const around = frames.loopAround[level] ?? NO_LOOP
  scan.loop = around
  if (frames.calls[level] === 0) {
    const cache = frames.cache[level] ?? 0
    edits.kind[cache] = EDIT.cache
    edits.first[cache] = scan.cursor.at
  } else if (around !== NO_LOOP) frames.calls[around] = 1

  if (around !== NO_LOOP) frames.loops[around] = 1
}

/** Whether the points of the back edges, `from` to `end` of all, can pay for the loop's header. */
function canEdgesPay({ frames, points }: CodeScan, header: number, from: number, end: number): boolean {
  for (let i = from; i < end; i++) {
    const edge = frames.backEdges[i] ?? 0
    // A join that pays little: each way to it would have to stop there, instead of going on to the header at once.
    if (edge === header || (points.joins[edge] === 1 && (points.cost[edge] ?? 0) <= FOLDED_MAX)) return false
  }
  return true
}

/** A loop that counts pays for all its rounds before the first. */
function countRounds(scan: CodeScan, level: number): void {
  const { frames, points, edits, cursor, countedLoops } = scan
  const isSimple = frames.calls[level] === 0 && frames.loops[level] === 0 && scan.escape >= level
  // Nothing but the condition leads past the branch, which is the last that was open one level up.
  if (!isSimple || frames.kind[level + 1] !== FRAME.if || frames.reached[level + 1] === 1) return
  const start = edits.at[points.edit[frames.header[level] ?? 0] ?? 0] ?? 0
  const point = frames.backEdges[level * BACK_EDGES_MAX] ?? 0
  const branch = edits.at[points.edit[point] ?? 0] ?? 0
  const back = frames.backEdgeAt[level] ?? 0
  const loop = findCountedLoop({ bytes: cursor.bytes, at: start, end: cursor.at }, branch, back)
  if (loop === undefined) return
  const edit = (frames.cache[level] ?? 0) - 1
  scan.counted.push({ edit, point, place: countedLoops.push(loop) - 1 })
}

/** br and br_if, whose label has not been read. */
export function scanBranch(scan: CodeScan, opcode: number, at: number): void {
  const isSure = opcode === BR
  const level = readLabel(scan, at)
  if (scan.dead) return
  countMerge(scan, 1)
  if (!isSure) changeHeight(scan, -1)
  branchTo(scan, level, isSure, at)
  if (isSure) beginDead(scan, false)
  else addStep(scan.points, STEP.point, beginPoint(scan, scan.cursor.at))
}

/** br_table, whose labels have not been read. */
export function scanBranchTable(scan: CodeScan, at: number): void {
  const size = readBranchTableSize(scan.cursor)
  if (!scan.dead) countMerge(scan, size + 1)
  for (let i = 0; i <= size; i++) {
    const level = readLabel(scan, at)
    if (!scan.dead) branchTo(scan, level, false, at)
  }
  if (!scan.dead) beginDead(scan, false)
}

/** return, and what else leaves the function. */
export function scanReturn(scan: CodeScan): void {
  branchTo(scan, 0, true, scan.cursor.at)
  beginDead(scan, false)
}

/** A label as the level of its block. @throws FaultError `module-refused` when there is no such block */
export function readLabel(scan: CodeScan, at: number): number {
  const label = readU32(scan.cursor)
  const levels = scan.frames.count + scan.deadNesting
  checkIndex(label, levels, 'label', at)
  return levels - 1 - label
}

function branchTo(scan: CodeScan, level: number, isSure: boolean, at: number): void {
  const { frames } = scan
  frames.reached[level] = 1
  scan.escape = Math.min(scan.escape, level)
  addStep(scan.points, STEP.branch, level)
  if (frames.kind[level] !== FRAME.loop) return
  const count = frames.backEdgeCount[level] ?? 0
  if (!isSure || count === BACK_EDGES_MAX) {
    frames.backEdgeDoubt[level] = 1
    return
  }
  frames.backEdges[level * BACK_EDGES_MAX + count] = scan.point
  frames.backEdgeAt[level] = at
  frames.backEdgeCount[level] = count + 1
}

/** try_table: its clauses name blocks around it, at which exceptions arrive. */
export function scanTryTable(scan: CodeScan, at: number): void {
  const { cursor, frames, module } = scan
  readBlockType(cursor, module, scan.arity)
  const clauses = readBranchTableSize(cursor)
  if (!scan.dead) countMerge(scan, clauses)
  let outermost = NO_ESCAPE
  for (let i = 0; i < clauses; i++) {
    const kind = readByte(cursor)
    if (kind > 3) refuseModule(`unknown catch clause ${kind}`, at)
    if (kind < 2) checkIndex(readU32(cursor), module.tags.length, 'tag', at)
    const level = readLabel(scan, at)
    if (scan.dead) continue
    outermost = Math.min(outermost, level)
    frames.reached[level] = 1
    frames.backEdgeDoubt[level] = 1
  }
  if (!isLiveBlock(scan, at)) return
  addStep(scan.points, STEP.block)
  pushFrame(scan, FRAME.block)
  scan.escape = outermost
}
