import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import { unitCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import { assembleImage } from './assemble-image.ts'
import { assemblePart } from './assemble-part.ts'
import { meterPicture } from './exposure.ts'
import { encodeSrgb8 } from './tone-map.ts'

const SPLIT = { width: 20, height: 10, spp: 4, tile: 16, samples_per_unit: 2 }

/** The output of a unit in which every pixel sees the same grey light. */
function greyUnit(index: number, radiance: number): { index: number; bytes: Uint8Array } {
  const { x0, y0, x1, y1, s0, s1 } = unitRegion(SPLIT, index)
  const sums = new BigInt64Array((x1 - x0) * (y1 - y0) * 3).fill(BigInt(radiance * FILM_SCALE * (s1 - s0)))
  return { index, bytes: new Uint8Array(sums.buffer) }
}

const units = [...Array(unitCount(SPLIT)).keys()]

describe('assembling', () => {
  test('gives a PNG of the right size and light', () => {
    const image = assembleImage(
      SPLIT,
      units.map((index) => greyUnit(index, 0.5)),
    )
    if (image.kind !== 'image') throw new Error(image.message)
    const png = decode(image.png)
    expect([png.width, png.height, png.channels]).toEqual([20, 10, 3])
    expect(new Set(png.data)).toEqual(new Set([encodeSrgb8(0.46)]))
    expect(image.meanLuminance).toBeCloseTo(0.5, 6)
    expect(image.exposureStops).toBeCloseTo(0, 6)
  })

  test('exposes the PNG as it is told to, else as the picture is metered', () => {
    const outputs = () => units.map((index) => greyUnit(index, 0.125))
    const [told, metered] = [assembleImage(SPLIT, outputs(), 1), assembleImage(SPLIT, outputs())]
    if (told.kind !== 'image' || metered.kind !== 'image') throw new Error('no image')
    expect(told.exposureStops).toBe(1)
    expect(new Set(decode(told.png).data)).toEqual(new Set([encodeSrgb8(0.25 - 0.04)]))
    expect(metered.exposureStops).toBe(meterPicture(new Float32Array(600).fill(0.125)).stops)
    expect(told.exr).toEqual(metered.exr)
  })

  test('names the units that are missing', () => {
    expect(assembleImage(SPLIT, [greyUnit(1, 1), greyUnit(2, 1)])).toMatchObject({
      kind: 'missing-units',
      count: 2,
      first: [0, 3],
    })
  })

  test('refuses a unit twice and output of another size', () => {
    expect(assembleImage(SPLIT, [greyUnit(0, 1), greyUnit(0, 1)])).toMatchObject({
      kind: 'bad-film',
      unit: 0,
    })
    const cut = { index: 0, bytes: greyUnit(0, 1).bytes.subarray(24) }
    expect(assembleImage(SPLIT, [cut])).toMatchObject({ kind: 'bad-film', unit: 0 })
  })
})

describe('[G12] a picture of a part of its units', () => {
  // Four units: two tiles, of two ranges of samples each. The left tile has one range, the right one nothing.
  const part = assemblePart(SPLIT, [greyUnit(0, 0.5)])

  test('has every pixel of a tile at the light of the samples that are there', () => {
    if (part.kind !== 'image') throw new Error(part.message)
    const png = decode(part.png)
    expect([png.width, png.height, png.channels]).toEqual([20, 10, 4])
    expect([...png.data.subarray(0, 4)]).toEqual([
      encodeSrgb8(0.46),
      encodeSrgb8(0.46),
      encodeSrgb8(0.46),
      255,
    ])
    expect(part.meanLuminance).toBeCloseTo(0.5, 6)
  })

  test('is transparent where there is nothing, in both formats', () => {
    if (part.kind !== 'image') throw new Error(part.message)
    expect([...decode(part.png).data.subarray(16 * 4, 17 * 4)]).toEqual([0, 0, 0, 0])
    expect(part.missingTiles).toBe(1)
    expect(Buffer.from(part.exr).includes('A\0')).toBe(true)
  })
})
