import { grown } from './edit-list.ts'

/** Set in an entry that is not a function's index but the type index of an indirect call. */
export const INDIRECT = 0x40000000

/** Who calls whom: the calls of each function follow each other. Grows as it is filled. */
export interface CallGraph {
  count: number
  callees: Int32Array
  /** Where the calls of each defined function begin; one more for the end. */
  readonly from: Int32Array
}

const CAPACITY = 1_024

/** No calls yet, of so many functions. */
export function createCallGraph(functions: number): CallGraph {
  return { count: 0, callees: new Int32Array(CAPACITY), from: new Int32Array(functions + 1) }
}

/** Adds a call of the function that is being scanned. @param callee a function's index, or `INDIRECT |` a type's */
export function addCall(graph: CallGraph, callee: number): void {
  if (graph.count === graph.callees.length) graph.callees = grown(graph.callees)
  graph.callees[graph.count++] = callee
}
