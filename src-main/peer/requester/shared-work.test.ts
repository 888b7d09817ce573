import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leastTimeMs, type Stretch } from './shared-work.ts'

const DAY_MS = 24 * 3_600_000
const always = (speed: number): Stretch[] => [{ fromMs: 0, untilMs: DAY_MS, speed }]

describe('[F1] the least time for work that is done several times', () => {
  it.each<[string, Stretch[][], number, number, number | undefined]>([
    ['is the work by all speeds', [always(1), always(3)], 4_000, 4_000, 1_000],
    ['is bound by a slow second peer', [always(1_000), always(1)], 4_000, 8_000, 4_000],
    ['shares what the fastest leaves', [always(1_000), always(1), always(1)], 4_000, 8_000, 2_000],
    ['is none with fewer peers than repetitions', [always(1)], 4_000, 8_000, undefined],
    ['is none without anybody', [], 4_000, 4_000, undefined],
    ['is nothing for nothing', [], 0, 0, 0],
    ['waits for hours to begin', [[{ fromMs: 5_000, untilMs: DAY_MS, speed: 2 }]], 4_000, 4_000, 7_000],
    [
      'goes on in the next hours',
      [
        [
          { fromMs: 0, untilMs: 1_000, speed: 1 },
          { fromMs: 9_000, untilMs: DAY_MS, speed: 1 },
        ],
      ],
      4_000,
      4_000,
      12_000,
    ],
    ['is none beyond the horizon', [always(1)], DAY_MS + 1, DAY_MS + 1, undefined],
  ])('%s', (_, peers, onceMs, allMs, expected) => {
    const time = leastTimeMs(peers, { onceMs, allMs }, DAY_MS)
    if (expected === undefined) expect(time).toBeUndefined()
    else expect(time).toBeCloseTo(expected, 3)
  })

  it('never gets longer with another peer, nor shorter with more work', () => {
    const speed = fc.double({ min: 0.01, max: 100, noNaN: true })
    const property = fc.property(
      fc.array(speed, { minLength: 2, maxLength: 8 }),
      fc.integer({ min: 1, max: 100_000 }),
      (speeds, onceMs) => {
        const peers = speeds.map(always)
        const of = (some: Stretch[][], allMs: number): number =>
          leastTimeMs(some, { onceMs, allMs }, 1e12) ?? Number.POSITIVE_INFINITY
        const time = of(peers, onceMs * 2)
        expect(time).toBeLessThanOrEqual(of(peers.slice(0, -1), onceMs * 2) * 1.000001)
        expect(time).toBeGreaterThanOrEqual(of(peers, onceMs) * 0.999999)
        // No peer does more than all of it, and together they do no more than they can.
        expect(speeds.reduce((sum, one) => sum + Math.min(onceMs, one * time), 0)).toBeCloseTo(onceMs * 2, -1)
      },
    )
    fc.assert(property, { numRuns: 200, seed: 7 })
  })
})
