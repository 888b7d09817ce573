import type { NanPatch } from './patch.ts'
import { keepsCanonical, taintAfter, USE, usesBefore, type ValueGraph } from './flow/graph.ts'
import { TAINT } from './flow/known-values.ts'
import { NAN_SHAPES, SHAPE } from './flow/shapes.ts'

/** By shape: the uses by which the bits of a NaN are seen. Arithmetic of the same shape is blind to them. */
const SEEN: readonly number[] = [
  USE.bits | USE.f32x4 | USE.f64x2, // of no shape that we know
  USE.bits,
  USE.bits,
  USE.bits | USE.f64x2,
  USE.bits | USE.f32x4,
]

/** Beside the bits of `TAINT`: results of arithmetic get here, and would still be canonical. */
const REACHED = 4

/** By depth, how much a value in so many loops weighs: a loop's body counts as running eight times. */
const WEIGHTS = Float64Array.from({ length: 10 }, (_, depth) => 8 ** depth)

/** Facts about all values, by node. */
interface Analysis {
  readonly graph: ValueGraph
  /** the shapes of results of arithmetic whose bits are seen; 0 for all else */
  readonly wanted: Uint8Array
  /** the shapes in which values may be made canonical that are seen themselves, or UNCLEAN; 0 for all else */
  readonly seen: Uint8Array
  /** the web that it is in, known by one of its nodes */
  readonly webs: Int32Array
}

/** A result of arithmetic is seen here, in what may also hold other NaNs. */
const UNCLEAN = 0xff

/**
 * Where to make values canonical so that no result of arithmetic is observed that has not been: at the results, or
 * where they are seen, whichever runs less often. The second only where all that gets there may be made canonical.
 * This is decided for each web, the values that flow into one another.
 */
export function placePatches(graph: ValueGraph): NanPatch[] {
  const needs = needsOf(graph)
  const wanted = wantedShapes(graph, needs)
  if (wanted === undefined) return []
  const analysis = { graph, wanted, seen: seenShapes(graph, needs), webs: websOf(graph, needs) }
  const isAtSight = sightIsCheaper(analysis)
  const patches: NanPatch[] = []
  for (let node = 0; node < wanted.length; node++) {
    const shapes = isAtSight[analysis.webs[node] ?? 0] === 1 ? analysis.seen : wanted
    const shape = NAN_SHAPES[shapes[node] ?? SHAPE.none]
    if (shape !== undefined) patches.push({ at: graph.places[node] ?? 0, shape })
  }
  return patches.sort((one, other) => one.at - other.at)
}

function wantedShapes(graph: ValueGraph, needs: Uint8Array): Uint8Array | undefined {
  const wanted = new Uint8Array(needs.length)
  let isAny = false
  for (let node = 0; node < needs.length; node++) {
    const shape = graph.sources[node] ?? SHAPE.none
    if (shape === SHAPE.none || ((needs[node] ?? 0) & (SEEN[shape] ?? 0)) === 0) continue
    wanted[node] = shape
    isAny = true
  }
  return isAny ? wanted : undefined
}

function seenShapes(graph: ValueGraph, needs: Uint8Array): Uint8Array {
  const seen = new Uint8Array(needs.length)
  const [uses, marks] = [usesOf(graph, needs), marksOf(graph)]
  for (let node = 0; node < seen.length; node++) {
    const used = uses[node] ?? 0
    const mark = marks[node] ?? 0
    if (used === 0 || (mark & REACHED) === 0) continue
    const shape = cleanShape(graph.types[node] ?? 0, mark & TAINT.both)
    if ((used & (SEEN[shape] ?? 0)) !== 0) seen[node] = shape === SHAPE.none ? UNCLEAN : shape
  }
  return seen
}

/** As what a value may be made canonical; 0 if it may not. */
function cleanShape(type: number, taint: number): number {
  if (type === SHAPE.f32x4) {
    if (taint === TAINT.f64) return SHAPE.f32x4
    return taint === TAINT.f32 ? SHAPE.f64x2 : SHAPE.none
  }
  return (taint & (type === SHAPE.f32 ? TAINT.f32 : TAINT.f64)) === 0 ? type : SHAPE.none
}

/**
 * Edges are in the order of the code, but for those back to the heads of loops, so that a few passes over them suffice:
 * one more than there are loops in loops. Where these do not, the worst is taken to be true.
 */
const PASSES_MAX = 24

/** Against the flow: all uses that a value's bits may come to. */
function needsOf({ uses, from, to, flows }: ValueGraph): Uint8Array {
  const needs = new Uint8Array(uses)
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    let isDone = true
    for (let edge = flows.length - 1; edge >= 0; edge--) {
      const need = needs[to[edge] ?? 0] ?? 0
      if (need === 0) continue
      const node = from[edge] ?? 0
      const before = needs[node] ?? 0
      const after = before | usesBefore(flows[edge] ?? 0, need)
      if (after === before) continue
      needs[node] = after
      isDone = false
    }
    if (isDone) return needs
  }
  return needs.fill(USE.bits)
}

/** The uses of values themselves, with those that come from where canonical bits would not be kept. */
function usesOf(graph: ValueGraph, needs: Uint8Array): Uint8Array {
  const uses = new Uint8Array(graph.uses)
  for (let edge = 0; edge < graph.flows.length; edge++) {
    const flow = graph.flows[edge] ?? 0
    if (keepsCanonical(flow)) continue
    const from = graph.from[edge] ?? 0
    uses[from] = (uses[from] ?? 0) | usesBefore(flow, needs[graph.to[edge] ?? 0] ?? 0)
  }
  return uses
}

/** With the flow: taint, and what results of arithmetic get to. */
function marksOf({ taints, sources, from, to, flows }: ValueGraph): Uint8Array {
  const marks = new Uint8Array(taints)
  for (let node = 0; node < marks.length; node++) {
    if (sources[node] !== SHAPE.none) marks[node] = (marks[node] ?? 0) | REACHED
  }
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    let isDone = true
    for (let edge = 0; edge < flows.length; edge++) {
      const mark = marks[from[edge] ?? 0] ?? 0
      if (mark === 0) continue
      const node = to[edge] ?? 0
      const before = marks[node] ?? 0
      const flow = flows[edge] ?? 0
      const after = before | taintAfter(flow, mark & TAINT.both) | (keepsCanonical(flow) ? mark & REACHED : 0)
      if (after === before) continue
      marks[node] = after
      isDone = false
    }
    if (isDone) return marks
  }
  return marks.fill(TAINT.both | REACHED)
}

/** By node: the web that it is in. */
function websOf(graph: ValueGraph, needs: Uint8Array): Int32Array {
  const webs = new Int32Array(needs.length)
  for (let node = 0; node < webs.length; node++) webs[node] = node
  for (let edge = 0; edge < graph.flows.length; edge++) {
    const to = graph.to[edge] ?? 0
    if (needs[to] === 0 || !keepsCanonical(graph.flows[edge] ?? 0)) continue
    webs[rootOf(webs, graph.from[edge] ?? 0)] = rootOf(webs, to)
  }
  for (let node = 0; node < webs.length; node++) webs[node] = rootOf(webs, node)
  return webs
}

/** The root of a node's tree, whose paths are halved on the way. */
function rootOf(parents: Int32Array, node: number): number {
  let root = node
  for (let up = parents[root] ?? 0; up !== root; up = parents[root] ?? 0) {
    parents[root] = parents[up] ?? 0
    root = up
  }
  return root
}

/** By web: 1 where values are to be made canonical where they are seen, else 0. */
function sightIsCheaper({ graph, wanted, seen, webs }: Analysis): Uint8Array {
  const more = new Float64Array(webs.length)
  for (let node = 0; node < webs.length; node++) {
    const isWanted = wanted[node] !== SHAPE.none
    const isSeen = seen[node] !== SHAPE.none
    if (isWanted === isSeen && seen[node] !== UNCLEAN) continue
    const weight = WEIGHTS[Math.min(graph.depths[node] ?? 0, WEIGHTS.length - 1)] ?? 0
    const isPossible = seen[node] !== UNCLEAN && graph.places[node] !== 0
    const web = webs[node] ?? 0
    more[web] = (more[web] ?? 0) + (isWanted ? -weight : 0) + (isSeen ? (isPossible ? weight : Infinity) : 0)
  }
  const isCheaper = new Uint8Array(webs.length)
  for (let web = 0; web < webs.length; web++) isCheaper[web] = (more[web] ?? 0) <= 0 ? 1 : 0
  return isCheaper
}
