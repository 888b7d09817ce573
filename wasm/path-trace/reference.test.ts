import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, wholeImage } from './compiled.ts'
import type { Frame } from './kernel.ts'
import { createReference } from './reference.ts'
import { albedoTable } from './reference/albedo.ts'
import { exp2Of, log2Of, powerOf, sineCosineOfTurn, turnOf } from './reference/functions.ts'
import { drawBlock } from './reference/sampler.ts'
import {
  checkerboard,
  cloudScene,
  joinScene,
  lookAt,
  material,
  quad,
  sampleScene,
  sphere,
} from './sample-scenes.ts'
import { NO_LAYERS } from './scene-material.ts'
import type { CameraDescription } from './scene-camera.ts'
import type { SceneDescription, TextureDescription } from './scene.ts'

const ALBEDOS = albedoTable()
const CORE_TEXTURES = { baseColor: -1, metallicRoughness: -1, normal: -1, emissive: -1, transmission: -1 }
let module: WebAssembly.Module
beforeAll(async () => {
  module = await compiledKernel()
})

/** A texture with an alpha of its own in each texel. */
function faded(texture: TextureDescription): TextureDescription {
  texture.rgba.forEach((_, i) => {
    if (i % 4 === 3) texture.rgba[i] = 40 + ((i * 37) % 200)
  })
  return texture
}

/** Films of the kernel and of the reference; they must be the same numbers, and not only zeros. */
function expectSameFilm(scene: SceneDescription, frame: Frame, samples: number): void {
  const region = wholeImage(frame, samples)
  const film = loadedKernel(module, scene).renderTile(region, frame)
  const kernel = new BigInt64Array(film.slice().buffer)
  expect(kernel.some((sum) => sum > 0n)).toBe(true)
  expect(kernel).toEqual(createReference(scene, ALBEDOS).renderTile(region, frame))
}

describe('the kernel and the TypeScript reference give the same bits for', () => {
  it('a room with every material, texture and light', () => {
    expectSameFilm(sampleScene(), { width: 20, height: 15, bounces: 5 }, 4)
  })

  it('a clamped film', () => {
    expectSameFilm(sampleScene(), { width: 12, height: 9, bounces: 3, clamp: 0.5 }, 2)
  })

  it('a cloud of triangles of all sizes, through a deep tree', () => {
    const scene = cloudScene(400, (i) => 4 ** -(i % 5))
    expectSameFilm(scene, { width: 16, height: 12, bounces: 3 }, 2)
  })

  it('triangles that lie in each other, where only their order can decide', () => {
    const materials = [0, 1, 2].map((k) =>
      material({ emissive: [k === 0 ? 1 : 0, k === 1 ? 1 : 0, k === 2 ? 1 : 0] }),
    )
    const sheets = [2, 0, 1].map((k) => quad([-1, -1, 0], [2, 0, 0], [0, 2, 0], k))
    const scene = joinScene(sheets, { materials, camera: lookAt([0, 0, 3], [0, 0, 0], 0.5) })
    expectSameFilm(scene, { width: 8, height: 8, bounces: 1 }, 2)
  })

  it('any mixture of materials, lights and cameras', () => {
    const factor = fc.float({ min: 0, max: 1, noNaN: true })
    const color = fc.tuple(factor, factor, factor)
    const layers = fc.record({
      specular: factor,
      specularColor: fc.tuple(factor, factor, fc.float({ min: 0, max: 40, noNaN: true })),
      clearcoat: fc.oneof(fc.constant(0), factor),
      clearcoatRoughness: factor,
      clearcoatNormalScale: factor,
      sheenColor: fc.oneof(fc.constant([0, 0, 0] as const), color),
      sheenRoughness: factor,
      diffuseTransmission: fc.oneof(fc.constant(0), factor),
      diffuseTransmissionColor: color,
      anisotropy: fc.oneof(fc.constant(0), factor),
      anisotropyDirection: fc.constantFrom([1, 0] as const, [0.6, -0.8] as const),
      dispersion: fc.oneof(fc.constant(0), fc.float({ min: 0, max: 3, noNaN: true })),
    })
    const surface = fc.record({
      baseColor: color,
      metallic: factor,
      roughness: factor,
      transmission: fc.oneof(fc.constant(0), factor),
      ior: fc.float({ min: 1, max: 3, noNaN: true }),
      thinWalled: fc.boolean(),
      attenuationColor: color,
      attenuationDistance: factor,
      alpha: factor,
      alphaMode: fc.constantFrom('opaque' as const, 'mask' as const, 'blend' as const),
      normalScale: factor,
      normal: fc.constantFrom(-1, 0),
      metallicRoughness: fc.constantFrom(-1, 1),
      layers: fc.option(layers, { nil: NO_LAYERS }),
      layerTextures: fc.record({
        specular: fc.constantFrom(-1, 2),
        specularColor: fc.constantFrom(-1, 2),
        clearcoat: fc.constantFrom(-1, 2),
        clearcoatRoughness: fc.constantFrom(-1, 1),
        clearcoatNormal: fc.constantFrom(-1, 0),
        sheenColor: fc.constantFrom(-1, 2),
        sheenRoughness: fc.constantFrom(-1, 2),
        diffuseTransmission: fc.constantFrom(-1, 2),
        anisotropy: fc.constantFrom(-1, 2),
        diffuseTransmissionColor: fc.constantFrom(-1, 2),
      }),
    })
    const scale = fc.float({ min: -3, max: 3, noNaN: true })
    const recipe = fc.record({
      ball: surface,
      floor: surface,
      colored: fc.boolean(),
      orthographic: fc.boolean(),
      sky: fc.boolean(),
      lamp: fc.boolean(),
      transform: fc.tuple(scale, scale, scale, scale, scale, scale),
    })
    fc.assert(
      fc.property(recipe, ({ ball, floor, colored, orthographic, sky, lamp, transform }) => {
        const [first, second] = [ball, floor].map(
          ({ normal, metallicRoughness, layers: own, layerTextures, ...rest }) =>
            material({
              ...rest,
              ...own,
              textures: { ...layerTextures, ...CORE_TEXTURES, metallicRoughness, normal },
            }),
        ) as [ReturnType<typeof material>, ReturnType<typeof material>]
        const perspective = lookAt([0.5, 1, 3], [0, 0, 0], 0.9)
        const flat: CameraDescription = {
          ...perspective,
          projection: { kind: 'orthographic', xmag: 1.5, ymag: 1 },
        }
        const parts = [
          quad([-2, -1, 2], [4, 0, 0], [0, 0, -4], 1),
          sphere([0, 0, 0], 0.9, 4, 0),
          quad([-0.4, 2, -0.4], [0.8, 0, 0], [0, 0, 0.8], 2),
        ]
        const pixels = new Float32Array(6 * 3 * 3).map((_, i) => (i % 5) * 0.4)
        const scene = joinScene(parts, {
          materials: [
            first,
            second,
            material({ emissive: lamp ? [9, 8, 7] : [0, 0, 0], clearcoat: 0.7, coloredEmission: true }),
          ],
          textures: [
            checkerboard(4, [0.5, 0.5, 1], [0.8, 0.3, 0.8], { srgb: false }),
            checkerboard(3, [0, 0.4, 0.9], [0, 1, 0.2], { srgb: false, wrapU: 'mirror' }),
            faded(checkerboard(4, [0.9, 0.4, 0.1], [0.2, 1, 0.7], { transform })),
          ],
          camera: orthographic ? flat : perspective,
          lights: [{ kind: 'point', position: [1, 2, 2], intensity: [5, 5, 5], range: 0 }],
          environment: sky
            ? { kind: 'map', width: 6, height: 3, pixels }
            : { kind: 'constant', radiance: [0.3, 0.4, 0.5] },
        })
        const vertices = scene.positions.length / 3
        const colors = new Float32Array(colored ? vertices * 4 : 0).map((_, i) => 0.4 + (i % 7) * 0.08)
        expectSameFilm({ ...scene, colors }, { width: 8, height: 6, bounces: 4 }, 2)
      }),
      { numRuns: 40, seed: 20261121 },
    )
  })
})

describe('the functions that replace the machine’s own are as good', () => {
  it('sine, cosine and angle', () => {
    for (let i = 0; i < 4096; i++) {
      const turn = i / 4096
      const [sine, cosine] = sineCosineOfTurn(turn)
      expect(Math.abs(sine - Math.sin(turn * 2 * Math.PI))).toBeLessThan(1e-6)
      expect(Math.abs(cosine - Math.cos(turn * 2 * Math.PI))).toBeLessThan(1e-6)
      const signed = turn < 0.5 ? turn : turn - 1
      const angle = turnOf(Math.sin(turn * 2 * Math.PI), Math.cos(turn * 2 * Math.PI))
      expect(Math.abs(Math.abs(angle - signed) - (turn === 0.5 ? 1 : 0))).toBeLessThan(1e-6)
    }
  })

  it('logarithm, exponential and power', () => {
    const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(positive, fc.double({ min: -20, max: 20, noNaN: true }), (x, y) => {
        expect(Math.abs(log2Of(x) - Math.log2(x))).toBeLessThan(1e-13)
        expect(exp2Of(y) / 2 ** y).toBeCloseTo(1, 12)
        expect(powerOf(x, y) / x ** y).toBeCloseTo(1, 9)
      }),
    )
    expect(powerOf(0, 0)).toBe(1)
    expect(powerOf(0, 2)).toBe(0)
    expect(powerOf(1e-9, 1e9)).toBe(0)
  })
})

describe('random numbers', () => {
  it('are stratified: 64 samples fill every elementary interval of 1/64 of each pair, once', () => {
    const points = Array.from({ length: 64 }, (_, s) => drawBlock(77, s, 3).r)
    for (const [a, b] of [
      [0, 1],
      [2, 3],
    ] as const) {
      for (let bits = 0; bits <= 6; bits++) {
        const cells = points.map(
          (r) => Math.floor(r[a] * 2 ** bits) * 64 + Math.floor(r[b] * 2 ** (6 - bits)),
        )
        expect(new Set(cells).size).toBe(64)
      }
    }
  })

  it('differ between pixels, blocks and salts, and are below 1', () => {
    const blocks = [drawBlock(1, 0, 0), drawBlock(2, 0, 0), drawBlock(1, 0, 1)]
    const numbers = blocks.flatMap((block) => [...block.r, block.hashed(0), block.hashed(1)])
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const x of numbers) expect(x >= 0 && x < 1).toBe(true)
  })
})
