import type { Demand } from './demand.ts'
import { segmentAt, type SlotProfile } from './slot-profile.ts'

/**
 * How full a slot is from the front, in each dimension: before `floorsMs[d]` less is free than `least[d]`, which no
 * unit can do with that needs anything of the dimension. Lets the search for room skip what is full. Valid while the
 * slot only fills up.
 */
export interface SlotFloor {
  readonly least: Demand
  readonly floorsMs: number[]
}

/** The floor of a slot for units of which each needs nothing of a dimension or at least `least[d]`. */
export function slotFloor(profile: SlotProfile, least: Demand): SlotFloor {
  return { least, floorsMs: least.map(() => profile.startMs) }
}

/** The least that any of the demands needs in each dimension, of those that need any of it; infinite when none does. */
export function leastDemand(demands: readonly Demand[], dimensions: number): Demand {
  return Array.from({ length: dimensions }, (_, d) =>
    demands.reduce((least, demand) => {
      const needed = demand[d] ?? 0
      return needed > 0 ? Math.min(least, needed) : least
    }, Number.POSITIVE_INFINITY),
  )
}

/** A moment before which a demand was already known not to be free: cheaper still, and a little behind. */
export function knownFloor({ floorsMs }: SlotFloor, profile: SlotProfile, demand: Demand): number {
  let latestMs = profile.startMs
  for (let d = 0; d < demand.length; d++) {
    const floorMs = floorsMs[d] ?? 0
    if (floorMs > latestMs && (demand[d] ?? 0) > 0) latestMs = floorMs
  }
  return latestMs
}

/** A moment before which a demand is not free: cheap to find, and often exact. Raises the floors on its way. */
export function notBefore(floor: SlotFloor, profile: SlotProfile, demand: Demand): number {
  let latestMs = profile.startMs
  for (let d = 0; d < demand.length; d++) {
    if ((demand[d] ?? 0) > 0) latestMs = Math.max(latestMs, raised(floor, profile, d))
  }
  return latestMs
}

function raised({ least, floorsMs }: SlotFloor, { segments, endMs }: SlotProfile, d: number): number {
  const floorMs = floorsMs[d] ?? endMs
  let i = segmentAt(segments, floorMs)
  while ((segments[i]?.free[d] ?? Number.POSITIVE_INFINITY) < (least[d] ?? 0)) i++
  const startMs = Math.max(floorMs, segments[i]?.startMs ?? endMs)
  floorsMs[d] = startMs
  return startMs
}
