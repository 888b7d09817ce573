import fc from 'fast-check'
import type { JobId } from '../protocol/ids.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { AllocationInput, JobWish } from './allocation.ts'
import { NOW_MS, sampleInput, samplePeer, sampleSlot, sampleUnit } from './sample-market.ts'

/** Markets drawn at random: slots that overlap, are over or have nothing; jobs that fit or do not. */

const tenths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 10, max: max * 10 }).map((n) => n / 10)

/** Resources of slots: mostly something of everything, sometimes no core. */
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

/** Resources that units need: a part of those of slots, in some dimensions. */
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
      startMs: fc.integer({ min: -10_000, max: 2_000 }),
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

const anyWish = (job: string): fc.Arbitrary<JobWish> =>
  fc
    .record({
      requester: fc.nat(2),
      tier: fc.constantFrom<(1 | 2)[]>(1, 2),
      resources: needed,
      seconds: fc.constantFrom(0, 0.001, 0.05, 0.7, 3, 10),
      priority: fc.constantFrom(0.2, 0.9),
      dataset: fc.boolean(),
      open: fc.constantFrom(0, 1, 3, 40, 1_000_000),
      held: fc.constantFrom(0, 0, 1, 12),
      more: fc.constantFrom(0, 2, 500),
      fetchMs: fc.constantFrom(0, 0, 0, 800, 20_000),
      isStarving: fc.constantFrom(false, false, false, true),
      isUnused: fc.constant(false),
      begin: fc.nat(1_000),
      deadlineMs: fc.option(fc.integer({ min: NOW_MS - 1_000, max: NOW_MS + 60_000 }), { nil: undefined }),
    })
    .map(
      ({
        requester,
        resources: required_resources,
        seconds,
        priority,
        dataset,
        more,
        deadlineMs,
        ...rest
      }) => ({
        ...rest,
        requester: samplePeer(requester),
        job: job as JobId,
        unfinished: rest.open + rest.held + more,
        template: sampleUnit(job, {
          required_resources,
          estimated_duration_seconds: seconds,
          priority,
          ...(dataset ? { required_dataset: 'scene' } : {}),
        }),
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      }),
    )

/** Drawn evenly: extremes at every turn would leave hardly any market in which something can be offered. */
export const anyMarket: fc.Arbitrary<AllocationInput> = fc.noBias(
  fc
    .record({
      slots,
      work: fc.tuple(...['a', 'b', 'c', 'd', 'e', 'f'].map(anyWish)),
      workCount: fc.constantFrom(0, 1, 2, 3, 6, 6, 6),
      taken: fc.oneof(fc.constant({ cpu_cores: 0, ram_gb: 0 }), needed),
      damping: fc.constantFrom(0.1, 0.3, 1),
      offersMax: fc.constantFrom(1, 3, 1_000, 1_000, 1_000),
    })
    .map(({ workCount, ...drawn }) => sampleInput({ ...drawn, work: drawn.work.slice(0, workCount) })),
)
