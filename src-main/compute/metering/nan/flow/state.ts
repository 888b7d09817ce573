import type { FunctionCode, FunctionType, ModuleTypes } from '../../parse/function-code.ts'
import { type CodeCursor, cursorAt } from './cursor.ts'
import { emptyGraph, type ValueGraph } from './graph.ts'
import { NOT_FLOAT } from './known-values.ts'
import { type LocalScope, type LocalValues, localsOf } from './locals.ts'

/** A block, loop, if, try, or the function itself. */
export interface Frame {
  /** The instruction that began it; `else` once that has been met; 0 for the function. */
  opcode: number
  /** The stack's height below its parameters. */
  readonly height: number
  readonly params: ArrayLike<number>
  readonly results: ArrayLike<number>
  /** The values of its parameters, of an if. */
  readonly entry: readonly number[]
  /** Nodes for what a branch to it takes along: at a loop's head, else at the end; made at the first branch. */
  nodes: readonly number[] | undefined
  /** Branches and falls to its end. */
  arrivals: number
  readonly scope: LocalScope
  /** The last br_table that named it. */
  seen: number
}

/** How far the walk over a function's code has come. */
export interface WalkState {
  readonly module: ModuleTypes
  readonly type: FunctionType
  readonly cursor: CodeCursor
  readonly graph: ValueGraph
  readonly locals: LocalValues
  /** The operand stack: `height` values, see `ValueGraph`. */
  readonly stack: number[]
  height: number
  readonly frames: Frame[]
  /** Loops around this point. */
  depth: number
  /** Whether this point can be reached; where it cannot, how many blocks were begun since. */
  isLive: boolean
  deadBlocks: number
}

const NONE: FunctionType = { params: [], results: [] }

/**
 * Steps that a walk may take for a byte of code, and besides. The most that code of real programs took is 0.2 for a
 * byte and 2,000 besides; only where hundreds of branches meet hundreds of values, or of locals set before, do they
 * multiply.
 */
const STEPS_PER_BYTE = 2
const STEPS_BESIDES = 4_000

/** The state before the first instruction, without a frame. */
export function initialState(module: ModuleTypes, code: FunctionCode, isPathless: boolean): WalkState {
  const graph = emptyGraph(STEPS_BESIDES + STEPS_PER_BYTE * (code.end - code.start))
  const type = module.types[code.type] ?? NONE
  return {
    module,
    type,
    cursor: cursorAt(code),
    graph,
    locals: localsOf(graph, code, type, isPathless),
    stack: [],
    height: 0,
    frames: [],
    depth: 0,
    isLive: true,
    deadBlocks: 0,
  }
}

/** A function's type; an empty one for an index that is not there. */
export function functionType(module: ModuleTypes, index: number): FunctionType {
  return module.types[module.functions[index] ?? -1] ?? NONE
}

/** A type of the type section; an empty one for an index that is not there. */
export function typeAt(module: ModuleTypes, index: number): FunctionType {
  return module.types[index] ?? NONE
}

/** Puts a value on the stack. */
export function push(state: WalkState, value: number): void {
  state.stack[state.height++] = value
}

/** Takes the top of the stack, `NOT_FLOAT` from an empty one, as no validated code does. */
export function pop(state: WalkState): number {
  if (state.height === 0) return NOT_FLOAT
  return state.stack[--state.height] ?? NOT_FLOAT
}

/** Drops `count` values. */
export function drop(state: WalkState, count: number): void {
  state.height = Math.max(0, state.height - count)
}
