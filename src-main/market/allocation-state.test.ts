import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ComputeAllocationState } from '../protocol/assignment.ts'
import { unitOrigin } from '../protocol/ids.ts'
import { amount, RESOURCE_DIMENSIONS } from '../protocol/resource.ts'
import { toMs } from '../protocol/time.ts'
import { toAllocationState } from './allocation-state.ts'
import { allocate } from './allocation.ts'
import { anyMarket } from './any-market.fixture.ts'
import { NOW_MS, sampleInput, samplePeer, sampleSlot, sampleWish, unitsOf } from './sample-market.ts'

const me = samplePeer(7)
const RUNS = { numRuns: 400 }

describe('a published allocation', () => {
  test('[M16] has the form of the protocol and an entry for each offer', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate(input)
        const about = { peer: me, slots: input.slots, nowMs: NOW_MS, clock: { [me]: 1 } }
        const state = toAllocationState(offers, about)
        expect(ComputeAllocationState.parse(state)).toEqual(state)
        expect(state.total_work_units_assigned).toBe(unitsOf(offers))
        const entries = state.slot_assignments.flatMap((slot) => [
          ...slot.tier1_assignments,
          ...slot.tier2_assignments,
        ])
        expect(entries.length).toBe(offers.length)
        expect(new Set(entries.map((entry) => entry.assignment_id)).size).toBe(entries.length)
        expect(new Set(state.slot_assignments.map((slot) => slot.slot_id)).size).toBe(
          state.slot_assignments.length,
        )
      }),
      RUNS,
    )
  })

  test('[W3] an entry says how many units, how many at once, what one takes, and where it would begin', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate(input)
        const about = { peer: me, slots: input.slots, nowMs: NOW_MS, clock: {} }
        for (const slot of toAllocationState(offers, about).slot_assignments) {
          for (const entry of [...slot.tier1_assignments, ...slot.tier2_assignments]) {
            const { job, index } = unitOrigin(entry.work_unit_id)
            const offer = offers.find(
              (one) =>
                one.slotId === slot.slot_id && one.jobId === job && one.requester === entry.assigned_by_peer,
            )!
            expect(entry).toMatchObject({
              assigned_to_peer: me,
              slot_id: slot.slot_id,
              unit_count: offer.units,
              concurrency: offer.lanes,
              resources_allocated: offer.resources,
            })
            expect(index).toBe(offer.begin)
            expect(entry.unit_seconds).toBeCloseTo(offer.unitMs / 1_000, 9)
            expect(slot[offer.tier === 1 ? 'tier1_assignments' : 'tier2_assignments']).toContain(entry)
            // Whole milliseconds, rounded outwards.
            expect(toMs(entry.expected_start)).toBe(Math.floor(offer.startMs))
            expect(toMs(entry.expected_end)).toBe(Math.ceil(offer.endMs))
          }
        }
      }),
      RUNS,
    )
  })

  test('[M16] use is what all lanes take, never more than there is', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate(input)
        const state = toAllocationState(offers, { peer: me, slots: input.slots, nowMs: NOW_MS, clock: {} })
        for (const slot of state.slot_assignments) {
          const { total_allocated_resources: used, available_resources: has } = slot
          for (const dimension of RESOURCE_DIMENSIONS) {
            expect(amount(used, dimension)).toBeLessThanOrEqual(amount(has, dimension))
          }
        }
      }),
      RUNS,
    )
    const work = [sampleWish('film', 3, { unit: { required_resources: { cpu_cores: 1, ram_gb: 16 } } })]
    const slots = [sampleSlot('night')]
    const [slot] = toAllocationState(allocate(sampleInput({ slots, work })), {
      peer: me,
      slots,
      nowMs: NOW_MS,
      clock: {},
    }).slot_assignments
    expect(slot).toMatchObject({
      total_allocated_resources: { cpu_cores: 3, ram_gb: 48 },
      utilization_percent: 75,
    })
  })

  test('[M7] does not depend on the order of the slots', () => {
    fc.assert(
      fc.property(anyMarket, (input) => {
        const offers = allocate(input)
        const about = { peer: me, nowMs: NOW_MS, clock: {} }
        expect(toAllocationState(offers, { ...about, slots: [...input.slots].reverse() })).toEqual(
          toAllocationState(offers, { ...about, slots: input.slots }),
        )
      }),
      RUNS,
    )
  })
})
