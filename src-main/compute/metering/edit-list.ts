/** What is done at a place of a function's code. The order is that of the numbers where the place is one. */
export const EDIT = {
  /** Reads the fuel into a local for a loop without calls; first: offset after the loop. */
  cache: 0,
  /** Restores the depth where an exception arrives. */
  caught: 1,
  /** Takes `first` units of fuel. */
  charge: 2,
  /** The same, and traps when there are none left. */
  checkedCharge: 3,
  /** Takes fuel by the length on the stack: one unit for each 2^first. */
  chargeLength: 4,
  /** A `return`; first: its label, were it a branch. */
  return: 5,
  /** A tail call: the frame ends here. */
  tailCall: 6,
  /** memory.grow; first: offset after it. */
  growMemory: 7,
  /** table.grow; first: offset after it, second: the table. */
  growTable: 8,
  /** Nothing: what was prepared turned out not to be needed. */
  none: 9,
} as const

/** Places in a module's code and what is done there, in order; grows as it is filled. */
export interface EditList {
  count: number
  /** Offset in the module: the edit comes before the instruction there. */
  at: Int32Array
  kind: Uint8Array
  first: Int32Array
  second: Int32Array
}

const CAPACITY = 1_024

/** An empty list. */
export function createEditList(): EditList {
  return {
    count: 0,
    at: new Int32Array(CAPACITY),
    kind: new Uint8Array(CAPACITY),
    first: new Int32Array(CAPACITY),
    second: new Int32Array(CAPACITY),
  }
}

/** Appends an edit and returns its place in the list. */
export function addEdit(list: EditList, at: number, kind: number, first = 0, second = 0): number {
  const index = list.count++
  if (index === list.at.length) {
    list.at = grown(list.at)
    list.first = grown(list.first)
    list.second = grown(list.second)
    const kinds = new Uint8Array(list.kind.length * 2)
    kinds.set(list.kind)
    list.kind = kinds
  }
  list.at[index] = at
  list.kind[index] = kind
  list.first[index] = first
  list.second[index] = second
  return index
}

/** A copy of twice the length. */
export function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
