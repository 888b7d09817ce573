import { describe, expect, it } from 'vitest'
import { FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import { tileCount, unitCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import { shrinkTile, shrunkPlace } from './shrunk-tile.ts'

const SPLIT = { width: 50, height: 33, spp: 4, tile: 16, samples_per_unit: 2 }

/** The output of a unit in which the light of every pixel is given by where it is. */
function unit(index: number, light: (x: number, y: number) => number): { index: number; bytes: Uint8Array } {
  const { x0, y0, x1, y1, s0, s1 } = unitRegion(SPLIT, index)
  const sums: bigint[] = []
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      for (let c = 0; c < 3; c++) sums.push(BigInt(Math.round(light(x, y) * FILM_SCALE * (s1 - s0))))
    }
  }
  return { index, bytes: new Uint8Array(BigInt64Array.from(sums).buffer) }
}

describe('a shrunk tile', () => {
  it.each([1, 2, 3, 5, 16, 40])('leaves no pixel to two tiles or to none, shrunk %i times', (factor) => {
    const seen = new Map<string, number>()
    for (let tile = 0; tile < tileCount(SPLIT); tile++) {
      const { x, y, width, height } = shrunkPlace(SPLIT, tile, factor)
      for (let j = 0; j < height; j++) {
        for (let i = 0; i < width; i++) {
          const key = `${x + i},${y + j}`
          seen.set(key, (seen.get(key) ?? 0) + 1)
        }
      }
    }
    expect(seen.size).toBe(Math.ceil(50 / factor) * Math.ceil(33 / factor))
    expect(new Set(seen.values())).toEqual(new Set([1]))
  })

  it('is the mean of its pixels and samples, whichever ranges are there', () => {
    const ramp = (x: number) => x
    for (const outputs of [[unit(1, ramp)], [unit(1, ramp), unit(1 + tileCount(SPLIT), ramp)]]) {
      const tile = shrinkTile(SPLIT, 1, 2, outputs)
      if (tile.kind !== 'tile') throw new Error(tile.message)
      expect([tile.x, tile.y, tile.width, tile.height]).toEqual([8, 0, 8, 8])
      expect([0, 1, 7].map((i) => tile.radiance[3 * i])).toEqual([16.5, 18.5, 30.5])
    }
  })

  it('averages what there is at the far edges', () => {
    const last = tileCount(SPLIT) - 1
    const tile = shrinkTile(SPLIT, last, 3, [unit(last, () => 0.5)])
    if (tile.kind !== 'tile') throw new Error(tile.message)
    expect(tile.width * tile.height).toBeLessThanOrEqual(1)
    expect([...tile.radiance].every((light) => light === 0.5)).toBe(true)
  })

  it('refuses what is none of its units', () => {
    const other = unit(2, () => 1)
    expect(shrinkTile(SPLIT, 1, 2, [other])).toMatchObject({ kind: 'bad-film', unit: 2 })
    const cut = { index: 1, bytes: unit(1, () => 1).bytes.subarray(24) }
    expect(shrinkTile(SPLIT, 1, 2, [cut])).toMatchObject({ kind: 'bad-film', unit: 1 })
    expect(unitCount(SPLIT)).toBe(2 * tileCount(SPLIT))
  })
})
