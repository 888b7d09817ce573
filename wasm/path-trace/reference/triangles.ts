/** Triangles and what rays meet of them: every ray is tested against every triangle. */
import type { SceneDescription } from '../scene.ts'
import { add, blendNumbers, cross, div, dot, float, minus, mul, negate, scale, type Vector } from './float.ts'
import { readTexture } from './texture.ts'
import type { Block } from './sampler.ts'

/** A triangle with what the kernel derives from it. */
export interface Triangle {
  readonly index: number
  /** Numbers of its vertices. */
  readonly vertices: readonly [number, number, number]
  readonly corners: readonly [Vector, Vector, Vector]
  /** Unit vertex normals. */
  readonly normals: readonly [Vector, Vector, Vector]
  readonly geometric: Vector
  readonly smooth: boolean
  readonly area: number
  readonly material: number
  /** Woop's rows: u, v, w and their offsets. */
  readonly rows: readonly (readonly [Vector, number])[]
}

/** Where a ray met a triangle. */
export interface Hit {
  readonly triangle: Triangle
  readonly distance: number
  readonly u: number
  readonly v: number
}

export const SALT_CLOSEST = 0x5bd1e995
export const SALT_SHADOW = 0x1b873593

/** Element i of an array of vectors. */
export function vectorAt(array: Float32Array, i: number, stride = 3): Vector {
  return [array[i * stride] ?? NaN, array[i * stride + 1] ?? NaN, array[i * stride + 2] ?? NaN]
}

/** All triangles of a scene. */
export function trianglesOf(scene: SceneDescription): Triangle[] {
  return Array.from(scene.triangleMaterials, (material, index) => {
    const vertices = [0, 1, 2].map((k) => scene.indices[index * 3 + k] ?? 0) as [number, number, number]
    const corners = vertices.map((v) => vectorAt(scene.positions, v)) as [Vector, Vector, Vector]
    const a = minus(corners[1], corners[0])
    const b = minus(corners[2], corners[0])
    const n = cross(a, b)
    const square = dot(n, n)
    const length = float(Math.sqrt(square))
    const geometric = scale(n, length > 0 ? div(1, length) : 0)
    const normals = vertices.map((v) => {
      const given = vectorAt(scene.normals, v)
      const size = float(Math.sqrt(dot(given, given)))
      return size > 0 ? scale(given, div(1, size)) : geometric
    }) as [Vector, Vector, Vector]
    const inverse = square > 0 ? div(1, square) : 0
    const row = (direction: Vector): readonly [Vector, number] => [direction, -dot(direction, corners[0])]
    return {
      index,
      vertices,
      corners,
      normals,
      geometric,
      smooth: normals.some((m) => dot(minus(m, geometric), minus(m, geometric)) > float(1e-8)),
      area: mul(0.5, length),
      material,
      rows: [row(scale(cross(b, n), inverse)), row(scale(cross(n, a), inverse)), row(n)],
    }
  })
}

/** x·a₀ + (y·a₁ + (z·a₂ + c)): the kernel's order. */
function apply(p: Vector, [row, offset]: readonly [Vector, number]): number {
  return add(mul(p[0], row[0]), add(mul(p[1], row[1]), add(mul(p[2], row[2]), offset)))
}

function meet(triangle: Triangle, origin: Vector, direction: Vector): Hit | null {
  const [rowU, rowV, rowW] = triangle.rows
  if (rowU === undefined || rowV === undefined || rowW === undefined) return null
  const w = apply(origin, rowW)
  const n = rowW[0]
  const slope = add(mul(direction[0], n[0]), add(mul(direction[1], n[1]), mul(direction[2], n[2])))
  const distance = div(-w, slope)
  if (!(distance > 0)) return null
  const at = [0, 1, 2].map((k) => add(mul(distance, direction[k] ?? 0), origin[k] ?? 0)) as unknown as Vector
  const [u, v] = [apply(at, rowU), apply(at, rowV)]
  return u >= 0 && v >= 0 && add(u, v) <= 1 ? { triangle, distance, u, v } : null
}

/** Rays through a scene's triangles. */
export interface Tracer {
  /** The nearest hit; of equally near ones that of the lowest index. */
  closest(origin: Vector, direction: Vector, block: Block): Hit | null
  occluded(origin: Vector, direction: Vector, far: number, block: Block): boolean
}

/** Tests every triangle. */
export function bruteForce(scene: SceneDescription, triangles: readonly Triangle[]): Tracer {
  return {
    closest(origin, direction, block) {
      let best: Hit | null = null
      for (const triangle of triangles) {
        const hit = meet(triangle, origin, direction)
        if (hit === null || hit.distance > float(1e30) || (best !== null && hit.distance >= best.distance))
          continue
        if (stopsRay(scene, hit, SALT_CLOSEST, block)) best = hit
      }
      return best
    },
    occluded(origin, direction, far, block) {
      return triangles.some((triangle) => {
        const hit = meet(triangle, origin, direction)
        return hit !== null && hit.distance < far && stopsRay(scene, hit, SALT_SHADOW, block)
      })
    },
  }
}

function stopsRay(scene: SceneDescription, { triangle, u, v }: Hit, salt: number, block: Block): boolean {
  const material = scene.materials[triangle.material]
  if (material === undefined || material.alphaMode === 'opaque') return true
  let alpha = material.alpha
  if (scene.colors.length > 0) {
    const [a, b, c] = triangle.vertices.map((i) => scene.colors[i * 4 + 3] ?? 0)
    alpha = mul(alpha, blendNumbers(a ?? 0, b ?? 0, c ?? 0, u, v))
  }
  const texture = scene.textures[material.textures.baseColor]
  if (texture !== undefined) alpha = mul(alpha, readTexture(texture, ...uvAt(scene, triangle, u, v))[3])
  if (material.alphaMode === 'mask') return alpha >= material.alphaCutoff
  return block.hashed((salt + Math.imul(triangle.index, 0x85ebca6b)) >>> 0) < alpha
}

/** Texture coordinates at a point of a triangle. */
export function uvAt(
  scene: SceneDescription,
  { vertices }: Triangle,
  u: number,
  v: number,
): [number, number] {
  const at = (k: 0 | 1) => {
    const [a, b, c] = vertices.map((i) => scene.uvs[i * 2 + k] ?? 0)
    return blendNumbers(a ?? 0, b ?? 0, c ?? 0, u, v)
  }
  return [at(0), at(1)]
}

/** The triangle's normal on the side that a direction comes from, and which side that is. */
export function facingNormal(
  triangle: Triangle,
  direction: Vector,
): { normal: Vector; back: boolean; cosine: number } {
  const cosine = -dot(direction, triangle.geometric)
  return cosine < 0
    ? { normal: negate(triangle.geometric), back: true, cosine: -cosine }
    : { normal: triangle.geometric, back: false, cosine }
}
