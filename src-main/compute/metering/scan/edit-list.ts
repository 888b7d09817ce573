/** The kinds of edits at a place of a function's code. */
export const EDIT = {
  /** Nothing: what was prepared turned out not to be needed. */
  none: 0,
  /** Takes `first` units of fuel. */
  charge: 1,
  /** The same, and traps when there are none left. */
  checkedCharge: 2,
  /** The same, and traps when the stack has no room left either. */
  deepCharge: 3,
  /** Takes fuel by the length on the stack: one unit for each 2^first. */
  chargeLength: 4,
  /** Reads the fuel into a local for a loop without calls; first: offset after the loop. */
  cache: 5,
  /** A call; first: the function, second: whether it is a tail call. */
  call: 6,
  /** A call through a table; first: the type, second: whether it is a tail call. */
  callIndirect: 7,
  /** An access to the first local that is no parameter; first: offset after it. */
  firstLocal: 8,
  /** memory.grow; first: offset after it. */
  growMemory: 9,
  /** table.grow; first: offset after it, second: the table. */
  growTable: 10,
  /**
   * Takes fuel for all rounds of a loop that counts, and traps when there are none left; first: units of a round,
   * second: its place among the plan's counted loops.
   */
  chargeRounds: 11,
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

const CAPACITY_MIN = 64

/** An empty list with room for `expected` edits. */
export function createEditList(expected: number): EditList {
  const capacity = Math.max(CAPACITY_MIN, Math.ceil(expected))
  return {
    count: 0,
    at: new Int32Array(capacity),
    kind: new Uint8Array(capacity),
    first: new Int32Array(capacity),
    second: new Int32Array(capacity),
  }
}

/** Appends an edit and returns its place in the list. */
export function addEdit(list: EditList, at: number, kind: number, first = 0, second = 0): number {
  const index = list.count++
  if (index === list.at.length) {
    list.at = grown(list.at)
    list.first = grown(list.first)
    list.second = grown(list.second)
    list.kind = grown(list.kind)
  }
  list.at[index] = at
  list.kind[index] = kind
  list.first[index] = first
  list.second[index] = second
  return index
}

/** A copy of twice the length. */
export function grown<A extends Int32Array | Uint8Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2)
  larger.set(array)
  return larger
}
