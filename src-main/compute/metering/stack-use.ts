import { INDIRECT } from './call-graph.ts'
import { FRAME_SLOTS, UNCOUNTED_SLOTS_MAX } from './limits.ts'
import type { ParsedModule } from './parsed-module.ts'
import type { CodePlan } from './scan-code.ts'

/** Not counted: its frame is part of what its callers count. */
const UNCOUNTED = 0

const NEW = 0
const OPEN = 1
const CLOSED = 2

/**
 * How many slots of the stack each defined function counts on entry; 0 for those that need not count.
 *
 * A function on every cycle of calls counts, so that no recursion goes uncounted: those at which a walk through the
 * calls comes back to where it already is. What such a function counts is its own frame and the deepest chain of
 * uncounted frames below it. Where a chain grows too long, the function at its top counts as well. Calls through a
 * table are taken to reach every function of their type that a table may hold.
 */
export function stackUse(module: ParsedModule, plan: CodePlan): Int32Array {
  const graph = createGraph(module, plan)
  for (let node = 0; node < plan.functions.length; node++) if (graph.state[node] === NEW) walk(graph, node)
  return graph.weight
}

/** Nodes are the defined functions, then one for each signature that is called through a table. */
interface Graph {
  readonly functions: number
  readonly plan: CodePlan
  readonly state: Uint8Array
  /** Slots of the deepest chain of uncounted frames that begins at a node. */
  readonly reach: Int32Array
  readonly weight: Int32Array
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
    ...{ functions, plan, state: new Uint8Array(nodes), reach: new Int32Array(nodes) },
    weight: new Int32Array(functions),
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
  const path: { node: number; place: number }[] = [{ node: root, place: 0 }]
  graph.state[root] = OPEN
  while (path.length > 0) {
    const step = path[path.length - 1] ?? { node: 0, place: 0 }
    const { node, place } = step
    if (place === graph.calleeCount(node)) {
      close(graph, node)
      path.pop()
      continue
    }
    step.place++
    const callee = graph.callee(node, place)
    if (callee < 0) continue // the host's: no frame of this module
    const state = graph.state[callee]
    if (state === OPEN) graph.weight[callee < graph.functions ? callee : node] = 1
    else if (state === NEW) {
      graph.state[callee] = OPEN
      path.push({ node: callee, place: 0 })
    }
  }
}

/** All callees are known: so is what the node reaches, and what it counts. */
function close(graph: Graph, node: number): void {
  graph.state[node] = CLOSED
  let reach = 0
  for (let place = graph.calleeCount(node) - 1; place >= 0; place--) {
    const callee = graph.callee(node, place)
    if (callee >= 0) reach = Math.max(reach, graph.reach[callee] ?? 0)
  }
  if (node < graph.functions) {
    reach += FRAME_SLOTS + (graph.plan.functions[node]?.slots ?? 0)
    if (graph.weight[node] !== UNCOUNTED || reach > UNCOUNTED_SLOTS_MAX) {
      graph.weight[node] = reach
      reach = 0
    }
  }
  graph.reach[node] = reach
}
