import { addFlow, addNode, FLOW, type ValueGraph } from './graph.ts'
import { FOREIGN, NOT_FLOAT, ZERO } from './known-values.ts'
import type { FunctionCode, FunctionType } from '../../parse/function-code.ts'
import { findSettings, type LocalSettings, NO_SETTINGS } from './set-in-loops.ts'
import { SHAPE } from './shapes.ts'
import { VALUE_TYPE } from '../../parse/value-types.ts'

/**
 * Which value each local has at the point that the walk over the code has reached, per control path: compilers put
 * many unrelated values into one local, and only this tells them apart. Where paths meet, a node stands for all values
 * that a local may have there:
 *
 * - what was set since a block began is on a trail, which is undone where another path begins (else, end);
 * - a branch forward hands the values set since the target began to nodes of the target, which its end puts in place;
 * - a loop begins with nodes for all locals that are set in it, and branches back flow into these.
 *
 * Functions that catch exceptions are taken without paths, with one node for each local (`isPathless`): any
 * instruction might lead to a handler.
 */
export interface LocalValues {
  readonly graph: ValueGraph
  readonly isPathless: boolean
  readonly settings: LocalSettings
  /** By local: its type, one of `SHAPE`, vectors as f32x4. */
  readonly types: Uint8Array
  /** By local: its value. */
  readonly values: Int32Array
  /** By local: the last branch at which it was handed over. */
  readonly seen: Int32Array
  /** Pairs of a local and its value before. */
  readonly trail: number[]
  /** Loops begun so far, also those that cannot be reached. */
  loops: number
  /** Counts branches, for `seen`. */
  branches: number
}

/** The locals of one block, loop or branch of an if. */
export interface LocalScope {
  /** Length of the trail at its beginning. */
  readonly trailAt: number
  /** Nodes at the head of the loop, or at the end of the block, by local. */
  nodes: Map<number, LocalNode> | undefined
}

interface LocalNode {
  readonly node: number
  /** How many of the branches to the end of the block have brought a value. */
  arrivals: number
}

const TYPE_SHAPES = new Uint8Array(256)
TYPE_SHAPES[VALUE_TYPE.f32] = SHAPE.f32
TYPE_SHAPES[VALUE_TYPE.f64] = SHAPE.f64
TYPE_SHAPES[VALUE_TYPE.v128] = SHAPE.f32x4

/** The shape of a value type's floats, a vector's as f32x4; 0 for integers and references. */
export function typeShape(type: number): number {
  return TYPE_SHAPES[type] ?? SHAPE.none
}

/** The locals at the beginning of a function. */
export function localsOf(
  graph: ValueGraph,
  code: FunctionCode,
  type: FunctionType,
  isPathless: boolean,
): LocalValues {
  const params = type.params.length
  const count = code.locals.reduce((sum, run) => sum + run.count, params)
  const types = new Uint8Array(count)
  for (let i = 0; i < params; i++) types[i] = typeShape(type.params[i] ?? 0)
  let at = params
  for (const run of code.locals) types.fill(typeShape(run.type), at, (at += run.count))
  const values = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const shape = types[i] ?? SHAPE.none
    if (shape === SHAPE.none) continue
    const initial = i < params ? FOREIGN : ZERO
    values[i] = isPathless ? nodeFor(graph, shape, initial) : initial
  }
  const settings = isPathless ? NO_SETTINGS : findSettings(code)
  const seen = new Int32Array(count)
  return {
    graph,
    isPathless,
    settings,
    types,
    values,
    seen,
    trail: [],
    loops: 0,
    branches: 0,
  }
}

/** A node without a place that a value flows into. */
function nodeFor(graph: ValueGraph, shape: number, value: number): number {
  const node = addNode(graph, shape, 0, 0)
  addFlow(graph, value, node, FLOW.move)
  return node
}

/** The value of a local here. */
export function readLocal(locals: LocalValues, local: number): number {
  return locals.values[local] ?? NOT_FLOAT
}

/** Gives a local a value. */
export function writeLocal(locals: LocalValues, local: number, value: number): void {
  if ((locals.types[local] ?? SHAPE.none) === SHAPE.none) return
  if (locals.isPathless) addFlow(locals.graph, value, locals.values[local] ?? NOT_FLOAT, FLOW.move)
  else assign(locals, local, value)
}

function assign(locals: LocalValues, local: number, value: number): void {
  locals.trail.push(local, locals.values[local] ?? NOT_FLOAT)
  locals.values[local] = value
}

/** Begins a block or an if. */
export function openScope(locals: LocalValues): LocalScope {
  return { trailAt: locals.trail.length, nodes: undefined }
}

/** Begins a loop. */
export function openLoop(locals: LocalValues): LocalScope {
  const { settings, types, values, graph } = locals
  const nodes = new Map<number, LocalNode>()
  const loop = locals.loops++
  const end = settings.ends[loop] ?? 0
  for (let i = settings.starts[loop] ?? 0; i < end; i++) {
    if (++graph.steps > graph.stepsMax) break
    const local = settings.locals[i] ?? 0
    const shape = types[local] ?? SHAPE.none
    if (shape === SHAPE.none || nodes.has(local)) continue
    const node = nodeFor(graph, shape, values[local] ?? NOT_FLOAT)
    nodes.set(local, { node, arrivals: 0 })
    assign(locals, local, node)
  }
  return { trailAt: locals.trail.length, nodes }
}

/** Passes over a loop that cannot be reached. */
export function passLoop(locals: LocalValues): void {
  locals.loops++
}

/** A branch, or a fall, to the end of a block or the head of a loop. */
export function arriveAt(locals: LocalValues, scope: LocalScope): void {
  const { trail, seen, values, types, graph } = locals
  if (trail.length === scope.trailAt) return
  const branch = ++locals.branches
  scope.nodes ??= new Map()
  for (let i = scope.trailAt; i < trail.length; i += 2) {
    const local = trail[i] ?? 0
    if (++graph.steps > graph.stepsMax) return
    if (seen[local] === branch) continue
    seen[local] = branch
    let entry = scope.nodes.get(local)
    if (entry === undefined) {
      entry = { node: addNode(graph, types[local] ?? SHAPE.none, 0, 0), arrivals: 0 }
      scope.nodes.set(local, entry)
    }
    entry.arrivals++
    const value = values[local] ?? NOT_FLOAT
    if (value !== entry.node) addFlow(graph, value, entry.node, FLOW.move)
  }
}

/** Takes the locals back to a scope's beginning. */
export function rewind(locals: LocalValues, scope: LocalScope): void {
  const { trail, values } = locals
  while (trail.length > scope.trailAt) {
    const value = trail.pop() ?? NOT_FLOAT
    values[trail.pop() ?? 0] = value
  }
}

/** The end of a block at which `arrivals` paths meet, each of which has been an `arriveAt`, or left all as it was. */
export function joinScope(locals: LocalValues, scope: LocalScope, arrivals: number): void {
  rewind(locals, scope)
  if (scope.nodes === undefined) return
  for (const [local, entry] of scope.nodes) {
    // Where a path did not set it, the local is what it was at the beginning.
    if (entry.arrivals < arrivals) {
      addFlow(locals.graph, locals.values[local] ?? NOT_FLOAT, entry.node, FLOW.move)
    }
    assign(locals, local, entry.node)
  }
}
