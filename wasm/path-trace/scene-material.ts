/** What a material has beyond glTF's core, which textures it reads, and how both lie in its packed record. */
import { MATERIAL } from './scene-layout.ts'

/** Textures that a material may have, in the order of their packed fields. */
export const TEXTURE_SLOTS = [
  'baseColor',
  'metallicRoughness',
  'normal',
  'emissive',
  'transmission',
  'specular',
  'specularColor',
  'clearcoat',
  'clearcoatRoughness',
  'clearcoatNormal',
  'sheenColor',
  'sheenRoughness',
  'diffuseTransmission',
  'diffuseTransmissionColor',
  'anisotropy',
] as const

/**
 * Which texture multiplies what: an index into the scene's `textures`, or -1. Channels are those of glTF: green is
 * roughness and blue metallic, red transmission and clearcoat, green the clearcoat's roughness, alpha specular, the
 * sheen's roughness and diffuse transmission. Normal maps need `tangents`.
 */
export type MaterialTextures = Readonly<Record<(typeof TEXTURE_SLOTS)[number], number>>

/** No texture in any slot. */
export const NO_TEXTURES = Object.fromEntries(TEXTURE_SLOTS.map((slot) => [slot, -1])) as MaterialTextures

/** Factors of KHR_materials_specular, _clearcoat, _sheen, _diffuse_transmission, _dispersion and _anisotropy. */
export interface MaterialLayers {
  /** Strength of a dielectric's reflection, 0…1. */
  readonly specular: number
  /** Colour of its reflection at right angles, linear RGB, which may be above 1. */
  readonly specularColor: readonly [number, number, number]
  /** Strength of the coat, 0…1. */
  readonly clearcoat: number
  readonly clearcoatRoughness: number
  readonly clearcoatNormalScale: number
  /** Colour of the sheen, linear RGB, 0…1. */
  readonly sheenColor: readonly [number, number, number]
  readonly sheenRoughness: number
  /** Share of diffuse light that goes through to the other side, 0…1, and its colour. */
  readonly diffuseTransmission: number
  readonly diffuseTransmissionColor: readonly [number, number, number]
  /** 20 by the Abbe number of glass that is not thin-walled; 0 bends all colours alike. */
  readonly dispersion: number
  /** How much longer highlights are along a direction, 0…1, and that direction: unit, along the tangent and the bitangent. */
  readonly anisotropy: number
  readonly anisotropyDirection: readonly [number, number]
}

/** A material without these extensions. */
export const NO_LAYERS: MaterialLayers = {
  specular: 1,
  specularColor: [1, 1, 1],
  clearcoat: 0,
  clearcoatRoughness: 0,
  clearcoatNormalScale: 1,
  sheenColor: [0, 0, 0],
  sheenRoughness: 0,
  diffuseTransmission: 0,
  diffuseTransmissionColor: [1, 1, 1],
  dispersion: 0,
  anisotropy: 0,
  anisotropyDirection: [1, 0],
}

/** Writes a material's textures and layers into its record at `at`. */
export function writeLayers(
  view: DataView,
  at: number,
  material: MaterialLayers & { readonly textures: MaterialTextures },
): void {
  const floats = (field: number, values: readonly number[]) => {
    values.forEach((value, i) => view.setFloat32(at + field + i * 4, value, true))
  }
  floats(MATERIAL.specular, [material.specular, ...material.specularColor])
  floats(MATERIAL.clearcoat, [material.clearcoat, material.clearcoatRoughness, material.clearcoatNormalScale])
  floats(MATERIAL.sheenColor, [...material.sheenColor, material.sheenRoughness])
  floats(MATERIAL.diffuseTransmission, [material.diffuseTransmission, ...material.diffuseTransmissionColor])
  floats(MATERIAL.dispersion, [material.dispersion])
  floats(MATERIAL.anisotropy, [material.anisotropy, ...material.anisotropyDirection])
  for (const slot of TEXTURE_SLOTS)
    view.setInt32(at + MATERIAL[`${slot}Texture`], material.textures[slot], true)
}

/** The same, read back. */
export function readLayers(
  view: DataView,
  at: number,
): MaterialLayers & { readonly textures: MaterialTextures } {
  const float = (field: number) => view.getFloat32(at + field, true)
  const triple = (field: number) => [float(field), float(field + 4), float(field + 8)] as const
  const slots = TEXTURE_SLOTS.map((slot) => [slot, view.getInt32(at + MATERIAL[`${slot}Texture`], true)])
  return {
    specular: float(MATERIAL.specular),
    specularColor: triple(MATERIAL.specularColor),
    clearcoat: float(MATERIAL.clearcoat),
    clearcoatRoughness: float(MATERIAL.clearcoatRoughness),
    clearcoatNormalScale: float(MATERIAL.clearcoatNormalScale),
    sheenColor: triple(MATERIAL.sheenColor),
    sheenRoughness: float(MATERIAL.sheenRoughness),
    diffuseTransmission: float(MATERIAL.diffuseTransmission),
    diffuseTransmissionColor: triple(MATERIAL.diffuseTransmissionColor),
    dispersion: float(MATERIAL.dispersion),
    anisotropy: float(MATERIAL.anisotropy),
    anisotropyDirection: [float(MATERIAL.anisotropyDirection), float(MATERIAL.anisotropyDirection + 4)],
    textures: Object.fromEntries(slots) as MaterialTextures,
  }
}
