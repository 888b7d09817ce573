import type { Texture, TextureInfo } from '@gltf-transform/core'
import { SCENE_LIMITS, texelBytes } from '../../../../wasm/path-trace/scene-layout.ts'
import type { TextureDescription, Wrap } from '../../../../wasm/path-trace/scene.ts'
import { decodeImage } from './decode-image.ts'
import type { Rgba8Image } from './decode-png.ts'
import { type ImportWarning, refuseFile } from './import-fault.ts'

/** All textures of a scene, decoded: half of what the kernel takes for the whole scene. */
const TEXELS_BYTES_MAX = SCENE_LIMITS.bytes / 2

const GL_CLAMP_TO_EDGE = 33071
const GL_MIRRORED_REPEAT = 33648
const GL_NEAREST = 9728

/** The textures of a scene as they are found on its materials: each image is decoded once. */
export interface TextureTable {
  readonly textures: TextureDescription[]
  /** The index of the texture as this sampler reads it, or -1, with a warning, where there is no picture. */
  add(texture: Texture | null, info: TextureInfo | null, srgb: boolean): number
}

/** An empty table. Refuses with `scene-too-large` once the textures outgrow the kernel. */
export function createTextureTable(warnings: ImportWarning[]): TextureTable {
  const textures: TextureDescription[] = []
  const images = new Map<Texture, Rgba8Image | null>()
  const known = new Map<Texture, Map<string, number>>()
  let bytes = 0

  const imageOf = (texture: Texture): Rgba8Image | null => {
    const found = images.get(texture)
    if (found !== undefined) return found
    const image = decodeTexture(texture, warnings)
    images.set(texture, image)
    return image
  }

  return {
    textures,
    add(texture, info, srgb) {
      if (texture === null || info === null) return -1
      const image = imageOf(texture)
      if (image === null) return -1
      const sampler = {
        srgb,
        wrapU: wrapOf(info.getWrapS()),
        wrapV: wrapOf(info.getWrapT()),
        filter: info.getMagFilter() === GL_NEAREST ? ('nearest' as const) : ('linear' as const),
      }
      const key = JSON.stringify(sampler)
      const variants = known.get(texture) ?? new Map<string, number>()
      known.set(texture, variants)
      const index = variants.get(key) ?? textures.length
      if (index === textures.length) {
        bytes += texelBytes(image.width, image.height)
        if (bytes > TEXELS_BYTES_MAX || index >= SCENE_LIMITS.textures) {
          refuseFile('scene-too-large', `the scene's textures take more than ${TEXELS_BYTES_MAX} bytes`)
        }
        textures.push({ width: image.width, height: image.height, rgba: image.rgba, ...sampler })
        variants.set(key, index)
      }
      return index
    },
  }
}

function decodeTexture(texture: Texture, warnings: ImportWarning[]): Rgba8Image | null {
  const bytes = texture.getImage()
  // An empty image stands for one that was not handed over; the reader has warned of it.
  if (bytes === null || bytes.length === 0) return null
  const image = decodeImage(bytes)
  if (image.kind === 'image') return image
  const name = (texture.getName() || texture.getURI() || 'without a name').slice(0, 80)
  warnings.push({ kind: 'missing-texture', message: `the image ${name} cannot be read: ${image.message}` })
  return null
}

function wrapOf(mode: number): Wrap {
  if (mode === GL_CLAMP_TO_EDGE) return 'clamp'
  return mode === GL_MIRRORED_REPEAT ? 'mirror' : 'repeat'
}
