import type { FunctionCode, ModuleTypes } from '../../parse/function-code.ts'
import {
  branchTable,
  branchTo,
  call,
  die,
  enterBlock,
  enterCatch,
  enterElse,
  enterTryTable,
  leaveBlock,
  observeTop,
  readBlockType,
} from './control.ts'
import { readIndex, readOpcode, skipImmediates } from './cursor.ts'
import { addFlow, addNode, addUse, FLOW, USE, type ValueGraph } from './graph.ts'
import { FIRST_NODE, FOREIGN, NOT_FLOAT, oneOf } from './known-values.ts'
import { passLoop, readLocal, typeShape, writeLocal } from './locals.ts'
import { operate } from './operate.ts'
import { drop, functionType, initialState, pop, push, typeAt, type WalkState } from './state.ts'
import { SHAPE } from './shapes.ts'
import { CONTEXT, SIGNATURES } from '../../parse/opcodes.ts'

/**
 * Walks over a function's code once and notes how floats flow in it. What cannot be reached is left out.
 *
 * @param isPathless to take each local as one value, as functions with exception handlers need
 * @returns nothing when it would take too many steps, or when there are handlers and it is not pathless
 */
export function walkCode(
  module: ModuleTypes,
  code: FunctionCode,
  isPathless: boolean,
): ValueGraph | undefined {
  const state = initialState(module, code, isPathless)
  const { cursor, graph } = state
  enterBlock(state, 0, { params: [], results: state.type.results })
  while (cursor.at < cursor.end && state.frames.length > 0) {
    const opcode = readOpcode(cursor)
    if (!state.isLive) passDead(state, opcode)
    else if (SIGNATURES[opcode] !== CONTEXT) operate(state, opcode)
    else if (!isPathless && (opcode === 0x06 || opcode === 0x1f)) return undefined
    else follow(state, opcode)
    if (graph.steps > graph.stepsMax) return undefined
  }
  return graph
}

/** Passes over an instruction that cannot be reached, but for the end of that. */
function passDead(state: WalkState, opcode: number): void {
  switch (opcode) {
    case 0x02: // block loop if try try_table
    case 0x03:
    case 0x04:
    case 0x06:
    case 0x1f:
      state.deadBlocks++
      if (opcode === 0x03) passLoop(state.locals)
      break
    case 0x05: // else catch catch_all
    case 0x07:
    case 0x19:
      if (state.deadBlocks === 0) return follow(state, opcode)
      break
    case 0x0b: // end delegate
    case 0x18:
      if (state.deadBlocks === 0) return follow(state, opcode)
      state.deadBlocks--
      break
    default:
  }
  skipImmediates(state.cursor, opcode)
}

/** An instruction whose operands depend on context. */
function follow(state: WalkState, opcode: number): void {
  const { cursor, module } = state
  switch (opcode) {
    case 0x02: // block loop try
    case 0x03:
    case 0x06:
      return enterBlock(state, opcode, readBlockType(state))
    case 0x04:
      pop(state)
      return enterBlock(state, opcode, readBlockType(state))
    case 0x1f:
      return enterTryTable(state)
    case 0x05:
      return enterElse(state)
    case 0x07:
      return enterCatch(state, typeAt(module, module.tags[readIndex(cursor)] ?? -1).params)
    case 0x19:
      return enterCatch(state, [])
    case 0x18:
      readIndex(cursor)
      return leaveBlock(state)
    case 0x0b:
      return leaveBlock(state)
    case 0x0c:
      branchTo(state, readIndex(cursor))
      return die(state)
    case 0x0d:
      pop(state)
      return branchTo(state, readIndex(cursor))
    case 0x0e:
      return branchTable(state)
    case 0x10:
      return call(state, functionType(module, readIndex(cursor)))
    case 0x11:
      pop(state)
      call(state, typeAt(module, readIndex(cursor)))
      readIndex(cursor)
      return
    case 0x00: // unreachable rethrow throw_ref
    case 0x09:
    case 0x0a:
    case 0x08: // throw
    case 0x0f: // return
    case 0x12: // return_call return_call_indirect
    case 0x13:
      leaveFunction(state, opcode)
      return die(state)
    default:
      return move(state, opcode)
  }
}

/** The values of the stack that the last instruction of a path exposes. */
function leaveFunction(state: WalkState, opcode: number): void {
  const { cursor, module } = state
  switch (opcode) {
    case 0x08:
      return observeTop(state, typeAt(module, module.tags[readIndex(cursor)] ?? -1).params.length)
    case 0x0f:
      return observeTop(state, state.type.results.length)
    case 0x12:
      return observeTop(state, functionType(module, readIndex(cursor)).params.length)
    case 0x13:
      pop(state)
      observeTop(state, typeAt(module, readIndex(cursor)).params.length)
      readIndex(cursor)
      return
    default:
      return skipImmediates(cursor, opcode)
  }
}

/** Locals, globals, select, drop, and what has to do with references. */
function move(state: WalkState, opcode: number): void {
  const { cursor, module, locals, graph } = state
  switch (opcode) {
    case 0x1a:
      return drop(state, 1)
    case 0x1b:
    case 0x1c: {
      skipImmediates(cursor, opcode)
      pop(state)
      const other = pop(state)
      return push(state, either(state, pop(state), other))
    }
    case 0x20:
      return push(state, copyOf(state, readLocal(locals, readIndex(cursor))))
    case 0x21:
      return writeLocal(locals, readIndex(cursor), pop(state))
    case 0x22: {
      const value = pop(state)
      writeLocal(locals, readIndex(cursor), value)
      return push(state, copyOf(state, value))
    }
    case 0x23:
      return push(
        state,
        typeShape(module.globals[readIndex(cursor)] ?? 0) === SHAPE.none ? NOT_FLOAT : FOREIGN,
      )
    case 0x24:
      skipImmediates(cursor, opcode)
      return addUse(graph, pop(state), USE.bits)
    default:
      skipImmediates(cursor, opcode)
      drop(state, REFERENCE_OPERANDS[opcode] ?? 0)
      if (REFERENCE_RESULTS.has(opcode)) push(state, NOT_FLOAT)
  }
}

/** table.get table.set ref.is_null table.grow table.fill; ref.null and ref.func have no operands. */
const REFERENCE_OPERANDS: Readonly<Record<number, number>> = { 0x25: 1, 0x26: 2, 0xd1: 1, 0x10f: 2, 0x111: 3 }
const REFERENCE_RESULTS: ReadonlySet<number> = new Set([0x25, 0xd0, 0xd1, 0xd2, 0x10f])

/** A value as it comes to lie on the stack here: a node of its own, so that it can be made canonical here. */
function copyOf(state: WalkState, value: number): number {
  if (value < FIRST_NODE) return value
  const shape = state.graph.types[value - FIRST_NODE] ?? SHAPE.none
  const copy = addNode(state.graph, shape, state.cursor.at, state.depth)
  addFlow(state.graph, value, copy, FLOW.move)
  return copy
}

/** One value or another. */
function either(state: WalkState, one: number, other: number): number {
  if (one < FIRST_NODE && other < FIRST_NODE) return oneOf(one, other)
  const copy = copyOf(state, Math.max(one, other))
  addFlow(state.graph, Math.min(one, other), copy, FLOW.move)
  return copy
}
