/**
 * The data of a triangle that shading reads, in one cache line: three unit vertex normals, the geometric normal, its
 * material, flags, and the density with which the light list picks a point on it.
 */
import { M_ALPHA_MODE, M_BASE_COLOR_TEXTURE, M_EMISSIVE_TEXTURE, M_METALLIC_ROUGHNESS_TEXTURE, M_NORMAL_TEXTURE,
  M_TRANSMISSION_TEXTURE, MATERIAL_SIZE, hasColors, indices, materials, normals, positions, triangleCount,
  triangleMaterials } from './scene'
import { isLayered } from './layered-surface'
import { reserve } from './arena'

export const TRIANGLE_SIZE: usize = 64
export const R_NORMALS: usize = 0
export const R_GEOMETRIC: usize = 36
export const R_MATERIAL: usize = 48
export const R_FLAGS: usize = 52
/** Probability per area of the light list, 0 where the triangle is not in it. */
export const R_LIGHT_DENSITY: usize = 56

/** The vertex normals are not all the geometric one. */
export const SMOOTH: u32 = 1
/** Something in its material is read through uvs or vertex colours. */
export const TEXTURED: u32 = 2
/** Rays may pass through it. */
export const CUT_OUT: u32 = 4
/** Its material has more than glTF's core: `layered-surface.ts`. */
export const LAYERED: u32 = 8

/** How far (squared) a vertex normal may be from the geometric one before the triangle counts as smooth. */
const FLAT_LIMIT: f32 = 1e-8

export let triangles: usize = 0
/** Whether any triangle is CUT_OUT: traversal asks only then. */
export let anyCutOut: bool = false

/** Fills the records. False when memory is out. */
export function prepareTriangles(): bool {
  triangles = reserve(<f64>triangleCount * <f64>TRIANGLE_SIZE)
  if (triangles == 0) return false
  anyCutOut = false
  for (let i = 0; i < triangleCount; i++) prepareTriangle(i)
  return true
}

// @ts-ignore: decorator
@inline
export function vertexOf(triangle: i32, corner: i32): u32 {
  return load<u32>(indices + (<usize>triangle * 3 + corner) * 4)
}

function prepareTriangle(i: i32): void {
  const record = triangles + <usize>i * TRIANGLE_SIZE
  const a = positions + <usize>vertexOf(i, 0) * 12, b = positions + <usize>vertexOf(i, 1) * 12
  const c = positions + <usize>vertexOf(i, 2) * 12
  const ax = load<f32>(a), ay = load<f32>(a, 4), az = load<f32>(a, 8)
  const ux = load<f32>(b) - ax, uy = load<f32>(b, 4) - ay, uz = load<f32>(b, 8) - az
  const vx = load<f32>(c) - ax, vy = load<f32>(c, 4) - ay, vz = load<f32>(c, 8) - az
  let nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx
  const length = sqrt<f32>(nx * nx + ny * ny + nz * nz)
  const scale: f32 = length > 0 ? 1 / length : 0
  nx *= scale
  ny *= scale
  nz *= scale
  store<f32>(record, nx, R_GEOMETRIC)
  store<f32>(record, ny, R_GEOMETRIC + 4)
  store<f32>(record, nz, R_GEOMETRIC + 8)
  let flags: u32 = 0
  for (let k = 0; k < 3; k++) {
    const n = normals + <usize>vertexOf(i, k) * 12
    let x = load<f32>(n), y = load<f32>(n, 4), z = load<f32>(n, 8)
    const l = sqrt<f32>(x * x + y * y + z * z)
    if (l > 0) {
      const s: f32 = 1 / l
      x *= s
      y *= s
      z *= s
    } else {
      x = nx
      y = ny
      z = nz
    }
    const dx = x - nx, dy = y - ny, dz = z - nz
    if (dx * dx + dy * dy + dz * dz > FLAT_LIMIT) flags |= SMOOTH
    const at = record + <usize>k * 12
    store<f32>(at, x)
    store<f32>(at, y, 4)
    store<f32>(at, z, 8)
  }
  const material = load<u32>(triangleMaterials + <usize>i * 4), m = materials + <usize>material * MATERIAL_SIZE
  if (hasColors || load<i32>(m, M_BASE_COLOR_TEXTURE) >= 0 || load<i32>(m, M_METALLIC_ROUGHNESS_TEXTURE) >= 0 ||
    load<i32>(m, M_NORMAL_TEXTURE) >= 0 || load<i32>(m, M_EMISSIVE_TEXTURE) >= 0 ||
    load<i32>(m, M_TRANSMISSION_TEXTURE) >= 0) flags |= TEXTURED
  if (isLayered(m)) flags |= LAYERED
  if (load<u32>(m, M_ALPHA_MODE) != 0) {
    flags |= CUT_OUT
    anyCutOut = true
  }
  store<u32>(record, material, R_MATERIAL)
  store<u32>(record, flags, R_FLAGS)
}
