import { readByte, readIndex } from './cursor.ts'
import { addFlow, addNode, addUse, FLOW, placeNode, USE } from './graph.ts'
import { FOREIGN, NOT_FLOAT } from './known-values.ts'
import { arriveAt, joinScope, openLoop, openScope, rewind, typeShape } from './locals.ts'
import { drop, type Frame, pop, push, typeAt, type WalkState } from './state.ts'
import type { FunctionType } from '../../parse/function-code.ts'
import { SHAPE } from './shapes.ts'

const [LOOP, IF, ELSE] = [0x03, 0x04, 0x05]
const EMPTY: readonly number[] = []
/** Block types that name no type of the type section. */
const EMPTY_BLOCK: FunctionType = { params: [], results: [] }
const SINGLE_RESULTS = Array.from({ length: 128 }, (_, type) => ({ params: [], results: [type] }))

/** Reads a block type. */
export function readBlockType(state: WalkState): FunctionType {
  const byte = state.cursor.bytes[state.cursor.at] ?? 0
  // Negative numbers of one byte are types or, as 0x40, nothing; all others are indices.
  if ((byte & 0xc0) !== 0x40) return typeAt(state.module, readIndex(state.cursor))
  readByte(state.cursor)
  return byte === 0x40 ? EMPTY_BLOCK : (SINGLE_RESULTS[byte] ?? EMPTY_BLOCK)
}

/** Enters a block whose parameters are on the stack; `opcode` 0 enters the function. */
export function enterBlock(state: WalkState, opcode: number, type: FunctionType): void {
  const { stack, cursor } = state
  const height = Math.max(0, state.height - type.params.length)
  const scope = opcode === LOOP ? openLoop(state.locals) : openScope(state.locals)
  const frame: Frame = {
    opcode,
    height,
    params: type.params,
    results: opcode === 0 ? state.type.results : type.results,
    entry: opcode === IF && type.params.length > 0 ? stack.slice(height, state.height) : EMPTY,
    nodes: undefined,
    arrivals: 0,
    scope,
    seen: 0,
  }
  state.frames.push(frame)
  if (opcode !== LOOP) return
  state.depth++
  frame.nodes = nodesFor(state, type.params, cursor.at)
  frame.nodes.forEach((node, index) => {
    addFlow(state.graph, stack[height + index] ?? NOT_FLOAT, node, FLOW.move)
    stack[height + index] = node
  })
}

/** A node for each type that is a float; the last one, if `place` is given, lies on top of the stack there. */
function nodesFor(state: WalkState, types: ArrayLike<number>, place: number): readonly number[] {
  if (types.length === 0) return EMPTY
  return Array.from(types, (type, index) => {
    const shape = typeShape(type)
    if (shape === SHAPE.none) return NOT_FLOAT
    return addNode(state.graph, shape, index === types.length - 1 ? place : 0, state.depth)
  })
}

/** A branch that stays possible after it, as br_if; the values stay on the stack. */
export function branchTo(state: WalkState, label: number): void {
  const frame = state.frames[state.frames.length - 1 - label]
  if (frame !== undefined) arrive(state, frame)
}

function arrive(state: WalkState, frame: Frame): void {
  if (frame.opcode === 0) {
    observeTop(state, frame.results.length)
    return
  }
  const types = frame.opcode === LOOP ? frame.params : frame.results
  frame.arrivals++
  state.graph.steps += types.length
  if (types.length > 0) {
    const nodes = (frame.nodes ??= nodesFor(state, types, 0))
    const base = state.height - types.length
    for (let i = 0; i < nodes.length; i++) flowInto(state, state.stack[base + i] ?? NOT_FLOAT, nodes[i])
  }
  arriveAt(state.locals, frame.scope)
}

function flowInto(state: WalkState, value: number, node: number | undefined): void {
  if (node !== undefined && node !== NOT_FLOAT && node !== value) addFlow(state.graph, value, node, FLOW.move)
}

/** A handler of try_table leads to a label, with values from elsewhere. */
function arriveFromThrow(state: WalkState, label: number): void {
  const frame = state.frames[state.frames.length - 1 - label]
  if (frame === undefined || frame.opcode === 0) return
  frame.arrivals++
  frame.nodes ??= nodesFor(state, frame.opcode === LOOP ? frame.params : frame.results, 0)
  for (const node of frame.nodes) flowInto(state, FOREIGN, node)
}

/** Notes that the topmost `count` values are observed. */
export function observeTop(state: WalkState, count: number): void {
  state.graph.steps += count
  for (let i = Math.max(0, state.height - count); i < state.height; i++) {
    addUse(state.graph, state.stack[i] ?? NOT_FLOAT, USE.bits)
  }
}

/** Takes the arguments of a call, which observes them, and puts its results. */
export function call(state: WalkState, type: FunctionType): void {
  observeTop(state, type.params.length)
  drop(state, type.params.length)
  pushForeign(state, type.results)
}

function pushForeign(state: WalkState, types: ArrayLike<number>): void {
  state.graph.steps += types.length
  for (const type of Array.from(types)) push(state, typeShape(type) === SHAPE.none ? NOT_FLOAT : FOREIGN)
}

/** br_table, each label once. */
export function branchTable(state: WalkState): void {
  pop(state)
  const { cursor, frames } = state
  const place = cursor.at
  for (let left = readIndex(cursor) + 1; left > 0 && cursor.at < cursor.end; left--) {
    const label = readIndex(cursor)
    const frame = frames[frames.length - 1 - label]
    if (frame === undefined || frame.seen === place) continue
    frame.seen = place
    arrive(state, frame)
  }
  die(state)
}

/** Code from here on cannot be reached. */
export function die(state: WalkState): void {
  state.isLive = false
  state.deadBlocks = 0
}

/** try_table: its handlers, then its block. */
export function enterTryTable(state: WalkState): void {
  const { cursor } = state
  const type = readBlockType(state)
  for (let left = readIndex(cursor); left > 0 && cursor.at < cursor.end; left--) {
    if (readByte(cursor) < 2) readIndex(cursor)
    arriveFromThrow(state, readIndex(cursor))
  }
  enterBlock(state, 0x02, type)
}

/** else. */
export function enterElse(state: WalkState): void {
  const frame = state.frames[state.frames.length - 1]
  if (frame === undefined) return
  if (state.isLive) arrive(state, frame)
  rewind(state.locals, frame.scope)
  frame.opcode = ELSE
  state.height = frame.height
  for (const value of frame.entry) push(state, value)
  state.isLive = true
}

/** catch and catch_all, with the values of a tag. */
export function enterCatch(state: WalkState, types: ArrayLike<number>): void {
  const frame = state.frames[state.frames.length - 1]
  if (frame === undefined) return
  if (state.isLive) arrive(state, frame)
  state.height = frame.height
  pushForeign(state, types)
  state.isLive = true
}

/** end, and delegate. */
export function leaveBlock(state: WalkState): void {
  const frame = state.frames.pop()
  if (frame === undefined) return
  if (frame.opcode === LOOP) {
    state.depth--
    return
  }
  if (frame.opcode === 0) {
    if (state.isLive) observeTop(state, frame.results.length)
    return die(state)
  }
  const skipsElse = frame.opcode === IF
  // One path only: all is as it stands.
  if (frame.arrivals === 0 && !skipsElse) return
  if (state.isLive) arrive(state, frame)
  if (skipsElse) {
    frame.arrivals++
    frame.nodes ??= nodesFor(state, frame.results, 0)
    frame.nodes.forEach((node, index) => flowInto(state, frame.entry[index] ?? NOT_FLOAT, node))
  }
  joinScope(state.locals, frame.scope, frame.arrivals)
  state.isLive = true
  state.height = frame.height
  for (const node of frame.nodes ?? EMPTY) push(state, node)
  if (frame.results.length === 0) return
  placeNode(state.graph, state.stack[state.height - 1] ?? NOT_FLOAT, state.cursor.at, state.depth)
}
