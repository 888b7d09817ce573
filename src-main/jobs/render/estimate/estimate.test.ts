import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../../protocol/ids.ts'
import { estimateRender } from './estimate.ts'
import { NO_EXPERIENCE } from './experience.ts'
import { modelRender } from './model.ts'
import type { EstimateInput } from './recorded-job.ts'

const core = { peer: 'ada' as PeerId, cores: 1, score: 0.5, requesters: 0 }
const other = { ...core, peer: 'bob' as PeerId }
const third = { ...core, peer: 'cy' as PeerId }

/** A thousand million samples of 10 µs on a core of half the reference's speed: 10,000 s of one such core. */
const base: EstimateInput = {
  ...{ width: 1_000, height: 1_000, spp: 1_000, frames: 1, redundancy: 1, aheadMs: 0 },
  ...{ sampleUs: 10, ownScore: 0.5, peers: [core] },
}
const wallMs = (change: Partial<EstimateInput> = {}) => modelRender({ ...base, ...change }, () => 1).wallMs

describe('[F5] the modelled time of a render', () => {
  it('is the work on one core, and little around it', () => {
    expect(wallMs()! / 10_000_000).toBeCloseTo(1, 1)
  })

  it.each<[string, Partial<EstimateInput>, number]>([
    ['halves with twice the cores', { peers: [{ ...core, cores: 2 }] }, 1 / 2],
    ['halves with cores twice as fast', { peers: [{ ...core, score: 1 }] }, 1 / 2],
    ['halves with a second peer', { peers: [core, other] }, 1 / 2],
    ['is twice as long when each tile is checked by two', { peers: [core, other], redundancy: 2 }, 1],
    ['grows with samples', { spp: 3_000 }, 3],
    ['grows with frames', { frames: 3 }, 3],
    [
      'is bound by the slower one where both must do all',
      { redundancy: 2, peers: [{ ...core, cores: 100, score: 1 }, other] },
      1,
    ],
    [
      'shares the rest among the slower ones when the fastest does all',
      { redundancy: 2, peers: [{ ...core, cores: 100, score: 1 }, other, third] },
      1 / 2,
    ],
    ['doubles where other programs want all cores', { peers: [{ ...core, busyCores: 1 }] }, 2],
    ['grows by half where they want half of them', { peers: [{ ...core, busyCores: 0.5 }] }, 1.5],
    ['takes turns with as much of the work before it as it lasts', { aheadMs: 1e12 }, 2],
    ['counts less of shorter work', { aheadMs: 500_000 }, 1.1],
    ['counts a share of a peer that works for another too', { peers: [{ ...core, requesters: 1 }] }, 2],
    [
      'waits for the scene to be at the others',
      { sceneBytes: 50e6, peers: [{ ...core, bytesPerS: 10_000 }] },
      1.5,
    ],
  ])('%s', (_, change, factor) => {
    expect(wallMs(change)! / wallMs()!).toBeCloseTo(factor, 1)
  })

  it('counts the units that are added so that a draft can be cleaned', () => {
    const draft = { spp: 32, sampleUs: 0.001 }
    expect(wallMs({ ...draft, denoise: 1 })! / wallMs(draft)!).toBeGreaterThan(1.6)
    expect(wallMs({ denoise: 1 })).toBe(wallMs())
  })

  it.each<[string, Partial<EstimateInput>]>([
    ['when fewer are there than check', { redundancy: 2 }],
    ['without peers', { peers: [] }],
    ['of a peer that shares no core', { peers: [{ ...core, cores: 0, score: 1 }] }],
  ])('is none %s', (_, change) => {
    expect(wallMs(change)).toBeUndefined()
    expect(estimateRender({ ...base, ...change }, NO_EXPERIENCE)).not.toHaveProperty('likely_ms')
  })

  it('counts what each unit takes besides its samples', () => {
    const small = { width: 64, height: 64, spp: 1, sampleUs: 0.001 }
    const many = { ...small, width: 6_400 }
    expect(wallMs(many)! - wallMs(small)!).toBeGreaterThan(500)
  })
})

describe('the estimate of a render', () => {
  it('has the likely time within its bounds, closer where a preview has measured', () => {
    const spread = (sampleUs: number | undefined) => {
      const { sampleUs: _, ...guessed } = base
      const input = { ...guessed, ...(sampleUs === undefined ? {} : { sampleUs }) }
      const { low_ms = 0, likely_ms = 0, high_ms = 0 } = estimateRender(input, NO_EXPERIENCE)
      expect(low_ms).toBeLessThan(likely_ms)
      expect(likely_ms).toBeLessThan(high_ms)
      return high_ms / low_ms
    }
    expect(spread(0.6)).toBeLessThan(spread(undefined))
  })

  it('counts the time of the cores that are there, checks included', () => {
    const two = { ...base, redundancy: 2, peers: [core, { ...other, cores: 3 }] }
    expect(estimateRender(two, NO_EXPERIENCE)).toMatchObject({ peers: 2, cores: 4, core_ms: 20_000_000 })
  })
})
