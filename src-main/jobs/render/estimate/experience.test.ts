import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PeerId } from '../../../protocol/ids.ts'
import { estimateRender } from './estimate.ts'
import { Experience, learned, NO_EXPERIENCE, slownessOf } from './experience.ts'
import { modelRender } from './model.ts'
import type { EstimateInput, RenderOutcome } from './recorded-job.ts'
import { recordedJobs } from './recorded-jobs.fixture.ts'
import { inOrder, inRange } from './replay.fixture.ts'

const [ADA, BOB] = ['ada', 'bob'] as [PeerId, PeerId]

function input(some: Partial<EstimateInput> = {}): EstimateInput {
  return {
    ...{ width: 640, height: 480, spp: 64, frames: 1, redundancy: 1, aheadMs: 0, sampleUs: 1, ownScore: 0.5 },
    peers: [{ peer: ADA, cores: 2, score: 0.5, requesters: 0, busyCores: 0 }],
    ...some,
  }
}

/** A render that took so many times as long as its parts say. */
function outcome(of: EstimateInput, factor: number): RenderOutcome {
  return { tookMs: modelRender(of, () => 1).wallMs! * factor, units: 80, parts: [] }
}

function after(count: number, of: EstimateInput, factor: number, before = NO_EXPERIENCE): Experience {
  let experience = before
  for (let i = 0; i < count; i++) experience = learned(experience, of, outcome(of, factor))
  return experience
}

const likelyOf = (of: EstimateInput, experience: Experience) => estimateRender(of, experience).likely_ms!

describe('[F6] estimates learn from past renders', () => {
  it('which took three times as long: so does the next one like them, and less of one that is not', () => {
    const taught = after(12, input(), 3)
    const grown = likelyOf(input(), taught) / likelyOf(input(), NO_EXPERIENCE)
    expect(grown).toBeGreaterThan(2)
    const larger = input({ width: 6_400, height: 4_800 })
    const grownLarger = likelyOf(larger, taught) / likelyOf(larger, NO_EXPERIENCE)
    expect(grownLarger).toBeLessThan(grown / 1.5)
  })

  it('and are little moved by one', () => {
    const once = likelyOf(input(), after(1, input(), 10)) / likelyOf(input(), NO_EXPERIENCE)
    expect(once).toBeLessThan(2)
  })

  it('of each peer: one whose units took four times as long counts as a quarter', () => {
    const two = input({ peers: [ADA, BOB].map((peer) => ({ peer, cores: 1, score: 0.5, requesters: 0 })) })
    const unitMs = (640 * 480 * 64 * 0.001) / 80
    const parts = [
      { peer: ADA, units: 40, cpuMs: 1, wallMs: 40 * unitMs },
      { peer: BOB, units: 40, cpuMs: 1, wallMs: 40 * 4 * unitMs },
    ]
    let experience = NO_EXPERIENCE
    for (let i = 0; i < 8; i++) experience = learned(experience, two, { tookMs: 10_000, units: 80, parts })
    const slowness = slownessOf(experience)
    expect(slowness(BOB) / slowness(ADA)).toBeCloseTo(4, 0)
    expect(slowness('cy' as PeerId)).toBe(1)
  })

  it('[F6] is bounded whatever it is told, and can be read again', () => {
    const ms = fc.double({ min: 0, max: 1e12, noNaN: true })
    const told = fc.array(fc.record({ tookMs: ms, wallMs: ms, units: fc.nat(100), peer: fc.nat(200) }), {
      minLength: 130,
      maxLength: 160,
    })
    fc.assert(
      fc.property(told, (renders) => {
        let experience = NO_EXPERIENCE
        for (const { tookMs, wallMs, units, peer } of renders) {
          const id = PeerId.parse(
            `12D3KooW${(8 ** 4 + peer).toString(8).replaceAll('0', '8').padStart(44, '1')}`,
          )
          const of = input({ peers: [{ peer: id, cores: 1, score: 0.5, requesters: 0 }] })
          const parts = [{ peer: id, units, cpuMs: 0, wallMs }]
          experience = learned(experience, of, { tookMs, units: 80, parts })
        }
        expect(experience.renders.length).toBe(128)
        expect(experience.peers.length).toBeLessThanOrEqual(64)
        const again = Experience.parse(JSON.parse(JSON.stringify(experience)))
        const { low_ms, likely_ms, high_ms } = estimateRender(input(), again)
        expect(low_ms! <= likely_ms! && likely_ms! <= high_ms!).toBe(true)
        expect(likely_ms).toBeGreaterThan(0)
      }),
      { numRuns: 20 },
    )
  })
})

describe('[F5] over recorded renders under changing loads', () => {
  it('four outcomes in five lie in the range that was told before them', () => {
    const jobs = recordedJobs()
    expect(jobs.length).toBeGreaterThanOrEqual(60)
    const told = inOrder(jobs)
    expect(told.filter(inRange).length / told.length).toBeGreaterThanOrEqual(0.8)
    const ratios = told.map(({ tookMs, likelyMs }) => tookMs / likelyMs).sort((a, b) => a - b)
    const median = ratios[Math.floor(ratios.length / 2)]
    expect(median).toBeGreaterThan(0.8)
    expect(median).toBeLessThan(1.25)
  })
})
