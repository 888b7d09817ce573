import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RenderParams, UNITS_MAX, unitCount, unitRegion } from './render-tasks.ts'

const splits = fc.record({
  width: fc.integer({ min: 1, max: 70 }),
  height: fc.integer({ min: 1, max: 70 }),
  spp: fc.integer({ min: 1, max: 40 }),
  tile: fc.integer({ min: 8, max: 80 }),
  samples_per_unit: fc.integer({ min: 1, max: 50 }),
})

describe('units of a render job', () => {
  test('cover every sample of every pixel exactly once', () => {
    fc.assert(
      fc.property(splits, (split) => {
        const seen = new Uint8Array(split.width * split.height * split.spp)
        for (let unit = 0; unit < unitCount(split); unit++) {
          const { x0, y0, x1, y1, s0, s1 } = unitRegion(split, unit)
          for (let y = y0; y < y1; y++) {
            for (let x = x0; x < x1; x++) {
              for (let s = s0; s < s1; s++) {
                const at = (y * split.width + x) * split.spp + s
                seen[at] = (seen[at] ?? 255) + 1
              }
            }
          }
        }
        expect(seen.every((count) => count === 1)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('are never empty and never reach outside the picture', () => {
    fc.assert(
      fc.property(splits, fc.nat(), (split, pick) => {
        const region = unitRegion(split, pick % unitCount(split))
        expect(region.x0).toBeLessThan(region.x1)
        expect(region.y0).toBeLessThan(region.y1)
        expect(region.s0).toBeLessThan(region.s1)
        expect(region.x1).toBeLessThanOrEqual(split.width)
        expect(region.y1).toBeLessThanOrEqual(split.height)
        expect(region.s1).toBeLessThanOrEqual(split.spp)
      }),
    )
  })

  test('finish the first range of samples over the whole picture before the second starts', () => {
    const split = { width: 100, height: 100, spp: 8, tile: 50, samples_per_unit: 4 }
    expect(Array.from({ length: 8 }, (_, unit) => unitRegion(split, unit).s0)).toEqual([
      0, 0, 0, 0, 4, 4, 4, 4,
    ])
  })

  test('outside the job there is no region', () => {
    const split = RenderParams.parse({})
    expect(() => unitRegion(split, unitCount(split))).toThrow(RangeError)
    expect(() => unitRegion(split, -1)).toThrow(RangeError)
    expect(() => unitRegion(split, 0.5)).toThrow(RangeError)
  })
})

describe('render parameters', () => {
  test('fill in defaults', () => {
    expect(RenderParams.parse({ width: 10, height: 10 })).toMatchObject({ spp: 64, tile: 64, bounces: 6 })
  })

  test.each([
    { width: 0 },
    { height: 1e9 },
    { spp: 1.5 },
    { tile: 4 },
    { bounces: -1 },
    { camera: -1 },
    { exposure: 1 },
    { spp: Number.NaN },
  ])('refuse %j', (params) => {
    expect(RenderParams.safeParse(params).success).toBe(false)
  })

  test('refuse a job of too many units', () => {
    const params = { width: 8192, height: 8192, spp: 65_536, tile: 8, samples_per_unit: 1 }
    expect(unitCount(params)).toBeGreaterThan(UNITS_MAX)
    expect(RenderParams.safeParse(params).success).toBe(false)
  })
})
