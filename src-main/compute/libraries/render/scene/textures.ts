import type { Texture, TextureInfo } from '@gltf-transform/core'
import { SCENE_LIMITS, texelBytes } from '../../../../../wasm/path-trace/scene-layout.ts'
import type { TextureDescription, Wrap } from '../../../../../wasm/path-trace/scene.ts'
import type { Rgba8Image } from '../textures/decode-png.ts'
import type { ImageSource } from '../gltf/resources.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import type { WebpDecoder } from '../textures/webp.ts'
import { type ImportWarning, refuseFile } from '../gltf/import-fault.ts'
import { uvTransformOf } from './texture-transform.ts'

/** All textures of a scene, decoded: half of what the kernel takes for the whole scene. */
const TEXELS_BYTES_MAX = SCENE_LIMITS.bytes / 2

const GL_CLAMP_TO_EDGE = 33071
const GL_MIRRORED_REPEAT = 33648
const GL_NEAREST = 9728

/** The textures of a scene as they are found on its materials: each image is decoded once. */
export interface TextureTable {
  readonly textures: TextureDescription[]
  /** Names of the files that the pictures came from. */
  readonly files: ReadonlySet<string>
  /** Memory that the largest picture takes while it is decoded, bytes. */
  readonly decodeBytes: number
  /** The index of the texture as this sampler reads it and its transform lays it, or -1, with a warning, where there is no picture. */
  add(texture: Texture | null, info: TextureInfo | null, srgb: boolean): number
}

/** Where the pictures of textures come from, and what they may take. */
export interface TextureSources {
  readonly imageOf: (texture: Texture) => ImageSource | undefined
  readonly decoder: ImageDecoder
  /** Of a file that has WebP pictures. */
  readonly webp?: WebpDecoder
  /** Of all pictures together, decoded, and of each while it is decoded. */
  readonly memoryBytesMax: number
}

/** An empty table. Refuses with `scene-too-large` once the textures outgrow the kernel, or what they may take. */
export function createTextureTable(sources: TextureSources, warnings: ImportWarning[]): TextureTable {
  const textures: TextureDescription[] = []
  const images = new Map<Texture, Rgba8Image | null>()
  const known = new Map<Texture, Map<string, number>>()
  const files = new Set<string>()
  const bytesMax = Math.min(TEXELS_BYTES_MAX, sources.memoryBytesMax)
  let [bytes, decodeBytes] = [0, 0]

  const imageOf = (texture: Texture): Rgba8Image | null => {
    const found = images.get(texture)
    if (found !== undefined) return found
    const source = sources.imageOf(texture)
    // The reader has warned of one that was not handed over.
    const image = source === undefined ? null : decodeTexture(texture, source)
    images.set(texture, image)
    if (image !== null && source?.file !== undefined) files.add(source.file)
    return image
  }

  const decodeTexture = (texture: Texture, source: ImageSource): Rgba8Image | null => {
    const decoded = sources.decoder.decode(source, sources.memoryBytesMax, sources.webp)
    decodeBytes = Math.max(decodeBytes, decoded.decodeBytes)
    const { image } = decoded
    if (image.kind === 'image') return image
    const name = (texture.getName() || texture.getURI() || 'without a name').slice(0, 80)
    warnings.push({ kind: 'missing-texture', message: `the image ${name} cannot be read: ${image.message}` })
    return null
  }

  return {
    textures,
    files,
    get decodeBytes() {
      return decodeBytes
    },
    add(texture, info, srgb) {
      if (texture === null || info === null) return -1
      const image = imageOf(texture)
      if (image === null) return -1
      const reading = {
        srgb,
        wrapU: wrapOf(info.getWrapS()),
        wrapV: wrapOf(info.getWrapT()),
        filter: info.getMagFilter() === GL_NEAREST ? ('nearest' as const) : ('linear' as const),
        transform: uvTransformOf(info),
      }
      const key = JSON.stringify(reading)
      const variants = known.get(texture) ?? new Map<string, number>()
      known.set(texture, variants)
      const index = variants.get(key) ?? textures.length
      if (index === textures.length) {
        // Each way of reading an image shares its texels.
        if (variants.size === 0) bytes += texelBytes(image.width, image.height)
        if (bytes > bytesMax || index >= SCENE_LIMITS.textures) {
          refuseFile('scene-too-large', `the scene's textures take more than ${bytesMax} bytes`)
        }
        textures.push({ width: image.width, height: image.height, rgba: image.rgba, ...reading })
        variants.set(key, index)
      }
      return index
    },
  }
}

function wrapOf(mode: number): Wrap {
  if (mode === GL_CLAMP_TO_EDGE) return 'clamp'
  return mode === GL_MIRRORED_REPEAT ? 'mirror' : 'repeat'
}
