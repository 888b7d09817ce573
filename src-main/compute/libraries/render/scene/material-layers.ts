import type { Material } from '@gltf-transform/core'
import type {
  Anisotropy,
  Clearcoat,
  DiffuseTransmission,
  Dispersion,
  IOR,
  Sheen,
  Specular,
} from '@gltf-transform/extensions'
import { cos, sin } from '../../../../../wasm/path-trace/exact-math.ts'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import type { MaterialLayers } from '../../../../../wasm/path-trace/scene-material.ts'
import { bounded, boundedTriple } from '../bounded.ts'
import { scale, type Triple } from '../matrix.ts'

/** An index of 0 reflects all at right angles, times the specular colour: 25 times as much as 1.5, which the kernel gets. */
const OF_INDEX_ZERO = 25

/** Radians; a turn of more has no use. */
const TURN_MAX = 1e6

/**
 * KHR_materials_specular, _clearcoat, _sheen, _diffuse_transmission, _dispersion and _anisotropy of a material, as factors within
 * their bounds.
 */
export function importLayers(material: Material): MaterialLayers {
  const specular = material.getExtension<Specular>('KHR_materials_specular')
  const coat = material.getExtension<Clearcoat>('KHR_materials_clearcoat')
  const sheen = material.getExtension<Sheen>('KHR_materials_sheen')
  const leaf = material.getExtension<DiffuseTransmission>('KHR_materials_diffuse_transmission')
  const prism = material.getExtension<Dispersion>('KHR_materials_dispersion')
  const brushed = material.getExtension<Anisotropy>('KHR_materials_anisotropy')
  // Counter-clockwise from the tangent to the bitangent.
  const turn = bounded(brushed?.getAnisotropyRotation(), -TURN_MAX, TURN_MAX, 0)
  return {
    specular: bounded(specular?.getSpecularFactor(), 0, 1, 1),
    specularColor: specularColor(material, specular),
    clearcoat: bounded(coat?.getClearcoatFactor(), 0, 1, 0),
    clearcoatRoughness: bounded(coat?.getClearcoatRoughnessFactor(), 0, 1, 0),
    clearcoatNormalScale: bounded(coat?.getClearcoatNormalScale(), -100, 100, 1),
    sheenColor: boundedTriple(sheen?.getSheenColorFactor(), 0, 1, 0),
    sheenRoughness: bounded(sheen?.getSheenRoughnessFactor(), 0, 1, 0),
    diffuseTransmission: bounded(leaf?.getDiffuseTransmissionFactor(), 0, 1, 0),
    diffuseTransmissionColor: boundedTriple(leaf?.getDiffuseTransmissionColorFactor(), 0, 1, 1),
    dispersion: bounded(prism?.getDispersion(), 0, SCENE_LIMITS.dispersion, 0),
    anisotropy: bounded(brushed?.getAnisotropyStrength(), 0, 1, 0),
    anisotropyDirection: [cos(turn), sin(turn)],
  }
}

function specularColor(material: Material, specular: Specular | null): Triple {
  const color = boundedTriple(specular?.getSpecularColorFactor(), 0, SCENE_LIMITS.specularColor, 1)
  const index = material.getExtension<IOR>('KHR_materials_ior')?.getIOR()
  if (specular === null || index !== 0) return color
  return boundedTriple(scale(color, OF_INDEX_ZERO), 0, SCENE_LIMITS.specularColor, 1)
}
