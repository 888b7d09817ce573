import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ComputeAllocationState } from '../protocol/assignment.ts'
import { OFFER_BLOCK_UNITS_MAX } from '../protocol/limits.ts'
import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toMs, toTimestamp } from '../protocol/time.ts'
import type { UnitRange } from '../protocol/work.ts'
import {
  allocate,
  toAllocationState,
  type AllocationInput,
  type PlannedOffer,
  type Reservation,
} from './allocation.ts'
import { isCompatible, localityScore, UNIT_DURATION_MS_MIN } from './compatibility.ts'
import type { OpenWork } from './open-work.ts'
import {
  HOUR_MS,
  NOW_MS,
  sampleInput,
  samplePeer,
  sampleSlot,
  sampleUnit,
  sampleWork,
  unitsOf,
} from './sample-market.ts'

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

const anyWork = (job: string): fc.Arbitrary<OpenWork> =>
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
    work: fc.tuple(anyWork('a'), anyWork('b'), anyWork('c'), anyWork('d')),
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
const anyMarket: fc.Arbitrary<AllocationInput> = fc.noBias(biased)

const RUNS = { numRuns: 400 }
/** Sums of tenths in floating point are this exact. */
const ROUNDING = 1e-6

const undamped = anyMarket.map((input): AllocationInput => ({ ...input, damping: 1, offersMax: 1_000_000 }))

function workOf(input: AllocationInput, offer: PlannedOffer): OpenWork {
  return input.work.find((w) => w.requester === offer.requester && w.template.job_id === offer.jobId)!
}

function slotOf(input: AllocationInput, offer: PlannedOffer) {
  return input.slots.find((slot) => slot.slot_id === offer.slotId)!
}

function unitNames(offer: PlannedOffer): string[] {
  return Array.from({ length: offer.count }, (_, i) => `${offer.requester}/${offer.jobId}:${offer.first + i}`)
}

/** Place in the order of the protocol: smaller comes first. */
function precedence(input: AllocationInput, offer: PlannedOffer): number[] {
  const work = workOf(input, offer)
  const locality = localityScore(work.template, slotOf(input, offer))
  return [offer.tier, -work.trust, -work.template.priority, -locality]
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}

describe('an allocation', () => {
  test('[M4] never exceeds the resources of a slot at any instant, reservations included', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const { offers } = allocate(input)
        for (const slot of input.slots) {
          const offered = offers.filter((offer) => offer.slotId === slot.slot_id)
          const inUse = [...offered, ...input.reservations.filter((r) => r.slotId === slot.slot_id)]
          for (const { startMs } of offered) {
            const atOnce = inUse.filter((use) => use.startMs <= startMs && startMs < use.endMs)
            for (const dimension of RESOURCE_DIMENSIONS) {
              const needed = offered.some(
                (o) => o.startMs <= startMs && startMs < o.endMs && amount(o.resources, dimension) > 0,
              )
              // What is reserved beyond the slot is not this plan's doing, as long as it adds nothing to it.
              if (!needed) continue
              const sum = atOnce.reduce((total, use) => total + amount(use.resources, dimension), 0)
              expect(sum).toBeLessThanOrEqual(amount(slot.resources, dimension) + ROUNDING)
            }
          }
        }
      }),
      RUNS,
    )
  })

  test('[M3] gives nobody anything whom this peer does not trust', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        for (const offer of allocate(input).offers) expect(workOf(input, offer).trust).toBeGreaterThan(0)
      }),
      RUNS,
    )
  })

  test('[M5] places all of tier 1 before tier 2: work of tier 2 never changes the offers of tier 1', () => {
    fc.assert(
      fc.property(undamped, (input) => {
        const tier1 = input.work.filter(({ tier }) => tier === 1)
        const { offers } = allocate(input)
        const ofTier1 = offers.filter(({ tier }) => tier === 1)
        expect(offers.slice(0, ofTier1.length)).toEqual(ofTier1)
        expect(ofTier1).toEqual(allocate({ ...input, work: tier1 }).offers)
      }),
      RUNS,
    )
  })

  test('[M6] goes by tier, then trust, then priority, then locality', () => {
    const timeless = undamped.map((input): AllocationInput => ({
      ...input,
      work: input.work.map(({ deadlineMs: _, ...work }) => work),
    }))
    fc.assert(
      fc.property(timeless, (input) => {
        const order = allocate(input).offers.map((offer) => precedence(input, offer))
        expect(order).toEqual([...order].sort(compareLists))
      }),
      RUNS,
    )
  })

  test('[M7] does not depend on the order of slots, work, reservations, ranges or rivals', () => {
    const shuffled = anyMarket.chain((input) =>
      fc
        .tuple(
          ...([input.slots, input.work, input.reservations, input.rivals] as const).map((list) =>
            fc.shuffledSubarray<unknown>([...list], { minLength: list.length }),
          ),
        )
        .map(([slots, work, reservations, rivals]) => [
          input,
          {
            ...input,
            slots,
            work: (work as OpenWork[]).map((w) => ({ ...w, ranges: [...w.ranges].reverse() })),
            reservations,
            rivals,
          } as AllocationInput,
        ]),
    )
    fc.assert(
      fc.property(shuffled, ([input, other]) => {
        const [plan, again] = [allocate(input!), allocate(other!)]
        expect(again).toEqual(plan)
        const about = { peer: input!.peer, nowMs: NOW_MS, clock: {} }
        expect(toAllocationState(again, { ...about, slots: other!.slots })).toEqual(
          toAllocationState(plan, { ...about, slots: input!.slots }),
        )
      }),
      RUNS,
    )
  })

  test('[M8] starts and ends within the slot and starts within the horizon', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        for (const offer of allocate(input).offers) {
          const slot = slotOf(input, offer)
          expect(offer.startMs).toBeGreaterThanOrEqual(Math.max(NOW_MS, toMs(slot.start_time)))
          expect(offer.startMs).toBeLessThanOrEqual(NOW_MS + input.horizonMs)
          expect(offer.endMs).toBeLessThanOrEqual(toMs(slot.end_time))
          const { template } = workOf(input, offer)
          expect(isCompatible(template, slot, NOW_MS)).toMatchObject({ compatible: true })
          const score = slot.algorithms[0]!.performance_score
          const unitMs = Math.max(UNIT_DURATION_MS_MIN, (template.estimated_duration_seconds * 1_000) / score)
          expect(offer.endMs - offer.startMs).toBe(Math.ceil(offer.count * unitMs))
        }
      }),
      RUNS,
    )
  })

  test('[M9] offers each open unit at most once, and none that is taken', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const { offers } = allocate(input)
        const names = offers.flatMap(unitNames)
        expect(new Set(names).size).toBe(names.length)
        for (const offer of offers) {
          const { ranges, taken } = workOf(input, offer)
          for (let index = offer.first; index < offer.first + offer.count; index++) {
            expect(ranges.some(([from, to]) => from <= index && index < to)).toBe(true)
            expect(taken.has(index)).toBe(false)
          }
        }
      }),
      RUNS,
    )
  })

  test('[M10] leaves no room unused: what is left open fits nowhere any longer', () => {
    fc.assert(
      fc.property(undamped, (input) => {
        const { offers } = allocate(input)
        const offered = new Set(offers.flatMap(unitNames))
        const reservations = [...input.reservations, ...offers]
        const left = input.work.map((work) => ({
          ...work,
          taken: new Set([
            ...work.taken,
            ...Array.from({ length: 300 }, (_, i) => i).filter((i) =>
              offered.has(`${work.requester}/${work.template.job_id}:${i}`),
            ),
          ]),
        }))
        expect(allocate({ ...input, work: left, reservations }).offers).toEqual([])
      }),
      RUNS,
    )
  })

  test('[M10] puts each unit where it ends first, beside what was placed before it', () => {
    const single = undamped.map((input): AllocationInput => ({
      ...input,
      blockMs: 1,
      offersMax: 30,
      work: input.work.map(({ deadlineMs: _, template: { required_dataset: __, ...template }, ...work }) => ({
        ...work,
        template: { ...template, estimated_duration_seconds: template.estimated_duration_seconds + 0.001 },
      })),
    }))
    fc.assert(
      fc.property(single, (input) => {
        const { offers } = allocate(input)
        offers.forEach((offer, i) => {
          const work = [{ ...workOf(input, offer), ranges: [[offer.first, offer.first + 1] as UnitRange] }]
          const reservations = [...input.reservations, ...offers.slice(0, i)]
          const [alone] = allocate({ ...input, work, reservations }).offers
          expect(alone?.endMs).toBe(offer.endMs)
        })
      }),
      RUNS,
    )
  })

  test('[M14] damping leaves the most wanted offers, up to its share, and never none', () => {
    fc.assert(
      fc.property(undamped, fc.double({ min: 0, max: 0.999, noNaN: true }), (input, damping) => {
        const whole = allocate(input).offers
        const part = allocate({ ...input, damping })
        expect(part.offers).toEqual(whole.slice(0, part.offers.length))
        const workOf = (offers: readonly PlannedOffer[]): number =>
          offers.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
        if (whole.length > 0) expect(part.offers.length).toBeGreaterThan(0)
        if (part.offers.length > 1) expect(workOf(part.offers)).toBeLessThanOrEqual(damping * workOf(whole))
        const reserved = allocate({
          ...input,
          work: [],
          reservations: [...input.reservations, ...part.offers],
        })
        expect(part.utilization).toEqual(reserved.utilization)
      }),
      RUNS,
    )
    const half = allocate(sampleInput({ work: [sampleWork('film', 100_000)], damping: 0.5 }))
    expect(unitsOf(half.offers)).toBe(4 * 2_880)
  })

  test('[M15] stays within the limits on offers and on the units of a block', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const { offers } = allocate(input)
        expect(offers.length).toBeLessThanOrEqual(input.offersMax)
        for (const { count } of offers) {
          expect(count).toBeGreaterThan(0)
          expect(count).toBeLessThanOrEqual(OFFER_BLOCK_UNITS_MAX)
        }
      }),
      RUNS,
    )
  })

  test('[M16] is published in the form of the protocol, with the peak of its use', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const plan = allocate({ ...input, offersMax: Math.min(input.offersMax, 500) })
        const state = toAllocationState(plan, {
          peer: input.peer,
          slots: input.slots,
          nowMs: NOW_MS,
          clock: { [input.peer]: 1 },
        })
        expect(ComputeAllocationState.parse(state)).toEqual(state)
        expect(state.total_work_units_assigned).toBe(unitsOf(plan.offers))
        const entries = state.slot_assignments.flatMap((s) => [
          ...s.tier1_assignments,
          ...s.tier2_assignments,
        ])
        expect(entries.length).toBe(plan.offers.length)
        expect(new Set(entries.map((entry) => entry.assignment_id)).size).toBe(entries.length)
        for (const entry of entries) {
          expect(toMs(entry.expected_start)).toBeLessThan(toMs(entry.expected_end))
          expect(entry.assigned_to_peer).toBe(input.peer)
        }
      }),
      RUNS,
    )
  })
})
