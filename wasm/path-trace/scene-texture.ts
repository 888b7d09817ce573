/** How a texture lies on a surface, and where the texels of a scene's textures lie in its packed form. */
import { TEXTURE, texelBytes } from './scene-layout.ts'

/** From a vertex's uv to a texture's: `u' = a·u + b·v + c`, `v' = d·u + e·v + f` (KHR_texture_transform). */
export type UvTransform = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** Neither moved nor turned nor scaled. */
export const AS_IT_LIES: UvTransform = [1, 0, 0, 0, 1, 0]

/** The size of a texture, and its texels: textures with the same array share it. */
interface Image {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** Where each texture's texels begin in their section, and how long it is: an image that several read is there once. */
export function texelPlaces(textures: readonly Image[]): {
  readonly places: readonly number[]
  readonly bytes: number
} {
  const known = new Map<Uint8Array, number>()
  let bytes = 0
  const places = textures.map(({ width, height, rgba }) => {
    const before = known.get(rgba)
    if (before !== undefined) return before
    const place = bytes
    known.set(rgba, place)
    bytes += texelBytes(width, height)
    return place
  })
  return { places, bytes }
}

/** Writes how a texture lies into its record at `at`. */
export function writeTransform(view: DataView, at: number, transform: UvTransform): void {
  transform.forEach((value, i) => view.setFloat32(at + TEXTURE.transform + i * 4, value, true))
}

/** The same, read back. */
export function readTransform(view: DataView, at: number): UvTransform {
  const float = (i: number) => view.getFloat32(at + TEXTURE.transform + i * 4, true)
  return [float(0), float(1), float(2), float(3), float(4), float(5)]
}
