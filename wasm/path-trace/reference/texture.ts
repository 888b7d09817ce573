/** Texture look-ups with the kernel's bits. */
import type { TextureDescription } from '../scene.ts'
import { bilinear, float, mul, sub, sum } from './float.ts'
import { powerOf } from './functions.ts'

/** Linear red, green, blue and alpha. */
export type Texel = readonly [number, number, number, number]

const linear = Array.from({ length: 256 }, (_, byte) => float(byte / 255))
const fromSrgb = Array.from({ length: 256 }, (_, byte) => {
  const v = byte / 255
  return float(v <= 0.04045 ? v / 12.92 : powerOf((v + 0.055) / 1.055, 2.4))
})

/** The texture, which lies as its transform says, at a surface's (u, v). */
export function readTexture(texture: TextureDescription, u: number, v: number): Texel {
  const { width, height, wrapU, wrapV, rgba, srgb } = texture
  const color = srgb ? fromSrgb : linear
  const half = texture.filter === 'nearest' ? 0 : 0.5
  const [a, b, c, d, e, f] = texture.transform
  const tu = sum(mul(a, u), mul(b, v), c)
  const tv = sum(mul(d, u), mul(e, v), f)
  const [x, y] = [sub(mul(tu, width), half), sub(mul(tv, height), half)]
  const [i, j] = [Math.floor(x), Math.floor(y)]
  const channel = (di: number, dj: number, k: number) => {
    const place = wrap(j + dj, height, wrapV) * width + wrap(i + di, width, wrapU)
    return (k < 3 ? color : linear)[rgba[place * 4 + k] ?? 0] ?? 0
  }
  const read = (k: number) =>
    texture.filter === 'nearest'
      ? channel(0, 0, k)
      : bilinear(channel(0, 0, k), channel(1, 0, k), channel(0, 1, k), channel(1, 1, k), sub(x, i), sub(y, j))
  return [read(0), read(1), read(2), read(3)]
}

function wrap(i: number, size: number, mode: TextureDescription['wrapU']): number {
  if (mode === 'clamp') return Math.min(Math.max(i, 0), size - 1)
  const period = mode === 'mirror' ? size * 2 : size
  const place = ((i % period) + period) % period
  return place < size ? place : period - 1 - place
}
