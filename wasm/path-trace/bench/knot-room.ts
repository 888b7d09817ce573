/** The scene of the bench: a Cornell box with two trefoil knots, smooth normals, a texture, metal and plastic. */
import { checkerboard, joinScene, lookAt, material, quad, type MeshPart } from '../sample-scenes.ts'
import type { SceneDescription, Vector3 } from '../scene.ts'
import { trefoilMesh } from '../trefoil.ts'
import { NO_TEXTURES } from '../scene-material.ts'

/** Linear sRGB radiance of the lamp. */
export const LAMP_RADIANCE = 14

/** Ellipses of a knot, and points of each: 3,672 triangles. */
const KNOT_RINGS = 102
const KNOT_SIDES = 18

/** 7,362 triangles in a box of two metres. */
export function knotRoom(): SceneDescription {
  const none = NO_TEXTURES
  return joinScene(
    [
      quad([-1, -1, 1], [2, 0, 0], [0, 0, -2], 3),
      // The ceiling leaves a hole that the lamp fills: no gap above it in which light is caught.
      quad([-1, 1, -1], [2, 0, 0], [0, 0, 0.7], 0),
      quad([-1, 1, 0.3], [2, 0, 0], [0, 0, 0.7], 0),
      quad([-1, 1, -0.3], [0.7, 0, 0], [0, 0, 0.6], 0),
      quad([0.3, 1, -0.3], [0.7, 0, 0], [0, 0, 0.6], 0),
      quad([-1, -1, -1], [2, 0, 0], [0, 2, 0], 0),
      quad([-1, -1, 1], [0, 0, -2], [0, 2, 0], 1),
      quad([1, -1, -1], [0, 0, 2], [0, 2, 0], 2),
      quad([-0.3, 1, -0.3], [0.6, 0, 0], [0, 0, 0.6], 6),
      knot([-0.42, -1, -0.3], 0.84, 4),
      knot([0.45, -1, 0.25], 0.74, 5),
    ],
    {
      materials: [
        material({ baseColor: [0.73, 0.73, 0.73] }),
        material({ baseColor: [0.63, 0.06, 0.05] }),
        material({ baseColor: [0.12, 0.45, 0.09] }),
        material({ textures: { ...none, baseColor: 0 } }),
        material({ baseColor: [0.95, 0.75, 0.4], metallic: 1, roughness: 0.35 }),
        material({ baseColor: [0.6, 0.65, 0.8], roughness: 0.4 }),
        material({ baseColor: [0, 0, 0], emissive: [LAMP_RADIANCE, LAMP_RADIANCE, LAMP_RADIANCE] }),
      ],
      textures: [checkerboard(16, [0.87, 0.87, 0.87], [0.5, 0.5, 0.5])],
      camera: lookAt([0, 0, 3.4], [0, 0, 0], 0.66),
    },
  )
}

/** One knot that stands at a place, so many metres high. */
function knot(at: Vector3, height: number, materialIndex: number): MeshPart {
  const { points, normals, triangles } = trefoilMesh(KNOT_RINGS, KNOT_SIDES)
  return {
    positions: points.flatMap((point) => point.map((x, k) => (at[k] ?? 0) + x * height)),
    normals: normals.flat(),
    tangents: new Array<number>(points.length * 4).fill(0),
    uvs: new Array<number>(points.length * 2).fill(0),
    indices: triangles.flat(),
    material: materialIndex,
  }
}
