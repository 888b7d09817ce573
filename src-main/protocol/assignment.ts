import { z } from 'zod'
import { Name, PeerId, UnitId } from './ids.ts'
import { OFFERS_MAX, OFFER_BLOCK_UNITS_MAX, SLOTS_MAX } from './limits.ts'
import { ComputeResource } from './resource.ts'
import { Timestamp } from './time.ts'
import { VectorClock } from './vector-clock.ts'

/** Whether a computation is the first of its unit or one that checks it. */
export const VerificationRole = z.enum(['primary', 'verification'])
export type VerificationRole = z.infer<typeof VerificationRole>

/**
 * A unit placed in a slot (document 000): as an entry of a provider's allocation it is an offer.
 * `assigned_to_peer` computes, `assigned_by_peer` asked for it. With `unit_count` above 1 the entry stands for
 * that many consecutive units, from `work_unit_id` on, one after the other.
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
  unit_count: z.int().min(1).max(OFFER_BLOCK_UNITS_MAX).exactOptional(),
})
export type WorkAssignment = z.infer<typeof WorkAssignment>

/** What is placed in one slot (document 000). `total_allocated_resources` is the peak over the slot's time. */
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
  total_work_units_assigned: z.int().min(0),
  timestamp: Timestamp,
  vector_clock: VectorClock,
})
export type ComputeAllocationState = z.infer<typeof ComputeAllocationState>
