import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JobId } from '../protocol/ids.ts'
import { allocate, type JobWish } from './allocation.ts'
import { NOW_MS, sampleInput, samplePeer, sampleSlot, sampleWish } from './sample-market.ts'

describe('shares of a slot', () => {
  test('[M11] equals have equal shares; what one does not want the others get', () => {
    const lanesOf = (...open: number[]): number[] =>
      allocate(
        sampleInput({ work: open.map((n, i) => sampleWish(`job-${i}`, n, { requester: samplePeer(i) })) }),
      ).map(({ lanes }) => lanes)
    expect(lanesOf(99)).toEqual([8])
    expect(lanesOf(99, 99)).toEqual([4, 4])
    expect(lanesOf(99, 1)).toEqual([7, 1])
    expect(lanesOf(99, 99, 99)).toEqual([3, 3, 2])
  })

  test('[M11] where there are fewer lanes than equals, all are offered one and share by turns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (cores, count) => {
        const work = Array.from({ length: count }, (_, i) =>
          sampleWish(`job-${i}`, 99, { requester: samplePeer(i) }),
        )
        const slots = [sampleSlot('night', { resources: { cpu_cores: cores, ram_gb: 999 } })]
        const offers = allocate(sampleInput({ slots, work }))
        expect(offers.length).toBe(count)
        const own = offers.filter(({ unitMs }) => unitMs === 10_000)
        const lanes = own.map((offer) => offer.lanes)
        if (count <= cores) {
          expect(lanes.reduce((sum, n) => sum + n, 0)).toBe(cores)
          expect(Math.max(...lanes) - Math.min(...lanes)).toBeLessThanOrEqual(1)
        } else {
          for (const { lanes: one, unitMs } of offers.filter((offer) => !own.includes(offer))) {
            expect(one).toBe(1)
            expect(unitMs).toBeCloseTo((10_000 * count) / cores, 6)
          }
        }
      }),
    )
  })

  test('[M11] no job takes turns in lanes too small for it, nor is promised to be faster by it', () => {
    const big = { required_resources: { cpu_cores: 1, ram_gb: 64 } }
    const small = sampleWish('b-small', 99)
    const offersTo = (...work: JobWish[]) => allocate(sampleInput({ work }))
    // Alone it has one lane; with an equal that came first it has every second turn of it.
    expect(offersTo(sampleWish('a-big', 9, { unit: big }))).toMatchObject([{ lanes: 1, unitMs: 10_000 }])
    const later = offersTo(small, sampleWish('c-big', 9, { unit: big }))
    expect(later).toMatchObject([
      { jobId: 'b-small', lanes: 8 },
      { jobId: 'c-big', lanes: 1, unitMs: 20_000 },
    ])
    // The job before both leaves too little memory for it.
    const first = sampleWish('first', 1, {
      unit: { priority: 0.9, required_resources: { cpu_cores: 1, ram_gb: 8 } },
    })
    const jobs = offersTo(first, small, sampleWish('c-big', 9, { unit: big })).map(({ jobId }) => jobId)
    expect(jobs).toEqual(['first', 'b-small'])
  })

  test('[M4] units that need nothing have one lane in a slot without cores', () => {
    const slots = [sampleSlot('night', { resources: { cpu_cores: 0, ram_gb: 4 } })]
    const work = [sampleWish('film', 99, { unit: { required_resources: { cpu_cores: 0, ram_gb: 0 } } })]
    expect(allocate(sampleInput({ slots, work }))).toMatchObject([{ lanes: 1 }])
  })

  test('[M13] what cannot end by its deadline comes after all others of its tier', () => {
    const late = { deadlineMs: NOW_MS + 9_999, unit: { priority: 0.9 } }
    const order = (...work: JobWish[]): JobId[] => allocate(sampleInput({ work })).map(({ jobId }) => jobId)
    expect(order(sampleWish('a', 99, late), sampleWish('b', 3), sampleWish('c', 2, { tier: 2 }))).toEqual([
      'b',
      'a',
    ])
    const inTime = { ...late, deadlineMs: NOW_MS + 10_000 }
    expect(order(sampleWish('a', 4, inTime), sampleWish('b', 3))).toEqual(['a', 'b'])
    expect(order(sampleWish('a', 4, { ...inTime, fetchMs: 1 }), sampleWish('b', 3))).toEqual(['b', 'a'])
  })

  test('[M21] a job with nothing open is offered the lanes that are left, for help at its end', () => {
    const end = sampleWish('end', 0, { unfinished: 5, unit: { priority: 1 } })
    expect(allocate(sampleInput({ work: [end] }))).toMatchObject([{ jobId: 'end', lanes: 5, units: 5 }])
    const other = sampleWish('other', 6, { tier: 2 })
    expect(allocate(sampleInput({ work: [end, other] }))).toMatchObject([
      { jobId: 'other', lanes: 6 },
      { jobId: 'end', lanes: 2, units: 4 },
    ])
    expect(allocate(sampleInput({ work: [{ ...end, unfinished: 0 }] }))).toEqual([])
  })

  test('[M22] a starving job takes nothing from the others, and is offered its usual share where there is one', () => {
    const film = sampleWish('film', 99)
    const hungry = sampleWish('hungry', 99, { tier: 2, isStarving: true })
    const [turn, others] = allocate(sampleInput({ work: [film, hungry] }))
    expect(turn).toMatchObject({ jobId: 'hungry', lanes: 1, units: 1, unitMs: 20_000 })
    expect(others).toEqual(allocate(sampleInput({ work: [film] }))[0])
    // Alone on the machine it gets all of it: its units may just be long.
    expect(allocate(sampleInput({ work: [hungry] }))).toMatchObject([{ lanes: 8, units: 16 }])
    expect(allocate(sampleInput({ work: [hungry], taken: { cpu_cores: 8, ram_gb: 0 } }))).toEqual([])
  })

  test('[M24] lanes that a requester lets stand empty are offered to the next job too, and used ones are not', () => {
    const idle = sampleWish('idle', 99, { held: 3, isUnused: true, unit: { priority: 1 } })
    expect(allocate(sampleInput({ work: [idle, sampleWish('next', 99)] }))).toMatchObject([
      { jobId: 'idle', lanes: 8 },
      { jobId: 'next', lanes: 5 },
    ])
    expect(
      allocate(sampleInput({ work: [{ ...idle, isUnused: false }, sampleWish('next', 99)] })),
    ).toHaveLength(1)
  })
})
