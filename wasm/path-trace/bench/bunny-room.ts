/** The scene of the bench: a Cornell box with two Stanford bunnies, smooth normals, a texture, metal and plastic. */
import { cells, positions } from 'bunny'
import { checkerboard, joinScene, lookAt, material, quad, type MeshPart } from '../sample-scenes.ts'
import type { SceneDescription, Vector3 } from '../scene.ts'

/** Linear sRGB radiance of the lamp. */
export const LAMP_RADIANCE = 14

/** 7,366 triangles in a box of two metres. */
export function bunnyRoom(): SceneDescription {
  const none = { baseColor: -1, metallicRoughness: -1, normal: -1, emissive: -1, transmission: -1 }
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
      bunny([-0.45, -1, -0.2], 0.085, 4),
      bunny([0.45, -1, 0.25], 0.075, 5),
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

/** One bunny that stands at a place, with normals averaged over its faces by area. */
function bunny(at: Vector3, scale: number, materialIndex: number): MeshPart {
  const points = positions.flatMap(([x, y, z]) => [at[0] + x * scale, at[1] + y * scale, at[2] + z * scale])
  const normals = new Array<number>(points.length).fill(0)
  const point = (i: number): Vector3 => [points[i * 3] ?? 0, points[i * 3 + 1] ?? 0, points[i * 3 + 2] ?? 0]
  for (const cell of cells) {
    const [a, b, c] = [point(cell[0]), point(cell[1]), point(cell[2])]
    const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]] as const
    const v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]] as const
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
    for (const i of cell) normal.forEach((x, k) => (normals[i * 3 + k] = (normals[i * 3 + k] ?? 0) + x))
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(...normals.slice(i, i + 3))
    for (let k = 0; k < 3; k++) normals[i + k] = (normals[i + k] ?? 0) / length
  }
  const count = positions.length
  return {
    positions: points,
    normals,
    tangents: new Array<number>(count * 4).fill(0),
    uvs: new Array<number>(count * 2).fill(0),
    indices: cells.flat(),
    material: materialIndex,
  }
}
