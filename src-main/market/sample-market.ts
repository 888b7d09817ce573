import { unitId, type JobId, type PeerId } from '../protocol/ids.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { WorkUnit } from '../protocol/work.ts'
import type { AllocationInput, JobWish, PlannedOffer } from './allocation.ts'

/** Markets for tests and benchmarks. */

/** The moment at which the samples play. */
export const NOW_MS = Date.UTC(2026, 10, 21, 12)
export const HOUR_MS = 3_600_000

/** A peer of the samples, by number. */
export function samplePeer(number: number): PeerId {
  const digits = Array.from(
    number.toString(36),
    (digit) => 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkm'[parseInt(digit, 36)],
  )
  return `12D3KooW${digits.join('').padStart(44, 'z')}` as PeerId
}

/** A slot of eight hours, eight cores and 64 GB from now on, unless told otherwise. */
export function sampleSlot(id: string, changes: Partial<AvailabilitySlot> = {}): AvailabilitySlot {
  return {
    slot_id: id,
    start_time: toTimestamp(NOW_MS),
    end_time: toTimestamp(NOW_MS + 8 * HOUR_MS),
    resources: { cpu_cores: 8, ram_gb: 64 },
    algorithms: [{ algorithm_id: 'render', version: '1', supported: true, performance_score: 1 }],
    priority: 0.5,
    ...changes,
  }
}

/** A unit of one core, one GB and ten seconds, unless told otherwise. */
export function sampleUnit(job: string, changes: Partial<WorkUnit> = {}): WorkUnit {
  return {
    unit_id: unitId(job as JobId, 0),
    job_id: job as JobId,
    algorithm_id: 'render',
    algorithm_version: '1',
    required_resources: { cpu_cores: 1, ram_gb: 1 },
    estimated_duration_seconds: 10,
    priority: 0.5,
    verification_redundancy: 1,
    ...changes,
  }
}

/** A mutually trusted requester's open work. */
export function sampleWish(
  job: string,
  open: number,
  changes: Partial<JobWish> & { readonly unit?: Partial<WorkUnit> } = {},
): JobWish {
  const { unit, ...rest } = changes
  return {
    requester: samplePeer(1),
    job: job as JobId,
    tier: 1,
    template: sampleUnit(job, unit),
    open,
    unfinished: open,
    held: 0,
    fetchMs: 0,
    isStarving: false,
    isUnused: false,
    begin: 0,
    ...rest,
  }
}

/** A peer that offers all it has. */
export function sampleInput(changes: Partial<AllocationInput> = {}): AllocationInput {
  return {
    nowMs: NOW_MS,
    slots: [sampleSlot('night')],
    work: [],
    taken: { cpu_cores: 0, ram_gb: 0 },
    damping: 1,
    offersMax: 1_000_000,
    ...changes,
  }
}

/** How many units some offers stand for. */
export function unitsOf(offers: readonly PlannedOffer[]): number {
  return offers.reduce((sum, offer) => sum + offer.units, 0)
}
