/**
 * Error of the denoiser's pictures against that of its input on five scenes, at how many samples the input is as good,
 * and the time it takes.
 */
import type { Benchmark } from '../../src-main/bench.ts'
import { compiledKernel, loadedKernel, radiance, wholeImage } from '../path-trace/compiled.ts'
import type { PathTraceKernel } from '../path-trace/kernel.ts'
import { compiledDenoiser, noisyMean, noisyPicture } from './compiled.ts'
import { relativeError } from './bench/relative-error.ts'
import { DENOISE_SCENES } from './bench/scenes.ts'

const FRAME = { width: 96, height: 96, bounces: 4 }
const SAMPLES = 64
/** Numbers of samples of the input that is compared, and of the picture that counts as without noise. */
const MORE_SAMPLES = [128, 256, 512]
const TRUTH_SAMPLES = 2048
/** The picture that is timed, and pixels of one that is 1080p. */
const TIMED = { width: 512, height: 256, bounces: 4 }
const FULL_HD = 1920 * 1080

/** Samples at which the input would have this error, by the two counts beside it. */
function equalSamples(error: number, points: readonly (readonly [number, number])[]): number {
  let last = points[0]
  for (const point of points) {
    if (last !== undefined && point[1] <= error && point[1] < last[1]) {
      const part = Math.log(last[1] / error) / Math.log(last[1] / point[1])
      return last[0] * (point[0] / last[0]) ** part
    }
    last = point
  }
  return last?.[0] ?? 0
}

function inputError(kernel: PathTraceKernel, samples: number, truth: Float64Array): number {
  return relativeError(radiance(kernel.renderTile(wholeImage(FRAME, samples), FRAME), samples), truth)
}

/** Error and time. */
export const benchmark: Benchmark = {
  name: 'denoise',
  async run(report) {
    const module = await compiledKernel()
    const denoiser = await compiledDenoiser()
    for (const [name, scene] of DENOISE_SCENES) {
      const kernel = loadedKernel(module, scene())
      const truth = radiance(kernel.renderTile(wholeImage(FRAME, TRUTH_SAMPLES), FRAME), TRUTH_SAMPLES)
      const picture = noisyPicture(kernel, FRAME, SAMPLES)
      const before = relativeError(noisyMean(picture), truth)
      const after = relativeError(denoiser.denoise(picture), truth)
      const points = MORE_SAMPLES.map((samples) => [samples, inputError(kernel, samples, truth)] as const)
      const equal = equalSamples(after, [[SAMPLES, before], ...points])
      const most = equal >= Math.max(...MORE_SAMPLES) ? 'at least ' : ''
      report({
        metric: `${name}: relative MSE at ${SAMPLES} spp`,
        value: after,
        unit: '',
        ratio: after / before,
        versus: 'the input',
        target: 'at most 1/6',
        met: after / before <= 1 / 6,
        note: `as good as ${most}${Math.round(equal)} spp`,
      })
    }
    const [, knots] = DENOISE_SCENES[0] ?? []
    if (knots === undefined) return
    const kernel = loadedKernel(module, knots())
    const start = process.cpuUsage()
    const picture = noisyPicture(kernel, TIMED, 16)
    const rendered = process.cpuUsage(start).user
    const begin = process.cpuUsage()
    denoiser.denoise(picture)
    const seconds = process.cpuUsage(begin).user / 1e6
    const pixels = TIMED.width * TIMED.height
    const fullHd = (seconds / pixels) * FULL_HD
    report({
      metric: 'time of a 1080p picture',
      value: fullHd,
      unit: 's of one core',
      target: 'at most 20 s (10 s on two)',
      met: fullHd <= 20,
      note: `from ${TIMED.width} × ${TIMED.height}; rendering 16 spp took ${(rendered / seconds / 1e6).toFixed(1)} times as long`,
    })
  },
}
