import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../protocol/resource.ts'

/**
 * Resources as whole numbers of millionths, one per dimension of RESOURCE_DIMENSIONS: sums and differences are
 * exact, so that ten tenths of a core fill a core and never more. The protocol's largest amount (1e9) stays below
 * 2^53.
 */
export type Demand = readonly number[]

const STEPS_PER_UNIT = 1e6
/** Rounding errors of decimal fractions are far below this part of a step; real amounts are not. */
const STEP_TOLERANCE = 1e-3

/** What a unit needs, rounded up. */
export function demandOf(resource: ComputeResource): Demand {
  return RESOURCE_DIMENSIONS.map((d) => Math.ceil(amount(resource, d) * STEPS_PER_UNIT - STEP_TOLERANCE))
}

/** What a slot has, rounded down. */
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

/** A demand as a resource again; dimensions that `like` does not name are left out. */
export function resourceOf(demand: Demand, like: ComputeResource): ComputeResource {
  const resource: ComputeResource = { cpu_cores: 0, ram_gb: 0 }
  RESOURCE_DIMENSIONS.forEach((dimension, d) => {
    if (like[dimension] !== undefined) resource[dimension] = Math.max(0, demand[d] ?? 0) / STEPS_PER_UNIT
  })
  return resource
}
