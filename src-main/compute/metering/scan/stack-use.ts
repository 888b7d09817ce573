import { INDIRECT } from './call-graph.ts'
import { FUNCTION_KIND } from '../parse/declaration.ts'
import { FRAME_SLOTS, UNCOUNTED_SLOTS_MAX } from '../limits.ts'
import type { ParsedModule } from '../parse/parsed-module.ts'
import type { CodePlan } from './scan-code.ts'

/** How a function learns how many slots of the stack are left. */
export const PASSING = {
  /** It need not know: no recursion passes through it or what it calls. */
  none: 0,
  /** By a parameter of its own, the last. */
  parameter: 1,
  /** By the meter's global, as a table may hold it and its type must stay. */
  global: 2,
  /**
   * By a parameter as well; but at its index is another function of its old type, through which the host and tables
   * call it: so that the function that they see is one and the same.
   */
  entrance: 3,
} as const

/** How the functions of a module count the stack. */
export interface StackUse {
  /** Slots that each defined function counts on entry; 0 for those that do not count. */
  readonly slots: Int32Array
  /** One of `PASSING` for each defined function. */
  readonly passing: Uint8Array
  /** Whether a call through a table, by the function type's index, may reach a function that wants to know. */
  readonly isPassedTo: (type: number) => boolean
}

/**
 * Finds out which functions must count the stack.
 *
 * A function on every cycle of calls counts, so that no recursion goes uncounted: those at which a walk through the
 * calls comes back to where it already is. What such a function counts is its own frame and the deepest chain of
 * uncounted frames below it. Where a chain grows too long, the function at its top counts as well. Calls through a
 * table are taken to reach every function of their type that a table may hold. What is left of the stack is passed
 * down with the calls, so that returns, traps and exceptions have nothing to restore.
 */
export function stackUse(module: ParsedModule, plan: CodePlan): StackUse {
  const graph = createGraph(module, plan)
  for (let node = 0; node < plan.functions.length; node++) if (graph.state[node] === NEW) walk(graph, node)
  const { functions, slots, carries, signatureOf } = graph
  const callable = hostCallable(module)
  const passing = new Uint8Array(functions)
  for (let defined = 0; defined < functions; defined++) {
    const index = defined + module.imports.length
    if (carries[defined] === 0) passing[defined] = PASSING.none
    else if (callable.has(index)) passing[defined] = PASSING.entrance
    else passing[defined] = module.referenced.has(index) ? PASSING.global : PASSING.parameter
  }
  return { slots, passing, isPassedTo: (type) => carries[functions + (signatureOf[type] ?? 0)] === 1 }
}

/** The functions that the host can call by name, and the start function. */
export function hostCallable({ exports, start }: ParsedModule): Set<number> {
  const callable = exports.filter(({ kind }) => kind === FUNCTION_KIND).map(({ index }) => index)
  if (start !== undefined) callable.push(start)
  return new Set(callable)
}

const NEW = 0
const OPEN = 1
const CLOSED = 2

/** Nodes are the defined functions, then one for each signature: who calls through a table calls that. */
interface Graph {
  readonly functions: number
  readonly plan: CodePlan
  readonly state: Uint8Array
  /** The open nodes in order, and the place of the next callee of each. */
  readonly path: Int32Array
  readonly places: Int32Array
  /** Slots of the deepest chain of uncounted frames that begins at a node. */
  readonly reach: Int32Array
  readonly slots: Int32Array
  /** Whether a function that counts can be reached from a node. */
  readonly carries: Uint8Array
  /** Number of a type's signature: equal types have one. */
  readonly signatureOf: readonly number[]
  /** The callees of a node, by place. */
  readonly calleeCount: (node: number) => number
  readonly callee: (node: number, place: number) => number
}

function createGraph(module: ParsedModule, plan: CodePlan): Graph {
  const imported = module.imports.length
  const functions = plan.functions.length
  const { callees, from } = plan.calls
  const signatures = new Map<string, number>()
  const signatureOf = module.types.map(({ params, results }) => {
    const key = `${Array.from(params).join()}:${Array.from(results).join()}`
    const known = signatures.get(key) ?? signatures.size
    signatures.set(key, known)
    return known
  })
  const holders = Array.from(signatures, (): number[] => [])
  for (const index of module.referenced) {
    if (index >= imported) holders[signatureOf[module.functions[index] ?? 0] ?? 0]?.push(index - imported)
  }
  const nodes = functions + holders.length
  return {
    ...{ functions, plan, signatureOf, state: new Uint8Array(nodes), reach: new Int32Array(nodes) },
    ...{ slots: new Int32Array(functions), carries: new Uint8Array(nodes) },
    ...{ path: new Int32Array(nodes), places: new Int32Array(nodes) },
    calleeCount: (node) =>
      node < functions ? (from[node + 1] ?? 0) - (from[node] ?? 0) : (holders[node - functions]?.length ?? 0),
    callee: (node, place) => {
      if (node >= functions) return holders[node - functions]?.[place] ?? 0
      const callee = callees[(from[node] ?? 0) + place] ?? 0
      return callee & INDIRECT ? functions + (signatureOf[callee & ~INDIRECT] ?? 0) : callee - imported
    },
  }
}

/** Walks from one node, depth first and without recursion, and closes every node that it comes to. */
function walk(graph: Graph, root: number): void {
  const { path, places, state, slots, functions } = graph
  let length = 0
  const open = (node: number) => {
    path[length] = node
    places[length++] = 0
    state[node] = OPEN
  }
  open(root)
  while (length > 0) {
    const node = path[length - 1] ?? 0
    const place = places[length - 1] ?? 0
    if (place === graph.calleeCount(node)) {
      close(graph, node)
      length--
      continue
    }
    places[length - 1] = place + 1
    const callee = graph.callee(node, place)
    if (callee < 0) continue // the host's: no frame of this module
    if (state[callee] === OPEN) slots[callee < functions ? callee : node] = 1
    else if (state[callee] === NEW) open(callee)
  }
}

/** All callees are known, those that are still open as ones that count: so is what the node reaches, and counts. */
function close(graph: Graph, node: number): void {
  const { state, reach, slots, carries, functions } = graph
  let deepest = 0
  for (let place = graph.calleeCount(node) - 1; place >= 0; place--) {
    const callee = graph.callee(node, place)
    if (callee < 0) continue
    deepest = Math.max(deepest, reach[callee] ?? 0)
    if (state[callee] === OPEN || carries[callee] === 1) carries[node] = 1
  }
  if (node < functions) {
    deepest += FRAME_SLOTS + (graph.plan.functions[node]?.slots ?? 0)
    if (slots[node] !== 0 || deepest > UNCOUNTED_SLOTS_MAX) {
      slots[node] = deepest
      carries[node] = 1
      deepest = 0
    }
  }
  reach[node] = deepest
  state[node] = CLOSED
}
