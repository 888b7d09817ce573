import { finiteResult, numberOf } from './finite.ts'
import { addFlow, addNode, addSource, addUse, FLOW, taintAfter, USE } from './graph.ts'
import {
  boundOf,
  FIRST_NODE,
  FOREIGN,
  knownValue,
  MASK,
  maskOf,
  NOT_FLOAT,
  oneOf,
  TAINT,
  taintOf,
  withTaint,
  ZERO,
} from './known-values.ts'
import { skipImmediates } from './cursor.ts'
import {
  FIRST_FLOW,
  FIRST_USE,
  IS_INTEGER,
  OTHER_FLOW,
  OTHER_USE,
  RESULT,
  shuffleFlow,
  vectorConstant,
} from './operations.ts'
import { drop, pop, push, type WalkState } from './state.ts'
import { ARITHMETIC, SHAPE } from './shapes.ts'
import { FD, OPERANDS, RESULTS, resultOf, SIGNATURES } from '../../parse/opcodes.ts'

const [F32_CONST, F64_CONST, V128_CONST, SHUFFLE] = [0x43, 0x44, FD | 12, FD | 13]
const [NOT, AND, ANDNOT, BITSELECT] = [FD | 77, FD | 78, FD | 79, FD | 82]

/** An instruction of fixed signature: notes what it does with its operands, and puts its result. */
export function operate(state: WalkState, opcode: number): void {
  const place = state.cursor.at
  skipImmediates(state.cursor, opcode)
  if (IS_INTEGER[opcode] === 1) {
    drop(state, OPERANDS[opcode] ?? 0)
    if (RESULTS[opcode] === 1) push(state, NOT_FLOAT)
  } else if (opcode >= NOT && opcode <= BITSELECT) push(state, bitwise(state, opcode))
  else if (FIRST_FLOW[opcode] !== 0 || OTHER_FLOW[opcode] !== 0) push(state, flowThrough(state, opcode))
  else if (OPERANDS[opcode] === 0) push(state, constant(state.cursor.bytes, opcode, place))
  else if (opcode === SHUFFLE) push(state, shuffle(state, shuffleFlow(state.cursor.bytes, place)))
  else consume(state, opcode)
}

/** Uses up its operands; the result is made anew. */
function consume(state: WalkState, opcode: number): void {
  const { graph, cursor } = state
  let other = NOT_FLOAT
  for (let left = (OPERANDS[opcode] ?? 0) - 1; left > 0; left--) {
    other = pop(state)
    addUse(graph, other, OTHER_USE[opcode] ?? 0)
  }
  const first = pop(state)
  addUse(graph, first, FIRST_USE[opcode] ?? 0)
  const shape = ARITHMETIC[opcode] ?? SHAPE.none
  if (shape === SHAPE.none) {
    if (RESULTS[opcode] === 1) push(state, RESULT[opcode] ?? NOT_FLOAT)
    return
  }
  const finite = first < FIRST_NODE && other < FIRST_NODE ? finiteResult(opcode, first, other) : NOT_FLOAT
  push(state, finite === NOT_FLOAT ? addSource(graph, shape, cursor.at, state.depth) : finite)
}

/** Its operands, of which some may flow into its result. */
function flowThrough(state: WalkState, opcode: number): number {
  const { graph } = state
  const other = OPERANDS[opcode] === 2 ? pop(state) : NOT_FLOAT
  const first = pop(state)
  addUse(graph, first, FIRST_USE[opcode] ?? 0)
  addUse(graph, other, OTHER_USE[opcode] ?? 0)
  const type = TYPES[resultOf(SIGNATURES[opcode] ?? 0)] ?? SHAPE.none
  const flows = [(FIRST_FLOW[opcode] ?? 0) - 1, (OTHER_FLOW[opcode] ?? 0) - 1] as const
  return merge(state, type, taintOf(RESULT[opcode] ?? FOREIGN), first, flows[0], other, flows[1])
}

/** By packed type: the shape of its floats, a vector's as f32x4. */
const TYPES = [SHAPE.none, SHAPE.none, SHAPE.none, SHAPE.f32, SHAPE.f64, SHAPE.f32x4]
const NO_FLOW = -1

/** A value into which up to two others flow. */
function merge(
  state: WalkState,
  type: number,
  taint: number,
  first: number,
  firstFlow: number,
  other: number,
  otherFlow: number,
): number {
  const { graph, cursor } = state
  if (first < FIRST_NODE && other < FIRST_NODE) {
    const [one, two] = [known(first, firstFlow, taint), known(other, otherFlow, taint)]
    if (other === NOT_FLOAT) return one
    if (first === NOT_FLOAT) return two
    return oneOf(one, two)
  }
  const node = addNode(graph, type, cursor.at, state.depth)
  addFlow(graph, knownValue(taint, MASK.none), node, FLOW.move)
  if (firstFlow !== NO_FLOW) addFlow(graph, first, node, firstFlow)
  if (otherFlow !== NO_FLOW) addFlow(graph, other, node, otherFlow)
  return node
}

/** Facts that still hold of a value that has flowed. */
function known(value: number, flow: number, taint: number): number {
  if (flow === NO_FLOW) return knownValue(taint, MASK.none)
  if (SIGNS.has(flow)) return withTaint(value, taint | taintOfSigned(value, flow))
  const after = taint | taintAfter(flow, taintOf(value))
  // Lanes that were not asked for as long as they might be NaNs have no bound.
  if (flow === FLOW.numbers32 || flow === FLOW.numbers64) return knownValue(after, MASK.none)
  return withTaint(value, after)
}

const SIGNS: ReadonlySet<number> = new Set([FLOW.sign, FLOW.sign32, FLOW.sign64])

/** Signs make no NaN of what is none; but that of a low f32 lane is a digit of an f64, and with it an infinity is one. */
function taintOfSigned(value: number, flow: number): number {
  return flow === FLOW.sign32 && boundOf(value) === 0 ? taintOf(value) | TAINT.f64 : taintOf(value)
}

/** How lanes flow that a mask selects. */
const FLOW_UNDER = [FLOW.bytes, FLOW.lanes32, FLOW.move] as const

/** Bitwise instructions: under a mask they move whole lanes, else bits of one float may get into another. */
function bitwise(state: WalkState, opcode: number): number {
  const last = pop(state)
  const under = FLOW_UNDER[maskOf(last)] ?? FLOW.bytes
  if (opcode === BITSELECT) {
    addUse(state.graph, last, USE.bits)
    const other = pop(state)
    return merge(state, SHAPE.f32x4, 0, pop(state), under, other, under)
  }
  if (opcode === NOT) {
    if (maskOf(last) !== MASK.none) return knownValue(TAINT.both, maskOf(last))
    return merge(state, SHAPE.f32x4, 0, last, FLOW.bytes, NOT_FLOAT, NO_FLOW)
  }
  const first = pop(state)
  const both = Math.min(maskOf(first), maskOf(last))
  if (both !== MASK.none) return knownValue(TAINT.both, both)
  // The lanes that are not selected become zero, which is another value than those that are.
  if ((opcode === AND || opcode === ANDNOT) && maskOf(last) !== MASK.none) {
    return merge(state, SHAPE.f32x4, 0, first, under, ZERO, FLOW.move)
  }
  if (opcode === AND && maskOf(first) !== MASK.none) {
    const selected = FLOW_UNDER[maskOf(first)] ?? FLOW.bytes
    return merge(state, SHAPE.f32x4, 0, last, selected, ZERO, FLOW.move)
  }
  return merge(state, SHAPE.f32x4, 0, first, FLOW.bytes, last, FLOW.bytes)
}

/** A vector of bytes of two others. */
function shuffle(state: WalkState, flow: number): number {
  const other = pop(state)
  return merge(state, SHAPE.f32x4, 0, pop(state), flow, other, flow)
}

/** A float constant. */
function constant(bytes: Uint8Array, opcode: number, at: number): number {
  if (opcode === V128_CONST) return vectorConstant(bytes, at)
  const last = at + (opcode === F64_CONST ? 7 : 3)
  const high = ((bytes[last] ?? 0) << 8) | (bytes[last - 1] ?? 0)
  return opcode === F32_CONST ? numberOf((high >> 7) & 0xff, 127) : numberOf((high >> 4) & 0x7ff, 1_023)
}
