/** What a material has beyond glTF's core at a point, with the kernel's bits. */
import type { MaterialDescription, SceneDescription } from '../scene.ts'
import { add, float, mul, sub, times, type Vector } from './float.ts'
import { schlick } from './albedo.ts'
import { mapNormal } from './normals.ts'
import { readTexture, type Texel } from './texture.ts'
import { uvAt, type Hit, type Triangle } from './triangles.ts'

/** The factors of KHR_materials_specular, _clearcoat, _sheen, _diffuse_transmission and _dispersion at a point, textures read. */
export interface SurfaceLayers {
  readonly specular: number
  readonly specularColor: Vector
  readonly coat: number
  readonly coatRoughness: number
  readonly coatNormal: Vector
  readonly sheenColor: Vector
  readonly sheenRoughness: number
  /** Share of diffuse light that goes through, and its colour. */
  readonly passed: number
  readonly passedColor: Vector
  readonly dispersion: number
  readonly anisotropy: number
  /** The direction along which an anisotropic surface is rougher, along the tangent and the bitangent. */
  readonly along: readonly [number, number]
  /** A map turned the coat's normal. */
  readonly isBent: boolean
}

const COAT_F0 = float(0.04)

/** The coat's reflectance at a cosine. */
export function coatFresnel(c: number): number {
  return add(COAT_F0, mul(sub(1, COAT_F0), schlick(c)))
}

/** Strength of the coat at a point of a triangle. */
export function coatAt(scene: SceneDescription, triangle: Triangle, u: number, v: number): number {
  const { clearcoat, textures } = materialOf(scene, triangle)
  const texel = reader(scene, triangle, u, v)(textures.clearcoat)
  return texel === null ? clearcoat : mul(clearcoat, texel[0])
}

/** The layers where a ray hit, by the normal that no map has turned; null where there are none. */
export function layersAt(
  scene: SceneDescription,
  hit: Hit,
  normal: Vector,
  back: boolean,
): SurfaceLayers | null {
  const { triangle, u, v } = hit
  const material = materialOf(scene, triangle)
  if (!isLayered(material)) return null
  const { textures } = material
  const read = reader(scene, triangle, u, v)
  const scaled = (factor: number, slot: number, channel: 0 | 1 | 2 | 3) => {
    const texel = read(slot)
    return texel === null ? factor : mul(factor, texel[channel])
  }
  const colored = (factor: Vector, slot: number): Vector => {
    const texel = read(slot)
    return texel === null ? factor : times(factor, [texel[0], texel[1], texel[2]])
  }
  const coat = scaled(material.clearcoat, textures.clearcoat, 0)
  const bump = coat > 0 ? read(textures.clearcoatNormal) : null
  const mapped =
    bump === null ? null : mapNormal(scene, hit, normal, back, bump, material.clearcoatNormalScale)
  return {
    specular: scaled(material.specular, textures.specular, 3),
    specularColor: colored(material.specularColor, textures.specularColor),
    coat,
    coatRoughness: scaled(material.clearcoatRoughness, textures.clearcoatRoughness, 1),
    coatNormal: mapped ?? normal,
    sheenColor: colored(material.sheenColor, textures.sheenColor),
    sheenRoughness: scaled(material.sheenRoughness, textures.sheenRoughness, 3),
    passed: scaled(material.diffuseTransmission, textures.diffuseTransmission, 3),
    passedColor: colored(material.diffuseTransmissionColor, textures.diffuseTransmissionColor),
    dispersion: material.dispersion,
    ...brushedAt(material, read(textures.anisotropy)),
    isBent: mapped !== null,
  }
}

function brushedAt(
  { anisotropy, anisotropyDirection: [s, t] }: MaterialDescription,
  texel: Texel | null,
): Pick<SurfaceLayers, 'anisotropy' | 'along'> {
  if (texel === null) return { anisotropy, along: [s, t] }
  const [x, y] = [sub(mul(texel[0], 2), 1), sub(mul(texel[1], 2), 1)]
  return {
    anisotropy: mul(anisotropy, texel[2]),
    along: [sub(mul(x, s), mul(y, t)), add(mul(x, t), mul(y, s))],
  }
}

function isLayered(material: MaterialDescription): boolean {
  const { clearcoat, sheenColor, specular, specularColor, textures } = material
  if (material.diffuseTransmission > 0 || material.dispersion > 0 || material.anisotropy > 0) return true
  const isPlain = specular === 1 && specularColor.every((x) => x === 1)
  const isTextured = textures.specular >= 0 || textures.specularColor >= 0
  return clearcoat > 0 || sheenColor.some((x) => x > 0) || !isPlain || isTextured
}

function materialOf(scene: SceneDescription, triangle: Triangle): MaterialDescription {
  const material = scene.materials[triangle.material]
  if (material === undefined) throw new Error('a checked scene has every material it names')
  return material
}

function reader(
  scene: SceneDescription,
  triangle: Triangle,
  u: number,
  v: number,
): (slot: number) => Texel | null {
  return (slot) => {
    const texture = scene.textures[slot]
    return texture === undefined ? null : readTexture(texture, ...uvAt(scene, triangle, u, v))
  }
}
