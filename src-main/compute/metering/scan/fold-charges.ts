import { FOLDED_MAX } from '../costs.ts'
import { type ChargePoints, STEP } from './charge-points.ts'

/** Not reached; every real cost is at least 0. */
const UNREACHED = -1

/**
 * Room for folding, reused from function to function. A frame is an open block. A region is what one kept charge
 * point begins: a function, a loop's body, a branch of an `if`.
 */
export interface Folding {
  /** The innermost frame and region. */
  frame: number
  top: number
  /** Of a frame: the step that opened it, the region that its end belongs to, whether it is a region of its own. */
  readonly step: Uint8Array
  readonly region: Int32Array
  readonly owns: Uint8Array
  /** Of a frame: the dearest way to its end by branches; of an `if`, the way that led to it. */
  readonly join: Int32Array
  readonly before: Int32Array
  /** Of a region: its charge point, the dearest way through folded points from there to here, and to anywhere. */
  readonly head: Int32Array
  readonly path: Int32Array
  readonly dearest: Int32Array
  /** Of a region: the lowest of those up to it that have counted their path since it was left; itself + 1 if none. */
  readonly counted: Int32Array
}

/** Room for folding functions of at most so many levels: frames and regions are one for each block, and the function. */
export function createFolding(levels: number): Folding {
  return {
    frame: 0,
    top: -1,
    step: new Uint8Array(levels),
    region: new Int32Array(levels),
    owns: new Uint8Array(levels),
    join: new Int32Array(levels),
    before: new Int32Array(levels),
    head: new Int32Array(levels),
    path: new Int32Array(levels),
    dearest: new Int32Array(levels),
    counted: new Int32Array(levels),
  }
}

/**
 * Folds cheap charge points into the one that begins their region, which then pays for the dearest way through the
 * region: fewer charges, and never one too little on any way. Checked points stay as they are.
 */
export function foldCharges(points: ChargePoints, folding: Folding): void {
  const { steps, stepCount } = points
  if (points.count === 1) return
  folding.frame = -1
  folding.top = -1
  openRegion(folding, 0)
  openFrame(folding, STEP.block)
  for (let i = 0; i < stepCount; i += 2) replay(points, folding, steps[i] ?? 0, steps[i + 1] ?? 0)
}

function replay(points: ChargePoints, folding: Folding, step: number, operand: number): void {
  switch (step) {
    case STEP.point:
      if (isFolded(points, operand)) fold(points, folding, operand)
      return
    case STEP.block:
      return openFrame(folding, STEP.block)
    case STEP.loop:
      openFrame(folding, STEP.loop)
      openRegion(folding, operand)
      folding.region[folding.frame] = folding.top
      return
    case STEP.if:
      openFrame(folding, STEP.if)
      return beginBranch(points, folding, operand)
    case STEP.else:
      return beginElse(points, folding, operand)
    case STEP.end:
      return closeFrame(points, folding)
    case STEP.branch:
      return branch(folding, operand)
    default: // dead
      if (operand === 1) leaveTo(folding, -1)
      folding.path[folding.top] = UNREACHED
  }
}

/** A checked point cannot be folded, and one that is worth it cannot either. */
function isFolded({ cost, checked }: ChargePoints, point: number): boolean {
  return (cost[point] ?? 0) <= FOLDED_MAX && checked[point] === 0
}

function fold({ cost }: ChargePoints, { path, top }: Folding, point: number): void {
  path[top] = Math.max(path[top] ?? 0, 0) + (cost[point] ?? 0)
  cost[point] = 0
}

function openFrame(folding: Folding, step: number): void {
  const { top } = folding
  const frame = ++folding.frame
  folding.step[frame] = step
  folding.region[frame] = top
  folding.owns[frame] = 0
  folding.join[frame] = UNREACHED
  folding.before[frame] = folding.path[top] ?? 0
}

function openRegion(folding: Folding, head: number): void {
  const top = ++folding.top
  folding.head[top] = head
  folding.path[top] = 0
  folding.dearest[top] = 0
  folding.counted[top] = top + 1
}

/** Returns with which path the region around goes on: its own, if the end is reached. */
function closeRegion({ cost }: ChargePoints, folding: Folding): number {
  const { head, path, dearest, top } = folding
  const isReached = path[top] !== UNREACHED
  count(folding, top)
  const point = head[top] ?? 0
  cost[point] = (cost[point] ?? 0) + (dearest[top] ?? 0)
  folding.top--
  uncount(folding, folding.top)
  return isReached ? (path[folding.top] ?? 0) : UNREACHED
}

function beginBranch(points: ChargePoints, folding: Folding, point: number): void {
  if (isFolded(points, point)) return fold(points, folding, point)
  folding.owns[folding.frame] = 1
  openRegion(folding, point)
}

function beginElse(points: ChargePoints, folding: Folding, point: number): void {
  const { frame, join, before, path, step, owns } = folding
  join[frame] = Math.max(join[frame] ?? 0, endBranch(points, folding))
  path[folding.top] = before[frame] ?? 0
  step[frame] = STEP.else
  owns[frame] = 0
  beginBranch(points, folding, point)
}

/** The path with which a branch of an `if` arrives at its end. */
function endBranch(points: ChargePoints, folding: Folding): number {
  if (folding.owns[folding.frame] === 1) return closeRegion(points, folding)
  return folding.path[folding.top] ?? 0
}

function closeFrame(points: ChargePoints, folding: Folding): void {
  const { frame, step, join, before, path } = folding
  const opened = step[frame]
  if (frame === 0) closeRegion(points, folding)
  else if (opened === STEP.loop) path[folding.top] = closeRegion(points, folding)
  else {
    let arriving = endBranch(points, folding)
    if (opened === STEP.if) arriving = Math.max(arriving, before[frame] ?? 0)
    path[folding.top] = Math.max(arriving, join[frame] ?? 0)
  }
  folding.frame--
}

function branch(folding: Folding, frame: number): void {
  const { region, step, join, path } = folding
  const target = region[frame] ?? 0
  if (frame === 0 || step[frame] === STEP.loop) return leaveTo(folding, target - 1)
  leaveTo(folding, target)
  join[frame] = Math.max(join[frame] ?? 0, path[target] ?? 0)
}

/** A way ends in a region: its dearest one is at least this. */
function count({ path, dearest }: Folding, region: number): void {
  dearest[region] = Math.max(dearest[region] ?? 0, path[region] ?? 0)
}

/** A way leaves the regions down to the one above `target`. Those that have counted it are skipped. */
function leaveTo(folding: Folding, target: number): void {
  const { counted, top } = folding
  let region = top
  while (region > target) {
    const lowest = counted[region] ?? 0
    if (lowest <= region) region = lowest - 1
    else count(folding, region--)
  }
  if (top - 1 > target) counted[top - 1] = Math.min(counted[top - 1] ?? top, target + 1)
}

/** A region is the innermost again: its path may grow. Those below it, which it counted too, stay counted. */
function uncount({ counted }: Folding, top: number): void {
  if (top < 0) return
  const lowest = counted[top] ?? 0
  if (lowest < top) counted[top - 1] = Math.min(counted[top - 1] ?? top, lowest)
  counted[top] = top + 1
}
