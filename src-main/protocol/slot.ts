import { z } from 'zod'
import { EngineParts } from './engine.ts'
import { Name } from './ids.ts'
import { ALGORITHMS_MAX, DATASETS_MAX } from './limits.ts'
import { ComputeResource } from './resource.ts'
import { Timestamp } from './time.ts'
import { LentLimits, LimitsSet } from './unit-limits.ts'

/** A fraction from 0 to 1: priorities, trust, scores. */
export const Fraction = z.number().min(0).max(1)
export type Fraction = z.infer<typeof Fraction>

/**
 * An algorithm that a peer runs (document 000). `performance_score` comes from a short benchmark: the share of
 * the reference machine's speed on one core, 1 where it is as fast or faster. `limits` is the most that the peer lends
 * to one unit, where the algorithm runs strangers' code; of others `lent` has the limits that the peer's user has set.
 * Results of two peers are compared bit for bit only where `engine_digest` and `numeric_class` are equal too; older peers
 * have neither.
 */
export const AlgorithmCapability = z.object({
  algorithm_id: Name,
  version: Name,
  supported: z.boolean(),
  performance_score: Fraction,
  limits: LentLimits.exactOptional(),
  lent: LimitsSet.exactOptional(),
  ...EngineParts.shape,
})
export type AlgorithmCapability = z.infer<typeof AlgorithmCapability>

/** The cost of reaching a dataset, seen from one peer (document 000). */
export const DataLocality = z.object({
  dataset_id: Name,
  has_local_copy: z.boolean(),
  download_speed_mbps: z.number().min(0).max(1e9).exactOptional(),
})
export type DataLocality = z.infer<typeof DataLocality>

/** A time in which a peer shares resources (document 000). */
export const AvailabilitySlot = z.object({
  slot_id: Name,
  start_time: Timestamp,
  end_time: Timestamp,
  resources: ComputeResource,
  algorithms: z.array(AlgorithmCapability).max(ALGORITHMS_MAX),
  data_locality: z.array(DataLocality).max(DATASETS_MAX).exactOptional(),
  priority: Fraction,
})
export type AvailabilitySlot = z.infer<typeof AvailabilitySlot>
