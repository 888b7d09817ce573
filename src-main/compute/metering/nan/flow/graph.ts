import { FIRST_NODE, NOT_FLOAT, TAINT, taintOf } from './known-values.ts'
import { SHAPE } from './shapes.ts'

/**
 * The floats and vectors of one function and how their bits flow between them, without the arithmetic: a node for
 * each value that arithmetic may have made, an edge where a value becomes (part of) another. Built by a walk over the
 * code, solved by `nan-placement.ts`.
 *
 * A value is a number. Below FIRST_NODE it is no result of arithmetic and says what is known of it, see known-values.ts; from
 * FIRST_NODE on it is a node.
 */
export interface ValueGraph {
  /** By node less FIRST_NODE: the type, one of `SHAPE`, a vector's is f32x4. */
  readonly types: number[]
  /** The shape, if it is a result of arithmetic. */
  readonly sources: number[]
  /** Where it lies on top of the stack, in bytes; 0 if it never does. */
  readonly places: number[]
  /** How many loops are around that place. */
  readonly depths: number[]
  /** Facts about where it comes from, bits of `TAINT`. */
  readonly taints: number[]
  /** Its uses, bits of `USE`. */
  readonly uses: number[]
  /** By edge: the node that flows, the node that it flows into, how: one of `FLOW`. */
  readonly from: number[]
  readonly to: number[]
  readonly flows: number[]
  /** The cost of building it so far; above the bound it is not finished. */
  steps: number
  readonly stepsMax: number
}

/** Uses of a value other than flowing into another: which of its bits can be observed. */
export const USE = {
  /** all bits are observed: a store, a call, an integer instruction */
  bits: 1,
  /** arithmetic or comparison of f32x4 lanes: sees that a lane is NaN, not which; but all of an f64 */
  f32x4: 2,
  f64x2: 4,
} as const

/** How the bits of one value get into another. */
export const FLOW = {
  /** as they are, as one of several, or f64 lanes of it */
  move: 0,
  /** f32 lanes of it */
  lanes32: 1,
  /** any bytes of it */
  bytes: 2,
  /** a lane becomes a scalar */
  extract: 3,
  /** a scalar becomes f32 lanes, f64 lanes */
  insert32: 4,
  insert64: 5,
  /** signs are changed, of a scalar, of f32 lanes, of f64 lanes */
  sign: 6,
  sign32: 7,
  sign64: 8,
  /** f32 lanes, f64 lanes, of which only those are taken that are no NaN; the instruction that takes them looks at them by a `USE` */
  numbers32: 9,
  numbers64: 10,
} as const

/** An empty graph that may cost this many steps. */
export function emptyGraph(stepsMax: number): ValueGraph {
  return {
    types: [],
    sources: [],
    places: [],
    depths: [],
    taints: [],
    uses: [],
    from: [],
    to: [],
    flows: [],
    steps: 0,
    stepsMax,
  }
}

/** Adds a node into which others may flow. */
export function addNode(graph: ValueGraph, type: number, place: number, depth: number): number {
  graph.sources.push(SHAPE.none)
  graph.places.push(place)
  graph.depths.push(depth)
  graph.taints.push(0)
  graph.uses.push(0)
  return graph.types.push(type) - 1 + FIRST_NODE
}

/** Adds a result of arithmetic. */
export function addSource(graph: ValueGraph, shape: number, place: number, depth: number): number {
  graph.sources.push(shape)
  graph.places.push(place)
  graph.depths.push(depth)
  graph.taints.push(shape === SHAPE.f32 || shape === SHAPE.f32x4 ? TAINT.f64 : TAINT.f32)
  graph.uses.push(0)
  return graph.types.push(shape === SHAPE.f64x2 ? SHAPE.f32x4 : shape) - 1 + FIRST_NODE
}

/** Says where a node made before lies on top of the stack; values that are no nodes lie anywhere. */
export function placeNode(graph: ValueGraph, value: number, place: number, depth: number): void {
  if (value < FIRST_NODE) return
  graph.places[value - FIRST_NODE] = place
  graph.depths[value - FIRST_NODE] = depth
}

/** Notes what is done with a value. */
export function addUse(graph: ValueGraph, value: number, use: number): void {
  if (value >= FIRST_NODE) graph.uses[value - FIRST_NODE] = (graph.uses[value - FIRST_NODE] ?? 0) | use
}

/** Notes that a value's bits get into a node. */
export function addFlow(graph: ValueGraph, value: number, node: number, flow: number): void {
  graph.steps++
  if (value === NOT_FLOAT) return
  // The flow's own taint is known now; the taint of the node that it comes from is added when all are known.
  const taint = taintAfter(flow, value < FIRST_NODE ? taintOf(value) : 0)
  graph.taints[node - FIRST_NODE] = (graph.taints[node - FIRST_NODE] ?? 0) | taint
  if (value < FIRST_NODE) return
  graph.from.push(value - FIRST_NODE)
  graph.to.push(node - FIRST_NODE)
  graph.flows.push(flow)
}

/** The taint of what flows out of a value of `taint`. */
export function taintAfter(flow: number, taint: number): number {
  return TAINT_AFTER[flow * 4 + taint] ?? TAINT.both
}

/** The uses of a value whose bits get into a value of `uses`, that are because of this. */
export function usesBefore(flow: number, uses: number): number {
  return USES_BEFORE[flow * 8 + uses] ?? USE.bits
}

/** Whether canonical bits stay canonical on the way, so that they may as well be made so after it. */
export function keepsCanonical(flow: number): boolean {
  return flow < FLOW.sign && flow !== FLOW.bytes
}

const FLOWS = 11
const TAINT_AFTER = new Uint8Array(FLOWS * 4)
const USES_BEFORE = new Uint8Array(FLOWS * 8)
const { bits, f32x4, f64x2 } = USE

/** By flow: the taint that stays, the taint it adds; what becomes of a use of all bits, as f32 lanes and as f64 lanes. */
type Rule = readonly [flow: number, keeps: number, adds: number, ofBits: number, ofF32: number, ofF64: number]
const RULES: readonly Rule[] = [
  [FLOW.move, TAINT.both, 0, bits, f32x4, f64x2],
  [FLOW.lanes32, TAINT.both, TAINT.f64, bits, f32x4, bits],
  [FLOW.bytes, TAINT.both, TAINT.both, bits, bits, bits],
  [FLOW.extract, TAINT.both, 0, bits, 0, 0],
  [FLOW.insert32, TAINT.both, TAINT.f64, bits, 0, bits],
  [FLOW.insert64, TAINT.both, TAINT.f32, bits, bits, 0],
  [FLOW.sign, TAINT.both, TAINT.both, bits, 0, 0],
  [FLOW.sign32, TAINT.both, TAINT.both, bits, f32x4, bits],
  [FLOW.sign64, TAINT.both, TAINT.both, bits, bits, f64x2],
  // Two f32 lanes make any f64; an f64 that is a number has any f32 lanes.
  [FLOW.numbers32, TAINT.f64, TAINT.f64, f32x4, f32x4, f32x4],
  [FLOW.numbers64, TAINT.f32, 0, f64x2, f64x2, f64x2],
]
for (const [flow, keeps, adds, ofBits, ofF32, ofF64] of RULES) {
  for (let taint = 0; taint < 4; taint++) TAINT_AFTER[flow * 4 + taint] = (taint & keeps) | adds
  for (let uses = 0; uses < 8; uses++) {
    USES_BEFORE[flow * 8 + uses] =
      ((uses & bits) !== 0 ? ofBits : 0) |
      ((uses & f32x4) !== 0 ? ofF32 : 0) |
      ((uses & f64x2) !== 0 ? ofF64 : 0)
  }
}
