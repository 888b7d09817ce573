import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CAPACITY_UNITS_MAX, LANES_MAX } from '../protocol/limits.ts'
import { amount, RESOURCE_DIMENSIONS } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toMs } from '../protocol/time.ts'
import { allocate, type AllocationInput, type JobWish, type PlannedOffer } from './allocation.ts'
import { anyMarket } from './any-market.fixture.ts'
import { expectedDurationMs, isCompatible, localityScore } from './compatibility.ts'
import { capacityOf, demandOf, laneOf, lanesIn, type Demand } from './demand.ts'
import { NOW_MS, sampleInput, sampleSlot, sampleWish } from './sample-market.ts'

const RUNS = { numRuns: 500 }
/** Times are fractions of milliseconds, about 2^40 of them. */
const ROUNDING_MS = 0.01
const share = fc.double({ min: 0.1, max: 1, noNaN: true })
const NOTHING = { cpu_cores: 0, ram_gb: 0 }

const calm = anyMarket.map((input): AllocationInput => ({
  ...input,
  offersMax: 1_000,
  work: input.work.map((wish) => ({ ...wish, isStarving: false })),
}))

function wishOf(input: AllocationInput, offer: PlannedOffer): JobWish {
  return input.work.find((wish) => wish.requester === offer.requester && wish.job === offer.jobId)!
}

function slotOf(input: AllocationInput, offer: PlannedOffer): AvailabilitySlot {
  return input.slots.find((slot) => slot.slot_id === offer.slotId)!
}

function aloneMs(input: AllocationInput, offer: PlannedOffer): number {
  return expectedDurationMs(wishOf(input, offer).template, slotOf(input, offer).algorithms[0]!)
}

/** Offers whose lanes are their own; the others take turns. */
function withOwnLanes(input: AllocationInput, offers: readonly PlannedOffer[]): readonly PlannedOffer[] {
  return offers.filter((offer) => offer.unitMs === aloneMs(input, offer))
}

/** Lanes that a job could use. */
function wantedOf({ open, held, unfinished }: JobWish): number {
  return Math.min(unfinished, open + held > 0 ? open + held : unfinished)
}

/** The resources that a slot has left beside its offers. */
function freeIn(input: AllocationInput, slot: AvailabilitySlot): Demand {
  const capacity = capacityOf(slot.resources)
  const own = withOwnLanes(input, allocate(input)).filter(({ slotId }) => slotId === slot.slot_id)
  return own.reduce<Demand>((free, { lanes, resources }) => {
    const lane = laneOf(demandOf(resources), capacity)
    return free.map((left, d) => left - lanes * (lane[d] ?? 0))
  }, capacity)
}

function rankOf(wish: JobWish, slot: AvailabilitySlot): number[] {
  const durationMs = expectedDurationMs(wish.template, slot.algorithms[0]!)
  const isLate = wish.deadlineMs !== undefined && NOW_MS + wish.fetchMs + durationMs > wish.deadlineMs
  const isStandby = wish.open + wish.held === 0
  return [
    isStandby ? 1 : 0,
    wish.tier,
    isLate ? 1 : 0,
    -wish.template.priority,
    -localityScore(wish.template, slot),
  ]
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}

describe('an allocation', () => {
  test('[M4] lanes of all jobs together never exceed a slot, nor what is left of it', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        for (const slot of input.slots) {
          for (const left of freeIn(input, slot)) expect(left).toBeGreaterThanOrEqual(0)
        }
        const single = { ...input, slots: input.slots.slice(0, 1) }
        const offers = withOwnLanes(single, allocate(single))
        for (const dimension of RESOURCE_DIMENSIONS) {
          const used = offers.reduce((sum, o) => sum + o.lanes * amount(o.resources, dimension), 0)
          const left = amount(single.slots[0]!.resources, dimension) - amount(input.taken, dimension)
          expect(used).toBeLessThanOrEqual(Math.max(0, left) + 1e-6)
        }
      }),
      RUNS,
    )
  })

  test('[M4] what is taken goes off the slots one after the other', () => {
    const slots = [sampleSlot('a', { priority: 1 }), sampleSlot('b', { priority: 0 })]
    const lanesOf = (cpu_cores: number): number[][] =>
      allocate(sampleInput({ slots, work: [sampleWish('film', 99)], taken: { cpu_cores, ram_gb: 0 } })).map(
        ({ slotId, lanes }) => [slotId === 'a' ? 0 : 1, lanes],
      )
    expect(lanesOf(0)).toEqual([
      [0, 8],
      [1, 8],
    ])
    expect(lanesOf(3)).toEqual([
      [0, 5],
      [1, 8],
    ])
    expect(lanesOf(10)).toEqual([[1, 6]])
    expect(lanesOf(16)).toEqual([])
  })

  test('[M5] work of tier 2 never changes what tier 1 is offered', () => {
    fc.assert(
      fc.property(calm, (input) => {
        const active = { ...input, work: input.work.filter(({ open, held }) => open + held > 0) }
        const tier1 = { ...active, work: active.work.filter(({ tier }) => tier === 1) }
        const offers = allocate(active)
        const ofTier1 = offers.filter(({ tier }) => tier === 1)
        expect(ofTier1).toEqual(allocate(tier1))
      }),
      RUNS,
    )
  })

  test('[M6] goes by tier, then deadline, priority and locality; jobs with nothing open come last', () => {
    fc.assert(
      fc.property(calm, (input) => {
        for (const slot of input.slots) {
          const offers = allocate(input).filter(({ slotId }) => slotId === slot.slot_id)
          const order = offers.map((offer) => rankOf(wishOf(input, offer), slot))
          expect(order).toEqual([...order].sort(compareLists))
        }
      }),
      RUNS,
    )
  })

  test('[M6] what comes later changes nothing for what comes before', () => {
    fc.assert(
      fc.property(calm, fc.nat(), (input, pick) => {
        const slots = input.slots.slice(0, 1)
        const market = { ...input, slots }
        const least = market.work[pick % Math.max(1, market.work.length)]
        if (least === undefined) return
        const comesFirst = (wish: JobWish): boolean =>
          compareLists(rankOf(wish, slots[0]!), rankOf(least, slots[0]!)) <= 0
        const without = allocate({ ...market, work: market.work.filter(comesFirst) })
        expect(allocate(market).filter((offer) => comesFirst(wishOf(market, offer)))).toEqual(without)
      }),
      RUNS,
    )
  })

  test('[M7] does not depend on the order of slots and work', () => {
    const shuffled = anyMarket.chain((input) =>
      fc.record({
        input: fc.constant(input),
        slots: fc.shuffledSubarray([...input.slots], { minLength: input.slots.length }),
        work: fc.shuffledSubarray([...input.work], { minLength: input.work.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ input, slots, work }) => {
        expect(allocate({ ...input, slots, work })).toEqual(allocate(input))
      }),
      RUNS,
    )
  })

  test('[M8] is of slots of this moment, for what fits there, and ends before the slot does', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        for (const offer of allocate(input)) {
          const [slot, wish] = [slotOf(input, offer), wishOf(input, offer)]
          expect(toMs(slot.start_time)).toBeLessThanOrEqual(NOW_MS)
          expect(offer.startMs).toBe(NOW_MS + wish.fetchMs)
          expect(isCompatible(wish.template, slot, offer.startMs)).toMatchObject({ compatible: true })
          expect(offer.unitMs).toBeGreaterThanOrEqual(aloneMs(input, offer))
          const rounds = Math.ceil(offer.units / offer.lanes)
          expect(offer.endMs - offer.startMs).toBeCloseTo(rounds * offer.unitMs, 2)
          expect(offer.endMs).toBeLessThanOrEqual(toMs(slot.end_time) + ROUNDING_MS)
        }
      }),
      RUNS,
    )
  })

  test('[M9] is capacity: one entry for a job and slot, so many lanes, and no more units than are unfinished', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate(input)
        const names = offers.map(({ slotId, requester, jobId }) => `${slotId}/${requester}/${jobId}`)
        expect(new Set(names).size).toBe(names.length)
        for (const offer of offers) {
          const wish = wishOf(input, offer)
          expect(offer).toMatchObject({ tier: wish.tier, begin: wish.begin })
          expect(offer.lanes).toBeGreaterThan(0)
          expect(offer.lanes).toBeLessThanOrEqual(offer.units)
          expect(offer.units).toBeLessThanOrEqual(wish.unfinished)
        }
        for (const wish of input.work) {
          const own = withOwnLanes(input, offers).filter((offer) => wishOf(input, offer) === wish)
          const lanes = own.reduce((sum, offer) => sum + offer.lanes, 0)
          expect(lanes).toBeLessThanOrEqual(wantedOf(wish))
        }
      }),
      RUNS,
    )
  })

  test('[M9] offers behind each lane what two seconds take, and one unit at least', () => {
    const unitsOf = (seconds: number): number => {
      const work = [sampleWish('film', 100_000, { unit: { estimated_duration_seconds: seconds } })]
      const [offer] = allocate(sampleInput({ work }))
      return offer!.units
    }
    expect([unitsOf(20), unitsOf(2), unitsOf(0.1), unitsOf(0.001)]).toEqual([
      16,
      16,
      8 + 160,
      CAPACITY_UNITS_MAX,
    ])
  })

  test('[M10] leaves no room unused that a job wants', () => {
    fc.assert(
      fc.property(calm, (drawn) => {
        const input = { ...drawn, taken: NOTHING }
        const own = withOwnLanes(input, allocate(input))
        for (const slot of input.slots) {
          const capacity = capacityOf(slot.resources)
          const free = freeIn(input, slot)
          if (toMs(slot.start_time) > NOW_MS || toMs(slot.end_time) <= NOW_MS) continue
          for (const wish of input.work) {
            if (!isCompatible(wish.template, slot, NOW_MS + wish.fetchMs).compatible) continue
            const mine = own.filter((offer) => wishOf(input, offer) === wish)
            const lanes = mine.reduce((sum, offer) => sum + offer.lanes, 0)
            const demand = demandOf(wish.template.required_resources)
            const needsNothing = laneOf(demand, capacity).every((part) => part === 0)
            if (lanes >= wantedOf(wish) || (needsNothing && lanes > 0)) continue
            expect(lanesIn(demand, free, capacity)).toBe(0)
          }
        }
      }),
      RUNS,
    )
  })

  test('[M14] damping takes from what is queued ahead, never from the lanes', () => {
    fc.assert(
      fc.property(calm, fc.tuple(share, share), (input, pair) => {
        const [less, more] = pair.sort((a, b) => a - b).map((damping) => allocate({ ...input, damping }))
        const lanesOf = (offers: readonly PlannedOffer[]) => offers.map(({ jobId, lanes }) => [jobId, lanes])
        expect(lanesOf(less!)).toEqual(lanesOf(more!))
        less!.forEach((offer, i) => expect(offer.units).toBeLessThanOrEqual(more![i]!.units))
      }),
      RUNS,
    )
    const work = [sampleWish('film', 100_000, { unit: { estimated_duration_seconds: 0.1 } })]
    expect(allocate(sampleInput({ work, damping: 0.5 }))).toMatchObject([{ lanes: 8, units: 8 + 80 }])
    expect(allocate(sampleInput({ work, damping: 0 }))).toMatchObject([{ lanes: 8, units: 16 }])
  })

  test('[M15] stays within the limits on offers, units and lanes', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate(input)
        expect(offers.length).toBeLessThanOrEqual(input.offersMax)
        for (const { units } of offers) expect(units).toBeLessThanOrEqual(CAPACITY_UNITS_MAX)
        expect(allocate({ ...input, offersMax: 1_000 }).slice(0, input.offersMax)).toEqual(offers)
      }),
      RUNS,
    )
    const work = [sampleWish('film', 1_000_000)]
    const slots = [sampleSlot('night', { resources: { cpu_cores: 100_000, ram_gb: 1e6 } })]
    expect(allocate(sampleInput({ slots, work }))).toMatchObject([{ lanes: LANES_MAX }])
  })

  test('[M22] a starving job that fits is offered something, before all others', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate({ ...input, taken: NOTHING, offersMax: 1_000 })
        for (const slot of input.slots) {
          if (toMs(slot.start_time) > NOW_MS || toMs(slot.end_time) <= NOW_MS) continue
          for (const wish of input.work) {
            // A turn waits for the end of another: there must be time for both.
            const durationMs = expectedDurationMs(wish.template, slot.algorithms[0]!)
            const fits = isCompatible(wish.template, slot, NOW_MS + wish.fetchMs + durationMs).compatible
            if (!wish.isStarving || !fits || wish.unfinished === 0) continue
            const capacity = capacityOf(slot.resources)
            if (lanesIn(demandOf(wish.template.required_resources), capacity, capacity) < 1) continue
            expect(offers.some((offer) => offer.jobId === wish.job)).toBe(true)
          }
        }
        const inFirst = offers.filter(({ slotId }) => slotId === offers[0]?.slotId)
        const flags = inFirst.map((offer) => (wishOf(input, offer).isStarving ? 0 : 1))
        expect(flags).toEqual([...flags].sort())
      }),
      RUNS,
    )
  })
})
