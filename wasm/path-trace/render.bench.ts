/**
 * Paths and rays per second of one core on a Cornell box with two knots, with and without SIMD, and, where
 * Blender is installed, against Cycles on the same file: at equal samples and at equal error.
 */
import type { Benchmark } from '../../src-main/bench.ts'
import { assert } from './assert.ts'
import { compiledKernel, loadedKernel, radiance, wholeImage } from './compiled.ts'
import { blenderVersion, renderWithCycles } from './bench/cycles.ts'
import { knotRoom, LAMP_RADIANCE } from './bench/knot-room.ts'
import { sceneToGlb } from './bench/scene-glb.ts'
import type { PathTraceKernel } from './kernel.ts'

const SIDE = 384
const FRAME = { width: SIDE, height: SIDE, bounces: 4 }
/** The smaller image whose error is compared, its samples, and those of the one that counts as without error. */
const SMALL = { width: 128, height: 128, bounces: 4 }
const SAMPLES = 64
const TRUTH_SAMPLES = 2048
/** Samples of the images that Cycles is timed on; the best of ROUNDS counts, as for ours. */
const CYCLES_SAMPLES = 17
/** Samples timed per round, and rounds; the best round counts, as the machine may be shared. */
const TIMED_SAMPLES = 8
const ROUNDS = 5

interface Speed {
  readonly paths: number
  readonly rays: number
}

/** Millions per second. */
function speedOf(kernel: PathTraceKernel): Speed {
  kernel.renderTile(wholeImage(FRAME, 2), FRAME)
  let best: Speed = { paths: 0, rays: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const before = kernel.rays()
    const start = performance.now()
    kernel.renderTile(wholeImage(FRAME, TIMED_SAMPLES), FRAME)
    const microseconds = (performance.now() - start) * 1000
    const paths = (SIDE * SIDE * TIMED_SAMPLES) / microseconds
    if (paths > best.paths) best = { paths, rays: (kernel.rays() - before) / microseconds }
  }
  return best
}

function rootMeanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return Math.sqrt(sum / a.length)
}

function mean(values: Float32Array | Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** Our kernel's speed and error, and Cycles' where it can be had. */
export const benchmark: Benchmark = {
  name: 'render',
  async run(report) {
    const scene = knotRoom()
    const simd = loadedKernel(await compiledKernel(), scene)
    const scalar = loadedKernel(await compiledKernel('path-trace.scalar'), scene)
    const [fast, slow] = [speedOf(simd), speedOf(scalar)]
    const triangles = scene.indices.length / 3
    const note = `${triangles} triangles, ${SIDE}², ${FRAME.bounces} bounces, one core`
    const gain = fast.paths / slow.paths
    report({ metric: 'paths, SIMD', value: fast.paths, unit: 'M/s', ratio: gain, versus: 'scalar', note })
    report({ metric: 'paths, scalar', value: slow.paths, unit: 'M/s' })
    report({
      metric: 'rays, SIMD',
      value: fast.rays,
      unit: 'M/s',
      ratio: fast.rays / slow.rays,
      versus: 'scalar',
    })
    report({ metric: 'rays, scalar', value: slow.rays, unit: 'M/s' })
    const version = blenderVersion()
    if (version === null) return

    const glb = await sceneToGlb(scene)
    const job = { glb, bounces: FRAME.bounces, lampRadiance: LAMP_RADIANCE }
    const rounds = Array.from({ length: ROUNDS }, (_, seed) => ({ samples: CYCLES_SAMPLES, seed }))
    const [one, ...many] = await renderWithCycles({ ...job, side: SIDE, images: rounds })
    const seeds = [1, 2].map((seed) => ({ samples: SAMPLES, seed }))
    const pair = await renderWithCycles({ ...job, side: SMALL.width, images: seeds })
    const [, first, second] = pair
    assert(one !== undefined, 'Cycles was timed')
    assert(first !== undefined && second !== undefined, 'Cycles rendered a pair')
    // The time of the image of one sample is that of setting the scene up, and one sample.
    const paths =
      (SIDE * SIDE * (CYCLES_SAMPLES - 1)) /
      (Math.min(...many.map((image) => image.seconds)) - one.seconds) /
      1e6
    const versus = `${version} Cycles, CPU, 1 thread`
    const equalSamples = fast.paths / paths
    report({ metric: 'paths, Cycles', value: paths, unit: 'M/s' })
    report({ metric: 'speed at equal samples', value: equalSamples, unit: '×', ratio: equalSamples, versus })

    // Two images of independent seeds differ by √2 times the error of each; no converged one is needed.
    const theirs = rootMeanSquare(first.pixels, second.pixels) / Math.SQRT2
    const truth = radiance(simd.renderTile(wholeImage(SMALL, TRUTH_SAMPLES), SMALL), TRUTH_SAMPLES)
    const ours = rootMeanSquare(radiance(simd.renderTile(wholeImage(SMALL, SAMPLES), SMALL), SAMPLES), truth)
    const brightness = mean(truth) / ((mean(first.pixels) + mean(second.pixels)) / 2)
    const equalError = equalSamples * (theirs / ours) ** 2
    const met = equalError >= 1.5
    const [target, errorNote] = ['1.5×, then 2.5×', 'each against its own mean']
    report({
      metric: `RMSE at ${SAMPLES} spp`,
      value: ours,
      unit: '',
      ratio: theirs / ours,
      versus,
      note: errorNote,
    })
    report({ metric: 'mean brightness', value: mean(truth), unit: '', ratio: brightness, versus })
    report({
      metric: 'speed at equal error',
      value: equalError,
      unit: '×',
      ratio: equalError,
      versus,
      target,
      met,
    })
  },
}
