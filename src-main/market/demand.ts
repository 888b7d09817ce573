import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../protocol/resource.ts'

/**
 * Resources as whole numbers of millionths, one per dimension of RESOURCE_DIMENSIONS: sums and differences are
 * exact, so that ten tenths of a core fill a core and never more. The protocol's largest amount (1e9) stays below
 * 2^53.
 */
export type Demand = readonly number[]

const STEPS_PER_UNIT = 1e6
/** The dimension that counts cores. */
const CORES = RESOURCE_DIMENSIONS.indexOf('cpu_cores')
/** Rounding errors of decimal fractions are far below this part of a step; real amounts are not. */
const STEP_TOLERANCE = 1e-3

/** The demand of a unit, rounded up. */
export function demandOf(resource: ComputeResource): Demand {
  return RESOURCE_DIMENSIONS.map((d) => Math.ceil(amount(resource, d) * STEPS_PER_UNIT - STEP_TOLERANCE))
}

/** The resources of a slot, rounded down. */
export function capacityOf(resource: ComputeResource): Demand {
  return RESOURCE_DIMENSIONS.map((d) => Math.floor(amount(resource, d) * STEPS_PER_UNIT + STEP_TOLERANCE))
}

/** Whether a demand fits into what is free, in every dimension. A dimension that is not needed never hinders. */
export function fits(demand: Demand, free: Demand): boolean {
  for (let d = 0; d < demand.length; d++) {
    const needed = demand[d] ?? 0
    if (needed > 0 && needed > (free[d] ?? 0)) return false
  }
  return true
}

/**
 * How many units run at once in what is free: in every dimension, each in a worker of its own, which takes a whole core
 * where the slot has one.
 */
export function lanesIn(demand: Demand, free: Demand, capacity: Demand): number {
  let lanes = Number.POSITIVE_INFINITY
  for (let d = 0; d < demand.length; d++) {
    const needed =
      d === CORES ? Math.max(demand[d] ?? 0, Math.min(STEPS_PER_UNIT, capacity[d] ?? 0)) : (demand[d] ?? 0)
    if (needed > 0) lanes = Math.min(lanes, Math.floor((free[d] ?? 0) / needed))
  }
  return lanes === Number.POSITIVE_INFINITY ? 1 : lanes
}

/** The resources of one lane: see `lanesIn`. */
export function laneOf(demand: Demand, capacity: Demand): Demand {
  return demand.map((amount, d) =>
    d === CORES ? Math.max(amount, Math.min(STEPS_PER_UNIT, capacity[d] ?? 0)) : amount,
  )
}
