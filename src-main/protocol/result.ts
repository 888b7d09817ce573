import { z } from 'zod'
import { Fuel } from './fuel.ts'
import { Name, PeerId, UnitId } from './ids.ts'
import { REDUNDANCY_MAX } from './limits.ts'
import { Count, DURATION_MS_MAX } from './quantities.ts'
import { ComputeResource } from './resource.ts'
import { Timestamp } from './time.ts'
import { VectorClock } from './vector-clock.ts'

/**
 * One peer's result for one unit (document 000). `result_data` is the output's CID, or small inline JSON; `fuel` is the
 * peer's claim for the unit, where it is metered.
 */
export const WorkResult = z.object({
  result_id: Name,
  work_unit_id: UnitId,
  assignment_id: Name,
  computed_by_peer: PeerId,
  result_data: z.json(),
  computation_time_seconds: z
    .number()
    .min(0)
    .max(DURATION_MS_MAX / 1_000),
  fuel: Fuel.exactOptional(),
  resources_used: ComputeResource,
  verification_hash: Name,
  timestamp: Timestamp,
})
export type WorkResult = z.infer<typeof WorkResult>

/** The consensus of the results of one unit (document 000). */
export const VerificationConsensus = z.object({
  work_unit_id: UnitId,
  results: z.array(WorkResult).max(REDUNDANCY_MAX * 2),
  consensus_result: Name.exactOptional(),
  consensus_fuel: Fuel.exactOptional(),
  agreement_count: Count,
  total_verifiers: Count.min(1),
  is_verified: z.boolean(),
  timestamp: Timestamp,
})
export type VerificationConsensus = z.infer<typeof VerificationConsensus>

/**
 * A phase of document 000's rounds: `commit` (its phases 0 to 2), `allocate` (3 to 6), `execute` (7 and 8), `verify` (9
 * and 10).
 */
export const RoundPhase = z.enum(['commit', 'allocate', 'execute', 'verify'])
export type RoundPhase = z.infer<typeof RoundPhase>

/**
 * Where a peer stands in the protocol's rounds, published at `compute/round` (document 000). `phases` are those under way
 * there, in order; versions that tell none leave it out.
 */
export const ComputeRoundState = z.object({
  peer_id: PeerId,
  round: Count,
  vector_clock: VectorClock,
  active_jobs: z.array(Name).max(1_024),
  phases: z.array(RoundPhase).max(4).exactOptional(),
  timestamp: Timestamp,
})
export type ComputeRoundState = z.infer<typeof ComputeRoundState>
