import { refuseFile } from './import-fault.ts'
import type { GltfJson } from './schema.ts'

/** The extension by which a texture's picture is WebP. */
export const WEBP_EXTENSION = 'EXT_texture_webp'

/**
 * Points the textures of a file to their WebP pictures, so that everything else takes them for pictures like any other. A picture
 * that stands in for readers without WebP is not used. Refuses with `not-gltf` where a texture names an image that there is not.
 *
 * Source: EXT_texture_webp (Khronos glTF extensions).
 */
export function unwrapWebp(gltf: GltfJson): void {
  for (const texture of gltf.textures ?? []) {
    const { extensions } = texture as { extensions?: Record<string, unknown> }
    const webp = extensions?.[WEBP_EXTENSION]
    if (extensions === undefined || typeof webp !== 'object' || webp === null) continue
    const { source } = webp as { source?: unknown }
    if (typeof source !== 'number' || gltf.images?.[source] === undefined) {
      refuseFile('not-gltf', 'a WebP texture of the file names an image which is not in it')
    }
    texture.source = source
    extensions[WEBP_EXTENSION] = undefined
  }
}
