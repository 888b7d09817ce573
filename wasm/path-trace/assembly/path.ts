/**
 * One path: from the eye, scattered at surfaces, with a ray to some light at each of them. The two ways to find a
 * light are weighted by the power heuristic (Veach, 1997; PBRT §13.4).
 */
import { M_ATTENUATION_COLOR, M_ATTENUATION_DISTANCE, M_CLEARCOAT, M_DIFFUSE_TRANSMISSION, M_THIN_WALLED,
  M_TRANSMISSION } from './scene'
import { aim, directionX, directionY, directionZ, originX, originY, originZ } from './camera'
import { draw, hashed, r0, r1, r2, r3 } from './sampler'
import { closestHit, occluded } from './bvh-trace'
import { hitDistance, hitTriangle, hitU, hitV } from './hit'
import { aimAtLight, anyLights, lightB, lightDensity, lightG, lightR, reach, sizeless, skyChance, towardsX, towardsY,
  towardsZ } from './light'
import { lookAtSky, skyB, skyDensity, skyG, skyR } from './environment'
import { back, dimByCoat, emits, emittedB, emittedG, emittedR, facing, gx, gy, gz, layered, material, metallic, openHit,
  openSurface, px, py, pz, qx, qy, qz, readEmission, record, transmission } from './surface'
import { dispersion } from './layered-surface'
import { density, evaluate, openBsdf, outThrough, outX, outY, outZ, sample, valueB, valueG, valueR } from './bsdf'
import { R_LIGHT_DENSITY } from './triangle'
import { FAR, larger, powerOf } from './math'

const SALT_ROULETTE: u32 = 0
const SALT_GLASS: u32 = 0x2545f491
const SALT_COLOUR: u32 = 0x6c078965
/** A light seen more edge-on than this weighs as if it were this much turned. */
const FACING_MIN: f32 = 1e-6

/** Radiance of the path traced last. */
export let radianceR: f32 = 0
export let radianceG: f32 = 0
export let radianceB: f32 = 0

/** Weight of a sample of density p against one that might have been had by density q. */
// @ts-ignore: decorator
@inline
function weightOf(p: f32, q: f32): f32 {
  const ratio = q / p
  return <f32>1 / (<f32>1 + ratio * ratio)
}

/**
 * Traces sample `index` of the pixel at (x, y), numbered `pixel`, into radianceR…radianceB; scatters `bounces`
 * times after the first surface at most, so that 0 is direct light alone. Indirect light, which was scattered by two
 * surfaces or more, brings at most `clamp` (0 for no limit); lamps in sight and in a mirror, and what they light, keep theirs.
 */
export function tracePath(pixel: u32, x: i32, y: i32, index: u32, bounces: i32, clamp: f32): void {
  draw(pixel, index, 0)
  aim(<f32>x + r0, <f32>y + r1)
  let ox = originX, oy = originY, oz = originZ, dx = directionX, dy = directionY, dz = directionZ
  let sumR: f32 = 0, sumG: f32 = 0, sumB: f32 = 0, directR: f32 = 0, directG: f32 = 0, directB: f32 = 0
  let isIndirect = false
  let throughR: f32 = 1, throughG: f32 = 1, throughB: f32 = 1
  let colour: i32 = -1
  // Density of the direction in which the ray goes; only rays that were scattered have one.
  let scattered: f32 = 0
  for (let bounce = 0; ; bounce++) {
    draw(pixel, index, <u32>bounce + 1)
    closestHit(ox, oy, oz, dx, dy, dz, FAR)
    if (hitTriangle < 0) {
      lookAtSky(dx, dy, dz)
      const weight = bounce > 0 ? weightOf(scattered, skyDensity * skyChance) : <f32>1
      sumR += throughR * skyR * weight
      sumG += throughG * skyG * weight
      sumB += throughB * skyB * weight
      break
    }
    openHit(dx, dy, dz)
    if (back && load<f32>(material, M_ATTENUATION_DISTANCE) > 0 &&
      load<f32>(material, M_TRANSMISSION) + load<f32>(material, M_DIFFUSE_TRANSMISSION) > 0 &&
      !load<u32>(material, M_THIN_WALLED)) {
      // Beer's law, on the way through the inside (KHR_materials_volume).
      const lengths = <f64>hitDistance / <f64>load<f32>(material, M_ATTENUATION_DISTANCE)
      throughR *= <f32>powerOf(<f64>load<f32>(material, M_ATTENUATION_COLOR), lengths)
      throughG *= <f32>powerOf(<f64>load<f32>(material, M_ATTENUATION_COLOR + 4), lengths)
      throughB *= <f32>powerOf(<f64>load<f32>(material, M_ATTENUATION_COLOR + 8), lengths)
    }
    if (emits()) {
      readEmission(hitTriangle, material, hitU, hitV)
      if (load<f32>(material, M_CLEARCOAT) > 0) dimByCoat(hitTriangle, material, hitU, hitV, dx, dy, dz)
      const aimed = load<f32>(record, R_LIGHT_DENSITY) * hitDistance * hitDistance / larger(facing, FACING_MIN)
      const weight = bounce > 0 ? weightOf(scattered, aimed) : <f32>1
      sumR += throughR * emittedR * weight
      sumG += throughG * emittedG * weight
      sumB += throughB * emittedB * weight
    }
    if (bounce == 1) {
      directR = sumR
      directG = sumG
      directB = sumB
      sumR = 0
      sumG = 0
      sumB = 0
      isIndirect = true
    }
    if (bounce > bounces) break
    openSurface(ox, oy, oz, dx, dy, dz)
    if (layered && dispersion > 0 && colour < 0 && transmission * (<f32>1 - metallic) > 0 &&
      !load<u32>(material, M_THIN_WALLED)) {
      // From here on the path has one colour, and three times as much of it.
      colour = <i32>(hashed(SALT_COLOUR) * <f32>3)
      throughR *= colour == 0 ? 3 : 0
      throughG *= colour == 1 ? 3 : 0
      throughB *= colour == 2 ? 3 : 0
    }
    if (!openBsdf(dx, dy, dz, colour < 0 ? 1 : colour)) break
    if (anyLights() && aimAtLight(px, py, pz, r0, r1)) {
      evaluate(towardsX, towardsY, towardsZ)
      if (valueR + valueG + valueB > 0) {
        const scale: f32 = (sizeless ? <f32>1 : weightOf(lightDensity, density)) / lightDensity
        const lit = towardsX * gx + towardsY * gy + towardsZ * gz > 0
          ? occluded(px, py, pz, towardsX, towardsY, towardsZ, reach)
          : occluded(qx, qy, qz, towardsX, towardsY, towardsZ, reach)
        if (!lit) {
          sumR += throughR * valueR * lightR * scale
          sumG += throughG * valueG * lightG * scale
          sumB += throughB * valueB * lightB * scale
        }
      }
    }
    if (!sample(r2, r3, hashed(SALT_GLASS))) break
    const scale: f32 = <f32>1 / density
    scattered = density
    throughR *= valueR * scale
    throughG *= valueG * scale
    throughB *= valueB * scale
    if (bounce > 0) {
      // Roulette by the root of what is left: gentler than the whole, for eyes see by steps of brightness.
      const q = sqrt<f32>(larger(throughR, larger(throughG, throughB)))
      if (q < 1) {
        if (hashed(SALT_ROULETTE) >= q) break
        const k: f32 = <f32>1 / q
        throughR *= k
        throughG *= k
        throughB *= k
      }
    }
    dx = outX
    dy = outY
    dz = outZ
    ox = outThrough ? qx : px
    oy = outThrough ? qy : py
    oz = outThrough ? qz : pz
  }
  if (isIndirect && clamp > 0) {
    const most = larger(sumR, larger(sumG, sumB))
    if (most > clamp) {
      const k = clamp / most
      sumR *= k
      sumG *= k
      sumB *= k
    }
  }
  radianceR = directR + sumR
  radianceG = directG + sumG
  radianceB = directB + sumB
}
