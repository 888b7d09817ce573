import { beforeAll, describe, expect, it } from 'vitest'
import { compiledKernel, loadedKernel, radiance, wholeImage } from './compiled.ts'
import { joinScene, lookAt, material, sphere } from './sample-scenes.ts'
import type { MaterialDescription } from './scene.ts'
import { albedoTable } from './reference/albedo.ts'
import { cosineAt, GLASS_SIDES, glassAlbedoOf, indexAt } from './tables/glass-albedo.ts'
import { ALBEDO_SIDE, microfacetAlbedoOf } from './tables/microfacet-albedo.ts'
import { SHEEN_SIDE, sheenAlbedoOf } from './tables/sheen-albedo.ts'
import { glassAlbedo } from './reference/glass-albedo.ts'
import { sheenAlbedo } from './reference/sheen.ts'

let module: WebAssembly.Module
beforeAll(async () => {
  module = await compiledKernel()
})

const FRAME = { width: 16, height: 16, bounces: 64 }
const SAMPLES = 256
const ROUGHNESSES = [0.05, 0.15, 0.3, 0.45, 0.6, 0.8, 1]

/** Mean brightness of a white ball of many triangles in a white surrounding; the ball fills the picture. */
function furnace(changes: Partial<MaterialDescription>): number {
  const scene = joinScene([sphere([0, 0, 0], 1.2, 32, 0)], {
    materials: [material(changes)],
    camera: lookAt([0, 0, 4], [0, 0, 0], 0.5),
    environment: { kind: 'constant', radiance: [1, 1, 1] },
  })
  const film = loadedKernel(module, scene).renderTile(wholeImage(FRAME, SAMPLES), FRAME)
  const light = radiance(film, SAMPLES)
  return light.reduce((sum, x) => sum + x, 0) / light.length
}

/** Each lobe at a roughness, all white: what goes in must come out. */
const LOBES: Readonly<Record<string, (roughness: number) => Partial<MaterialDescription>>> = {
  diffuse: (roughness) => ({ ior: 1, roughness }),
  metal: (roughness) => ({ metallic: 1, roughness }),
  dielectric: (roughness) => ({ roughness }),
  'heavy dielectric': (roughness) => ({ roughness, ior: 2.2 }),
  'strong specular': (roughness) => ({ roughness, specularColor: [8, 8, 8] }),
  'weak specular': (roughness) => ({ roughness, specular: 0.4 }),
  'thin glass': (roughness) => ({ roughness, transmission: 1, thinWalled: true }),
  glass: (roughness) => ({ roughness, transmission: 1, thinWalled: false }),
  water: (roughness) => ({ roughness, transmission: 1, thinWalled: false, ior: 1.33 }),
  sapphire: (roughness) => ({ roughness, transmission: 1, thinWalled: false, ior: 1.77 }),
  'half glass': (roughness) => ({ roughness, transmission: 0.5, thinWalled: false }),
  leaf: (roughness) => ({ roughness, diffuseTransmission: 0.6 }),
  prism: (roughness) => ({ roughness, transmission: 1, thinWalled: false, dispersion: 2 }),
  'coat over diffuse': (roughness) => ({ ior: 1, clearcoat: 1, clearcoatRoughness: roughness }),
  'coat over metal': (roughness) => ({
    metallic: 1,
    roughness: 0.4,
    clearcoat: 0.8,
    clearcoatRoughness: roughness,
  }),
  'sheen over diffuse': (roughness) => ({ ior: 1, sheenColor: [1, 1, 1], sheenRoughness: roughness }),
  'coat over sheen over plastic': (roughness) => ({
    roughness: 0.5,
    sheenColor: [0.7, 0.7, 0.7],
    sheenRoughness: roughness,
    clearcoat: 0.6,
    clearcoatRoughness: roughness,
  }),
}

describe('a white ball in a white surrounding is as bright as it, within 1 %, of', () => {
  it.each(Object.keys(LOBES))('%s, at any roughness', (name) => {
    for (const roughness of ROUGHNESSES) {
      const brightness = furnace(LOBES[name]!(roughness))
      expect([roughness, Math.abs(brightness - 1) < 0.01 ? 1 : brightness]).toEqual([roughness, 1])
    }
  })
})

it('a brushed white metal keeps its light within 2.5 %, by the roughness between that along and across', () => {
  for (const roughness of ROUGHNESSES) {
    const brightness = furnace({ metallic: 1, roughness, anisotropy: 0.7 })
    expect([roughness, Math.abs(brightness - 1) < 0.025 ? 1 : brightness]).toEqual([roughness, 1])
  }
})

describe('the tables are what their formulas give', () => {
  it('of microfacets', () => {
    const table = albedoTable()
    for (const row of [1, 7, 15, 31]) {
      for (const column of [2, 9, 30]) {
        const [cosine, roughness] = [((column + 0.5) / ALBEDO_SIDE) ** 2, row / (ALBEDO_SIDE - 1)]
        const [a, b] = microfacetAlbedoOf(cosine, roughness)
        expect(table(cosine, roughness)[0]).toBeCloseTo(a, 3)
        expect(table(cosine, roughness)[1]).toBeCloseTo(b, 3)
      }
    }
  })

  it('of sheens', () => {
    for (const row of [3, 11, 20, 31]) {
      for (const column of [1, 7, 18, 29]) {
        const [cosine, roughness] = [((column + 0.5) / SHEEN_SIDE) ** 2, row / (SHEEN_SIDE - 1)]
        // Three digits of 4: half a step is 0.0005.
        expect(Math.abs(sheenAlbedo(cosine, roughness) - sheenAlbedoOf(cosine, roughness))).toBeLessThan(1e-3)
      }
    }
  })

  it('of rough glass, from outside and from inside', () => {
    for (const place of [3, 5, 8]) {
      for (const [column, row] of [
        [1, 3],
        [7, 9],
        [16, 15],
      ] as const) {
        const roughness = row / (GLASS_SIDES.roughness - 1)
        const cosine = cosineAt(column / (GLASS_SIDES.cosine - 1), roughness)
        const index = indexAt(place / (GLASS_SIDES.index - 1))
        for (const inside of [false, true]) {
          const expected = glassAlbedoOf(cosine, roughness, inside ? 1 / index : index)
          expect(glassAlbedo(cosine, roughness, index, inside)).toBeCloseTo(expected, 3)
        }
      }
    }
  })
})
