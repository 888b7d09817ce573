/** From a hit to what is there: place, normals and the material with its textures read. */
import type { MaterialDescription, SceneDescription } from '../scene.ts'
import {
  blend3,
  cross,
  div,
  dot,
  float,
  larger,
  minus,
  mul,
  negate,
  plus,
  root,
  scale,
  sub,
  times,
  type Vector,
} from './float.ts'
import { readTexture, type Texel } from './texture.ts'
import { facingNormal, uvAt, vectorAt, type Hit, type Triangle } from './triangles.ts'

/** A surface point, as scattering needs it. */
export interface Surface {
  readonly material: MaterialDescription
  readonly back: boolean
  /** Geometric and shading normal on the viewer's side, and whether they may differ. */
  readonly geometric: Vector
  readonly normal: Vector
  readonly bent: boolean
  /** Where reflected and transmitted rays start. */
  readonly above: Vector
  readonly below: Vector
  readonly base: Vector
  readonly metallic: number
  readonly roughness: number
  readonly transmission: number
}

const OFFSET = 2 ** -17
const FACING_MIN = float(0.01)

/** Emitted radiance at a point of a triangle. */
export function emissionAt(scene: SceneDescription, triangle: Triangle, u: number, v: number): Vector {
  const material = materialOf(scene, triangle)
  const texture = scene.textures[material.textures.emissive]
  if (texture === undefined) return material.emissive
  const [r, g, b] = readTexture(texture, ...uvAt(scene, triangle, u, v))
  return times(material.emissive, [r, g, b])
}

/** The material of a triangle. */
export function materialOf(scene: SceneDescription, triangle: Triangle): MaterialDescription {
  const material = scene.materials[triangle.material]
  if (material === undefined) throw new Error('a checked scene has every material it names')
  return material
}

/** The surface where a ray hit. */
export function surfaceAt(scene: SceneDescription, hit: Hit, origin: Vector, direction: Vector): Surface {
  const { triangle, distance, u, v } = hit
  const material = materialOf(scene, triangle)
  const { normal: geometric, back } = facingNormal(triangle, direction)
  const place = plus(origin, scale(direction, distance))
  const reach = larger(larger(Math.abs(place[0]), Math.abs(place[1])), larger(Math.abs(place[2]), distance))
  const offset = mul(reach, OFFSET)

  let normal = geometric
  let bent = false
  if (triangle.smooth) {
    const blended = blend3(...triangle.normals, u, v)
    if (dot(blended, blended) > 0) {
      const length = div(1, root(dot(blended, blended)))
      normal = scale(blended, dot(blended, geometric) < 0 ? -length : length)
      bent = true
    }
  }

  let base: Vector = material.baseColor
  if (scene.colors.length > 0) {
    const [a, b, c] = triangle.vertices.map((i) => vectorAt(scene.colors, i, 4)) as [Vector, Vector, Vector]
    base = times(base, blend3(a, b, c, u, v))
  }
  const read = (index: number): Texel | null => {
    const texture = scene.textures[index]
    return texture === undefined ? null : readTexture(texture, ...uvAt(scene, triangle, u, v))
  }
  const color = read(material.textures.baseColor)
  const rough = read(material.textures.metallicRoughness)
  const clear = read(material.textures.transmission)
  const bump = read(material.textures.normal)
  if (color !== null) base = times(base, [color[0], color[1], color[2]])
  if (bump !== null) {
    const mapped = mapNormal(scene, hit, normal, back, bump, material.normalScale)
    if (mapped !== null) {
      normal = mapped
      bent = true
    }
  }
  if (bent) normal = faceViewer(normal, direction)
  const transmission = clear === null ? material.transmission : mul(material.transmission, clear[0])
  const start = triangle.smooth && transmission === 0 ? liftFromTerminator(hit, place, back) : place
  return {
    material,
    back,
    geometric,
    normal,
    bent,
    above: plus(start, scale(geometric, offset)),
    below: minus(place, scale(geometric, offset)),
    base,
    metallic: rough === null ? material.metallic : mul(material.metallic, rough[2]),
    roughness: rough === null ? material.roughness : mul(material.roughness, rough[1]),
    transmission,
  }
}

function mapNormal(
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

function faceViewer(normal: Vector, direction: Vector): Vector {
  const cosine = -dot(direction, normal)
  if (cosine >= FACING_MIN) return normal
  const tilted = minus(normal, scale(direction, sub(FACING_MIN, cosine)))
  return scale(tilted, div(1, root(dot(tilted, tilted))))
}

function liftFromTerminator({ triangle, u, v }: Hit, place: Vector, back: boolean): Vector {
  const weights = [sub(sub(1, u), v), u, v]
  let lifted = place
  triangle.corners.forEach((corner, k) => {
    const normal = scale(triangle.normals[k] ?? [0, 0, 0], back ? -1 : 1)
    const depth = dot(minus(place, corner), normal)
    if (depth < 0) lifted = minus(lifted, scale(normal, mul(depth, weights[k] ?? 0)))
  })
  return lifted
}
