/**
 * Light that the layers over a surface scatter: a clear coat of microfacets, about a normal of its own, and under it a
 * sheen. Both are weighted by the view alone, as KHR_materials_clearcoat and _sheen say, so that what they leave to the
 * base is known before a direction is, and no energy is lost or made.
 */
import { coat, coatFresnel, coatRoughness, sheenB, sheenG, sheenR, sheenRoughness } from './layered-surface'
import { coatX, coatY, coatZ } from './surface'
import { ALPHA_MIN, lambda } from './ggx'
import { albedoA, albedoB, readAlbedo } from './albedo'
import { fibres, openFibres, readSheenAlbedo } from './sheen'
import { cosine, larger, luminance, sine, sineCosineOfTurn, smaller } from './math'

const INV_FOUR_PI: f32 = 0.07957747154594767
const INV_TWO_PI: f32 = 0.15915494309189535
/** Cosines below this count as grazing. */
const GRAZING: f32 = 1e-6

/** Share of light that reaches the base below. */
export let under: f32 = 1
/** How much each layer reflects in all, as chances before they are scaled to 1. */
export let coatWeight: f32 = 0
export let sheenWeight: f32 = 0
/** Part of the layers in the feature of the surface's colour. */
export let layersR: f32 = 0
export let layersG: f32 = 0
export let layersB: f32 = 0

/** Value × |cosine| and density of the coat, or value of a white sheen, in the direction asked for last. */
export let layerValue: f32 = 0
export let layerDensity: f32 = 0

/** The direction sampled last, in the world. */
export let layerX: f32 = 0
export let layerY: f32 = 0
export let layerZ: f32 = 0

/** The sheen's colour, dimmed by the coat and to reflect no more than there is. */
export let sheenUnderR: f32 = 0
export let sheenUnderG: f32 = 0
export let sheenUnderB: f32 = 0

// The frame around the coat's normal, and the way back to the viewer in it.
let tx: f32 = 0, ty: f32 = 0, tz: f32 = 0, bx: f32 = 0, by: f32 = 0, bz: f32 = 0
let vx: f32 = 0, vy: f32 = 0, vz: f32 = 0
let alpha: f32 = 0, a2: f32 = 0, peakV: f32 = 0, shownV: f32 = 0, restV: f32 = 0, gain: f32 = 0

/** Prepares the layers for a ray that came along d, and to whose way back the base's normal has cosine `c`. */
export function openLayers(dx: f32, dy: f32, dz: f32, c: f32): void {
  under = 1
  coatWeight = 0
  sheenWeight = 0
  if (coat > 0) openCoat(dx, dy, dz)
  layersR = coatWeight
  layersG = coatWeight
  layersB = coatWeight
  const most = larger(sheenR, larger(sheenG, sheenB))
  if (most > 0) {
    let albedo = readSheenAlbedo(c, sheenRoughness), shown = under
    openFibres(sheenRoughness, c)
    // The formulas of thin fibres reflect more than there is at grazing angles: no more than all of it is kept.
    if (albedo > 1) {
      shown /= albedo
      albedo = 1
    }
    layersR += sheenR * under * albedo
    layersG += sheenG * under * albedo
    layersB += sheenB * under * albedo
    sheenUnderR = sheenR * shown
    sheenUnderG = sheenG * shown
    sheenUnderB = sheenB * shown
    sheenWeight = luminance(sheenR, sheenG, sheenB) * under * albedo
    under *= <f32>1 - most * albedo
  }
}

function openCoat(dx: f32, dy: f32, dz: f32): void {
  const sign = copysign<f32>(1, coatZ), a: f32 = <f32>-1 / (sign + coatZ), b: f32 = coatX * coatY * a
  tx = <f32>1 + sign * coatX * coatX * a
  ty = sign * b
  tz = -sign * coatX
  bx = b
  by = sign + coatY * coatY * a
  bz = -coatY
  vx = -(dx * tx + dy * ty + dz * tz)
  vy = -(dx * bx + dy * by + dz * bz)
  vz = larger(-(dx * coatX + dy * coatY + dz * coatZ), GRAZING)
  const square = coatRoughness * coatRoughness
  alpha = larger(square, ALPHA_MIN)
  a2 = alpha * alpha
  const lambdaV = lambda(vz, a2)
  peakV = a2 * INV_FOUR_PI / vz
  shownV = <f32>1 / (<f32>1 + lambdaV)
  restV = <f32>0.5 + lambdaV
  readAlbedo(vz, coatRoughness)
  coatWeight = coat * coatFresnel(smaller(vz, 1))
  // Light that the coat's facets scatter more than once leaves it too.
  gain = coatWeight / larger(albedoA + albedoB, <f32>0.01)
  under = <f32>1 - coatWeight
}

/** The coat in unit world direction w. False where it scatters nothing. */
export function evaluateCoat(wx: f32, wy: f32, wz: f32): bool {
  const up = wx * coatX + wy * coatY + wz * coatZ
  if (up <= 0) return false
  const z = larger(up, GRAZING)
  const x = wx * tx + wy * ty + wz * tz, y = wx * bx + wy * by + wz * bz
  let hx = vx + x, hy = vy + y, hz = vz + z
  const l: f32 = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
  hx *= l
  hy *= l
  hz *= l
  const d = hx * hx + hy * hy + hz * hz * a2, peak = peakV / (d * d), z2 = z * z
  layerValue = gain * peak * (z / (restV * z + <f32>0.5 * sqrt<f32>(z2 + a2 * (<f32>1 - z2))))
  layerDensity = peak * shownV
  return true
}

/** A white sheen in a direction with cosine z > 0 to the base's normal, and half vector (hx, hy) across it. */
export function evaluateSheen(hx: f32, hy: f32, z: f32): void {
  layerValue = fibres(hx * hx + hy * hy, z)
  layerDensity = INV_TWO_PI
}

/** Samples the coat's microfacets, as `bsdf.ts` does the base's. False below the coat's horizon. */
export function sampleCoat(a: f32, b: f32): bool {
  let ex = vx * alpha, ey = vy * alpha, ez = vz
  let l: f32 = <f32>1 / sqrt<f32>(ex * ex + ey * ey + ez * ez)
  ex *= l
  ey *= l
  ez *= l
  const cap: f32 = (<f32>1 - a) * (<f32>1 + ez) - ez, sin = sqrt<f32>(larger(<f32>1 - cap * cap, 0))
  sineCosineOfTurn(b)
  let hx = (sin * cosine + ex) * alpha, hy = (sin * sine + ey) * alpha, hz = larger(cap + ez, 0)
  l = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
  hx *= l
  hy *= l
  hz *= l
  const k: f32 = (vx * hx + vy * hy + vz * hz) * <f32>2
  const x = k * hx - vx, y = k * hy - vy, z = k * hz - vz
  if (z < GRAZING) return false
  layerX = x * tx + y * bx + z * coatX
  layerY = x * ty + y * by + z * coatY
  layerZ = x * tz + y * bz + z * coatZ
  return true
}

/** Samples the hemisphere of the base evenly: fibres reflect most where the cosine is small. In the base's own frame. */
export function sampleSheen(a: f32, b: f32): void {
  const z = larger(a, GRAZING), r = sqrt<f32>(larger(<f32>1 - z * z, 0))
  sineCosineOfTurn(b)
  layerX = r * cosine
  layerY = r * sine
  layerZ = z
}
