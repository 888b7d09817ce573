import type { Material, Texture, TextureInfo } from '@gltf-transform/core'
import type {
  Anisotropy,
  Clearcoat,
  DiffuseTransmission,
  Sheen,
  Specular,
  Transmission,
} from '@gltf-transform/extensions'
import {
  type MaterialTextures,
  NO_TEXTURES,
  type TEXTURE_SLOTS,
} from '../../../../../wasm/path-trace/scene-material.ts'
import type { TextureTable } from './textures.ts'

/** A texture where a material reads it. */
export interface TextureUse {
  readonly slot: (typeof TEXTURE_SLOTS)[number]
  readonly texture: Texture
  readonly info: TextureInfo
  /** Whether its colours are encoded as sRGB, as glTF says of the slot. */
  readonly srgb: boolean
}

type Slot = readonly [
  slot: TextureUse['slot'],
  texture: Texture | null,
  info: TextureInfo | null,
  srgb?: true,
]

/** The textures that a lit material reads: those of glTF's core first, its base colour before all others. */
export function textureUses(material: Material): TextureUse[] {
  const slots: Slot[] = [...coreSlots(material), ...layerSlots(material)]
  return slots.flatMap(([slot, texture, info, srgb = false]) =>
    texture === null || info === null ? [] : [{ slot, texture, info, srgb }],
  )
}

/** The places of these textures in the scene's list. */
export function importTextures(uses: readonly TextureUse[], table: TextureTable): MaterialTextures {
  const found = uses.map(({ slot, texture, info, srgb }) => [slot, table.add(texture, info, srgb)] as const)
  return { ...NO_TEXTURES, ...Object.fromEntries(found) }
}

function coreSlots(material: Material): Slot[] {
  const glass = material.getExtension<Transmission>('KHR_materials_transmission')
  return [
    ['baseColor', material.getBaseColorTexture(), material.getBaseColorTextureInfo(), true],
    ['normal', material.getNormalTexture(), material.getNormalTextureInfo()],
    ['metallicRoughness', material.getMetallicRoughnessTexture(), material.getMetallicRoughnessTextureInfo()],
    ['emissive', material.getEmissiveTexture(), material.getEmissiveTextureInfo(), true],
    ['transmission', glass?.getTransmissionTexture() ?? null, glass?.getTransmissionTextureInfo() ?? null],
  ]
}

function layerSlots(material: Material): Slot[] {
  const specular = material.getExtension<Specular>('KHR_materials_specular')
  const coat = material.getExtension<Clearcoat>('KHR_materials_clearcoat')
  const sheen = material.getExtension<Sheen>('KHR_materials_sheen')
  const slots: Slot[] = []
  if (specular !== null) {
    slots.push(
      ['specular', specular.getSpecularTexture(), specular.getSpecularTextureInfo()],
      ['specularColor', specular.getSpecularColorTexture(), specular.getSpecularColorTextureInfo(), true],
    )
  }
  if (coat !== null) {
    slots.push(
      ['clearcoat', coat.getClearcoatTexture(), coat.getClearcoatTextureInfo()],
      ['clearcoatRoughness', coat.getClearcoatRoughnessTexture(), coat.getClearcoatRoughnessTextureInfo()],
      ['clearcoatNormal', coat.getClearcoatNormalTexture(), coat.getClearcoatNormalTextureInfo()],
    )
  }
  if (sheen !== null) {
    slots.push(
      ['sheenColor', sheen.getSheenColorTexture(), sheen.getSheenColorTextureInfo(), true],
      ['sheenRoughness', sheen.getSheenRoughnessTexture(), sheen.getSheenRoughnessTextureInfo()],
    )
  }
  const leaf = material.getExtension<DiffuseTransmission>('KHR_materials_diffuse_transmission')
  if (leaf !== null) {
    slots.push(
      ['diffuseTransmission', leaf.getDiffuseTransmissionTexture(), leaf.getDiffuseTransmissionTextureInfo()],
      [
        'diffuseTransmissionColor',
        leaf.getDiffuseTransmissionColorTexture(),
        leaf.getDiffuseTransmissionColorTextureInfo(),
        true,
      ],
    )
  }
  const brushed = material.getExtension<Anisotropy>('KHR_materials_anisotropy')
  if (brushed !== null) {
    slots.push(['anisotropy', brushed.getAnisotropyTexture(), brushed.getAnisotropyTextureInfo()])
  }
  return slots
}
