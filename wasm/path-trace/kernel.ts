/**
 * The path tracer over its compiled module: one instance renders one scene, tile by tile.
 *
 * @example
 * const kernel = instantiateKernel(new WebAssembly.Module(bytes))
 * const loaded = kernel.loadScene(packed)
 * if (loaded.kind !== 'loaded') return loaded
 * const film = kernel.renderTile({ x0: 0, y0: 0, x1: 64, y1: 64, s0: 0, s1: 16 }, { width: 640, height: 480, bounces: 4 })
 */
import { assert } from './assert.ts'
import { checkScene, type CheckedScene, type SceneFault } from './scene-check.ts'
import { SCENE_LIMITS } from './scene-layout.ts'
import { packedBytes, packScene, type SceneDescription } from './scene.ts'

/** Bytes of film per pixel: red, green and blue as little-endian i64. */
export const FILM_PIXEL_BYTES = 24

/** Bytes of features per pixel: albedo, normal and depth, 7 little-endian i64 in film units. */
export const FEATURE_PIXEL_BYTES = 56

/** Film units per unit of radiance. A pixel's value is its sum / (FILM_SCALE × samples). */
export const FILM_SCALE = 2 ** 24

/** Limits of the kernel, besides those of a scene. */
export const KERNEL_LIMITS = {
  /** A pixel's number must fit 32 bits. */
  side: 1 << 14,
  /** A sample's number; a film of so many of the brightest samples does not overflow. */
  samples: 1 << 18,
  /** Light that was scattered so often is a millionth of a bright one even among white walls. */
  bounces: 256,
} as const

/** A rectangle of pixels and a range of samples; x1, y1 and s1 are excluded. */
export interface Region {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly s0: number
  readonly s1: number
}

/** The image that a region is part of. */
export interface Frame {
  readonly width: number
  readonly height: number
  /** How often light is scattered after the first surface; 0 is direct light alone. */
  readonly bounces: number
  /** The most radiance that one path may bring of light scattered by two surfaces or more; without it none is cut. */
  readonly clamp?: number
}

/** Results of `loadScene`. */
export type LoadResult =
  | { readonly kind: 'loaded'; readonly triangles: number; readonly nodes: number; readonly leaves: number }
  | SceneFault
  | { readonly kind: 'out-of-memory'; readonly bytes: number }

/** A running kernel. */
export interface PathTraceKernel {
  /** Checks, copies and prepares a packed scene. Once per instance. */
  loadScene(bytes: Uint8Array): LoadResult
  /**
   * The same for a scene that is not packed yet: it is packed where the kernel keeps it, without a copy. `afterPacking`
   * sees the packed bytes; if it throws, the kernel must not be used any more.
   */
  loadDescription(scene: SceneDescription, afterPacking?: (bytes: Uint8Array) => void): LoadResult
  /**
   * Renders a region and returns its film, row by row, FILM_PIXEL_BYTES per pixel: a view into the kernel's own
   * memory, valid until the next call. `afterRow` is called with the number of rows done; if it throws, rendering
   * stops and the kernel can still be used.
   */
  renderTile(region: Region, frame: Frame, afterRow?: (rows: number) => void): Uint8Array
  /**
   * Features of a region's eye rays, FEATURE_PIXEL_BYTES per pixel: sums of albedo, shading normal and depth of the
   * first surface that is no smooth mirror or glass. A view like that of `renderTile`; it changes no film.
   */
  renderFeatures(region: Region, frame: Frame, afterRow?: (rows: number) => void): Uint8Array
  /** Rays traced so far. */
  rays(): number
}

/** The module's exports. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory
  reserveScene(bytes: number): number
  build(): number
  openFrame(width: number, height: number, bounces: number, clamp: number): void
  openTile(x0: number, y0: number, x1: number, y1: number): number
  renderRow(y: number, s0: number, s1: number): void
  openFeatures(x0: number, y0: number, x1: number, y1: number): number
  featureRow(y: number, s0: number, s1: number): void
  rays(): number
  nodes(): number
  leaves(): number
}

/** A new instance of the compiled module. `imports` is for what a meter may have added; the kernel has none. */
export function instantiateKernel(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports = {},
): PathTraceKernel {
  const { exports } = new WebAssembly.Instance(module, imports)
  return wrapKernel(exports as unknown as KernelExports)
}

/** The same for an instance made elsewhere. */
export function wrapKernel(kernel: KernelExports): PathTraceKernel {
  let triangles = 0
  const build = ({ layout }: CheckedScene, bytes: number): LoadResult => {
    if (kernel.build() === 0) return { kind: 'out-of-memory', bytes }
    triangles = layout.counts.triangles
    return { kind: 'loaded', triangles, nodes: kernel.nodes(), leaves: kernel.leaves() }
  }
  return {
    loadScene(bytes) {
      assert(triangles === 0, 'an instance loads one scene')
      const checked = checkScene(bytes)
      if (checked.kind === 'bad-scene') return checked
      const at = kernel.reserveScene(bytes.byteLength)
      if (at === 0) return { kind: 'out-of-memory', bytes: bytes.byteLength }
      new Uint8Array(kernel.memory.buffer, at >>> 0, bytes.byteLength).set(bytes)
      return build(checked, bytes.byteLength)
    },
    loadDescription(scene, afterPacking) {
      assert(triangles === 0, 'an instance loads one scene')
      const byteLength = packedBytes(scene)
      if (byteLength > SCENE_LIMITS.bytes)
        return { kind: 'bad-scene', reason: `longer than ${SCENE_LIMITS.bytes} bytes` }
      const at = kernel.reserveScene(byteLength)
      if (at === 0) return { kind: 'out-of-memory', bytes: byteLength }
      const bytes = packScene(scene, new Uint8Array(kernel.memory.buffer, at >>> 0, byteLength).fill(0))
      afterPacking?.(bytes)
      const checked = checkScene(bytes)
      return checked.kind === 'bad-scene' ? checked : build(checked, byteLength)
    },
    renderTile(region, frame, afterRow) {
      assert(triangles > 0, 'a scene is loaded before it is rendered')
      assertRegion(region, frame)
      const { x0, y0, x1, y1, s0, s1 } = region
      kernel.openFrame(frame.width, frame.height, frame.bounces, frame.clamp ?? 0)
      const film = kernel.openTile(x0, y0, x1, y1)
      assert(film !== 0, 'a film fits beside the scene')
      for (let y = y0; y < y1; y++) {
        kernel.renderRow(y, s0, s1)
        afterRow?.(y - y0 + 1)
      }
      return new Uint8Array(kernel.memory.buffer, film >>> 0, (x1 - x0) * (y1 - y0) * FILM_PIXEL_BYTES)
    },
    renderFeatures({ x0, y0, x1, y1, s0, s1 }, frame, afterRow) {
      assert(triangles > 0, 'a scene is loaded before its features are rendered')
      assertRegion({ x0, y0, x1, y1, s0, s1 }, frame)
      kernel.openFrame(frame.width, frame.height, frame.bounces, frame.clamp ?? 0)
      const film = kernel.openFeatures(x0, y0, x1, y1)
      assert(film !== 0, 'features fit beside the scene')
      for (let y = y0; y < y1; y++) {
        kernel.featureRow(y, s0, s1)
        afterRow?.(y - y0 + 1)
      }
      return new Uint8Array(kernel.memory.buffer, film >>> 0, (x1 - x0) * (y1 - y0) * FEATURE_PIXEL_BYTES)
    },
    rays: () => kernel.rays(),
  }
}

function assertRegion({ x0, y0, x1, y1, s0, s1 }: Region, { width, height, bounces }: Frame): void {
  const whole = [x0, y0, x1, y1, s0, s1, width, height, bounces].every((n) => Number.isInteger(n) && n >= 0)
  assert(whole, 'a region is of whole numbers')
  assert(Math.max(width, height) <= KERNEL_LIMITS.side, 'the image is within the limits')
  assert(x0 < x1 && x1 <= width && y0 < y1 && y1 <= height, 'a tile lies in its image')
  assert(s0 < s1 && s1 <= KERNEL_LIMITS.samples, 'a range of samples is within the limits')
  assert(bounces <= KERNEL_LIMITS.bounces, 'bounces are within the limits')
}
