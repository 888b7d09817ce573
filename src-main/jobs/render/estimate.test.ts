import { describe, expect, it } from 'vitest'
import { estimateRender, type EstimateInput } from './estimate.ts'

/** A million samples of 10 µs on a core of half the reference's speed: 10 s of one such core. */
const base: EstimateInput = {
  width: 1_000,
  height: 1_000,
  spp: 1,
  frames: 1,
  redundancy: 1,
  sampleUs: 10,
  ownScore: 0.5,
  peers: [{ cores: 1, score: 0.5 }],
}
const core = { cores: 1, score: 0.5 }

describe('the estimate of a render', () => {
  it.each<[string, Partial<EstimateInput>, number | undefined]>([
    ['is the work on one core, and a moment around it', {}, 11_000],
    ['halves with twice the cores', { peers: [{ cores: 2, score: 0.5 }] }, 6_000],
    ['halves with cores twice as fast', { peers: [{ cores: 1, score: 1 }] }, 6_000],
    ['halves with a second peer', { peers: [core, core] }, 6_000],
    ['is twice as long when each tile is checked by two', { peers: [core, core], redundancy: 2 }, 11_000],
    ['grows with samples', { spp: 3 }, 31_000],
    ['grows with frames', { frames: 3 }, 31_000],
    ['is none when fewer are there than check', { redundancy: 2 }, undefined],
    ['is none without peers', { peers: [] }, undefined],
    ['does not count a peer that shares no core', { peers: [{ cores: 0, score: 1 }] }, undefined],
    [
      'is bound by the slower one where both must do all',
      { redundancy: 2, peers: [{ cores: 100, score: 1 }, core] },
      11_000,
    ],
    [
      'shares the rest among the slower ones when the fastest does all',
      { redundancy: 2, peers: [{ cores: 100, score: 1 }, core, core] },
      6_000,
    ],
  ])('%s', (_, change, likely) => {
    expect(estimateRender({ ...base, ...change }).likely_ms).toBe(likely)
  })

  it('has the likely time within its bounds, closer where a preview has measured', () => {
    const spread = (sampleUs: number | undefined) => {
      const { low_ms = 0, likely_ms = 0, high_ms = 0 } = estimateRender({ ...base, sampleUs })
      expect(low_ms).toBeLessThan(likely_ms)
      expect(likely_ms).toBeLessThan(high_ms)
      return high_ms / low_ms
    }
    expect(spread(0.6)).toBeLessThan(spread(undefined))
  })

  it('counts the time of the cores that are there, checks included', () => {
    const two = { ...base, redundancy: 2, peers: [core, { cores: 3, score: 0.5 }] }
    expect(estimateRender(two)).toMatchObject({ peers: 2, cores: 4, core_ms: 20_000 })
  })
})
