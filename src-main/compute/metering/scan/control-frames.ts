import { NESTING_MAX } from '../limits.ts'

/** The kinds of blocks that charges tell apart. */
export const FRAME = { function: 0, block: 1, loop: 2, if: 3, else: 4, try: 5, catch: 6 } as const

/** A loop with more back edges than this is charged at its header. */
export const BACK_EDGES_MAX = 4

/** The open blocks of a function, the function itself at level 0: one array for each thing known of them. */
export interface ControlFrames {
  count: number
  readonly kind: Uint8Array
  /** The charge point of the code around. */
  readonly charge: Int32Array
  /** The outermost level that a branch inside the block around goes to, so far; `NO_ESCAPE` if none leaves it. */
  readonly escape: Int32Array
  /** Values on the operand stack below its operands. */
  readonly height: Int32Array
  readonly params: Int32Array
  readonly results: Int32Array
  /** Whether its end is reached: by a branch, or from a branch of an `if` that is over. */
  readonly reached: Uint8Array
  /** Of a loop: its header's charge point, the edit before it, whether something in it calls, the loop around. */
  readonly header: Int32Array
  readonly cache: Int32Array
  /** Of a loop: whether another is inside it. */
  readonly loops: Uint8Array
  readonly calls: Uint8Array
  readonly loopAround: Int32Array
  /** Of a loop: the charge points that lead back to it, and whether they all do so whenever they are passed. */
  readonly backEdges: Int32Array
  readonly backEdgeCount: Uint8Array
  /** Of a loop: the offset of the last branch back to it. */
  readonly backEdgeAt: Int32Array
  readonly backEdgeDoubt: Uint8Array
}

/** No branch leaves a block. */
export const NO_ESCAPE = 0x7fffffff
/** No loop is open. */
export const NO_LOOP = -1

/**
 * The most levels that any of these functions can open, itself and one below its last block included: a block takes a
 * byte at least, so that small modules need little room.
 */
export function levelsMax(bodies: readonly { readonly at: number; readonly end: number }[]): number {
  const longest = bodies.reduce((most, { at, end }) => Math.max(most, end - at), 0)
  return Math.min(NESTING_MAX, longest) + 2
}

/** Room for the blocks of one function, of at most so many levels. */
export function createControlFrames(levels: number): ControlFrames {
  const ints = (length = levels) => new Int32Array(length)
  const flags = () => new Uint8Array(levels)
  return {
    count: 0,
    kind: flags(),
    charge: ints(),
    escape: ints(),
    height: ints(),
    params: ints(),
    results: ints(),
    reached: flags(),
    header: ints(),
    cache: ints(),
    loops: flags(),
    calls: flags(),
    loopAround: ints(),
    backEdges: ints(levels * BACK_EDGES_MAX),
    backEdgeCount: flags(),
    backEdgeAt: ints(),
    backEdgeDoubt: flags(),
  }
}
