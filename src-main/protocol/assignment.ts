import { z } from 'zod'
import { Name, PeerId, UnitId } from './ids.ts'
import { CAPACITY_UNITS_MAX, LANES_MAX, OFFERS_MAX, SLOTS_MAX } from './limits.ts'
import { Count } from './quantities.ts'
import { ComputeResource } from './resource.ts'
import { Timestamp } from './time.ts'
import { VectorClock } from './vector-clock.ts'

/**
 * The longest time that an offer may name for a unit: a week on the reference machine, on one that is a hundred times
 * slower.
 */
const UNIT_SECONDS_MAX = 100 * 604_800

/** Whether a computation is the first of its unit or one that checks it. */
export const VerificationRole = z.enum(['primary', 'verification'])
export type VerificationRole = z.infer<typeof VerificationRole>

/**
 * A unit placed in a slot (document 000): as an entry of a provider's allocation it is an offer of capacity.
 * `assigned_to_peer` is the provider, `assigned_by_peer` the requester. Up to `unit_count` units of the job are taken
 * at a time, any units: `work_unit_id` only names the unit with which the provider would begin. `concurrency` of them
 * run at once, each for `unit_seconds`: the first begins at `expected_start`, the last ends at `expected_end`.
 * `resources_allocated` is the need of one.
 */
export const WorkAssignment = z.object({
  assignment_id: Name,
  work_unit_id: UnitId,
  assigned_to_peer: PeerId,
  assigned_by_peer: PeerId,
  slot_id: Name,
  expected_start: Timestamp,
  expected_end: Timestamp,
  resources_allocated: ComputeResource,
  verification_role: VerificationRole,
  timestamp: Timestamp,
  unit_count: z.int().min(1).max(CAPACITY_UNITS_MAX).exactOptional(),
  concurrency: z.int().min(1).max(LANES_MAX).exactOptional(),
  unit_seconds: z.number().min(0).max(UNIT_SECONDS_MAX).exactOptional(),
})
export type WorkAssignment = z.infer<typeof WorkAssignment>

/** Offers in one slot (document 000). `total_allocated_resources` is the peak over the slot's time. */
export const SlotAssignmentState = z.object({
  slot_id: Name,
  available_resources: ComputeResource,
  tier1_assignments: z.array(WorkAssignment).max(OFFERS_MAX),
  tier2_assignments: z.array(WorkAssignment).max(OFFERS_MAX),
  total_allocated_resources: ComputeResource,
  utilization_percent: z.number().min(0).max(100),
})
export type SlotAssignmentState = z.infer<typeof SlotAssignmentState>

/** A provider's offers as it publishes them at `compute/allocation` (document 000). */
export const ComputeAllocationState = z.object({
  peer_id: PeerId,
  slot_assignments: z.array(SlotAssignmentState).max(SLOTS_MAX),
  total_work_units_assigned: Count,
  timestamp: Timestamp,
  vector_clock: VectorClock,
})
export type ComputeAllocationState = z.infer<typeof ComputeAllocationState>
