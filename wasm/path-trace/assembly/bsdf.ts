/**
 * How a surface scatters: glTF 2.0 appendix B, as three lobes over one GGX distribution, and the layers over it.
 *
 * - diffuse, partly to the other side (KHR_materials_diffuse_transmission), below the dielectric's reflection: base · (1 - metallic) · (1 - transmission) · (1 - albedo)
 * - specular: metal and opaque dielectric together, Schlick's Fresnel, compensated for multiple scattering
 * - glass, as much as KHR_materials_transmission asks: Fresnel's formula, refracting (Walter et al., 2007) or,
 *   thin-walled, going straight through
 * - coat and sheen (`layers.ts`), and below them the rest, with what they leave
 *
 * KHR_materials_specular scales and colours what a dielectric reflects, glass too.
 *
 * A direction on the wrong side of the triangle, which shading normals allow, is mirrored into the right one, so
 * that no energy is lost and none leaks; values and densities count both ways to get there.
 */
import { M_IOR, M_THIN_WALLED } from './scene'
import { ALPHA_MIN, fresnel, schlick } from './ggx'
import { albedoA, albedoB, readAlbedo } from './albedo'
import { readGlassAlbedo } from './glass'
import { INV_PI, cosine, larger, luminance, sine, sineCosineOfTurn, smaller } from './math'
import { back, brushedX, brushedY, brushedZ, readAlong, baseB, baseG, baseR, bent, gx, gy, gz, layered, material, metallic, nx, ny, nz, roughness,
  transmission } from './surface'
import { anisotropy, dispersion, passed, passedB, passedG, passedR, specular, specularB, specularG, specularR } from './layered-surface'
import { coatWeight, evaluateCoat, evaluateSheen, layerDensity, layerValue, layerX, layerY, layerZ, openLayers, sampleCoat,
  sampleSheen, sheenUnderB, sheenUnderG, sheenUnderR, sheenWeight, under } from './layers'

/** Refraction needs an index that differs from 1 by more than rounding. */
const IOR_MIN: f32 = 1.01
/** Reflectance at grazing angles falls below 1 where F0 is below 1/50 (Lagarde and de Rousiers, 2014, §3.1.2). */
const F90_SLOPE: f32 = 50
/** Half of what the indices of red and blue differ by, for a dispersion and an index less 1 of 1 each (KHR_materials_dispersion). */
const HALF_SPREAD: f32 = 0.025
const INV_FOUR_PI: f32 = 0.07957747154594767
/** Cosines below this count as grazing and scatter nothing. */
const GRAZING: f32 = 1e-6

/** Of the direction evaluated last: value × |cosine|, and density per solid angle. */
export let valueR: f32 = 0
export let valueG: f32 = 0
export let valueB: f32 = 0
export let density: f32 = 0

/** The direction sampled last, world space, and whether it goes to the other side of the surface. */
export let outX: f32 = 0
export let outY: f32 = 0
export let outZ: f32 = 0
export let outThrough: bool = false

// The frame around the shading normal, and the way back to the viewer in it.
let tx: f32 = 0, ty: f32 = 0, tz: f32 = 0, bx: f32 = 0, by: f32 = 0, bz: f32 = 0
let vx: f32 = 0, vy: f32 = 0, vz: f32 = 0
// α across and along the direction in which the surface is rougher; of their squares: the first, difference and ratio.
let alpha: f32 = 0, a2: f32 = 0, alphaX: f32 = 0, extra2: f32 = 0, ratio2: f32 = 1
// Terms of distribution and shadowing that depend on the view alone: a²/(4π cos), 1/(1 + Λ) and ½ + Λ.
let peakV: f32 = 0, shownV: f32 = 0, restV: f32 = 0
let diffuseR: f32 = 0, diffuseG: f32 = 0, diffuseB: f32 = 0
let f0R: f32 = 0, f0G: f32 = 0, f0B: f32 = 0, f90R: f32 = 0, f90G: f32 = 0, f90B: f32 = 0
let glass: f32 = 0, glassR: f32 = 0, glassG: f32 = 0, glassB: f32 = 0, eta: f32 = 1, thin: bool = false
// The chance of each lobe.
let chanceDiffuse: f32 = 0, chanceSpecular: f32 = 0, chanceGlass: f32 = 0, chanceCoat: f32 = 0, chanceSheen: f32 = 0
let chanceThrough: f32 = 0, throughR: f32 = 0, throughG: f32 = 0, throughB: f32 = 0
// What glass lets through in the direction asked for last: its value, and its density.
let refractedValue: f32 = 0, refractedDensity: f32 = 0
// Whether glass reflects in a colour of its own, by which F0, and what it reflects at the angle asked for last.
let tinted: bool = false, plainF0: f32 = 0, tintR: f32 = 0, tintG: f32 = 0, tintB: f32 = 0

/**
 * Prepares scattering at the opened surface for a ray that came along d, and that carries all colours (1), or red or blue alone
 * (0, 2), which glass with dispersion bends less or more. False when it scatters nothing.
 */
export function openBsdf(dx: f32, dy: f32, dz: f32, colour: i32): bool {
  // Duff et al., "Building an Orthonormal Basis, Revisited" (JCGT 2017).
  const sign = copysign<f32>(1, nz), a: f32 = <f32>-1 / (sign + nz), b: f32 = nx * ny * a
  tx = <f32>1 + sign * nx * nx * a
  ty = sign * b
  tz = -sign * nx
  bx = b
  by = sign + ny * ny * a
  bz = -ny
  const square = roughness * roughness
  alpha = larger(square, ALPHA_MIN)
  a2 = alpha * alpha
  alphaX = alpha
  extra2 = 0
  ratio2 = 1
  let peak = a2
  // Roughness of an isotropic surface that loses about as much light.
  let rough = roughness
  if (layered && anisotropy > 0 && readAlong()) {
    const stretch = anisotropy * anisotropy
    alphaX = alpha * (<f32>1 - stretch) + stretch
    const along2 = alphaX * alphaX
    rough = sqrt<f32>(sqrt<f32>((a2 + along2) * <f32>0.5))
    extra2 = along2 - a2
    ratio2 = a2 / along2
    peak = a2 * (alpha / alphaX)
    tx = brushedX
    ty = brushedY
    tz = brushedZ
    bx = ny * tz - nz * ty
    by = nz * tx - nx * tz
    bz = nx * ty - ny * tx
  }
  vx = -(dx * tx + dy * ty + dz * tz)
  vy = -(dx * bx + dy * by + dz * bz)
  vz = larger(-(dx * nx + dy * ny + dz * nz), GRAZING)
  const vz2 = vz * vz
  const lambdaV: f32 = (sqrt<f32>(<f32>1 + (a2 * (<f32>1 - vz2) + extra2 * vx * vx) / vz2) - <f32>1) * <f32>0.5
  peakV = peak * INV_FOUR_PI / vz
  shownV = <f32>1 / (<f32>1 + lambdaV)
  restV = <f32>0.5 + lambdaV
  readAlbedo(vz, rough)
  const ior = load<f32>(material, M_IOR), r: f32 = (ior - <f32>1) / (ior + <f32>1), f0 = r * r
  // An index near 1 reflects nothing at any angle, which Schlick's formula does not know.
  const edge = smaller(f0 * F90_SLOPE, 1)
  const dielectric: f32 = <f32>1 - metallic, opaque = dielectric * (<f32>1 - transmission)
  glass = dielectric * transmission
  // The energy that single scattering loses comes back in proportion to F0, as light that is scattered again does.
  const lost: f32 = <f32>1 / larger(albedoA + albedoB, <f32>0.01) - <f32>1
  let plain0R = f0, plain0G = f0, plain0B = f0, strength = opaque
  if (layered) {
    plain0R = smaller(f0 * specularR, 1)
    plain0G = smaller(f0 * specularG, 1)
    plain0B = smaller(f0 * specularB, 1)
    strength *= specular
  }
  const gainR = strength * (<f32>1 + plain0R * lost), gainG = strength * (<f32>1 + plain0G * lost)
  const gainB = strength * (<f32>1 + plain0B * lost)
  const plain90R = edge * gainR, plain90G = edge * gainG, plain90B = edge * gainB
  plain0R *= gainR
  plain0G *= gainG
  plain0B *= gainB
  f90R = metallic * (<f32>1 + baseR * lost)
  f90G = metallic * (<f32>1 + baseG * lost)
  f90B = metallic * (<f32>1 + baseB * lost)
  f0R = baseR * f90R + plain0R
  f0G = baseG * f90G + plain0G
  f0B = baseB * f90B + plain0B
  f90R += plain90R
  f90G += plain90G
  f90B += plain90B
  const above = larger(plain0R * albedoA + plain90R * albedoB,
    larger(plain0G * albedoA + plain90G * albedoB, plain0B * albedoA + plain90B * albedoB))
  const below = opaque - above
  diffuseR = baseR * below
  diffuseG = baseG * below
  diffuseB = baseB * below
  chanceThrough = 0
  if (layered && passed > 0) passDiffuse(below)
  chanceDiffuse = luminance(diffuseR, diffuseG, diffuseB)
  chanceSpecular = luminance(f0R * albedoA + f90R * albedoB, f0G * albedoA + f90G * albedoB, f0B * albedoA + f90B * albedoB)
  chanceGlass = 0
  if (glass > 0) {
    thin = load<u32>(material, M_THIN_WALLED) != 0
    const spread: f32 = layered ? (ior - <f32>1) * HALF_SPREAD * dispersion * <f32>(colour - 1) : 0
    const index = larger(ior + spread, IOR_MIN)
    eta = back && !thin ? <f32>1 / index : index
    glassR = baseR
    glassG = baseG
    glassB = baseB
    tinted = layered && (specular != 1 || specularR != 1 || specularG != 1 || specularB != 1)
    plainF0 = f0
    chanceGlass = glass * (<f32>0.5 + <f32>0.5 * luminance(baseR, baseG, baseB))
    // What facets scatter more than once comes back, reflected and refracted in proportion.
    glass /= thin ? larger(albedoA + albedoB, <f32>0.01) : larger(readGlassAlbedo(vz, rough, index, back), <f32>0.01)
  }
  if (layered) coverBase(dx, dy, dz)
  else {
    chanceCoat = 0
    chanceSheen = 0
  }
  const sum = chanceDiffuse + chanceSpecular + chanceGlass + chanceCoat + chanceSheen + chanceThrough
  if (!(sum > 0)) return false
  const scale: f32 = <f32>1 / sum
  chanceDiffuse *= scale
  chanceSpecular *= scale
  chanceGlass *= scale
  chanceCoat *= scale
  chanceSheen *= scale
  chanceThrough *= scale
  return true
}

/** Shares what reaches the diffuse layer between this side and the other. */
function passDiffuse(below: f32): void {
  const kept: f32 = <f32>1 - passed, given = below * passed
  diffuseR *= kept
  diffuseG *= kept
  diffuseB *= kept
  throughR = passedR * given
  throughG = passedG * given
  throughB = passedB * given
  chanceThrough = luminance(throughR, throughG, throughB)
}

/** Leaves to the base what the layers over it do not reflect. */
function coverBase(dx: f32, dy: f32, dz: f32): void {
  openLayers(dx, dy, dz, vz)
  chanceCoat = coatWeight
  chanceSheen = sheenWeight
  diffuseR *= under
  diffuseG *= under
  diffuseB *= under
  f0R *= under
  f0G *= under
  f0B *= under
  f90R *= under
  f90G *= under
  f90B *= under
  glass *= under
  chanceDiffuse *= under
  chanceSpecular *= under
  chanceGlass *= under
  throughR *= under
  throughG *= under
  throughB *= under
  chanceThrough *= under
}

/**
 * Glass with KHR_materials_specular: what it reflects of each colour, into tintR…tintB, where without it would reflect f;
 * returns the most of them, which is what it does not let through. Where all is reflected, it still is.
 */
function tint(f: f32): f32 {
  if (f >= 1) {
    tintR = 1
    tintG = 1
    tintB = 1
    return 1
  }
  const weak: f32 = (f - plainF0) / (<f32>1 - plainF0), s: f32 = <f32>1 - weak
  tintR = specular * larger(smaller(plainF0 * specularR, 1) * s + weak, 0)
  tintG = specular * larger(smaller(plainF0 * specularG, 1) * s + weak, 0)
  tintB = specular * larger(smaller(plainF0 * specularB, 1) * s + weak, 0)
  return larger(tintR, larger(tintG, tintB))
}

/** The share of light that glass reflects at cosine c of the microfacets. */
// @ts-ignore: decorator
@inline
function reflectance(c: f32): f32 {
  const f = fresnel(c, eta)
  return tinted ? tint(f) : f
}

/** Value and density of scattering into unit world direction w, into valueR…valueB and density. */
export function evaluate(wx: f32, wy: f32, wz: f32): void {
  valueR = 0
  valueG = 0
  valueB = 0
  density = 0
  const side = wx * gx + wy * gy + wz * gz
  const above = side > 0
  if (!above && chanceGlass == 0 && chanceThrough == 0) return
  addLobes(wx, wy, wz, above)
  if (above && chanceCoat > 0) addCoat(wx, wy, wz)
  if (bent) {
    const k: f32 = side * <f32>2, x = wx - gx * k, y = wy - gy * k, z = wz - gz * k
    addLobes(x, y, z, above)
    if (above && chanceCoat > 0) addCoat(x, y, z)
  }
}

function addCoat(wx: f32, wy: f32, wz: f32): void {
  if (!evaluateCoat(wx, wy, wz)) return
  valueR += layerValue
  valueG += layerValue
  valueB += layerValue
  density += chanceCoat * layerDensity
}

/** Adds what the lobes say of world direction w, if it is on the side of the shading normal that is asked for. */
function addLobes(wx: f32, wy: f32, wz: f32, above: bool): void {
  const z = wx * nx + wy * ny + wz * nz
  if ((z > 0) != above) return
  const x = wx * tx + wy * ty + wz * tz, y = wx * bx + wy * by + wz * bz
  if (above) addReflection(x, y, larger(z, GRAZING))
  else addTransmission(x, y, smaller(z, -GRAZING))
}

/** The distribution of normals at unit h over four cosines of the view. h's x² + y² does not cancel as 1 - z² would. */
// @ts-ignore: decorator
@inline
function distributionV(hx: f32, hy: f32, hz: f32): f32 {
  const d = hx * hx * ratio2 + hy * hy + hz * hz * a2
  return peakV / (d * d)
}

/** Smith's joint shadowing 1 / (1 + Λ(view) + Λ(out)) for a direction with z > 0, with one division. */
// @ts-ignore: decorator
@inline
function shadowing(x: f32, z: f32): f32 {
  const z2 = z * z
  return z / (restV * z + <f32>0.5 * sqrt<f32>(z2 + a2 * (<f32>1 - z2) + extra2 * x * x))
}

// @ts-ignore: decorator
@inline
function addReflection(x: f32, y: f32, z: f32): void {
  let hx = vx + x, hy = vy + y, hz = vz + z
  const l: f32 = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
  hx *= l
  hy *= l
  hz *= l
  const vh = larger(vx * hx + vy * hy + vz * hz, 0)
  const d = distributionV(hx, hy, hz), seen: f32 = d * shownV, g: f32 = d * shadowing(x, z)
  const weak = schlick(vh), s: f32 = <f32>1 - weak, flat = z * INV_PI
  let red = diffuseR * flat + (f0R * s + f90R * weak) * g
  let green = diffuseG * flat + (f0G * s + f90G * weak) * g
  let blue = diffuseB * flat + (f0B * s + f90B * weak) * g
  let p = chanceDiffuse * flat + chanceSpecular * seen
  if (chanceGlass > 0) {
    const reflected = reflectance(vh), k = glass * g
    red += k * (tinted ? tintR : reflected)
    green += k * (tinted ? tintG : reflected)
    blue += k * (tinted ? tintB : reflected)
    p += chanceGlass * reflected * seen
  }
  if (chanceSheen > 0) {
    evaluateSheen(hx, hy, z)
    red += sheenUnderR * layerValue
    green += sheenUnderG * layerValue
    blue += sheenUnderB * layerValue
    p += chanceSheen * layerDensity
  }
  valueR += red
  valueG += green
  valueB += blue
  density += p
}

function addTransmission(x: f32, y: f32, z: f32): void {
  let red: f32 = 0, green: f32 = 0, blue: f32 = 0, p: f32 = 0
  if (chanceThrough > 0) {
    const flat = -z * INV_PI
    red = throughR * flat
    green = throughG * flat
    blue = throughB * flat
    p = chanceThrough * flat
  }
  if (chanceGlass > 0 && letThrough(x, y, z)) {
    const k = refractedValue * glass
    red += glassR * k
    green += glassG * k
    blue += glassB * k
    p += chanceGlass * refractedDensity
  }
  valueR += red
  valueG += green
  valueB += blue
  density += p
}

/** Opens the light that glass lets through in a direction on the other side. False where that is none. */
function letThrough(x: f32, y: f32, z: f32): bool {
  let d: f32
  if (thin) {
    // Through a sheet as by a mirror, on the other side.
    let hx = vx + x, hy = vy + y, hz = vz - z
    const l: f32 = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
    hx *= l
    hy *= l
    hz *= l
    const vh = larger(vx * hx + vy * hy + vz * hz, 0)
    d = (<f32>1 - reflectance(vh)) * distributionV(hx, hy, hz)
  } else {
    let hx = vx + x * eta, hy = vy + y * eta, hz = vz + z * eta
    let l: f32 = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
    if (hz < 0) l = -l
    hx *= l
    hy *= l
    hz *= l
    const vh = vx * hx + vy * hy + vz * hz, wh = x * hx + y * hy + z * hz
    if (vh <= 0 || wh >= 0) return false
    // Four times: distributionV is made for reflection.
    const q = vh + eta * wh, jacobian = <f32>-4 * vh * wh * eta * eta / (q * q)
    d = (<f32>1 - reflectance(vh)) * distributionV(hx, hy, hz) * jacobian
  }
  refractedValue = d * shadowing(x, -z)
  refractedDensity = d * shownV
  return true
}

/**
 * Samples a direction into outX…; `a` chooses the lobe and, stretched again, one dimension of the direction, `b`
 * is the other, `c` chooses between reflection and refraction. False when nothing is scattered.
 */
export function sample(a: f32, b: f32, c: f32): bool {
  let x: f32, y: f32, z: f32
  let through = false
  if (a < chanceCoat) {
    if (!sampleCoat(smaller(a / chanceCoat, <f32>0.99999994), b)) return false
    return turn(layerX, layerY, layerZ, false)
  }
  a -= chanceCoat
  if (a < chanceSheen) {
    sampleSheen(a / chanceSheen, b)
    x = layerX
    y = layerY
    z = layerZ
    return turn(x * tx + y * bx + z * nx, x * ty + y * by + z * ny, x * tz + y * bz + z * nz, false)
  }
  a -= chanceSheen
  const passes = a < chanceThrough
  if (!passes) a -= chanceThrough
  if (passes || a < chanceDiffuse) {
    // A disc's points, projected up, are spread by the cosine.
    a = a / (passes ? chanceThrough : chanceDiffuse)
    const r = sqrt<f32>(a)
    sineCosineOfTurn(b)
    x = r * cosine
    y = r * sine
    z = sqrt<f32>(larger(<f32>1 - a, 0))
    if (passes) {
      z = -z
      through = true
    }
  } else {
    a -= chanceDiffuse
    const inGlass = a >= chanceSpecular
    a = inGlass ? (a - chanceSpecular) / chanceGlass : a / chanceSpecular
    a = smaller(a, <f32>0.99999994)
    // Visible normals by spherical caps: Dupuy and Benyoub, "Sampling Visible GGX Normals…", 2023.
    let ex = vx * alphaX, ey = vy * alpha, ez = vz
    let l: f32 = <f32>1 / sqrt<f32>(ex * ex + ey * ey + ez * ez)
    ex *= l
    ey *= l
    ez *= l
    const cap: f32 = (<f32>1 - a) * (<f32>1 + ez) - ez, sin = sqrt<f32>(larger(<f32>1 - cap * cap, 0))
    sineCosineOfTurn(b)
    let hx = (sin * cosine + ex) * alphaX, hy = (sin * sine + ey) * alpha, hz = larger(cap + ez, 0)
    l = <f32>1 / sqrt<f32>(hx * hx + hy * hy + hz * hz)
    hx *= l
    hy *= l
    hz *= l
    const vh = vx * hx + vy * hy + vz * hz
    if (inGlass && c >= reflectance(larger(vh, 0))) {
      through = true
      if (thin) {
        x = <f32>2 * vh * hx - vx
        y = <f32>2 * vh * hy - vy
        z = vz - <f32>2 * vh * hz
      } else {
        const i: f32 = <f32>1 / eta, k: f32 = <f32>1 - i * i * (<f32>1 - vh * vh)
        if (k <= 0) return false
        const m = i * vh - sqrt<f32>(k)
        x = hx * m - vx * i
        y = hy * m - vy * i
        z = hz * m - vz * i
      }
    } else {
      x = <f32>2 * vh * hx - vx
      y = <f32>2 * vh * hy - vy
      z = <f32>2 * vh * hz - vz
    }
  }
  if (through ? z > -GRAZING : z < GRAZING) return false
  return turn(x * tx + y * bx + z * nx, x * ty + y * by + z * ny, x * tz + y * bz + z * nz, through)
}

/** Takes a sampled world direction, on the side of the triangle where it belongs, and evaluates it. */
function turn(x: f32, y: f32, z: f32, through: bool): bool {
  outX = x
  outY = y
  outZ = z
  outThrough = through
  if (bent) {
    const side = outX * gx + outY * gy + outZ * gz
    if ((side > 0) == through) {
      const k: f32 = side * <f32>2
      outX -= gx * k
      outY -= gy * k
      outZ -= gz * k
    }
  }
  evaluate(outX, outY, outZ)
  return density > 0
}
