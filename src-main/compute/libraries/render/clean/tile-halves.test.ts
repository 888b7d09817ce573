import { describe, expect, it } from 'vitest'
import { FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import { unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import { tileHalves, type TileHalves } from './tile-halves.ts'

const SPLIT = { width: 2, height: 2, spp: 10, tile: 8, samples_per_unit: 4 }

/** The film of a unit whose every sample has this light, in all channels of all pixels. */
function film(index: number, light: number): { index: number; bytes: Uint8Array } {
  const { s0, s1 } = unitRegion(SPLIT, index)
  const sums = new BigInt64Array(12).fill(BigInt(Math.round(light * FILM_SCALE * (s1 - s0))))
  return { index, bytes: new Uint8Array(sums.buffer) }
}

function halvesOf(...units: readonly { index: number; bytes: Uint8Array }[]): TileHalves {
  const found = tileHalves(SPLIT, 0, units)
  if (found.kind !== 'halves') throw new Error(found.message)
  return found
}

describe('[G17] the halves of a tile', () => {
  it('are its ranges of samples, with the mean of all samples', () => {
    const { mean, halves } = halvesOf(film(1, 3), film(0, 1))
    expect([mean[0], halves[0][0], halves[1][0]]).toEqual([2, 1, 3])
  })

  it('of unequal numbers lie about the mean of all, as far apart as equal ones would', () => {
    // Samples 0–3 and 8–9 are one half, 4–7 the other.
    const { mean, halves } = halvesOf(film(0, 1), film(1, 6), film(2, 1))
    expect(mean[0]).toBe(3)
    const apart = (Math.sqrt(6 * 4) / 10) * 5
    expect(halves[0][0]).toBeCloseTo(3 - apart, 6)
    expect(halves[1][0]).toBeCloseTo(3 + apart, 6)
  })

  it('of one range are the same picture twice', () => {
    const { mean, halves } = halvesOf(film(2, 5))
    expect([mean[0], halves[0][0], halves[1][0]]).toEqual([5, 5, 5])
  })

  it('refuse an output that is none of the tile, and light below zero', () => {
    expect(tileHalves(SPLIT, 0, [{ index: 0, bytes: new Uint8Array(3) }])).toMatchObject({ kind: 'bad-film' })
    expect(tileHalves(SPLIT, 0, [film(0, -1)])).toMatchObject({ kind: 'bad-film', unit: 0 })
  })
})
