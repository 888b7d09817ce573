import { beforeAll, describe, expect, it } from 'vitest'
import { compiledDenoiser } from '../../../../../wasm/denoise/compiled.ts'
import { FEATURE_VALUES, type Denoiser } from '../../../../../wasm/denoise/kernel.ts'
import { FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import {
  type RenderSplit,
  tileCount,
  unitCount,
  unitRegion,
} from '../../../../protocol/job-kinds/render-tasks.ts'
import { cleanPicture, type CleanPicture, type NoisySource } from './clean-picture.ts'

const SIZE = { width: 40, height: 150, spp: 8 }
let denoiser: Denoiser
beforeAll(async () => (denoiser = await compiledDenoiser()))

/** Light of a sample: a bright and a dark half, with noise that depends on pixel and sample alone. */
function light(x: number, y: number, sample: number): number {
  let hash = Math.imul(x * 7_919 + y * 104_729 + sample * 1_299_709 + 1, 0x9e37_79b1) >>> 0
  hash = Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b) >>> 0
  return trueLight(x) * (0.25 + 1.5 * ((hash >>> 8) / 2 ** 24))
}

function trueLight(x: number): number {
  return x < SIZE.width / 2 ? 1 : 0.25
}

/** A picture of which some units are here. Its features tell the bright half from the dark one. */
function sourceOf(split: RenderSplit, isHere: (index: number) => boolean = () => true): NoisySource {
  return {
    outputs: (tile) => {
      const found = []
      for (let index = tile; index < unitCount(split); index += tileCount(split)) {
        if (isHere(index)) found.push({ index, bytes: filmOf(split, index) })
      }
      return found
    },
    features: ({ y0, y1 }, halves) => {
      for (const half of halves) {
        for (let i = 0; i < (y1 - y0) * split.width; i++) {
          const bright = trueLight(i % split.width)
          half.set([bright, bright, bright, 0, 0, 1, 1], i * FEATURE_VALUES)
        }
      }
    },
  }
}

function filmOf(split: RenderSplit, index: number): Uint8Array {
  const { x0, y0, x1, y1, s0, s1 } = unitRegion(split, index)
  const sums: bigint[] = []
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      let sum = 0n
      for (let s = s0; s < s1; s++) sum += BigInt(Math.trunc(light(x, y, s) * FILM_SCALE))
      sums.push(sum, sum, sum)
    }
  }
  return new Uint8Array(BigInt64Array.from(sums).buffer)
}

function cleaned(split: RenderSplit, source = sourceOf(split), strength = 1): CleanPicture {
  const picture = cleanPicture(split, source, denoiser, { strength })
  if (picture.kind !== 'clean') throw new Error(picture.message)
  return picture
}

/** Mean squared error against the light without noise, of the pixels that are there. */
function errorOf({ radiance, coverage }: Pick<CleanPicture, 'radiance' | 'coverage'>): number {
  let [sum, count] = [0, 0]
  for (let i = 0; i < radiance.length; i += 3) {
    if (coverage?.[i / 3] === 0) continue
    sum += ((radiance[i] ?? 0) - trueLight((i / 3) % SIZE.width)) ** 2
    count++
  }
  return sum / count
}

const SPLIT = { ...SIZE, tile: 16, samples_per_unit: 4 }

describe('[G16] a cleaned picture', () => {
  it('has a tenth of the error, and as rendered with strength 0', () => {
    const raw = cleaned(SPLIT, sourceOf(SPLIT), 0)
    const half = cleaned(SPLIT, sourceOf(SPLIT), 0.5)
    const clean = cleaned(SPLIT)
    expect(errorOf(clean)).toBeLessThan(errorOf(raw) / 10)
    const [a, b, c] = [raw.radiance[0] ?? 0, half.radiance[0] ?? 0, clean.radiance[0] ?? 0]
    expect(b).toBeCloseTo((a + c) / 2, 5)
    let sum = 0
    for (let s = 0; s < SIZE.spp; s++) sum += Math.trunc(light(0, 0, s) * FILM_SCALE)
    expect(a).toBe(Math.fround(sum / FILM_SCALE / SIZE.spp))
  })

  it('[G19] has the same bits however the picture is cut into tiles', () => {
    const whole = cleaned({ ...SIZE, tile: 512, samples_per_unit: 4 })
    expect(cleaned(SPLIT).radiance).toEqual(whole.radiance)
    expect(cleaned({ ...SIZE, tile: 24, samples_per_unit: 4 }).radiance).toEqual(whole.radiance)
  })

  it('[G12] of a part keeps the light of tiles apart from those that are missing', () => {
    // The tile at the top left has one range, the one below it none.
    const tiles = tileCount(SPLIT)
    const isHere = (index: number) => index !== tiles && index % tiles !== 3
    const { coverage, missingTiles, radiance } = cleaned(SPLIT, sourceOf(SPLIT, isHere))
    expect(missingTiles).toBe(1)
    expect([coverage?.[16 * SIZE.width], coverage?.[15 * SIZE.width]]).toEqual([0, 1])
    expect(radiance[16 * SIZE.width * 3]).toBe(0)
    expect(Math.max(...radiance)).toBeLessThan(2)
    expect(errorOf({ radiance, ...(coverage && { coverage }) })).toBeLessThan(0.02)
  })
})
