import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../protocol/resource.ts'
import { capacityOf, demandOf, fits, laneOf, lanesIn } from './demand.ts'

const tenths = (max: number): fc.Arbitrary<number> => fc.nat(max * 10).map((n) => n / 10)
const resource: fc.Arbitrary<ComputeResource> = fc
  .record(
    {
      cpu_cores: tenths(16),
      ram_gb: tenths(64),
      gpu_vram_gb: tenths(8),
      disk_gb: tenths(8),
      network_mbps: tenths(8),
    },
    { requiredKeys: ['cpu_cores', 'ram_gb'] },
  )
  .map((drawn): ComputeResource => drawn)

const lanes = (needed: ComputeResource, has: ComputeResource): number =>
  lanesIn(demandOf(needed), capacityOf(has), capacityOf(has))

describe('demand', () => {
  test('[M4] ten tenths fill a whole, and an eleventh does not fit', () => {
    const tenth = demandOf({ cpu_cores: 0.1, ram_gb: 0.1 })
    let free = capacityOf({ cpu_cores: 1, ram_gb: 1 })
    for (let i = 0; i < 10; i++) {
      expect(fits(tenth, free)).toBe(true)
      free = free.map((left, d) => left - (tenth[d] ?? 0))
    }
    expect(free.every((left) => left === 0)).toBe(true)
    expect(fits(tenth, free)).toBe(false)
  })

  test('[M4] what a slot does not name it does not have; what a unit does not need never hinders', () => {
    const slot = capacityOf({ cpu_cores: 4, ram_gb: 8 })
    expect(fits(demandOf({ cpu_cores: 1, ram_gb: 1, gpu_vram_gb: 0.1 }), slot)).toBe(false)
    expect(fits(demandOf({ cpu_cores: 1, ram_gb: 1, gpu_vram_gb: 0 }), slot)).toBe(true)
    expect(fits(demandOf({ cpu_cores: 0, ram_gb: 0 }), demandOf({ cpu_cores: 0, ram_gb: 0 }))).toBe(true)
  })

  test('[M4] so many lanes fit, and not one more', () => {
    fc.assert(
      fc.property(resource, resource, (needed, has) => {
        const capacity = capacityOf(has)
        const demand = demandOf(needed)
        const lane = laneOf(demand, capacity)
        if (lane.every((part) => part === 0)) return
        const count = lanesIn(demand, capacity, capacity)
        const times = (n: number): number[] => lane.map((part) => n * part)
        expect(fits(times(count), capacity)).toBe(true)
        expect(fits(times(count + 1), capacity)).toBe(false)
        RESOURCE_DIMENSIONS.forEach((dimension) => {
          expect(count * amount(needed, dimension)).toBeLessThanOrEqual(amount(has, dimension) + 1e-6)
        })
      }),
    )
  })

  test('[M4] a lane takes a whole core, however little a unit needs, where the slot has one', () => {
    const slot = { cpu_cores: 4, ram_gb: 8 }
    expect(lanes({ cpu_cores: 0.1, ram_gb: 0.1 }, slot)).toBe(4)
    expect(lanes({ cpu_cores: 0, ram_gb: 0 }, slot)).toBe(4)
    expect(lanes({ cpu_cores: 1.5, ram_gb: 0 }, slot)).toBe(2)
    expect(lanes({ cpu_cores: 1, ram_gb: 3 }, slot)).toBe(2)
    expect(lanes({ cpu_cores: 0.2, ram_gb: 0 }, { cpu_cores: 0.5, ram_gb: 1 })).toBe(1)
    expect(lanes({ cpu_cores: 5, ram_gb: 0 }, slot)).toBe(0)
    // A slot without cores runs what needs none: as often as the rest allows, once where nothing is needed.
    expect(lanes({ cpu_cores: 0, ram_gb: 1 }, { cpu_cores: 0, ram_gb: 3 })).toBe(3)
    expect(lanes({ cpu_cores: 0, ram_gb: 0 }, { cpu_cores: 0, ram_gb: 3 })).toBe(1)
  })
})
