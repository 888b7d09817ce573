import { grown } from './edit-list.ts'

/** Set in an entry that is not a function's index but the type index of an indirect call. */
export const INDIRECT = 0x40000000

/** Who calls whom: the calls of each function follow each other. Grows as it is filled. */
export interface CallGraph {
  count: number
  callees: Int32Array
  /** Place in the edit list of the charge that pays for what is around a call. */
  charges: Int32Array
  /** Where the calls of each defined function begin; one more for the end. */
  readonly from: Int32Array
}

const CAPACITY_MIN = 64

/** No calls yet, of so many functions; with room for `expected` calls. */
export function createCallGraph(functions: number, expected: number): CallGraph {
  const capacity = Math.max(CAPACITY_MIN, Math.ceil(expected))
  return {
    count: 0,
    callees: new Int32Array(capacity),
    charges: new Int32Array(capacity),
    from: new Int32Array(functions + 1),
  }
}

/**
 * Adds a call of the function that is being scanned.
 *
 * @param callee a function's index, or `INDIRECT |` a type's
 * @param charge place in the edit list
 */
export function addCall(graph: CallGraph, callee: number, charge: number): void {
  if (graph.count === graph.callees.length) {
    graph.callees = grown(graph.callees)
    graph.charges = grown(graph.charges)
  }
  graph.callees[graph.count] = callee
  graph.charges[graph.count++] = charge
}
