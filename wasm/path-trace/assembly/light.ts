/**
 * Every source of light that can be aimed at, in one list: emissive triangles, punctual lights, and the sky where
 * it is a map. One is chosen by its power, then a point or direction on it.
 */
import { L_COS_INNER, L_COS_OUTER, L_DIRECTION, L_INTENSITY, L_KIND, L_POSITION, L_RANGE, LIGHT_SIZE, M_CLEARCOAT,
  M_DOUBLE_SIDED, M_EMISSIVE, MATERIAL_SIZE, environmentWidth, lightCount, lights, materials, positions, triangleCount,
  triangleMaterials } from './scene'
import { R_GEOMETRIC, R_LIGHT_DENSITY, R_MATERIAL, TRIANGLE_SIZE, triangles, vertexOf } from './triangle'
import { FAR, PI, luminance } from './math'
import { dimByCoat, emittedB, emittedG, emittedR, readEmission } from './surface'
import { locate, sampleSky, skyB, skyDensity, skyG, skyIsMap, skyLuminance, skyR, skyX, skyY, skyZ } from './environment'
import { reserve } from './arena'

/** A triangle's emission is averaged over so many points per side of a lattice. */
const LATTICE: i32 = 4
/** Half of all choices go by power, half evenly to the kinds that are there: power says little about distance. */
const EVEN_SHARE: f64 = 0.5
/** Shadow rays stop this short of a light. */
const SHORT: f32 = 0.9999
/** A light seen more edge-on than this is not seen. */
const EDGE_ON: f32 = 1e-6

/** The light sampled last: direction, distance to look for occluders within, radiance (or, for one without size,
 *  irradiance), density per solid angle or chance, and which of the two. */
export let towardsX: f32 = 0
export let towardsY: f32 = 0
export let towardsZ: f32 = 0
export let reach: f32 = 0
export let lightR: f32 = 0
export let lightG: f32 = 0
export let lightB: f32 = 0
export let lightDensity: f32 = 0
export let sizeless: bool = false
/** Chance of the sky in the list. */
export let skyChance: f32 = 0

/** Entries: triangle number, or ~ of a punctual light's, or SKY. Shares add up from 0 to 1. */
let entries: usize = 0
let shares: usize = 0
let count: i32 = 0
const SKY: i32 = 0x7fffffff

/** Whether there is anything to aim at. */
// @ts-ignore: decorator
@inline
export function anyLights(): bool { return count > 0 }

/** Makes the list. Needs triangles, textures and sky. False when memory is out. */
export function prepareLights(): bool {
  let emitters = 0
  for (let i = 0; i < triangleCount; i++) if (isEmissive(i)) emitters++
  const room = emitters + lightCount + 1
  entries = reserve(<f64>room * 4)
  shares = reserve(<f64>(room + 1) * 4)
  const powers = reserve(<f64>room * 8)
  if (entries == 0 || shares == 0 || powers == 0) return false
  count = 0
  let ofTriangles: f64 = 0, ofPunctual: f64 = 0, ofSky: f64 = 0
  for (let i = 0; i < triangleCount; i++) if (isEmissive(i)) ofTriangles += add(i, powerOfTriangle(i), powers)
  const trianglesEnd = count, radius = sceneRadius()
  for (let i = 0; i < lightCount; i++) ofPunctual += add(~i, powerOfPunctual(lights + <usize>i * LIGHT_SIZE, radius), powers)
  const punctualEnd = count
  if (skyIsMap()) ofSky = add(SKY, <f64>skyLuminance * 39.47841760435743 * radius * radius, powers)
  const total = ofTriangles + ofPunctual + ofSky
  const kinds: f64 = <f64>((ofTriangles > 0 ? 1 : 0) + (ofPunctual > 0 ? 1 : 0) + (ofSky > 0 ? 1 : 0))
  let sum: f64 = 0
  store<f32>(shares, 0)
  for (let i = 0; i < count; i++) {
    const ofKind = i < trianglesEnd ? ofTriangles : i < punctualEnd ? ofPunctual : ofSky
    sum += load<f64>(powers + <usize>i * 8) * ((1 - EVEN_SHARE) / total + EVEN_SHARE / (kinds * ofKind))
    store<f32>(shares + <usize>(i + 1) * 4, i == count - 1 ? 1 : <f32>sum)
  }
  skyChance = 0
  for (let i = 0; i < count; i++) {
    // The chance is what the rounded shares give, so that sampling and weighting agree.
    const entry = load<i32>(entries + <usize>i * 4), chance = shareOf(i)
    if (entry == SKY) skyChance = chance
    else if (entry >= 0) store<f32>(triangles + <usize>entry * TRIANGLE_SIZE, chance / areaOf(entry), R_LIGHT_DENSITY)
  }
  return true
}

function isEmissive(triangle: i32): bool {
  const m = materials + <usize>load<u32>(triangleMaterials + <usize>triangle * 4) * MATERIAL_SIZE
  return load<f32>(m, M_EMISSIVE) + load<f32>(m, M_EMISSIVE + 4) + load<f32>(m, M_EMISSIVE + 8) > 0
}

function add(entry: i32, power: f64, powers: usize): f64 {
  if (!(power > 0)) return 0
  store<i32>(entries + <usize>count * 4, entry)
  store<f64>(powers + <usize>count * 8, power)
  count++
  return power
}

function shareOf(i: i32): f32 {
  const at = shares + <usize>i * 4
  return load<f32>(at, 4) - load<f32>(at)
}

function areaOf(triangle: i32): f32 {
  const a = positions + <usize>vertexOf(triangle, 0) * 12, b = positions + <usize>vertexOf(triangle, 1) * 12
  const c = positions + <usize>vertexOf(triangle, 2) * 12
  const ax = load<f32>(a), ay = load<f32>(a, 4), az = load<f32>(a, 8)
  const ux = load<f32>(b) - ax, uy = load<f32>(b, 4) - ay, uz = load<f32>(b, 8) - az
  const vx = load<f32>(c) - ax, vy = load<f32>(c, 4) - ay, vz = load<f32>(c, 8) - az
  const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx
  return <f32>0.5 * sqrt<f32>(x * x + y * y + z * z)
}

function powerOfTriangle(triangle: i32): f64 {
  const area = areaOf(triangle), m = materials + <usize>load<u32>(triangleMaterials + <usize>triangle * 4) * MATERIAL_SIZE
  if (area == 0) return 0
  let sum: f32 = 0
  for (let j = 0; j < LATTICE; j++) for (let i = 0; i < LATTICE; i++) {
    const s = sqrt<f32>((<f32>i + <f32>0.5) / <f32>LATTICE)
    readEmission(triangle, m, <f32>1 - s, (<f32>j + <f32>0.5) / <f32>LATTICE * s)
    sum += luminance(emittedR, emittedG, emittedB)
  }
  return <f64>area * <f64>sum * 3.141592653589793 / <f64>(LATTICE * LATTICE)
}

function powerOfPunctual(light: usize, radius: f64): f64 {
  const l = <f64>luminance(load<f32>(light, L_INTENSITY), load<f32>(light, L_INTENSITY + 4), load<f32>(light, L_INTENSITY + 8))
  const kind = load<u32>(light, L_KIND)
  if (kind == 0) return l * 3.141592653589793 * radius * radius
  if (kind == 1) return l * 12.566370614359172
  return l * 6.283185307179586 * (1 - 0.5 * (<f64>load<f32>(light, L_COS_INNER) + <f64>load<f32>(light, L_COS_OUTER)))
}

/** Half the diagonal of the box around all vertices that triangles use. */
function sceneRadius(): f64 {
  let sum: f64 = 0
  for (let axis: usize = 0; axis < 12; axis += 4) {
    let low: f32 = Infinity, high: f32 = -Infinity
    for (let i = 0; i < triangleCount; i++) for (let k = 0; k < 3; k++) {
      const x = load<f32>(positions + <usize>vertexOf(i, k) * 12 + axis)
      low = x < low ? x : low
      high = x > high ? x : high
    }
    const extent = <f64>high - <f64>low
    sum += extent * extent
  }
  return Math.sqrt(sum) * 0.5
}

/** Aims at some light from p; `a` chooses it and, stretched again, one dimension of the place on it. False for none. */
export function aimAtLight(px: f32, py: f32, pz: f32, a: f32, b: f32): bool {
  const i = locate(shares, count, a), entry = load<i32>(entries + <usize>i * 4), chance = shareOf(i)
  a = (a - load<f32>(shares + <usize>i * 4)) / chance
  if (a >= 1) a = 0.99999994
  if (entry == SKY) return aimAtSky(a, b)
  if (entry < 0) return aimAtPunctual(lights + <usize>~entry * LIGHT_SIZE, px, py, pz, chance)
  return aimAtTriangle(entry, px, py, pz, a, b)
}

function aimAtSky(a: f32, b: f32): bool {
  sampleSky(a, b)
  towardsX = skyX
  towardsY = skyY
  towardsZ = skyZ
  reach = FAR
  lightR = skyR
  lightG = skyG
  lightB = skyB
  lightDensity = skyDensity * skyChance
  sizeless = false
  return lightDensity > 0
}

function aimAtTriangle(triangle: i32, px: f32, py: f32, pz: f32, a: f32, b: f32): bool {
  const p = positions + <usize>vertexOf(triangle, 0) * 12, q = positions + <usize>vertexOf(triangle, 1) * 12
  const r = positions + <usize>vertexOf(triangle, 2) * 12
  // Uniform on the area: PBRT §A.5.
  const s = sqrt<f32>(a), u: f32 = <f32>1 - s, v = b * s, w: f32 = <f32>1 - u - v
  const x = load<f32>(p) * w + load<f32>(q) * u + load<f32>(r) * v - px
  const y = load<f32>(p, 4) * w + load<f32>(q, 4) * u + load<f32>(r, 4) * v - py
  const z = load<f32>(p, 8) * w + load<f32>(q, 8) * u + load<f32>(r, 8) * v - pz
  const d2 = x * x + y * y + z * z, d = sqrt<f32>(d2), k: f32 = <f32>1 / d
  towardsX = x * k
  towardsY = y * k
  towardsZ = z * k
  const t = triangles + <usize>triangle * TRIANGLE_SIZE, m = materials + <usize>load<u32>(t, R_MATERIAL) * MATERIAL_SIZE
  const c = -(towardsX * load<f32>(t, R_GEOMETRIC) + towardsY * load<f32>(t, R_GEOMETRIC + 4) + towardsZ * load<f32>(t, R_GEOMETRIC + 8))
  if (abs<f32>(c) < EDGE_ON || (c < 0 && !load<u32>(m, M_DOUBLE_SIDED))) return false
  readEmission(triangle, m, u, v)
  if (load<f32>(m, M_CLEARCOAT) > 0) dimByCoat(triangle, m, u, v, towardsX, towardsY, towardsZ)
  lightR = emittedR
  lightG = emittedG
  lightB = emittedB
  lightDensity = load<f32>(t, R_LIGHT_DENSITY) * d2 / abs<f32>(c)
  reach = d * SHORT
  sizeless = false
  return true
}

/** KHR_lights_punctual: inverse square law, a window at the range, a smooth step between the cones. */
function aimAtPunctual(light: usize, px: f32, py: f32, pz: f32, chance: f32): bool {
  const kind = load<u32>(light, L_KIND)
  let strength: f32 = 1
  if (kind == 0) {
    towardsX = -load<f32>(light, L_DIRECTION)
    towardsY = -load<f32>(light, L_DIRECTION + 4)
    towardsZ = -load<f32>(light, L_DIRECTION + 8)
    reach = FAR
  } else {
    const x = load<f32>(light, L_POSITION) - px, y = load<f32>(light, L_POSITION + 4) - py, z = load<f32>(light, L_POSITION + 8) - pz
    const d2 = x * x + y * y + z * z, d = sqrt<f32>(d2), k: f32 = <f32>1 / d
    towardsX = x * k
    towardsY = y * k
    towardsZ = z * k
    reach = d * SHORT
    strength = <f32>1 / d2
    const range = load<f32>(light, L_RANGE)
    if (range > 0) {
      const n = d / range, n2 = n * n, window: f32 = <f32>1 - n2 * n2
      if (window <= 0) return false
      strength *= window
    }
    if (kind == 2) {
      const c = -(towardsX * load<f32>(light, L_DIRECTION) + towardsY * load<f32>(light, L_DIRECTION + 4) + towardsZ * load<f32>(light, L_DIRECTION + 8))
      const outer = load<f32>(light, L_COS_OUTER), span = load<f32>(light, L_COS_INNER) - outer
      let s: f32 = (c - outer) / (span > <f32>0.001 ? span : <f32>0.001)
      if (s <= 0) return false
      if (s > 1) s = 1
      strength *= s * s
    }
  }
  lightR = load<f32>(light, L_INTENSITY) * strength
  lightG = load<f32>(light, L_INTENSITY + 4) * strength
  lightB = load<f32>(light, L_INTENSITY + 8) * strength
  lightDensity = chance
  sizeless = true
  return true
}
