import { EDIT, type EditList, addEdit, grown } from './edit-list.ts'

/** Steps of a function's control flow, as fold-charges.ts replays them. Each is followed by its operand. */
export const STEP = {
  /** A new point: its index. */
  point: 0,
  /** A loop begins: its header's point. */
  loop: 1,
  /** A block begins. */
  block: 2,
  /** An `if` begins: the point of its first branch. */
  if: 3,
  /** Its other branch begins: the point. */
  else: 4,
  /** The innermost block ends. */
  end: 5,
  /** A branch to the block at a level, taken or not. */
  branch: 6,
  /** Code after it is not reached: 1 if control flow ends here, 0 after a branch that says where it goes on. */
  dead: 7,
} as const

/**
 * Charge points of one function: places where fuel is taken for the instructions of a region, every one of which is
 * executed if and only if the point is passed (traps and exceptions apart). Reused from function to function.
 */
export interface ChargePoints {
  count: number
  cost: Int32Array
  /** Whether fuel is not only taken but also looked at. */
  checked: Uint8Array
  /** Whether several ways meet there. */
  joins: Uint8Array
  /** The place in the edit list. */
  edit: Int32Array
  steps: Int32Array
  stepCount: number
  /** Pairs: a loop's header, and a point that pays for it instead; the pairs of a header follow each other. */
  readonly payers: number[]
}

const CAPACITY = 1_024

/** No points yet. */
export function createChargePoints(): ChargePoints {
  return {
    count: 0,
    cost: new Int32Array(CAPACITY),
    checked: new Uint8Array(CAPACITY),
    joins: new Uint8Array(CAPACITY),
    edit: new Int32Array(CAPACITY),
    steps: new Int32Array(CAPACITY),
    stepCount: 0,
    payers: [],
  }
}

/** Begins another function. */
export function clearChargePoints(points: ChargePoints): void {
  points.count = 0
  points.stepCount = 0
  points.payers.length = 0
}

/** A new point before the instruction at `at`, and its index. */
export function addPoint(points: ChargePoints, edits: EditList, at: number): number {
  const index = points.count++
  if (index === points.cost.length) {
    points.cost = grown(points.cost)
    points.edit = grown(points.edit)
    points.checked = grown(points.checked)
    points.joins = grown(points.joins)
  }
  points.cost[index] = 0
  points.checked[index] = 0
  points.joins[index] = 0
  points.edit[index] = addEdit(edits, at, EDIT.charge)
  return index
}

/** Records a step. */
export function addStep(points: ChargePoints, step: number, operand = 0): void {
  if (points.stepCount + 2 > points.steps.length) points.steps = grown(points.steps)
  points.steps[points.stepCount++] = step
  points.steps[points.stepCount++] = operand
}

/**
 * Lets a loop's header be paid for at another point: one that is passed before the header is, every time or together
 * with others. The header's own cost is left to the caller.
 */
export function payElsewhere({ cost, payers }: ChargePoints, header: number, payer: number): void {
  cost[payer] = (cost[payer] ?? 0) + (cost[header] ?? 0)
  payers.push(header, payer)
}

/** Units that were added to a header since then are paid elsewhere as well. Inner loops come first. */
export function settleHeaders({ cost, payers }: ChargePoints): void {
  for (let i = 0; i < payers.length; i += 2) {
    const header = payers[i] ?? 0
    const payer = payers[i + 1] ?? 0
    cost[payer] = (cost[payer] ?? 0) + (cost[header] ?? 0)
    if (payers[i + 2] !== header) cost[header] = 0
  }
}
