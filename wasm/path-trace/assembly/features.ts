/**
 * Features for the denoiser: albedo, shading normal and depth of the first surface that is not a smooth mirror or smooth
 * glass. A pass of its own over the same eye rays: a picture without it has the same bits, and costs the same.
 */
import { M_IOR, M_THIN_WALLED } from './scene'
import { reserve } from './arena'
import { aim, directionX, directionY, directionZ, originX, originY, originZ } from './camera'
import { draw, r0, r1 } from './sampler'
import { closestHit } from './bvh-trace'
import { hitDistance, hitTriangle, hitU, hitV } from './hit'
import { lookAtSky, skyB, skyG, skyR } from './environment'
import { back, baseB, baseG, baseR, emits, emittedB, emittedG, emittedR, gx, gy, gz, layered, material, metallic,
  nx, ny, nz, openHit, openSurface, px, py, pz, qx, qy, qz, readEmission, roughness, transmission } from './surface'
import { openBsdf } from './bsdf'
import { passed, passedB, passedG, passedR } from './layered-surface'
import { layersB, layersG, layersR, under } from './layers'
import { FAR, smaller } from './math'

export const FEATURE_PIXEL_SIZE: usize = 56
const ONE: f32 = 16777216
/** The most that one sample adds to a sum, as for radiance. */
const SAMPLE_MAX: f32 = 1048576
/** Surfaces followed: a pane has two sides, a glass ball before a mirror six. */
const FOLLOWED_MAX: i32 = 8
/** Rougher than this, what is seen in a surface is blurred, and its own features say more. */
const SMOOTH_MAX: f32 = 0.1

export let features: usize = 0
let room: f64 = 0

/** An empty film of features for so many pixels. 0 when memory is out. */
export function openFeatureFilm(pixels: i32): usize {
  const bytes = <f64>pixels * <f64>FEATURE_PIXEL_SIZE
  if (bytes > room) {
    features = reserve(bytes)
    room = features == 0 ? 0 : bytes
  } else memory.fill(features, 0, <usize>bytes)
  return features
}

/** Adds the features of sample `index` of the pixel at (x, y), numbered `pixel`, to the sums at `to`. */
export function addFeatures(to: usize, pixel: u32, x: i32, y: i32, index: u32): void {
  draw(pixel, index, 0)
  aim(<f32>x + r0, <f32>y + r1)
  let ox = originX, oy = originY, oz = originZ, dx = directionX, dy = directionY, dz = directionZ
  let throughR: f32 = 1, throughG: f32 = 1, throughB: f32 = 1, depth: f32 = 0
  for (let followed = 0; ; followed++) {
    draw(pixel, index, <u32>followed + 1)
    closestHit(ox, oy, oz, dx, dy, dz, FAR)
    if (hitTriangle < 0) {
      lookAtSky(dx, dy, dz)
      addColor(to, throughR * smaller(skyR, 1), throughG * smaller(skyG, 1), throughB * smaller(skyB, 1))
      return
    }
    depth += hitDistance
    openHit(dx, dy, dz)
    const lit = emits()
    if (lit) readEmission(hitTriangle, material, hitU, hitV)
    openSurface(ox, oy, oz, dx, dy, dz)
    const glass: bool = transmission * (<f32>1 - metallic) > 0.5
    if (lit || followed == FOLLOWED_MAX || roughness > SMOOTH_MAX || !(glass || metallic > 0.5)) {
      if (lit) addColor(to, throughR * smaller(emittedR, 1), throughG * smaller(emittedG, 1), throughB * smaller(emittedB, 1))
      else if (layered && openBsdf(dx, dy, dz, 1)) {
        // The colour that all layers make together, as far as they show one.
        const kept: f32 = <f32>1 - passed
        addColor(to, throughR * ((baseR * kept + passedR * passed) * under + layersR),
          throughG * ((baseG * kept + passedG * passed) * under + layersG),
          throughB * ((baseB * kept + passedB * passed) * under + layersB))
      } else addColor(to, throughR * baseR, throughG * baseG, throughB * baseB)
      addTo(to + 24, nx)
      addTo(to + 32, ny)
      addTo(to + 40, nz)
      addTo(to + 48, depth)
      return
    }
    throughR *= baseR
    throughG *= baseG
    throughB *= baseB
    if (glass && load<u32>(material, M_THIN_WALLED)) {
      ox = qx
      oy = qy
      oz = qz
      continue
    }
    const cosine = -(dx * nx + dy * ny + dz * nz), ior = load<f32>(material, M_IOR)
    const eta: f32 = back ? ior : <f32>1 / ior, k: f32 = <f32>1 - eta * eta * (<f32>1 - cosine * cosine)
    if (glass && k > 0) {
      const along = eta * cosine - sqrt<f32>(k)
      dx = dx * eta + nx * along
      dy = dy * eta + ny * along
      dz = dz * eta + nz * along
      ox = qx
      oy = qy
      oz = qz
    } else {
      const twice = cosine * <f32>2
      dx = dx + nx * twice
      dy = dy + ny * twice
      dz = dz + nz * twice
      // A reflection below the triangle, which a bent normal allows, starts below it.
      const above = dx * gx + dy * gy + dz * gz > 0
      ox = above ? px : qx
      oy = above ? py : qy
      oz = above ? pz : qz
    }
  }
}

function addColor(to: usize, r: f32, g: f32, b: f32): void {
  addTo(to, r)
  addTo(to + 8, g)
  addTo(to + 16, b)
}

/** What is not finite adds nothing. */
function addTo(to: usize, v: f32): void {
  if (abs<f32>(v) < Infinity) store<i64>(to, load<i64>(to) + <i64>(smaller(v, SAMPLE_MAX) * ONE))
}
