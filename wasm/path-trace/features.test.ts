import { beforeAll, describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, wholeImage } from './compiled.ts'
import { FEATURE_PIXEL_BYTES, type Frame } from './kernel.ts'
import { createReference } from './reference.ts'
import { albedoTable } from './reference/albedo.ts'
import { joinScene, lookAt, material, quad, sampleScene, sphere } from './sample-scenes.ts'
import type { MaterialDescription, SceneDescription } from './scene.ts'

const ALBEDOS = albedoTable()
const VALUES = FEATURE_PIXEL_BYTES / 8
let modules: WebAssembly.Module[]
beforeAll(async () => {
  modules = [await compiledKernel(), await compiledKernel('path-trace.scalar')]
})

function sumsOf(film: Uint8Array): BigInt64Array {
  return new BigInt64Array(film.slice().buffer)
}

/** A red wall of normal +z, three metres from the eye and behind a pane at one, or seen in it. */
function behind(pane: Partial<MaterialDescription>): SceneDescription {
  return joinScene(
    [quad([-9, -9, -2], [18, 0, 0], [0, 18, 0], 0), quad([-9, -9, 0], [18, 0, 0], [0, 18, 0], 1)],
    {
      materials: [material({ baseColor: [0.5, 0.25, 0.125] }), material({ roughness: 0, ...pane })],
      camera: lookAt([0, 0, 1], [0, 0, 0], 0.02),
    },
  )
}

/** Mean features of the only pixel of a small picture. */
function featuresOf(scene: SceneDescription): number[] {
  const frame = { width: 1, height: 1, bounces: 0 }
  const [module] = modules
  const film = loadedKernel(module!, scene).renderFeatures(wholeImage(frame, 4), frame)
  return Array.from(sumsOf(film), (sum) => Number(sum) / 2 ** 24 / 4)
}

function expectFeatures(seen: number[], expected: number[]): void {
  expected.forEach((value, i) => expect(seen[i]).toBeCloseTo(value, 2))
}

describe('features', () => {
  it('have the same bits in both kernels and the reference, through smooth glass and mirrors too', () => {
    const frame: Frame = { width: 20, height: 15, bounces: 2 }
    const smooth = joinScene(
      [
        quad([-2, -1, 2], [4, 0, 0], [0, 0, -4], 0),
        sphere([-0.7, -0.3, 0], 0.7, 6, 1),
        sphere([0.7, -0.3, 0.3], 0.7, 6, 2),
        quad([-1.5, -1, 1.2], [1, 0, 0], [0, 0.6, 0], 3),
        quad([-0.5, 1.8, -0.5], [1, 0, 0], [0, 0, 1], 4),
      ],
      {
        materials: [
          material({ baseColor: [0.9, 0.5, 0.2] }),
          material({ metallic: 1, roughness: 0.05, baseColor: [0.9, 0.8, 0.7] }),
          material({ transmission: 1, roughness: 0, thinWalled: false }),
          material({ transmission: 1, roughness: 0, baseColor: [0.7, 0.9, 0.9] }),
          material({ emissive: [5, 0.5, 0.2], doubleSided: false }),
        ],
        camera: lookAt([0, 0.6, 4], [0, -0.2, 0], 0.8),
        environment: { kind: 'constant', radiance: [0.3, 0.6, 2] },
      },
    )
    for (const scene of [smooth, sampleScene()]) {
      const region = wholeImage(frame, 2)
      const expected = createReference(scene, ALBEDOS).renderFeatures(region, frame)
      expect(expected.some((sum) => sum < 0n)).toBe(true)
      for (const module of modules)
        expect(sumsOf(loadedKernel(module, scene).renderFeatures(region, frame))).toEqual(expected)
    }
  })

  it('add up to the same bits from tiles and ranges of samples, and leave the film as it is', () => {
    const frame: Frame = { width: 12, height: 9, bounces: 2 }
    const kernel = loadedKernel(modules[0]!, sampleScene())
    const whole = sumsOf(kernel.renderFeatures(wholeImage(frame, 5), frame))
    const picture = sumsOf(kernel.renderTile(wholeImage(frame, 5), frame))
    const sum = new BigInt64Array(whole.length)
    for (const [y0, y1, s0, s1] of [
      [0, 4, 2, 5],
      [4, 9, 0, 3],
      [4, 9, 3, 5],
      [0, 4, 0, 2],
    ] as const) {
      const part = sumsOf(kernel.renderFeatures({ x0: 0, x1: 12, y0, y1, s0, s1 }, frame))
      part.forEach((value, i) => (sum[y0 * 12 * VALUES + i]! += value))
    }
    expect(sum).toEqual(whole)
    expect(sumsOf(kernel.renderTile(wholeImage(frame, 5), frame))).toEqual(picture)
  })

  it('are those of the first rough surface: before, behind smooth glass, and in a mirror', () => {
    expectFeatures(
      featuresOf(behind({ roughness: 0.5, baseColor: [0.1, 0.2, 0.3] })),
      [0.1, 0.2, 0.3, 0, 0, 1, 1],
    )
    expectFeatures(featuresOf(behind({ transmission: 1 })), [0.5, 0.25, 0.125, 0, 0, 1, 3])
    expectFeatures(featuresOf(behind({ transmission: 1, roughness: 0.5 })), [1, 1, 1, 0, 0, 1, 1])
    // The mirror shows the black sky behind the eye.
    expectFeatures(featuresOf(behind({ metallic: 1 })), [0, 0, 0, 0, 0, 0, 0])
  })
})
