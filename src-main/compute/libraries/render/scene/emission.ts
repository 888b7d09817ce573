import type { MaterialDescription, TextureDescription } from '../../../../../wasm/path-trace/scene.ts'
import { readTexture } from '../../../../../wasm/path-trace/reference/texture.ts'
import { type SceneGeometry, triangleArea } from './geometry.ts'

/** Texture reads over all triangles that emit: a tenth of a second. */
const READS_MAX = 1 << 17
/** Texture reads of one triangle: a pattern on a large square is seen, too. */
const READS_PER_TRIANGLE_MAX = 1024

/** Steps of the R2 sequence, which spreads points evenly over a square (Roberts 2018). */
const R2_X = 0.7548776662466927
const R2_Y = 0.5698402909980532

/** Weights of a triangle's corners at a point. */
type Barycentric = readonly [number, number, number]

/** Rec. 709 luminance of a linear colour. */
function luminance(r: number, g: number, b: number): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** `count` points spread evenly over a triangle; the same ones for the same count. */
function spreadPoints(count: number): Barycentric[] {
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [(0.5 + (i + 1) * R2_X) % 1, (0.5 + (i + 1) * R2_Y) % 1]
    const [u, v] = x + y > 1 ? [1 - x, 1 - y] : [x, y]
    return [1 - u - v, u, v]
  })
}

/**
 * Luminance of the radiance that surfaces emit, averaged over the area of all of them. Emissive textures count as they are
 * at points spread over each triangle, so that a dark texture with a few glowing dots is little light. The result has the
 * same bits on every machine.
 */
export function meanEmission(
  geometry: SceneGeometry,
  materials: readonly MaterialDescription[],
  textures: readonly TextureDescription[],
): number {
  const { positions, indices, triangleMaterials } = geometry
  const emits = materials.map(({ emissive: [r, g, b] }) => luminance(r, g, b) > 0)
  const emitters = triangleMaterials.reduce((sum, material) => sum + (emits[material] === true ? 1 : 0), 0)
  const reads = Math.max(1, Math.min(READS_PER_TRIANGLE_MAX, Math.floor(READS_MAX / Math.max(1, emitters))))
  const points = spreadPoints(reads)
  let [emitted, area] = [0, 0]
  for (let t = 0; t < triangleMaterials.length; t++) {
    const [a = 0, b = 0, c = 0] = indices.subarray(3 * t, 3 * t + 3)
    const size = triangleArea(positions, a, b, c)
    area += size
    const material = materials[triangleMaterials[t] ?? 0]
    if (material === undefined || emits[triangleMaterials[t] ?? 0] !== true) continue
    const shown = { ...material, emissive: emissiveAt(material, geometry.colors, [a, b, c]) }
    emitted +=
      size * meanRadiance(shown, textures[material.textures.emissive], geometry.uvs, [a, b, c], points)
  }
  return area > 0 ? emitted / area : 0
}

/** The emission of a triangle of these corners, before its texture. */
function emissiveAt(
  { emissive, coloredEmission }: MaterialDescription,
  colors: Float32Array,
  corners: Barycentric,
): MaterialDescription['emissive'] {
  if (!coloredEmission || colors.length === 0) return emissive
  const mean = (channel: number) =>
    corners.reduce((sum, corner) => sum + (colors[4 * corner + channel] ?? 1) / corners.length, 0)
  return [emissive[0] * mean(0), emissive[1] * mean(1), emissive[2] * mean(2)]
}

/** Mean luminance that one triangle emits. */
function meanRadiance(
  { emissive: [r, g, b] }: MaterialDescription,
  texture: TextureDescription | undefined,
  uvs: Float32Array,
  corners: Barycentric,
  points: readonly Barycentric[],
): number {
  if (texture === undefined || uvs.length === 0) return luminance(r, g, b)
  const along = (axis: 0 | 1, weights: Barycentric): number =>
    corners.reduce((sum, corner, k) => sum + (weights[k] ?? 0) * (uvs[2 * corner + axis] ?? 0), 0)
  let sum = 0
  for (const point of points) {
    const [red, green, blue] = readTexture(texture, along(0, point), along(1, point))
    sum += luminance(r * red, g * green, b * blue)
  }
  return sum / points.length
}
