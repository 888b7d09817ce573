import { describe, expect, test } from 'vitest'
import { toTimestamp } from '../protocol/time.ts'
import { allocate, type PlannedOffer } from './allocation.ts'
import { HOUR_MS, NOW_MS, sampleInput, samplePeer, sampleSlot, sampleWork, unitsOf } from './sample-market.ts'

function unitNames(offer: PlannedOffer): string[] {
  return Array.from({ length: offer.count }, (_, i) => `${offer.requester}/${offer.jobId}:${offer.first + i}`)
}

describe('a slot’s hours and cores', () => {
  test('[M9] of a job that is named twice offers its units once', () => {
    const work = [sampleWork('a', 50), sampleWork('a', 80, { ranges: [[20, 80]], taken: new Set([30]) })]
    const names = allocate(sampleInput({ work })).offers.flatMap(unitNames)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBe(79)
  })

  test('[M10] prefers the faster slot even when it is free a little later', () => {
    const slow = sampleSlot('slow', {
      algorithms: [{ algorithm_id: 'render', version: '1', supported: true, performance_score: 0.25 }],
    })
    const fast = sampleSlot('fast', { start_time: toTimestamp(NOW_MS + 20_000) })
    const { offers } = allocate(sampleInput({ slots: [slow, fast], work: [sampleWork('a', 1)] }))
    expect(offers).toMatchObject([{ slotId: 'fast', endMs: NOW_MS + 30_000 }])
  })

  test('[M10] fills eight hours of eight cores with 8 × 2,880 units of ten seconds', () => {
    const { offers, utilization } = allocate(sampleInput({ work: [sampleWork('film', 100_000)] }))
    expect(unitsOf(offers)).toBe(8 * 2_880)
    expect(utilization).toEqual([{ slotId: 'night', peak: { cpu_cores: 8, ram_gb: 8 }, percent: 100 }])
  })

  test('[M10] fills a core with ten tenths of it', () => {
    const slots = [
      sampleSlot('minute', {
        end_time: toTimestamp(NOW_MS + 10_000),
        resources: { cpu_cores: 1, ram_gb: 1 },
      }),
    ]
    const unit = { required_resources: { cpu_cores: 0.1, ram_gb: 0.1 } }
    expect(unitsOf(allocate(sampleInput({ slots, work: [sampleWork('a', 100, { unit })] })).offers)).toBe(10)
  })

  test('[M10] runs slots that overlap in time side by side', () => {
    const slots = [sampleSlot('one'), sampleSlot('two')]
    expect(unitsOf(allocate(sampleInput({ slots, work: [sampleWork('a', 100_000)] })).offers)).toBe(
      2 * 8 * 2_880,
    )
  })

  test('[M10] counts memory, graphics memory, disk and network as it counts cores', () => {
    const has = { cpu_cores: 8, ram_gb: 64, gpu_vram_gb: 8, disk_gb: 100, network_mbps: 100 }
    const slots = [sampleSlot('short', { end_time: toTimestamp(NOW_MS + 10_000), resources: has })]
    for (const [dimension, atOnce] of [
      ['ram_gb', 4],
      ['gpu_vram_gb', 2],
      ['disk_gb', 5],
      ['network_mbps', 8],
    ] as const) {
      const unit = { required_resources: { cpu_cores: 1, ram_gb: 1, [dimension]: has[dimension] / atOnce } }
      const { offers } = allocate(sampleInput({ slots, work: [sampleWork('a', 100, { unit })] }))
      expect([dimension, unitsOf(offers)]).toEqual([dimension, atOnce])
    }
  })

  test('[M11] equal jobs share what there is', () => {
    const slots = [sampleSlot('short', { end_time: toTimestamp(NOW_MS + 100_000) })]
    const work = ['a', 'b', 'c', 'd'].map((job, i) =>
      sampleWork(job, 1_000, { requester: samplePeer(i + 1) }),
    )
    const { offers } = allocate(sampleInput({ slots, work, blockMs: 10_000 }))
    const shares = ['a', 'b', 'c', 'd'].map((job) =>
      unitsOf(offers.filter((offer) => (offer.jobId as string) === job)),
    )
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(80)
    // A turn is a quarter of the slot's 100 s, so three units of ten seconds; nobody is further ahead than that.
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(3)
  })

  test('[M12] first offers the units for which this peer ranks within their redundancy, then the others', () => {
    const peers = [0, 1, 2].map(samplePeer)
    const firstThird = peers.map((peer) => {
      const input = sampleInput({ peer, rivals: peers, work: [sampleWork('a', 300)], blockMs: 1 })
      const names = allocate(input).offers.flatMap(unitNames)
      expect(new Set(names).size).toBe(300)
      return names.slice(0, 60)
    })
    // Each peer's first offers are its own: no two of the three begin with the same unit.
    expect(new Set(firstThird.flat()).size).toBe(180)
  })

  test('[M12] with redundancy r each unit is among the first of exactly r peers', () => {
    const peers = [0, 1, 2, 3].map(samplePeer)
    const times = new Map<string, number>()
    for (const peer of peers) {
      const work = [sampleWork('a', 200, { unit: { verification_redundancy: 2 } })]
      const { offers } = allocate(sampleInput({ peer, rivals: peers, work, blockMs: 1 }))
      const firsts = offers.findIndex((offer, i) => i > 0 && offer.first < offers[i - 1]!.first)
      expect(firsts).toBeGreaterThan(0)
      for (const offer of offers.slice(0, firsts)) {
        for (const name of unitNames(offer)) times.set(name, (times.get(name) ?? 0) + 1)
      }
    }
    expect(times.size).toBe(200)
    expect(new Set(times.values())).toEqual(new Set([2]))
  })

  test('[M13] offers what cannot end by its deadline after everything else of its tier', () => {
    const slots = [
      sampleSlot('short', { end_time: toTimestamp(NOW_MS + 40_000), resources: { cpu_cores: 1, ram_gb: 8 } }),
    ]
    const late = sampleWork('late', 10, { trust: 1, deadlineMs: NOW_MS + 15_000 })
    const other = sampleWork('other', 2, { trust: 0.2 })
    const second = sampleWork('second', 10, { tier: 2 })
    const { offers } = allocate(sampleInput({ slots, work: [late, other, second], blockMs: 1 }))
    expect(offers.map(({ jobId }) => jobId as string)).toEqual(['late', 'other', 'other', 'late'])
  })

  test('[M15] blocks hold about as much work as they should', () => {
    const work = [sampleWork('a', 1_000, { unit: { estimated_duration_seconds: 0.01 } })]
    const { offers } = allocate(sampleInput({ work, blockMs: 50 }))
    expect(new Set(offers.map(({ count }) => count))).toEqual(new Set([4]))
  })

  test('[M16] counts a slot without cores, or one that is over, as not used', () => {
    const slots = [
      sampleSlot('empty', { resources: { cpu_cores: 0, ram_gb: 0 } }),
      sampleSlot('over', { end_time: toTimestamp(NOW_MS - HOUR_MS) }),
    ]
    const { offers, utilization } = allocate(sampleInput({ slots, work: [sampleWork('a', 10)] }))
    expect(offers).toEqual([])
    expect(utilization.map(({ percent }) => percent)).toEqual([0, 0])
  })
})
