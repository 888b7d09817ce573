import { joinScene, lookAt, material, quad, sphere } from '../../../../../wasm/path-trace/sample-scenes.ts'
import type { SceneDescription } from '../../../../../wasm/path-trace/scene.ts'

/** Rings of each ball: 7,500 triangles in all, as many as two Stanford bunnies of the low resolution. */
const RINGS = 44

/**
 * The scene that a machine's speed is measured on: a Cornell box of 2 × 2 × 2 metres with a lamp, a rough and a
 * metal ball. Built in a few milliseconds, without a file.
 */
export function measureScene(): SceneDescription {
  const materials = [
    material({ baseColor: [0.73, 0.73, 0.73] }),
    material({ baseColor: [0.65, 0.05, 0.05] }),
    material({ baseColor: [0.12, 0.45, 0.15] }),
    material({ baseColor: [0, 0, 0], emissive: [15, 14, 12], doubleSided: false }),
    material({ baseColor: [0.9, 0.7, 0.4], metallic: 1, roughness: 0.3 }),
  ]
  const [white, red, green, lamp, metal] = [0, 1, 2, 3, 4] as const
  const parts = [
    quad([-1, -1, 1], [2, 0, 0], [0, 0, -2], white),
    quad([-1, 1, -1], [2, 0, 0], [0, 0, 2], white),
    quad([-1, -1, -1], [2, 0, 0], [0, 2, 0], white),
    quad([-1, -1, 1], [0, 0, -2], [0, 2, 0], red),
    quad([1, -1, -1], [0, 0, 2], [0, 2, 0], green),
    quad([-0.3, 0.99, -0.3], [0.6, 0, 0], [0, 0, 0.6], lamp),
    sphere([-0.4, -0.6, -0.3], 0.4, RINGS, white),
    sphere([0.4, -0.6, 0.2], 0.4, RINGS, metal),
  ]
  return joinScene(parts, { materials, camera: lookAt([0, 0, 3.6], [0, 0, 0], 0.66) })
}
