import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, radiance, wholeImage } from './compiled.ts'
import {
  FILM_PIXEL_BYTES,
  instantiateKernel,
  wrapKernel,
  type Frame,
  type KernelExports,
  type PathTraceKernel,
  type Region,
} from './kernel.ts'
import { cloudScene, joinScene, lookAt, material, quad, sampleScene } from './sample-scenes.ts'
import type { CameraDescription } from './scene-camera.ts'
import { packScene, type SceneDescription } from './scene.ts'

const frame = { width: 24, height: 18, bounces: 5 }
const samples = 8

let module: WebAssembly.Module
let kernel: PathTraceKernel
let whole: BigInt64Array

beforeAll(async () => {
  module = await compiledKernel()
  kernel = loadedKernel(module, sampleScene())
  whole = sumsOf(kernel.renderTile(wholeImage(frame, samples), frame))
})

function sumsOf(film: Uint8Array): BigInt64Array {
  return new BigInt64Array(film.slice().buffer)
}

/** Adds a region's film into a film of the whole image. */
function merge(into: BigInt64Array, film: Uint8Array, { x0, y0, x1, y1 }: Region): void {
  const sums = sumsOf(film)
  for (let y = y0; y < y1; y++) {
    for (let i = 0; i < (x1 - x0) * 3; i++)
      into[(y * frame.width + x0) * 3 + i]! += sums[(y - y0) * (x1 - x0) * 3 + i]!
  }
}

describe('a film', () => {
  it('is not black, and the same every time', () => {
    expect(whole.some((sum) => sum > 0n)).toBe(true)
    expect(sumsOf(kernel.renderTile(wholeImage(frame, samples), frame))).toEqual(whole)
  })

  it('has the same bits however tiles and samples are split, in any order, on any instance', () => {
    const cuts = (end: number) => fc.uniqueArray(fc.integer({ min: 1, max: end - 1 }), { maxLength: 3 })
    const split = fc.record({
      xs: cuts(frame.width),
      ys: cuts(frame.height),
      ss: cuts(samples),
      seed: fc.nat(),
    })
    const others = [loadedKernel(module, sampleScene()), kernel]
    fc.assert(
      fc.property(split, ({ xs, ys, ss, seed }) => {
        const ranges = (points: number[], end: number) => {
          const all = [0, ...points.sort((a, b) => a - b), end]
          return all.slice(1).map((to, i) => [all[i]!, to] as const)
        }
        const regions = ranges(xs, frame.width).flatMap(([x0, x1]) =>
          ranges(ys, frame.height).flatMap(([y0, y1]) =>
            ranges(ss, samples).map(([s0, s1]): Region => ({ x0, y0, x1, y1, s0, s1 })),
          ),
        )
        regions.sort(
          (a, b) => ((a.x0 * 7 + a.y0 * 3 + a.s0 + seed) % 11) - ((b.x0 * 7 + b.y0 * 3 + b.s0 + seed) % 11),
        )
        const merged = new BigInt64Array(whole.length)
        regions.forEach((region, i) =>
          merge(merged, others[(i + seed) % 2]!.renderTile(region, frame), region),
        )
        expect(merged).toEqual(whole)
      }),
      { numRuns: 12 },
    )
  })

  it('has the same bits without SIMD', async () => {
    const scalar = loadedKernel(await compiledKernel('path-trace.scalar'), sampleScene())
    expect(sumsOf(scalar.renderTile(wholeImage(frame, samples), frame))).toEqual(whole)
  })

  it('tells of every row, and survives a caller who stops it', () => {
    const rows: number[] = []
    kernel.renderTile({ ...wholeImage(frame, 1), y1: 3 }, frame, (done) => rows.push(done))
    expect(rows).toEqual([1, 2, 3])
    const stop = () => {
      throw new Error('enough')
    }
    expect(() => kernel.renderTile(wholeImage(frame, 1), frame, stop)).toThrow('enough')
    expect(sumsOf(kernel.renderTile(wholeImage(frame, samples), frame))).toEqual(whole)
  })

  it('is a view of as many bytes as the tile has pixels', () => {
    const film = kernel.renderTile({ x0: 2, y0: 3, x1: 7, y1: 5, s0: 0, s1: 1 }, frame)
    expect(film.byteLength).toBe(5 * 2 * FILM_PIXEL_BYTES)
  })

  it('has all of its direct light whatever the clamp, and of the indirect light no more than that', () => {
    const of = (changes: Partial<Frame>) =>
      radiance(kernel.renderTile(wholeImage(frame, 1), { ...frame, ...changes }), 1)
    const direct = of({ bounces: 0 })
    expect(of({ bounces: 0, clamp: 0.25 })).toEqual(direct)
    expect(Math.max(...direct)).toBeGreaterThan(1)
    const indirect = of({ clamp: 0.25 }).map((light, i) => light - direct[i]!)
    // A film's sums are of a 16-millionth.
    expect(Math.max(...indirect)).toBeLessThanOrEqual(0.25 + 1e-6)
    expect(Math.max(...indirect)).toBeGreaterThan(0.2)
    expect(Math.min(...indirect)).toBeGreaterThan(-1e-6)
  })

  it('shows a lamp as bright as it is, in sight and in a mirror, however little is let through', () => {
    const lamp = material({ baseColor: [0, 0, 0], emissive: [15, 15, 15] })
    const mirror = material({ metallic: 1, roughness: 0 })
    const sheets = [quad([-2, -2, -1], [4, 0, 0], [0, 4, 0], 1), quad([1, -1, 3], [-2, 0, 0], [0, 2, 0], 0)]
    const materials = [lamp, mirror]
    const small = { width: 4, height: 4, bounces: 3 }
    const film = (camera: CameraDescription, clamp?: number) => {
      const cut = { ...small, ...(clamp === undefined ? {} : { clamp }) }
      const lit = loadedKernel(module, joinScene(sheets, { materials, camera }))
      return radiance(lit.renderTile(wholeImage(small, 4), cut), 4)
    }
    const inSight = lookAt([0, 0, 2], [0, 0, 3], 0.3)
    const inMirror = lookAt([0, 0, 2], [0, 0, -1], 0.3)
    expect(Math.min(...film(inSight, 0.1))).toBeCloseTo(15)
    expect(film(inMirror, 0.1)).toEqual(film(inMirror))
    expect(Math.min(...film(inMirror))).toBeGreaterThan(5)
  })
})

describe('a damaged scene', () => {
  it('is refused, or renders without leaving the kernel', () => {
    const packed = packScene(sampleScene())
    const damage = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = packed.slice()
        for (const [place, value] of changes) bytes[place] = value
        const victim = instantiateKernel(module)
        const loaded = victim.loadScene(bytes)
        if (loaded.kind !== 'loaded') return
        const small = { width: 6, height: 4, bounces: 3 }
        expect(victim.renderTile(wholeImage(small, 1), small).byteLength).toBe(24 * FILM_PIXEL_BYTES)
      }),
      { numRuns: 150 },
    )
  })
})

describe('a scene made to be hard', () => {
  const cases: [string, (i: number) => readonly number[]][] = [
    ['all triangles in one place', () => [0, 0, 0, 1, 0, 0, 0, 1, 0]],
    ['no triangle has an area', () => [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [
      'each is half as far away as the last',
      (i) => [0, 1, 2].flatMap((k) => [0, 1, 2].map((a) => 1e9 * 2 ** -(i % 90) * (k === a ? 1 : 0.5))),
    ],
    [
      'all are too small for their products',
      (i) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((k) => ((i * 7 + k * 3) % 11) * 1e-25),
    ],
  ]
  it.each(cases)('builds and renders: %s', (_name, triangle) => {
    const base = cloudScene(4000, () => 1)
    const scene = {
      ...base,
      positions: new Float32Array(Array.from({ length: 4000 }, (_, i) => triangle(i)).flat()),
    }
    const film = loadedKernel(module, scene).renderTile(wholeImage(frame, 1), frame)
    expect(Math.min(...radiance(film, 1))).toBeGreaterThanOrEqual(0)
  })
})

describe('the memory of a large mesh', () => {
  it('is at most 165 bytes a triangle while the tree is built, its packed form included', async () => {
    const side = 250
    const packed = packScene(waves(side))
    for (const name of ['path-trace', 'path-trace.scalar'] as const) {
      const { exports } = new WebAssembly.Instance(await compiledKernel(name))
      const raw = exports as unknown as KernelExports
      expect(wrapKernel(raw).loadScene(packed)).toMatchObject({ kind: 'loaded', triangles: 2 * side * side })
      expect(raw.memory.buffer.byteLength / (2 * side * side)).toBeLessThan(165)
    }
  })
})

/** A sheet of `side` × `side` squares in waves, two triangles each: about what a scan or a sculpture is. */
function waves(side: number): SceneDescription {
  const across = Array.from({ length: side + 1 }, (_, i) => i)
  const height = (x: number, y: number) => 0.05 * Math.sin((40 * x) / side) * Math.cos((33 * y) / side)
  const positions = across.flatMap((y) => across.flatMap((x) => [x / side, height(x, y), y / side]))
  const squares = across.slice(0, side).flatMap((y) => across.slice(0, side).map((x) => y * (side + 1) + x))
  const indices = squares.flatMap((a) => [a, a + side + 1, a + 1, a + 1, a + side + 1, a + side + 2])
  return {
    ...sampleScene(),
    positions: new Float32Array(positions),
    normals: new Float32Array(positions.length),
    tangents: new Float32Array(),
    colors: new Float32Array(),
    uvs: new Float32Array(),
    indices: new Uint32Array(indices),
    triangleMaterials: new Uint32Array(indices.length / 3),
    materials: [material()],
  }
}
