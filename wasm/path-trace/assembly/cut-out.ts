/** Which hits on masked and blended surfaces count. Blending is by chance: a surface of opacity a stops a of all rays. */
import { ALPHA_MASK, M_ALPHA, M_ALPHA_CUTOFF, M_ALPHA_MODE, M_BASE_COLOR_TEXTURE, MATERIAL_SIZE, colors, hasColors,
  materials, uvs } from './scene'
import { CUT_OUT, R_FLAGS, R_MATERIAL, TRIANGLE_SIZE, triangles, vertexOf } from './triangle'
import { readTexture, texelA } from './texture'
import { hashed } from './sampler'

/**
 * Whether a ray that hits `triangle` at (u, v) stops there. Depends on the block drawn last, the triangle and
 * `salt` alone, and so not on the order in which triangles are met.
 */
export function stopsRay(triangle: i32, u: f32, v: f32, salt: u32): bool {
  if (!(load<u32>(triangles + <usize>triangle * TRIANGLE_SIZE, R_FLAGS) & CUT_OUT)) return true
  const material = materials + <usize>load<u32>(triangles + <usize>triangle * TRIANGLE_SIZE, R_MATERIAL) * MATERIAL_SIZE
  const w: f32 = <f32>1 - u - v
  let alpha = load<f32>(material, M_ALPHA)
  const i = vertexOf(triangle, 0), j = vertexOf(triangle, 1), k = vertexOf(triangle, 2)
  if (hasColors) {
    alpha *= load<f32>(colors + <usize>i * 16, 12) * w + load<f32>(colors + <usize>j * 16, 12) * u +
      load<f32>(colors + <usize>k * 16, 12) * v
  }
  const texture = load<i32>(material, M_BASE_COLOR_TEXTURE)
  if (texture >= 0) {
    const a = uvs + <usize>i * 8, b = uvs + <usize>j * 8, c = uvs + <usize>k * 8
    readTexture(texture, load<f32>(a) * w + load<f32>(b) * u + load<f32>(c) * v,
      load<f32>(a, 4) * w + load<f32>(b, 4) * u + load<f32>(c, 4) * v)
    alpha *= texelA
  }
  if (load<u32>(material, M_ALPHA_MODE) == ALPHA_MASK) return alpha >= load<f32>(material, M_ALPHA_CUTOFF)
  return hashed(salt + <u32>triangle * 0x85ebca6b) < alpha
}
