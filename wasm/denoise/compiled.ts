/** The compiled denoiser, and pictures of scenes for it: for tests and the bench. */
import { readFile } from 'node:fs/promises'
import { buildKernels, kernelPath } from '../build.ts'
import { radiance } from '../path-trace/compiled.ts'
import { FILM_SCALE, type Frame, type PathTraceKernel } from '../path-trace/kernel.ts'
import { instantiateDenoiser, type Denoiser, type NoisyPicture } from './kernel.ts'

/** A denoiser from `wasm/build`. */
export async function compiledDenoiser(): Promise<Denoiser> {
  await buildKernels()
  return instantiateDenoiser(new WebAssembly.Module(await readFile(kernelPath('denoise'))))
}

/** Two halves of so many samples, an even number, with their features. */
export function noisyPicture(kernel: PathTraceKernel, frame: Frame, samples: number): NoisyPicture {
  const { width, height } = frame
  const half = (second: boolean) => {
    const [s0, s1] = second ? [samples / 2, samples] : [0, samples / 2]
    const region = { x0: 0, y0: 0, x1: width, y1: height, s0, s1 }
    const color = Float32Array.from(radiance(kernel.renderTile(region, frame), s1 - s0))
    const film = kernel.renderFeatures(region, frame)
    const sums = new BigInt64Array(film.buffer, film.byteOffset, film.byteLength / 8)
    return { color, features: Float32Array.from(sums, (sum) => Number(sum) / FILM_SCALE / (s1 - s0)) }
  }
  const [a, b] = [half(false), half(true)]
  return { width, height, colors: [a.color, b.color], features: [a.features, b.features] }
}

/** The picture as it is: the mean of its halves. */
export function noisyMean({ colors: [a, b] }: NoisyPicture): Float32Array {
  return a.map((value, i) => (value + (b[i] ?? 0)) / 2)
}
