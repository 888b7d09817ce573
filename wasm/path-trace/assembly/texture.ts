/** Texture look-ups: glTF 2.0 §3.8.4, bilinear or nearest, without mip levels. */
import { TEXTURE_SIZE, T_FILTER, T_HEIGHT, T_SRGB, T_TEXELS, T_TRANSFORM, T_WIDTH, T_WRAP_U, T_WRAP_V, texels, textures } from './scene'
import { powerOf } from './math'
import { reserve } from './arena'

/** The texel read last, linear, 0…1. */
export let texelR: f32 = 0
export let texelG: f32 = 0
export let texelB: f32 = 0
export let texelA: f32 = 0

/** 256 floats of bytes as they are, then 256 of bytes decoded from sRGB. */
let decoded: usize = 0

/** Fills the decoding tables (IEC 61966-2-1). False when memory is out. */
export function prepareTextures(): bool {
  decoded = reserve(2048)
  if (decoded == 0) return false
  for (let i = 0; i < 256; i++) {
    const v = <f64>i / 255
    store<f32>(decoded + <usize>i * 4, <f32>v)
    store<f32>(decoded + <usize>i * 4, <f32>(v <= 0.04045 ? v / 12.92 : powerOf((v + 0.055) / 1.055, 2.4)), 1024)
  }
  return true
}

/** A texel's place in 0…size from any place; wrap 0 repeats, 1 mirrors, 2 clamps. */
// @ts-ignore: decorator
@inline
function wrapped(i: i32, size: i32, wrap: u32): i32 {
  if (wrap == 2) return i < 0 ? 0 : i >= size ? size - 1 : i
  const period = wrap == 1 ? size << 1 : size
  let k = i % period
  if (k < 0) k += period
  return k >= size ? period - 1 - k : k
}

/** Reads a texture, which lies as its transform says, at a surface's (u, v) into texelR…texelA. */
export function readTexture(index: i32, u: f32, v: f32): void {
  const t = textures + <usize>index * TEXTURE_SIZE
  const width = load<i32>(t, T_WIDTH), height = load<i32>(t, T_HEIGHT)
  const wrapU = load<u32>(t, T_WRAP_U), wrapV = load<u32>(t, T_WRAP_V)
  const base = texels + load<u32>(t, T_TEXELS), colors = decoded + (load<u32>(t, T_SRGB) << 10)
  const nearestOnly = load<u32>(t, T_FILTER) == 1
  const tu = load<f32>(t, T_TRANSFORM) * u + load<f32>(t, T_TRANSFORM + 4) * v + load<f32>(t, T_TRANSFORM + 8)
  const tv = load<f32>(t, T_TRANSFORM + 12) * u + load<f32>(t, T_TRANSFORM + 16) * v + load<f32>(t, T_TRANSFORM + 20)
  let x = tu * <f32>width, y = tv * <f32>height
  if (!nearestOnly) {
    x -= 0.5
    y -= 0.5
  }
  const fx = floor<f32>(x), fy = floor<f32>(y)
  const i = <i32>fx, j = <i32>fy
  const x0 = wrapped(i, width, wrapU), y0 = wrapped(j, height, wrapV)
  const a = load<u32>(base + (<usize>(y0 * width + x0) << 2))
  if (nearestOnly) {
    texelR = load<f32>(colors + ((a & 255) << 2))
    texelG = load<f32>(colors + (((a >> 8) & 255) << 2))
    texelB = load<f32>(colors + (((a >> 16) & 255) << 2))
    texelA = load<f32>(decoded + ((a >> 24) << 2))
    return
  }
  const x1 = wrapped(i + 1, width, wrapU), y1 = wrapped(j + 1, height, wrapV), s = x - fx, r = y - fy
  const b = load<u32>(base + (<usize>(y0 * width + x1) << 2))
  const c = load<u32>(base + (<usize>(y1 * width + x0) << 2))
  const d = load<u32>(base + (<usize>(y1 * width + x1) << 2))
  const wa = (<f32>1 - s) * (<f32>1 - r), wb = s * (<f32>1 - r), wc = (<f32>1 - s) * r, wd = s * r
  texelR = blended(colors, a, b, c, d, wa, wb, wc, wd, 0)
  texelG = blended(colors, a, b, c, d, wa, wb, wc, wd, 8)
  texelB = blended(colors, a, b, c, d, wa, wb, wc, wd, 16)
  texelA = blended(decoded, a, b, c, d, wa, wb, wc, wd, 24)
}

// @ts-ignore: decorator
@inline
function blended(table: usize, a: u32, b: u32, c: u32, d: u32, wa: f32, wb: f32, wc: f32, wd: f32, bits: u32): f32 {
  return load<f32>(table + (((a >> bits) & 255) << 2)) * wa + load<f32>(table + (((b >> bits) & 255) << 2)) * wb +
    load<f32>(table + (((c >> bits) & 255) << 2)) * wc + load<f32>(table + (((d >> bits) & 255) << 2)) * wd
}
