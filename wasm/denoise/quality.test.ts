import { describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, radiance, wholeImage } from '../path-trace/compiled.ts'
import { relativeError } from './bench/relative-error.ts'
import { DENOISE_SCENES } from './bench/scenes.ts'
import { compiledDenoiser, noisyMean, noisyPicture } from './compiled.ts'

const FRAME = { width: 40, height: 40, bounces: 3 }
const SAMPLES = 32
const TRUTH_SAMPLES = 512

describe('[G21] a denoised picture', () => {
  // Bits are the same everywhere, so the bounds are those that were measured, and a little.
  it.each([
    ['outdoors', 0.38],
    ['every material', 0.3],
    ['small lamp', 0.2],
  ])('of %s has at most %d of the error of its input', async (name, share) => {
    const scene = DENOISE_SCENES.find(([known]) => known === name)?.[1]
    if (scene === undefined) throw new Error(`no scene ${name}`)
    const kernel = loadedKernel(await compiledKernel(), scene())
    const truth = radiance(kernel.renderTile(wholeImage(FRAME, TRUTH_SAMPLES), FRAME), TRUTH_SAMPLES)
    const picture = noisyPicture(kernel, FRAME, SAMPLES)
    const clean = (await compiledDenoiser()).denoise(picture)
    const ratio = relativeError(clean, truth) / relativeError(noisyMean(picture), truth)
    expect(ratio).toBeLessThan(share)
  })

  it('of nothing but even light is the same light', async () => {
    const [width, height] = [30, 20]
    const half = new Float32Array(width * height * 3).fill(0.7)
    const features = new Float32Array(width * height * 7).fill(0.5)
    const picture = { width, height, colors: [half, half], features: [features, features] } as const
    for (const value of (await compiledDenoiser()).denoise(picture)) expect(value).toBeCloseTo(0.7, 5)
  })

  it('keeps a lamp of one pixel that both halves see, and cuts a spike that one half has', async () => {
    const [width, height] = [30, 20]
    const half = () => new Float32Array(width * height * 3).fill(0.5)
    const features = new Float32Array(width * height * 7).fill(0.5)
    const [lamp, spike] = [(10 * width + 8) * 3, (10 * width + 22) * 3]
    const [a, b] = [half(), half()]
    for (const one of [a, b]) one.fill(20, lamp, lamp + 3)
    a.fill(20, spike, spike + 3)
    const picture = { width, height, colors: [a, b], features: [features, features] } as const
    const clean = (await compiledDenoiser()).denoise(picture)
    expect(clean[lamp]).toBeCloseTo(20, 3)
    expect(clean[spike]).toBeCloseTo(0.5, 3)
  })
})
