import type { Material } from '@gltf-transform/core'
import type { EmissiveStrength, IOR, Transmission, Unlit, Volume } from '@gltf-transform/extensions'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import { NO_LAYERS, NO_TEXTURES } from '../../../../../wasm/path-trace/scene-material.ts'
import { AS_IT_LIES, type UvTransform } from '../../../../../wasm/path-trace/scene-texture.ts'
import type { MaterialDescription } from '../../../../../wasm/path-trace/scene.ts'
import { bounded, boundedTriple } from '../bounded.ts'
import type { ImportWarning } from '../gltf/import-fault.ts'
import { scale } from '../matrix.ts'
import { importLayers } from './material-layers.ts'
import { importTextures, type TextureUse, textureUses } from './material-textures.ts'
import { uvSetOf, uvTransformOf } from './texture-transform.ts'
import type { TextureTable } from './textures.ts'

/** A material as the kernel takes it, and how its textures lie on the mesh. */
export interface ImportedMaterial {
  readonly description: MaterialDescription
  /** The set of texture coordinates that all its textures read. */
  readonly uvSet: number
  /** How its normal map lies, else its coat's: tangents follow it where the file has none. */
  readonly normalTransform: UvTransform
}

/**
 * The material of a primitive that has none: clay. glTF's own default (section 3.9) is a rough white metal,
 * which people see as an unpainted model; one that does not lose its light to roughness shows it better.
 */
const DEFAULT_MATERIAL: MaterialDescription = {
  baseColor: [0.8, 0.8, 0.8],
  alpha: 1,
  alphaMode: 'opaque',
  alphaCutoff: 0.5,
  metallic: 0,
  roughness: 1,
  emissive: [0, 0, 0],
  coloredEmission: false,
  transmission: 0,
  ior: 1.5,
  thinWalled: true,
  attenuationColor: [1, 1, 1],
  attenuationDistance: 0,
  doubleSided: true,
  normalScale: 1,
  ...NO_LAYERS,
  textures: NO_TEXTURES,
}

/** The default material where nothing is textured. */
export const PLAIN_MATERIAL: ImportedMaterial = {
  description: DEFAULT_MATERIAL,
  uvSet: 0,
  normalTransform: AS_IT_LIES,
}

/**
 * A glTF material for the kernel, with KHR_materials_emissive_strength, _transmission, _volume, _ior, _specular, _clearcoat,
 * _sheen, _diffuse_transmission, _dispersion, _anisotropy and _unlit. An unlit surface becomes a black one that emits its colour, times that of its vertices, which is how it
 * looks.
 */
export function importMaterial(
  material: Material,
  table: TextureTable,
  warnings: ImportWarning[],
): ImportedMaterial {
  const all = textureUses(material)
  const unlit = material.getExtension<Unlit>('KHR_materials_unlit') !== null
  const uses = unlit ? all.filter(({ slot }) => slot === 'baseColor') : all
  const normal =
    uses.find(({ slot }) => slot === 'normal') ?? uses.find(({ slot }) => slot === 'clearcoatNormal')
  return {
    description: unlit ? unlitSurface(material, table) : litSurface(material, uses, table),
    uvSet: uvSetOfAll(material, uses, warnings),
    normalTransform: normal === undefined ? AS_IT_LIES : uvTransformOf(normal.info),
  }
}

function litSurface(
  material: Material,
  uses: readonly TextureUse[],
  table: TextureTable,
): MaterialDescription {
  const transmission = material.getExtension<Transmission>('KHR_materials_transmission')
  const volume = material.getExtension<Volume>('KHR_materials_volume')
  const strength = material.getExtension<EmissiveStrength>('KHR_materials_emissive_strength')
  const glow = bounded(strength?.getEmissiveStrength(), 0, SCENE_LIMITS.radiance, 1)
  const ior = material.getExtension<IOR>('KHR_materials_ior')?.getIOR()
  return {
    ...sharedFields(material),
    metallic: bounded(material.getMetallicFactor(), 0, 1, 1),
    roughness: bounded(material.getRoughnessFactor(), 0, 1, 1),
    emissive: boundedTriple(
      scale(boundedTriple(material.getEmissiveFactor(), 0, 1, 0), glow),
      0,
      SCENE_LIMITS.radiance,
      0,
    ),
    coloredEmission: false,
    transmission: bounded(transmission?.getTransmissionFactor(), 0, 1, 0),
    // 0 stands for a surface that reflects as its specular colour says; the kernel takes what bends light.
    ior: bounded(ior === 0 ? 1.5 : ior, 1, SCENE_LIMITS.ior, 1.5),
    thinWalled: bounded(volume?.getThicknessFactor(), 0, SCENE_LIMITS.coordinate, 0) === 0,
    attenuationColor: boundedTriple(volume?.getAttenuationColor(), 0, 1, 1),
    attenuationDistance: attenuationDistance(volume?.getAttenuationDistance()),
    normalScale: bounded(material.getNormalScale(), -100, 100, 1),
    ...importLayers(material),
    textures: importTextures(uses, table),
  }
}

function unlitSurface(material: Material, table: TextureTable): MaterialDescription {
  const fields = sharedFields(material)
  const color = table.add(material.getBaseColorTexture(), material.getBaseColorTextureInfo(), true)
  return {
    ...DEFAULT_MATERIAL,
    ...fields,
    baseColor: [0, 0, 0],
    emissive: fields.baseColor,
    coloredEmission: true,
    textures: { ...NO_TEXTURES, baseColor: color, emissive: color },
  }
}

function sharedFields(
  material: Material,
): Pick<MaterialDescription, 'baseColor' | 'alpha' | 'alphaMode' | 'alphaCutoff' | 'doubleSided'> {
  const factor = material.getBaseColorFactor()
  const mode = material.getAlphaMode()
  return {
    baseColor: boundedTriple(factor, 0, 1, 1),
    alpha: bounded(factor[3], 0, 1, 1),
    alphaMode: mode === 'MASK' ? 'mask' : mode === 'BLEND' ? 'blend' : 'opaque',
    alphaCutoff: bounded(material.getAlphaCutoff(), 0, 1000, 0.5),
    doubleSided: material.getDoubleSided(),
  }
}

/** 0 stands for a medium that does not absorb, which glTF writes as infinity. */
function attenuationDistance(metres: unknown): number {
  const distance = bounded(metres, 0, Infinity, Infinity)
  return distance > SCENE_LIMITS.coordinate ? 0 : distance
}

/** The one set of coordinates that all textures of a material get: the base colour's, else that of the first there is. */
function uvSetOfAll(material: Material, uses: readonly TextureUse[], warnings: ImportWarning[]): number {
  const [first, ...rest] = uses.map(({ info }) => uvSetOf(info))
  if (rest.some((other) => other !== first)) {
    const name = (material.getName() || 'without a name').slice(0, 80)
    warnings.push({
      kind: 'texture-coordinates-differ',
      message: `the textures of material ${name} read different sets of coordinates; all read the first one's`,
    })
  }
  return first ?? 0
}
