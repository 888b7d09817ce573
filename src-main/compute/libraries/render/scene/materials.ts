import type { Material, TextureInfo } from '@gltf-transform/core'
import type {
  EmissiveStrength,
  IOR,
  Transform,
  Transmission,
  Unlit,
  Volume,
} from '@gltf-transform/extensions'
import { cos as cosine, sin as sine } from '../../../../../wasm/path-trace/exact-math.ts'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import { NO_LAYERS, NO_TEXTURES } from '../../../../../wasm/path-trace/scene-material.ts'
import type { MaterialDescription } from '../../../../../wasm/path-trace/scene.ts'
import { bounded, boundedTriple } from '../bounded.ts'
import type { ImportWarning } from '../gltf/import-fault.ts'
import { scale } from '../matrix.ts'
import { importLayers } from './material-layers.ts'
import { importTextures, textureUses } from './material-textures.ts'
import type { TextureTable } from './textures.ts'

/** Which texture coordinates a material reads: `u' = a·u + b·v + c`, `v' = d·u + e·v + f` of one set. */
export interface UvMapping {
  readonly set: number
  readonly transform: readonly [number, number, number, number, number, number]
}

/** A material as the kernel takes it, with its place in the scene's list, and where its textures lie on the mesh. */
export interface ImportedMaterial {
  readonly description: MaterialDescription
  readonly uv: UvMapping
}

const IDENTITY_UV: UvMapping = { set: 0, transform: [1, 0, 0, 0, 1, 0] }

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
export const PLAIN_MATERIAL: ImportedMaterial = { description: DEFAULT_MATERIAL, uv: IDENTITY_UV }

/**
 * A glTF material for the kernel, with KHR_materials_emissive_strength, _transmission, _volume, _ior, _specular, _clearcoat,
 * _sheen and _unlit. An unlit surface becomes a black one that emits its colour, which is how it looks.
 */
export function importMaterial(
  material: Material,
  table: TextureTable,
  warnings: ImportWarning[],
): ImportedMaterial {
  const uv = uvMapping(material, warnings)
  const unlit = material.getExtension<Unlit>('KHR_materials_unlit') !== null
  return { description: unlit ? unlitSurface(material, table) : litSurface(material, table), uv }
}

function litSurface(material: Material, table: TextureTable): MaterialDescription {
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
    transmission: bounded(transmission?.getTransmissionFactor(), 0, 1, 0),
    // 0 stands for a surface that reflects as its specular colour says; the kernel takes what bends light.
    ior: bounded(ior === 0 ? 1.5 : ior, 1, SCENE_LIMITS.ior, 1.5),
    thinWalled: bounded(volume?.getThicknessFactor(), 0, SCENE_LIMITS.coordinate, 0) === 0,
    attenuationColor: boundedTriple(volume?.getAttenuationColor(), 0, 1, 1),
    attenuationDistance: attenuationDistance(volume?.getAttenuationDistance()),
    normalScale: bounded(material.getNormalScale(), -100, 100, 1),
    ...importLayers(material),
    textures: importTextures(textureUses(material), table),
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

/** The one mapping that all textures of a material get: the base colour's, else the first there is. */
function uvMapping(material: Material, warnings: ImportWarning[]): UvMapping {
  const mappings = textureUses(material).map(({ info }) => mappingOf(info))
  const [first] = mappings
  if (first === undefined) return IDENTITY_UV
  if (mappings.some((other) => JSON.stringify(other) !== JSON.stringify(first))) {
    const name = (material.getName() || 'without a name').slice(0, 80)
    warnings.push({
      kind: 'texture-coordinates-differ',
      message: `the textures of material ${name} lie differently; all are laid like the first`,
    })
  }
  return first
}

/** KHR_texture_transform: scaled, then turned counter-clockwise as seen with v downwards, then moved. */
function mappingOf(info: TextureInfo): UvMapping {
  const transform = info.getExtension<Transform>('KHR_texture_transform')
  if (transform === null) return { ...IDENTITY_UV, set: info.getTexCoord() }
  const [x, y] = boundedTriple(transform.getOffset(), -1e6, 1e6, 0)
  const [sx, sy] = boundedTriple(transform.getScale(), -1e6, 1e6, 1)
  const angle = bounded(transform.getRotation(), -1e6, 1e6, 0)
  const [cos, sin] = [cosine(angle), sine(angle)]
  return {
    set: bounded(transform.getTexCoord(), 0, 15, info.getTexCoord()),
    transform: [cos * sx, sin * sy, x, -sin * sx, cos * sy, y],
  }
}
