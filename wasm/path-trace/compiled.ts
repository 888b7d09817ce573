/** The compiled kernels for tests and benches, brought up to date first. */
import { readFile } from 'node:fs/promises'
import { buildKernels, kernelPath } from '../build.ts'
import { assert } from './assert.ts'
import { instantiateKernel, type Frame, type PathTraceKernel, type Region } from './kernel.ts'
import { packScene, type SceneDescription } from './scene.ts'

/** A module from `wasm/build`. */
export async function compiledKernel(
  name: 'path-trace' | 'path-trace.scalar' = 'path-trace',
): Promise<WebAssembly.Module> {
  await buildKernels()
  return new WebAssembly.Module(await readFile(kernelPath(name)))
}

/** A kernel with this scene in it. */
export function loadedKernel(module: WebAssembly.Module, scene: SceneDescription): PathTraceKernel {
  const kernel = instantiateKernel(module)
  const loaded = kernel.loadScene(packScene(scene))
  assert(loaded.kind === 'loaded', `a test's scene loads: ${JSON.stringify(loaded)}`)
  return kernel
}

/** The region of a whole image. */
export function wholeImage(frame: Frame, samples: number): Region {
  return { x0: 0, y0: 0, x1: frame.width, y1: frame.height, s0: 0, s1: samples }
}

/** Mean radiance per pixel, 3 numbers each, from a film of so many samples. */
export function radiance(film: Uint8Array, samples: number): Float64Array {
  const sums = new BigInt64Array(film.buffer, film.byteOffset, film.byteLength / 8)
  return Float64Array.from(sums, (sum) => Number(sum) / 2 ** 24 / samples)
}
