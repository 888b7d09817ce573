import { acos, cos, sin, tan } from '../../../../../wasm/path-trace/exact-math.ts'
import { dot, type Triple } from '../matrix.ts'
import type { EnvironmentMap } from '../textures/environment.ts'
import { mix, smooth } from './blend.ts'
import { directionAt, drawRows, type MapSize, type Radiance } from './direction-map.ts'

/** Where the sun stands, and how hazy the air is. */
export interface SkyOptions {
  /** Degrees above the horizon, 0 to 90. */
  readonly sunElevation: number
  /** Degrees from −z by +x, as a compass counts from north by east. */
  readonly sunAzimuth: number
  /** 2 is very clear air, 3 a fine day, 6 haze, 10 the most that the model was fitted for. */
  readonly turbidity: number
}

/** A pixel is a third of a degree, so that the sun's disc is about two across. */
export const SKY_SIZE: MapSize = { width: 1_024, height: 512 }

/** Radiance of a luminance of 1 kcd/m²: white paper in the sun of a fine day comes out a little above 1. */
export const RADIANCE_PER_KCD = 0.05

/** Angular radius of the sun, radians. */
const SUN_RADIUS = 0.2666 * (Math.PI / 180)
/** Illuminance of the sun outside the air, klx. */
const SUN_KLX = 128
/** Colour of the sun outside the air, a black body of 5,800 K, at a luminance of 1 in Rec. 709. */
const SUN_COLOR: Triple = [1.14, 0.97, 0.9]
/** Wavelengths that stand for red, green and blue, µm, and what ozone takes of them in a metre of it (Preetham 1999, table 2). */
const WAVELENGTHS: Triple = [0.615, 0.545, 0.465]
const OZONE_PER_M: Triple = [0.115, 0.083, 0.009]
/** Ozone above us, m · 100. */
const OZONE = 0.35
/** Points along each side of a pixel, by which the part of it is found that the disc covers. */
const COVERAGE_POINTS = 8

/** The part of its light that the ground gives back: dry earth and grass. */
const GROUND_ALBEDO: Triple = [0.2, 0.19, 0.16]
/** The horizon's haze hides the edge of the ground, as the sine of the angle below it. */
const HAZE = 0.03
/** Perez' function has no value at the horizon itself. */
const COSINE_MIN = 0.01

/** Five coefficients of Perez' function. */
type Perez = readonly [number, number, number, number, number]

/**
 * A clear sky with the sun in it, over a ground that it lights. Rows from the zenith down, linear Rec. 709.
 *
 * Sky: A. J. Preetham, P. Shirley, B. Smits, "A Practical Analytic Model for Daylight" (SIGGRAPH 1999), appendix A.2. Sun:
 * the same, appendix A.1, by Rayleigh scattering, aerosols and ozone at three wavelengths. The sun's light is that of its
 * disc, spread over the pixels that the disc covers.
 */
export function skyMap(options: SkyOptions): EnvironmentMap {
  const radiance = skyRadiance(options)
  const { width, height } = SKY_SIZE
  const map: EnvironmentMap = { kind: 'map', width, height, pixels: new Float32Array(width * height * 3) }
  drawRows(map, 0, height / 2, radiance)
  addSun(map, sunDirection(options), sunIrradiance(options))
  const fromAbove = horizontalIrradiance(map)
  const groundOf = (c: 0 | 1 | 2): number => (GROUND_ALBEDO[c] * fromAbove[c]) / Math.PI
  const ground: Triple = [groundOf(0), groundOf(1), groundOf(2)]
  // The haze at the horizon fades into the ground; the part of the sun's disc that has set is behind it.
  drawRows(map, height / 2, height, (direction) => {
    const below = smooth(0, HAZE, -direction[1])
    return below === 1 ? ground : mix(radiance([direction[0], 0, direction[2]]), ground, below)
  })
  return map
}

/** The direction towards the sun. */
export function sunDirection({ sunElevation, sunAzimuth }: SkyOptions): Triple {
  const [elevation, azimuth] = [radians(sunElevation), radians(sunAzimuth)]
  return [cos(elevation) * sin(azimuth), sin(elevation), -cos(elevation) * cos(azimuth)]
}

/** Radiance of the sky without its sun; below the horizon it is the horizon's. */
export function skyRadiance(options: SkyOptions): Radiance {
  const { turbidity: t } = options
  const sun = sunDirection(options)
  const sunPolar = Math.PI / 2 - radians(options.sunElevation)
  const luminance: Perez = [
    0.1787 * t - 1.463,
    -0.3554 * t + 0.4275,
    -0.0227 * t + 5.3251,
    0.1206 * t - 2.5771,
    -0.067 * t + 0.3703,
  ]
  const x: Perez = [
    -0.0193 * t - 0.2592,
    -0.0665 * t + 0.0008,
    -0.0004 * t + 0.2125,
    -0.0641 * t - 0.8989,
    -0.0033 * t + 0.0452,
  ]
  const y: Perez = [
    -0.0167 * t - 0.2608,
    -0.095 * t + 0.0092,
    -0.0079 * t + 0.2102,
    -0.0441 * t - 1.6537,
    -0.0109 * t + 0.0529,
  ]
  const zenith = zenithOf(sunPolar, t)
  /** Perez' function as a multiple of its value at the zenith. */
  const relative = (perez: Perez): ((cosine: number, angle: number, toSun: number) => number) => {
    const atZenith = perezAt(perez, 1, sunPolar, cos(sunPolar))
    return (cosine, angle, toSun) => perezAt(perez, cosine, angle, toSun) / atZenith
  }
  const [luminanceAt, xAt, yAt] = [relative(luminance), relative(x), relative(y)]
  return (direction) => {
    const cosine = Math.max(COSINE_MIN, direction[1])
    const toSun = Math.min(1, Math.max(-1, dot(direction, sun)))
    const angle = acos(toSun)
    const kcd = Math.max(0, zenith.luminance * luminanceAt(cosine, angle, toSun))
    return colorOf(
      kcd * RADIANCE_PER_KCD,
      zenith.x * xAt(cosine, angle, toSun),
      zenith.y * yAt(cosine, angle, toSun),
    )
  }
}

/** Luminance in kcd/m² and chromaticity of the zenith. */
export function zenithOf(sunPolar: number, t: number): { luminance: number; x: number; y: number } {
  const chi = (4 / 9 - t / 120) * (Math.PI - 2 * sunPolar)
  const luminance = (4.0453 * t - 4.971) * tan(chi) - 0.2155 * t + 2.4192
  const [s1, s2, s3] = [sunPolar, sunPolar ** 2, sunPolar ** 3]
  const x =
    t * t * (0.00166 * s3 - 0.00375 * s2 + 0.00209 * s1) +
    t * (-0.02903 * s3 + 0.06377 * s2 - 0.03202 * s1 + 0.00394) +
    (0.11693 * s3 - 0.21196 * s2 + 0.06052 * s1 + 0.25886)
  const y =
    t * t * (0.00275 * s3 - 0.0061 * s2 + 0.00317 * s1) +
    t * (-0.04214 * s3 + 0.0897 * s2 - 0.04153 * s1 + 0.00516) +
    (0.15346 * s3 - 0.26756 * s2 + 0.0667 * s1 + 0.26688)
  // With the sun at the horizon the fit falls below nothing.
  return { luminance: Math.max(0.05, luminance), x, y }
}

/** Perez' function of a direction's cosine with the zenith, and of its angle with the sun and the cosine of that. */
function perezAt([a, b, c, d, e]: Perez, cosine: number, angle: number, toSun: number): number {
  return (1 + a * Math.exp(b / cosine)) * (1 + c * Math.exp(d * angle) + e * toSun * toSun)
}

/** Linear Rec. 709 of a luminance and a chromaticity; what is outside its colours is cut. */
function colorOf(luminance: number, x: number, y: number): Triple {
  const [big, z] = [(x / y) * luminance, ((1 - x - y) / y) * luminance]
  return [
    Math.max(0, 3.2404542 * big - 1.5371385 * luminance - 0.4985314 * z),
    Math.max(0, -0.969266 * big + 1.8760108 * luminance + 0.041556 * z),
    Math.max(0, 0.0556434 * big - 0.2040259 * luminance + 1.0572252 * z),
  ]
}

/** Irradiance of a surface that faces the sun, by the disc alone. */
export function sunIrradiance({ sunElevation, turbidity }: SkyOptions): Triple {
  const polarDegrees = 90 - sunElevation
  const mass = 1 / (sin(radians(sunElevation)) + 0.15 * (93.885 - polarDegrees) ** -1.253)
  const beta = 0.04608 * turbidity - 0.04586
  const through = ([wavelength, ozone]: readonly [number, number]): number =>
    Math.exp(-0.008735 * wavelength ** -4.08 * mass) *
    Math.exp(-beta * wavelength ** -1.3 * mass) *
    Math.exp(-ozone * OZONE * mass)
  const outside = SUN_KLX * RADIANCE_PER_KCD
  const band = (c: 0 | 1 | 2): number => outside * SUN_COLOR[c] * through([WAVELENGTHS[c], OZONE_PER_M[c]])
  return [band(0), band(1), band(2)]
}

/** Spreads the sun's light over the pixels that its disc covers, so that their irradiance is the disc's. */
function addSun(map: EnvironmentMap, sun: Triple, irradiance: Triple): void {
  const covered: { readonly at: number; readonly solidAngle: number }[] = []
  const edge = cos(SUN_RADIUS)
  const row = (acos(sun[1]) / Math.PI) * map.height
  const reach = Math.ceil((SUN_RADIUS / Math.PI) * map.height) + 1
  for (let y = Math.max(0, Math.floor(row) - reach); y <= Math.min(map.height - 1, row + reach); y++) {
    for (let x = 0; x < map.width; x++) {
      const part = coverage(x, y, map, sun, edge)
      if (part > 0) covered.push({ at: (y * map.width + x) * 3, solidAngle: part * solidAngleOf(y, map) })
    }
  }
  const total = covered.reduce((sum, { solidAngle }) => sum + solidAngle, 0)
  for (const { at, solidAngle } of covered) {
    const y = Math.floor(at / 3 / map.width)
    const share = solidAngle / total / solidAngleOf(y, map)
    for (let c = 0; c < 3; c++) map.pixels[at + c] = (map.pixels[at + c] ?? 0) + (irradiance[c] ?? 0) * share
  }
}

/** The part of a pixel that the disc covers, by points on it. */
function coverage(x: number, y: number, { width, height }: MapSize, sun: Triple, edge: number): number {
  const middle = directionAt((x + 0.5) / width, (y + 0.5) / height)
  // Two pixels away there is none of it.
  if (dot(middle, sun) < cos(SUN_RADIUS + (2 * Math.PI) / height)) return 0
  let inside = 0
  for (let i = 0; i < COVERAGE_POINTS ** 2; i++) {
    const u = (x + ((i % COVERAGE_POINTS) + 0.5) / COVERAGE_POINTS) / width
    const v = (y + (Math.floor(i / COVERAGE_POINTS) + 0.5) / COVERAGE_POINTS) / height
    if (dot(directionAt(u, v), sun) >= edge) inside++
  }
  return inside / COVERAGE_POINTS ** 2
}

/** Solid angle of each pixel of a row, steradians. */
export function solidAngleOf(y: number, { width, height }: MapSize): number {
  const band = cos((y / height) * Math.PI) - cos(((y + 1) / height) * Math.PI)
  return (2 * Math.PI * band) / width
}

/** Irradiance of level ground by the upper half of a map. */
export function horizontalIrradiance(map: EnvironmentMap): Triple {
  const sum: [number, number, number] = [0, 0, 0]
  for (let y = 0; y < map.height / 2; y++) {
    const weight = solidAngleOf(y, map) * cos(((y + 0.5) / map.height) * Math.PI)
    for (let x = 0; x < map.width; x++) {
      const at = (y * map.width + x) * 3
      for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (map.pixels[at + c] ?? 0) * weight
    }
  }
  return sum
}

function radians(degrees: number): number {
  return (degrees / 180) * Math.PI
}
