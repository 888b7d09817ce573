import type { TextureInfo } from '@gltf-transform/core'
import type { Transform } from '@gltf-transform/extensions'
import { cos as cosine, sin as sine } from '../../../../../wasm/path-trace/exact-math.ts'
import { SCENE_LIMITS } from '../../../../../wasm/path-trace/scene-layout.ts'
import { AS_IT_LIES, type UvTransform } from '../../../../../wasm/path-trace/scene-texture.ts'
import { bounded, boundedTriple } from '../bounded.ts'

/** The last set of texture coordinates that glTF knows how to name here. */
const SET_MAX = 15

/** KHR_texture_transform of a texture: scaled, then turned counter-clockwise as seen with v downwards, then moved. */
export function uvTransformOf(info: TextureInfo): UvTransform {
  const transform = info.getExtension<Transform>('KHR_texture_transform')
  if (transform === null) return AS_IT_LIES
  const most = SCENE_LIMITS.uvTransform
  const [x, y] = boundedTriple(transform.getOffset(), -most, most, 0)
  const [sx, sy] = boundedTriple(transform.getScale(), -most, most, 1)
  const angle = bounded(transform.getRotation(), -most, most, 0)
  const [cos, sin] = [cosine(angle), sine(angle)]
  return [cos * sx, sin * sy, x, -sin * sx, cos * sy, y]
}

/** The set of texture coordinates that a texture reads; the transform's own has precedence. */
export function uvSetOf(info: TextureInfo): number {
  const transform = info.getExtension<Transform>('KHR_texture_transform')
  return bounded(transform?.getTexCoord(), 0, SET_MAX, info.getTexCoord())
}
