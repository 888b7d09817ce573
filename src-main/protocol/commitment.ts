import { z } from 'zod'
import { PeerId } from './ids.ts'
import { CONTACTS_MAX, REQUESTS_MAX, SLOTS_MAX } from './limits.ts'
import { Count } from './quantities.ts'
import { AvailabilitySlot, Fraction } from './slot.ts'
import { Timestamp } from './time.ts'
import { VectorClock } from './vector-clock.ts'
import { WorkRequest } from './work.ts'

/** A hundred years of the largest machine's cores. */
export const COMPUTE_HOURS_MAX = 4_096 * 100 * 366 * 24

/** Work of a peer for others so far, by its own account (document 000). */
export const ContributionHistory = z.object({
  total_work_units_completed: Count,
  total_compute_hours: z.number().min(0).max(COMPUTE_HOURS_MAX),
  average_result_quality: Fraction,
  reliability_score: Fraction,
})
export type ContributionHistory = z.infer<typeof ContributionHistory>

/** The trust that a peer has in others; a peer that is not named has 0 (document 000). */
export const TrustWeights = z
  .record(PeerId, Fraction)
  .refine((weights) => Object.keys(weights).length <= CONTACTS_MAX, 'too many trust weights')
export type TrustWeights = z.infer<typeof TrustWeights>

/** A peer's state as it publishes it at `compute/commitment` (document 000). */
export const ComputeCommitment = z.object({
  peer_id: PeerId,
  availability_slots: z.array(AvailabilitySlot).max(SLOTS_MAX),
  work_requests: z.array(WorkRequest).max(REQUESTS_MAX),
  trust_weights: TrustWeights,
  contribution_history: ContributionHistory,
  damping_factor: Fraction.default(1),
  over_allocation_history: z.array(z.number().min(0).max(1e6)).max(3),
  timestamp: Timestamp,
  vector_clock: VectorClock,
})
export type ComputeCommitment = z.infer<typeof ComputeCommitment>
