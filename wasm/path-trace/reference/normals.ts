/** Shading normals with the kernel's bits: turned by maps, and towards the viewer. */
import type { SceneDescription } from '../scene.ts'
import {
  blend3,
  cross,
  div,
  dot,
  float,
  minus,
  mul,
  negate,
  plus,
  root,
  scale,
  sub,
  type Vector,
} from './float.ts'
import type { Texel } from './texture.ts'
import { vectorAt, type Hit } from './triangles.ts'

const FACING_MIN = float(0.01)

/** The normal turned by a texel of a normal map; null where the mesh has no tangent. */
export function mapNormal(
  scene: SceneDescription,
  { triangle, u, v }: Hit,
  normal: Vector,
  back: boolean,
  texel: Texel,
  strength: number,
): Vector | null {
  const [a, b, c] = triangle.vertices.map((i) => vectorAt(scene.tangents, i, 4)) as [Vector, Vector, Vector]
  const tangent = blend3(a, b, c, u, v)
  if (!(dot(tangent, tangent) > 0)) return null
  const handed = (scene.tangents[triangle.vertices[0] * 4 + 3] ?? 0) < 0 ? -1 : 1
  const front = back ? negate(normal) : normal
  const t = scale(tangent, div(1, root(dot(tangent, tangent))))
  const bitangent = scale(cross(front, t), handed)
  const x = mul(sub(mul(texel[0], 2), 1), strength)
  const y = mul(sub(mul(texel[1], 2), 1), strength)
  const z = sub(mul(texel[2], 2), 1)
  const turned = plus(plus(scale(t, x), scale(bitangent, y)), scale(front, z))
  const square = dot(turned, turned)
  return square > 0 ? scale(turned, div(back ? -1 : 1, root(square))) : null
}

/** A normal that turns away from a viewer who looks along `direction`, tilted towards him. */
export function faceViewer(normal: Vector, direction: Vector): Vector {
  const cosine = -dot(direction, normal)
  if (cosine >= FACING_MIN) return normal
  const tilted = minus(normal, scale(direction, sub(FACING_MIN, cosine)))
  return scale(tilted, div(1, root(dot(tilted, tilted))))
}

/** The direction along which an anisotropic surface is rougher, at right angles to its normal; null without a tangent. */
export function directionAlong(
  scene: SceneDescription,
  { triangle, u, v }: Hit,
  normal: Vector,
  back: boolean,
  [alongTangent, alongBitangent]: readonly [number, number],
): Vector | null {
  const [a, b, c] = triangle.vertices.map((i) => vectorAt(scene.tangents, i, 4)) as [Vector, Vector, Vector]
  const tangent = blend3(a, b, c, u, v)
  const handed = (scene.tangents[triangle.vertices[0] * 4 + 3] ?? 0) < 0 ? -1 : 1
  const front = back ? negate(normal) : normal
  const mixed = plus(scale(tangent, alongTangent), scale(cross(front, tangent), mul(alongBitangent, handed)))
  const flat = minus(mixed, scale(normal, dot(mixed, normal)))
  const square = dot(flat, flat)
  return square > float(1e-12) ? scale(flat, div(1, root(square))) : null
}
