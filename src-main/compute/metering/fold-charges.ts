import { FOLDED_MAX } from './costs.ts'
import { type ChargePoints, STEP } from './charge-points.ts'
import { NESTING_MAX } from './limits.ts'

/** Not reached; every real cost is at least 0. */
const UNREACHED = -1
/** Frames and regions: one for each block, and the function. */
const DEPTH = NESTING_MAX + 2

/**
 * Room for folding, reused from function to function. A region is what one kept charge point begins: a function, a
 * loop's body, a branch. `path` is the dearest way from there to here through folded points, `dearest` to anywhere.
 */
export interface Folding {
  readonly step: Uint8Array
  readonly region: Int32Array
  readonly join: Int32Array
  readonly before: Int32Array
  readonly owns: Uint8Array
  readonly head: Int32Array
  readonly path: Int32Array
  readonly dearest: Int32Array
  /** Lowest region of those that have counted their path since this one was left; itself + 1 if it has not. */
  readonly counted: Int32Array
}

/** Room for folding. */
export function createFolding(): Folding {
  const ints = () => new Int32Array(DEPTH)
  return {
    ...{ step: new Uint8Array(DEPTH), owns: new Uint8Array(DEPTH), region: ints(), join: ints() },
    ...{ before: ints(), head: ints(), path: ints(), dearest: ints(), counted: ints() },
  }
}

/**
 * Folds cheap charge points into the one that begins their region, which then pays for the dearest way through the
 * region: fewer charges, and never one too little on any way. Checked points stay as they are.
 */
export function foldCharges(points: ChargePoints, folding: Folding): void {
  const { step, region, join, before, owns, path } = folding
  const { steps, stepCount, cost } = points
  let frame = 0
  let top = -1

  const open = (head: number) => {
    top++
    folding.head[top] = head
    folding.path[top] = 0
    folding.dearest[top] = 0
    folding.counted[top] = top + 1
  }
  const close = (): boolean => {
    const reached = (path[top] ?? 0) !== UNREACHED
    count(folding, top)
    const head = folding.head[top] ?? 0
    cost[head] = (cost[head] ?? 0) + (folding.dearest[top] ?? 0)
    top--
    uncount(folding, top)
    return reached
  }
  const isFolded = (point: number) => (cost[point] ?? 0) <= FOLDED_MAX && points.checked[point] === 0
  const fold = (point: number) => {
    path[top] = Math.max(path[top] ?? 0, 0) + (cost[point] ?? 0)
    cost[point] = 0
  }
  const beginBranch = (point: number) => {
    owns[frame] = isFolded(point) ? 0 : 1
    if (owns[frame] === 1) open(point)
    else fold(point)
  }
  /** The path with which a branch of an `if` arrives at its end. */
  const endBranch = (): number => {
    if (owns[frame] === 0) return path[top] ?? 0
    const reached = close()
    return reached ? (path[top] ?? 0) : UNREACHED
  }
  const push = (kind: number) => {
    frame++
    step[frame] = kind
    region[frame] = top
    join[frame] = UNREACHED
    before[frame] = path[top] ?? 0
  }

  step[0] = STEP.block
  region[0] = 0
  join[0] = UNREACHED
  open(0)
  for (let i = 0; i < stepCount; i += 2) {
    const operand = steps[i + 1] ?? 0
    switch (steps[i]) {
      case STEP.point:
        if (isFolded(operand)) fold(operand)
        break
      case STEP.block:
        push(STEP.block)
        break
      case STEP.loop:
        push(STEP.loop)
        open(operand)
        region[frame] = top
        break
      case STEP.if:
        push(STEP.if)
        beginBranch(operand)
        break
      case STEP.else:
        join[frame] = Math.max(join[frame] ?? 0, endBranch())
        path[top] = before[frame] ?? 0
        step[frame] = STEP.else
        beginBranch(operand)
        break
      case STEP.end: {
        if (frame === 0) break
        const kind = step[frame]
        let arrives: number
        if (kind === STEP.loop) arrives = close() ? (path[top] ?? 0) : UNREACHED
        else if (kind === STEP.block) arrives = path[top] ?? 0
        else arrives = endBranch()
        if (kind === STEP.if) arrives = Math.max(arrives, before[frame] ?? 0)
        path[top] = kind === STEP.loop ? arrives : Math.max(arrives, join[frame] ?? 0)
        frame--
        break
      }
      case STEP.branch: {
        const target = region[operand] ?? 0
        countBelow(folding, top, target)
        if (step[operand] === STEP.loop || operand === 0) count(folding, target)
        else join[operand] = Math.max(join[operand] ?? 0, path[target] ?? 0)
        break
      }
      default:
        if (operand === 1) {
          countBelow(folding, top, 0)
          count(folding, 0)
        }
        path[top] = UNREACHED
    }
  }
  close()
}

/** A way ends in a region: its dearest one is at least this. */
function count({ path, dearest }: Folding, region: number): void {
  dearest[region] = Math.max(dearest[region] ?? 0, path[region] ?? 0)
}

/** A region is the innermost again: its path may grow. Those below it, which it counted too, stay counted. */
function uncount({ counted }: Folding, top: number): void {
  const lowest = counted[top] ?? 0
  if (lowest < top) counted[top - 1] = Math.min(counted[top - 1] ?? top, lowest)
  if (top >= 0) counted[top] = top + 1
}

/** A way leaves the regions from `top` down to the one above `target`. Those that have counted it are skipped. */
function countBelow(folding: Folding, top: number, target: number): void {
  const { counted } = folding
  let region = top
  while (region > target) {
    const lowest = counted[region] ?? 0
    if (lowest > region) {
      count(folding, region)
      region--
    } else region = lowest - 1
  }
  if (top - 1 > target) counted[top - 1] = Math.min(counted[top - 1] ?? top, Math.max(region, target) + 1)
}
