import fc from 'fast-check'
import { unitId, type JobId, type PeerId } from '../protocol/ids.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { UnitRange, WorkUnit } from '../protocol/work.ts'
import type { AllocationInput, PlannedOffer, Reservation } from './allocation.ts'
import type { OpenWork } from './open-work.ts'

/** Markets for tests and benchmarks: made by hand, and arbitrary ones for properties. */

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
export function sampleWork(
  job: string,
  units: number,
  changes: Partial<OpenWork> & { readonly unit?: Partial<WorkUnit> } = {},
): OpenWork {
  const { unit, ...rest } = changes
  return {
    requester: samplePeer(1),
    tier: 1,
    trust: 0.8,
    template: sampleUnit(job, unit),
    ranges: [[0, units]],
    taken: new Set(),
    ...rest,
  }
}

/** A peer that offers all it has, as far ahead as it has it. */
export function sampleInput(changes: Partial<AllocationInput> = {}): AllocationInput {
  return {
    nowMs: NOW_MS,
    peer: samplePeer(0),
    slots: [sampleSlot('night')],
    work: [],
    reservations: [],
    rivals: [],
    damping: 1,
    offersMax: 1_000_000,
    horizonMs: 24 * HOUR_MS,
    blockMs: 60_000,
    ...changes,
  }
}

/** How many units some offers stand for. */
export function unitsOf(offers: readonly PlannedOffer[]): number {
  return offers.reduce((sum, offer) => sum + offer.count, 0)
}

const tenths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 10, max: max * 10 }).map((n) => n / 10)

/** What slots have: mostly something of everything, sometimes nothing. */
const shared: fc.Arbitrary<ComputeResource> = fc
  .record(
    {
      cpu_cores: fc.oneof({ weight: 12, arbitrary: tenths(1, 6) }, { weight: 1, arbitrary: fc.constant(0) }),
      ram_gb: tenths(1, 8),
      gpu_vram_gb: tenths(1, 8),
      disk_gb: tenths(1, 8),
      network_mbps: tenths(1, 8),
    },
    { requiredKeys: ['cpu_cores', 'ram_gb', 'gpu_vram_gb', 'disk_gb'] },
  )
  .map((resource): ComputeResource => resource)

/** What units need: a part of what slots have, in some dimensions. */
const needed: fc.Arbitrary<ComputeResource> = fc
  .record(
    {
      cpu_cores: tenths(0, 2),
      ram_gb: tenths(0, 2),
      gpu_vram_gb: tenths(0, 1),
      disk_gb: tenths(0, 1),
      network_mbps: tenths(0, 1),
    },
    { requiredKeys: ['cpu_cores', 'ram_gb'] },
  )
  .map((resource): ComputeResource => resource)

const slots: fc.Arbitrary<AvailabilitySlot[]> = fc
  .array(
    fc.record({
      startMs: fc.integer({ min: -10_000, max: 10_000 }),
      lengthMs: fc.integer({ min: 0, max: 60_000 }),
      resources: shared,
      score: fc.constantFrom(0, 0.3, 1, 1, 1, 1),
      priority: fc.constantFrom(0, 0.5, 1),
      near: fc.constantFrom(undefined, true, false),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) =>
    drawn.map(({ startMs, lengthMs, resources: has, score, priority, near }, i) =>
      sampleSlot(`slot-${i}`, {
        start_time: toTimestamp(NOW_MS + startMs),
        end_time: toTimestamp(NOW_MS + startMs + lengthMs),
        resources: has,
        algorithms: [{ algorithm_id: 'render', version: '1', supported: true, performance_score: score }],
        priority,
        ...(near === undefined ? {} : { data_locality: [{ dataset_id: 'scene', has_local_copy: near }] }),
      }),
    ),
  )

const ranges: fc.Arbitrary<UnitRange[]> = fc.array(
  fc
    .tuple(fc.nat(200), fc.integer({ min: 1, max: 60 }))
    .map(([from, length]): UnitRange => [from, from + length]),
  { minLength: 1, maxLength: 3 },
)

const workOf = (job: string): fc.Arbitrary<OpenWork> =>
  fc
    .record({
      requester: fc.nat(3),
      tier: fc.constantFrom<(1 | 2)[]>(1, 2),
      trust: fc.constantFrom(0, 0.4, 0.8, 0.8, 0.8),
      resources: needed,
      seconds: fc.constantFrom(0, 0.001, 0.7, 3, 10),
      priority: fc.constantFrom(0.2, 0.9),
      redundancy: fc.integer({ min: 1, max: 3 }),
      dataset: fc.boolean(),
      ranges,
      taken: fc.array(fc.nat(260), { maxLength: 10 }),
      deadlineMs: fc.option(fc.integer({ min: NOW_MS - 1_000, max: NOW_MS + 60_000 }), { nil: undefined }),
    })
    .map((drawn) => ({
      requester: samplePeer(drawn.requester),
      tier: drawn.tier,
      trust: drawn.trust,
      template: sampleUnit(job, {
        required_resources: drawn.resources,
        estimated_duration_seconds: drawn.seconds,
        priority: drawn.priority,
        verification_redundancy: drawn.redundancy,
        ...(drawn.dataset ? { required_dataset: 'scene' } : {}),
      }),
      ranges: drawn.ranges,
      taken: new Set(drawn.taken),
      ...(drawn.deadlineMs === undefined ? {} : { deadlineMs: drawn.deadlineMs }),
    }))

const reservations: fc.Arbitrary<Reservation[]> = fc.array(
  fc
    .record({
      slot: fc.nat(4),
      startMs: fc.integer({ min: -10_000, max: 30_000 }),
      lengthMs: fc.integer({ min: 0, max: 20_000 }),
      resources: needed,
    })
    .map(({ slot, startMs, lengthMs, resources: taken }) => ({
      slotId: `slot-${slot}`,
      startMs: NOW_MS + startMs,
      endMs: NOW_MS + startMs + lengthMs,
      resources: taken,
    })),
  { maxLength: 3 },
)

const biased = fc
  .record({
    slots,
    work: fc.tuple(workOf('a'), workOf('b'), workOf('c'), workOf('d')),
    workCount: fc.constantFrom(0, 1, 2, 3, 4, 4, 4),
    reservations,
    rivals: fc.subarray([0, 1, 2, 3, 4].map(samplePeer)),
    damping: fc.constantFrom(0, 0.3, 1),
    offersMax: fc.constantFrom(1, 20, 1_000, 1_000, 1_000),
    horizonMs: fc.constantFrom(0, 5_000, HOUR_MS, HOUR_MS, HOUR_MS, HOUR_MS),
    blockMs: fc.constantFrom(1, 50, 10_000),
  })
  .map(({ workCount, ...drawn }) => sampleInput({ ...drawn, work: drawn.work.slice(0, workCount) }))

/**
 * Any market: slots that overlap, are over or have nothing; work that fits, does not, or is nobody's friend's.
 * Drawn evenly: extremes at every turn would leave hardly any market in which something can be offered.
 */
export const anyMarket: fc.Arbitrary<AllocationInput> = fc.noBias(biased)
