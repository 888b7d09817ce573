/** From a hit to what is there: place, normals, and the material with its textures read. */
import { M_ATTENUATION_DISTANCE, M_BASE_COLOR, M_BASE_COLOR_TEXTURE, M_COLORED_EMISSION, M_DOUBLE_SIDED, M_EMISSIVE, M_EMISSIVE_TEXTURE,
  M_METALLIC, M_METALLIC_ROUGHNESS_TEXTURE, M_NORMAL_SCALE, M_NORMAL_TEXTURE, M_ROUGHNESS, M_TRANSMISSION,
  M_TRANSMISSION_TEXTURE, MATERIAL_SIZE, colors, hasColors, materials, positions, tangents, uvs } from './scene'
import { LAYERED, R_FLAGS, R_GEOMETRIC, R_MATERIAL, SMOOTH, TEXTURED, TRIANGLE_SIZE, triangles, vertexOf } from './triangle'
import { alongX, alongY, coat, coatAt, coatFresnel, coatIsTextured, coatNormalScale, coatNormalTexture, layersAreTextured, openFactors,
  readLayerTextures } from './layered-surface'
import { hitDistance, hitTriangle, hitU, hitV } from './hit'
import { readTexture, texelB, texelG, texelR } from './texture'
import { larger, smaller } from './math'

/** How far rays start from the surface, of the largest coordinate or the ray's length: 2⁻¹⁷. */
const OFFSET: f32 = 0.00000762939453125
/** A shading normal is bent until it sees the viewer at this cosine at least. */
const FACING_MIN: f32 = 0.01

/** Record and material of the triangle. */
export let record: usize = 0
export let material: usize = 0
/** Whether the ray met the back, which is the inside. */
export let back: bool = false
/** Cosine between the geometric normal and the way back. */
export let facing: f32 = 0
/** Geometric normal, on the viewer's side. */
export let gx: f32 = 0
export let gy: f32 = 0
export let gz: f32 = 0
/** Shading normal, on the viewer's side. */
export let nx: f32 = 0
export let ny: f32 = 0
export let nz: f32 = 0
/** Whether the two, or the coat's, may differ. */
export let bent: bool = false
/** Whether the material is LAYERED; then its coat's normal, on the viewer's side. */
export let layered: bool = false
/** What `readAlong` found. */
export let brushedX: f32 = 0
export let brushedY: f32 = 0
export let brushedZ: f32 = 0
export let coatX: f32 = 0
export let coatY: f32 = 0
export let coatZ: f32 = 0
/** Where reflected rays start, and where transmitted ones do. */
export let px: f32 = 0
export let py: f32 = 0
export let pz: f32 = 0
export let qx: f32 = 0
export let qy: f32 = 0
export let qz: f32 = 0
export let baseR: f32 = 0
export let baseG: f32 = 0
export let baseB: f32 = 0
export let metallic: f32 = 0
export let roughness: f32 = 0
export let transmission: f32 = 0
export let emittedR: f32 = 0
export let emittedG: f32 = 0
export let emittedB: f32 = 0

let textureU: f32 = 0
let textureV: f32 = 0

/** Finds record, material and side of the last hit of a ray with this direction. */
// @ts-ignore: decorator
@inline
export function openHit(dx: f32, dy: f32, dz: f32): void {
  record = triangles + <usize>hitTriangle * TRIANGLE_SIZE
  material = materials + <usize>load<u32>(record, R_MATERIAL) * MATERIAL_SIZE
  gx = load<f32>(record, R_GEOMETRIC)
  gy = load<f32>(record, R_GEOMETRIC + 4)
  gz = load<f32>(record, R_GEOMETRIC + 8)
  facing = -(dx * gx + dy * gy + dz * gz)
  back = facing < 0
  if (back) {
    facing = -facing
    gx = -gx
    gy = -gy
    gz = -gz
  }
}

/** Whether the hit side of the surface emits at all. */
// @ts-ignore: decorator
@inline
export function emits(): bool {
  return load<f32>(material, M_EMISSIVE) + load<f32>(material, M_EMISSIVE + 4) + load<f32>(material, M_EMISSIVE + 8) > 0 &&
    (!back || load<u32>(material, M_DOUBLE_SIDED) != 0)
}

/** Radiance of a material at a point of a triangle, into emittedR…emittedB. */
export function readEmission(triangle: i32, from: usize, u: f32, v: f32): void {
  emittedR = load<f32>(from, M_EMISSIVE)
  emittedG = load<f32>(from, M_EMISSIVE + 4)
  emittedB = load<f32>(from, M_EMISSIVE + 8)
  if (hasColors && load<u32>(from, M_COLORED_EMISSION) != 0) {
    const w: f32 = <f32>1 - u - v, a = colors + <usize>vertexOf(triangle, 0) * 16
    const b = colors + <usize>vertexOf(triangle, 1) * 16, c = colors + <usize>vertexOf(triangle, 2) * 16
    emittedR *= load<f32>(a) * w + load<f32>(b) * u + load<f32>(c) * v
    emittedG *= load<f32>(a, 4) * w + load<f32>(b, 4) * u + load<f32>(c, 4) * v
    emittedB *= load<f32>(a, 8) * w + load<f32>(b, 8) * u + load<f32>(c, 8) * v
  }
  const texture = load<i32>(from, M_EMISSIVE_TEXTURE)
  if (texture < 0) return
  readUv(triangle, u, v)
  readTexture(texture, textureU, textureV)
  emittedR *= texelR
  emittedG *= texelG
  emittedB *= texelB
}

/**
 * Dims the emission just read by the coat over it, for light along unit d (KHR_materials_clearcoat). The coat's own normal
 * map is left out, so that a light that is aimed at is as bright as one that is met.
 */
export function dimByCoat(triangle: i32, from: usize, u: f32, v: f32, dx: f32, dy: f32, dz: f32): void {
  if (coatIsTextured(from)) readUv(triangle, u, v)
  const w: f32 = <f32>1 - u - v, r = triangles + <usize>triangle * TRIANGLE_SIZE, strength = coatAt(from, textureU, textureV)
  const x = load<f32>(r) * w + load<f32>(r, 12) * u + load<f32>(r, 24) * v
  const y = load<f32>(r, 4) * w + load<f32>(r, 16) * u + load<f32>(r, 28) * v
  const z = load<f32>(r, 8) * w + load<f32>(r, 20) * u + load<f32>(r, 32) * v
  const l2 = x * x + y * y + z * z
  if (!(l2 > 0)) return
  const c = abs<f32>(dx * x + dy * y + dz * z) / sqrt<f32>(l2)
  const k: f32 = <f32>1 - strength * coatFresnel(smaller(c, 1))
  emittedR *= k
  emittedG *= k
  emittedB *= k
}

function readUv(triangle: i32, u: f32, v: f32): void {
  const w: f32 = <f32>1 - u - v
  const a = uvs + <usize>vertexOf(triangle, 0) * 8, b = uvs + <usize>vertexOf(triangle, 1) * 8
  const c = uvs + <usize>vertexOf(triangle, 2) * 8
  textureU = load<f32>(a) * w + load<f32>(b) * u + load<f32>(c) * v
  textureV = load<f32>(a, 4) * w + load<f32>(b, 4) * u + load<f32>(c, 4) * v
}

/** Reads all of the opened hit of the ray o + t d that scattering needs. */
export function openSurface(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32): void {
  const flags = load<u32>(record, R_FLAGS)
  px = ox + dx * hitDistance
  py = oy + dy * hitDistance
  pz = oz + dz * hitDistance
  const offset = larger(larger(abs<f32>(px), abs<f32>(py)), larger(abs<f32>(pz), hitDistance)) * OFFSET
  qx = px - gx * offset
  qy = py - gy * offset
  qz = pz - gz * offset
  nx = gx
  ny = gy
  nz = gz
  bent = false
  baseR = load<f32>(material, M_BASE_COLOR)
  baseG = load<f32>(material, M_BASE_COLOR + 4)
  baseB = load<f32>(material, M_BASE_COLOR + 8)
  metallic = load<f32>(material, M_METALLIC)
  roughness = load<f32>(material, M_ROUGHNESS)
  transmission = load<f32>(material, M_TRANSMISSION)
  layered = (flags & LAYERED) != 0
  if (flags & SMOOTH) interpolateNormal()
  if (layered) openLayers()
  if (flags & TEXTURED) readTextures()
  if (bent) {
    faceViewer(dx, dy, dz)
    if (layered && coat > 0) {
      swapNormals()
      faceViewer(dx, dy, dz)
      swapNormals()
    }
  }
  if (flags & SMOOTH && transmission == 0) liftFromTerminator()
  px += gx * offset
  py += gy * offset
  pz += gz * offset
}

function interpolateNormal(): void {
  const w: f32 = <f32>1 - hitU - hitV, r = record
  const x = load<f32>(r) * w + load<f32>(r, 12) * hitU + load<f32>(r, 24) * hitV
  const y = load<f32>(r, 4) * w + load<f32>(r, 16) * hitU + load<f32>(r, 28) * hitV
  const z = load<f32>(r, 8) * w + load<f32>(r, 20) * hitU + load<f32>(r, 32) * hitV
  const l2 = x * x + y * y + z * z
  if (!(l2 > 0)) return
  // Vertex normals say how the surface bends; which side is the front is the triangle's own to say.
  let s: f32 = <f32>1 / sqrt<f32>(l2)
  if (x * gx + y * gy + z * gz < 0) s = -s
  nx = x * s
  ny = y * s
  nz = z * s
  bent = true
}

/** Reads what the layers are made of. Their coat follows the smooth normal, and a map of its own, not the base's. */
function openLayers(): void {
  openFactors(material)
  coatX = nx
  coatY = ny
  coatZ = nz
  if (!layersAreTextured(material)) return
  readUv(hitTriangle, hitU, hitV)
  readLayerTextures(material, textureU, textureV)
  const map = coatNormalTexture(material)
  if (map < 0 || coat == 0) return
  readTexture(map, textureU, textureV)
  mapNormal(hitTriangle, <f32>1 - hitU - hitV, coatNormalScale(material))
  swapNormals()
}

/**
 * The direction along which an anisotropic surface is rougher, at right angles to the shading normal, into brushedX…. False
 * where the mesh has no tangent.
 */
export function readAlong(): bool {
  const triangle = hitTriangle, w: f32 = <f32>1 - hitU - hitV
  const a = tangents + <usize>vertexOf(triangle, 0) * 16, b = tangents + <usize>vertexOf(triangle, 1) * 16
  const c = tangents + <usize>vertexOf(triangle, 2) * 16
  const tx = load<f32>(a) * w + load<f32>(b) * hitU + load<f32>(c) * hitV
  const ty = load<f32>(a, 4) * w + load<f32>(b, 4) * hitU + load<f32>(c, 4) * hitV
  const tz = load<f32>(a, 8) * w + load<f32>(b, 8) * hitU + load<f32>(c, 8) * hitV
  const side: f32 = back ? -1 : 1, sign: f32 = load<f32>(a, 12) < 0 ? -1 : 1, fx = nx * side, fy = ny * side, fz = nz * side
  const k = alongY * sign
  const x = tx * alongX + (fy * tz - fz * ty) * k, y = ty * alongX + (fz * tx - fx * tz) * k
  const z = tz * alongX + (fx * ty - fy * tx) * k, d = x * nx + y * ny + z * nz
  brushedX = x - nx * d
  brushedY = y - ny * d
  brushedZ = z - nz * d
  const l2 = brushedX * brushedX + brushedY * brushedY + brushedZ * brushedZ
  if (!(l2 > 1e-12)) return false
  const l: f32 = <f32>1 / sqrt<f32>(l2)
  brushedX *= l
  brushedY *= l
  brushedZ *= l
  return true
}

/** Exchanges the base's normal and the coat's. */
function swapNormals(): void {
  const x = nx, y = ny, z = nz
  nx = coatX
  ny = coatY
  nz = coatZ
  coatX = x
  coatY = y
  coatZ = z
}

function readTextures(): void {
  const triangle = hitTriangle, w: f32 = <f32>1 - hitU - hitV
  if (hasColors) {
    const a = colors + <usize>vertexOf(triangle, 0) * 16, b = colors + <usize>vertexOf(triangle, 1) * 16
    const c = colors + <usize>vertexOf(triangle, 2) * 16
    baseR *= load<f32>(a) * w + load<f32>(b) * hitU + load<f32>(c) * hitV
    baseG *= load<f32>(a, 4) * w + load<f32>(b, 4) * hitU + load<f32>(c, 4) * hitV
    baseB *= load<f32>(a, 8) * w + load<f32>(b, 8) * hitU + load<f32>(c, 8) * hitV
  }
  const color = load<i32>(material, M_BASE_COLOR_TEXTURE), surface = load<i32>(material, M_METALLIC_ROUGHNESS_TEXTURE)
  const normal = load<i32>(material, M_NORMAL_TEXTURE), clear = load<i32>(material, M_TRANSMISSION_TEXTURE)
  if ((color & surface & normal & clear) == -1) return
  readUv(triangle, hitU, hitV)
  if (color >= 0) {
    readTexture(color, textureU, textureV)
    baseR *= texelR
    baseG *= texelG
    baseB *= texelB
  }
  if (surface >= 0) {
    readTexture(surface, textureU, textureV)
    roughness *= texelG
    metallic *= texelB
  }
  if (clear >= 0) {
    readTexture(clear, textureU, textureV)
    transmission *= texelR
  }
  if (normal >= 0) {
    readTexture(normal, textureU, textureV)
    mapNormal(triangle, w, load<f32>(material, M_NORMAL_SCALE))
  }
}

/** Turns the shading normal by the texel just read (glTF 2.0 §3.9.3). */
function mapNormal(triangle: i32, w: f32, scale: f32): void {
  const a = tangents + <usize>vertexOf(triangle, 0) * 16, b = tangents + <usize>vertexOf(triangle, 1) * 16
  const c = tangents + <usize>vertexOf(triangle, 2) * 16
  const tx = load<f32>(a) * w + load<f32>(b) * hitU + load<f32>(c) * hitV
  const ty = load<f32>(a, 4) * w + load<f32>(b, 4) * hitU + load<f32>(c, 4) * hitV
  const tz = load<f32>(a, 8) * w + load<f32>(b, 8) * hitU + load<f32>(c, 8) * hitV
  const t2 = tx * tx + ty * ty + tz * tz
  if (!(t2 > 0)) return
  // From behind, the map is seen from behind: its normal is that of the front, turned to the viewer.
  const side: f32 = back ? -1 : 1, sign: f32 = load<f32>(a, 12) < 0 ? -1 : 1
  const fx = nx * side, fy = ny * side, fz = nz * side, s: f32 = <f32>1 / sqrt<f32>(t2)
  const ux = tx * s, uy = ty * s, uz = tz * s
  const bx = (fy * uz - fz * uy) * sign, by = (fz * ux - fx * uz) * sign, bz = (fx * uy - fy * ux) * sign
  const mx = (texelR * <f32>2 - <f32>1) * scale, my = (texelG * <f32>2 - <f32>1) * scale, mz = texelB * <f32>2 - <f32>1
  const x = ux * mx + bx * my + fx * mz, y = uy * mx + by * my + fy * mz, z = uz * mx + bz * my + fz * mz
  const l2 = x * x + y * y + z * z
  if (!(l2 > 0)) return
  const l = side / sqrt<f32>(l2)
  nx = x * l
  ny = y * l
  nz = z * l
  bent = true
}

/** A normal that turns away from the viewer is tilted towards him. */
function faceViewer(dx: f32, dy: f32, dz: f32): void {
  const c = -(dx * nx + dy * ny + dz * nz)
  if (c >= FACING_MIN) return
  const k: f32 = FACING_MIN - c, x = nx - dx * k, y = ny - dy * k, z = nz - dz * k
  const s: f32 = <f32>1 / sqrt<f32>(x * x + y * y + z * z)
  nx = x * s
  ny = y * s
  nz = z * s
}

/**
 * Moves the place where rays start out to the surface that the normals pretend, so that low-polygon meshes cast
 * no shadow of their facets on themselves (Hanika, "Hacking the Shadow Terminator", Ray Tracing Gems II, 2021).
 */
function liftFromTerminator(): void {
  const w: f32 = <f32>1 - hitU - hitV, side: f32 = back ? -1 : 1
  let x = px, y = py, z = pz
  for (let k = 0; k < 3; k++) {
    const v = positions + <usize>vertexOf(hitTriangle, k) * 12, n = record + <usize>k * 12
    const ax = load<f32>(n) * side, ay = load<f32>(n, 4) * side, az = load<f32>(n, 8) * side
    const d = (px - load<f32>(v)) * ax + (py - load<f32>(v, 4)) * ay + (pz - load<f32>(v, 8)) * az
    if (d < 0) {
      const m = d * (k == 0 ? w : k == 1 ? hitU : hitV)
      x -= ax * m
      y -= ay * m
      z -= az * m
    }
  }
  px = x
  py = y
  pz = z
}
