/** From a hit to what is there: place, normals and the material with its textures read. */
import type { MaterialDescription, SceneDescription } from '../scene.ts'
import {
  blend3,
  div,
  dot,
  larger,
  minus,
  mul,
  plus,
  root,
  scale,
  smaller,
  sub,
  times,
  type Vector,
} from './float.ts'
import { coatAt, coatFresnel, layersAt, type SurfaceLayers } from './layered-surface.ts'
import { directionAlong, faceViewer, mapNormal } from './normals.ts'
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
  /** What the material has beyond glTF's core; null where that is nothing. */
  readonly layers: SurfaceLayers | null
  /** The direction along which it is rougher, and how much; null where it is as rough in all. */
  readonly brushed: { readonly along: Vector; readonly anisotropy: number } | null
}

const OFFSET = 2 ** -17

/** Emitted radiance at a point of a triangle. */
export function emissionAt(scene: SceneDescription, triangle: Triangle, u: number, v: number): Vector {
  const material = materialOf(scene, triangle)
  const texture = scene.textures[material.textures.emissive]
  const emissive =
    material.coloredEmission && scene.colors.length > 0
      ? times(material.emissive, vertexColorAt(scene, triangle, u, v))
      : material.emissive
  if (texture === undefined) return emissive
  const [r, g, b] = readTexture(texture, ...uvAt(scene, triangle, u, v))
  return times(emissive, [r, g, b])
}

/** Emitted radiance at a point of a triangle that leaves along or against unit `direction`: a coat dims it. */
export function emissionAlong(
  scene: SceneDescription,
  triangle: Triangle,
  u: number,
  v: number,
  direction: Vector,
): Vector {
  const emitted = emissionAt(scene, triangle, u, v)
  const material = materialOf(scene, triangle)
  if (!(material.clearcoat > 0)) return emitted
  const normal = blend3(...triangle.normals, u, v)
  const square = dot(normal, normal)
  if (!(square > 0)) return emitted
  const cosine = smaller(div(Math.abs(dot(direction, normal)), root(square)), 1)
  return scale(emitted, sub(1, mul(coatAt(scene, triangle, u, v), coatFresnel(cosine))))
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

  const read = (index: number): Texel | null => {
    const texture = scene.textures[index]
    return texture === undefined ? null : readTexture(texture, ...uvAt(scene, triangle, u, v))
  }
  const rough = read(material.textures.metallicRoughness)
  const clear = read(material.textures.transmission)
  const bump = read(material.textures.normal)
  const blended = triangle.smooth ? smoothNormal(hit, geometric) : null
  const flat = blended ?? geometric
  const layers = layersAt(scene, hit, flat, back)
  const mapped = bump === null ? null : mapNormal(scene, hit, flat, back, bump, material.normalScale)
  const bent = blended !== null || mapped !== null || layers?.isBent === true
  const facing = (normal: Vector) => (bent ? faceViewer(normal, direction) : normal)
  const normal = facing(mapped ?? flat)
  const transmission = clear === null ? material.transmission : mul(material.transmission, clear[0])
  const start = triangle.smooth && transmission === 0 ? liftFromTerminator(hit, place, back) : place
  return {
    material,
    back,
    geometric,
    normal,
    brushed: brushedAt(scene, hit, normal, back, layers),
    bent,
    above: plus(start, scale(geometric, offset)),
    below: minus(place, scale(geometric, offset)),
    base: baseColorAt(scene, hit, read(material.textures.baseColor)),
    metallic: rough === null ? material.metallic : mul(material.metallic, rough[2]),
    roughness: rough === null ? material.roughness : mul(material.roughness, rough[1]),
    transmission,
    layers: layers === null ? null : { ...layers, coatNormal: facing(layers.coatNormal) },
  }
}

function brushedAt(
  scene: SceneDescription,
  hit: Hit,
  normal: Vector,
  back: boolean,
  layers: SurfaceLayers | null,
): Surface['brushed'] {
  if (layers === null || !(layers.anisotropy > 0)) return null
  const along = directionAlong(scene, hit, normal, back, layers.along)
  return along === null ? null : { along, anisotropy: layers.anisotropy }
}

/** The normal between those of the vertices, on the viewer's side; null where they cancel out. */
function smoothNormal({ triangle, u, v }: Hit, geometric: Vector): Vector | null {
  const blended = blend3(...triangle.normals, u, v)
  if (!(dot(blended, blended) > 0)) return null
  const length = div(1, root(dot(blended, blended)))
  return scale(blended, dot(blended, geometric) < 0 ? -length : length)
}

function baseColorAt(scene: SceneDescription, { triangle, u, v }: Hit, texel: Texel | null): Vector {
  let base: Vector = materialOf(scene, triangle).baseColor
  if (scene.colors.length > 0) base = times(base, vertexColorAt(scene, triangle, u, v))
  return texel === null ? base : times(base, [texel[0], texel[1], texel[2]])
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

function vertexColorAt(scene: SceneDescription, triangle: Triangle, u: number, v: number): Vector {
  const [a, b, c] = triangle.vertices.map((i) => vectorAt(scene.colors, i, 4)) as [Vector, Vector, Vector]
  return blend3(a, b, c, u, v)
}
