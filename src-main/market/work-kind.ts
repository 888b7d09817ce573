import { RESOURCE_DIMENSIONS } from '../protocol/resource.ts'
import type { WorkUnit } from '../protocol/work.ts'
import { matchUnit, type SlotFacts } from './compatibility.ts'
import { demandOf, type Demand } from './demand.ts'
import type { SlotFloor } from './slot-floor.ts'
import type { SlotProfile } from './slot-profile.ts'
import { slotQueue, type Candidate, type SlotQueue } from './slot-queue.ts'

/** A slot while work is being placed into it. */
export interface PlannedSlot {
  readonly facts: SlotFacts
  readonly profile: SlotProfile
  readonly floor: SlotFloor
  /** Place among all slots: the eagerest (by the slot's priority) first, then by id. */
  readonly order: number
}

/** The slots in which the data of a kind of work is equally near. */
export interface LocalityLevel {
  /** See LOCALITY; the higher the nearer. */
  readonly locality: number
  readonly queue: SlotQueue
}

/** Units that are alike to every slot: jobs of one kind share the search for room. */
export interface WorkKind {
  readonly demand: Demand
  /** From the nearest data to the farthest; empty when no slot can run such units. */
  readonly levels: readonly LocalityLevel[]
}

/** What units of one kind have in common, as text. */
export function kindKey(unit: WorkUnit): string {
  const {
    algorithm_id,
    algorithm_version,
    estimated_duration_seconds,
    required_dataset,
    required_resources,
  } = unit
  return JSON.stringify([
    algorithm_id,
    algorithm_version,
    estimated_duration_seconds,
    required_dataset,
    RESOURCE_DIMENSIONS.map((dimension) => required_resources[dimension] ?? 0),
  ])
}

/** Matches a kind of unit with all slots. */
export function workKind(
  unit: WorkUnit,
  slots: readonly PlannedSlot[],
  nowMs: number,
  latestStartMs: number,
): WorkKind {
  const demand = demandOf(unit.required_resources)
  const byLocality = new Map<number, Candidate[]>()
  for (const { facts, profile, floor, order } of slots) {
    const match = matchUnit(unit, demand, facts, nowMs)
    if (typeof match === 'string') continue
    const candidate = { order, profile, floor, durationMs: match.durationMs, fromMs: profile.startMs }
    const level = byLocality.get(match.locality)
    if (level === undefined) byLocality.set(match.locality, [candidate])
    else level.push(candidate)
  }
  const levels = [...byLocality]
    .sort(([a], [b]) => b - a)
    .map(([locality, candidates]) => ({ locality, queue: slotQueue(candidates, demand, latestStartMs) }))
  return { demand, levels }
}
