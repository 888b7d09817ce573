import { decodeBytes, decodeImage, type DecodedImage } from './decode-image.ts'
import type { ImageSource } from '../gltf/resources.ts'
import type { WebpDecoder } from './webp.ts'
import { refuseFile } from '../gltf/import-fault.ts'

/** Decoded pictures that a worker keeps: the textures of an animation's frames, which are jobs of their own. */
const KEPT_BYTES_MAX = 128 << 20

/** A picture that was decoded, and the memory that this took, bytes. */
export interface Decoded {
  readonly image: DecodedImage
  readonly decodeBytes: number
}

/** Decodes the pictures of scenes, within a bound of memory. */
export interface ImageDecoder {
  /**
   * The picture, not to be changed. Refuses with `scene-too-large` where decoding takes more than `memoryBytesMax`,
   * also where it is decoded already: a unit must not fare better for what its worker did before. WebP takes a decoder of its own.
   */
  decode(source: ImageSource, memoryBytesMax: number, webp?: WebpDecoder): Decoded
}

/** Decodes each picture each time. */
export const plainDecoder: ImageDecoder = {
  decode(source, memoryBytesMax, webp) {
    const bytes = source.read()
    const needed = decodeBytes(bytes)
    refuseAbove(needed, memoryBytesMax)
    return { image: decodeImage(bytes, webp), decodeBytes: needed }
  },
}

/**
 * A decoder that keeps the pictures that were used last, by the key of their content. Whose scene one was decoded for
 * does not matter: equal bytes give equal pictures.
 */
export function createImageDecoder(keptBytesMax = KEPT_BYTES_MAX): ImageDecoder {
  /** The one used longest ago first. */
  const kept = new Map<string, Decoded>()
  let keptBytes = 0

  function keep(key: string, decoded: Decoded): void {
    kept.set(key, decoded)
    keptBytes += pictureBytes(decoded)
    for (const [oldest, picture] of kept) {
      if (keptBytes <= keptBytesMax) return
      kept.delete(oldest)
      keptBytes -= pictureBytes(picture)
    }
  }

  return {
    decode(source, memoryBytesMax, webp) {
      if (source.key === undefined) return plainDecoder.decode(source, memoryBytesMax, webp)
      // A file without WebP shows the same, whatever was decoded here for another.
      const key = webp === undefined ? source.key : `${source.key} webp`
      const found = kept.get(key)
      if (found !== undefined) {
        refuseAbove(found.decodeBytes, memoryBytesMax)
        kept.delete(key)
        kept.set(key, found)
        return found
      }
      const decoded = plainDecoder.decode(source, memoryBytesMax, webp)
      // A failed image is decoded again next time: this machine may just have been out of memory.
      if (decoded.image.kind === 'image') keep(key, decoded)
      return decoded
    },
  }
}

function pictureBytes({ image }: Decoded): number {
  return image.kind === 'image' ? image.rgba.byteLength : 0
}

function refuseAbove(needed: number, memoryBytesMax: number): void {
  if (needed <= memoryBytesMax) return
  refuseFile('scene-too-large', `a texture takes ${needed} bytes to decode, limit ${memoryBytesMax}`)
}
