import { z } from 'zod'

/** Photographic stops that a picture is shown with; 0 leaves the scene's numbers as they are. */
export const ExposureStops = z.number().min(-64).max(64)

/** The most that the metered exposure brightens a picture: beyond it there is more noise than scene to show. */
export const BRIGHTENED_STOPS_MAX = 4
/**
 * The most that it darkens one. Lamps in candela or lux, which the glTF exporters of Blender and others write
 * (KHR_lights_punctual), are 683 lm/W brighter than those in watts: 9.4 stops, and the strong ones of them more.
 */
export const DARKENED_STOPS_MAX = 14

/**
 * How far a pixel counts as lit, by its luminance: not at all up to the first, fully from the second. The first stays black
 * on the screen even at the highest exposure.
 */
const UNLIT_MAX = 2 ** -11
const LIT_MIN = 2 ** -7

/** A picture of which less is lit moves the exposure less, and one of which nothing is lit not at all. */
const LIT_SHARE_TRUSTED = 0.05

/** The lit pixels, from the darkest to the brightest, whose mean is the light of the picture's bright parts. */
const BRIGHT_PARTS = [0.75, 0.9] as const
/** Those around the 99th percentile: highlights, but not the rare specks above them. */
const HIGHLIGHTS = [0.98, 0.995] as const

/** Bright parts between these are shown as they are: the scene's author has lit them so. Others are brought to the nearer one. */
const BRIGHT_MIN = 0.35
const BRIGHT_MAX = 1

/** Brightening stops where highlights reach white, of which the tone mapping still shows the shape. */
const HIGHLIGHT_MAX = 1

/** Light as it is shown, at which an eye sees something on a dark screen. */
const VISIBLE_MIN = 0.04
/** A picture of which less can be seen is black to its user. */
const VISIBLE_SHARE_MIN = 0.02

/** More light than any film holds; endless light is as much. */
const LUMINANCE_MAX = 2 ** 40

/** How a picture is to be exposed. */
export interface Metering {
  /** Photographic stops, from `-DARKENED_STOPS_MAX` to `BRIGHTENED_STOPS_MAX`. */
  readonly stops: number
  /** Whether so little can be seen at that exposure that the scene has no light to speak of. */
  readonly isDark: boolean
}

/** Relative luminance of linear sRGB (IEC 61966-2-1, with the primaries of BT.709). */
function luminance(r: number, g: number, b: number): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Mean luminance of a picture (linear RGB, three floats a pixel). */
export function meanLuminance(radiance: Float32Array): number {
  let sum = 0
  for (let i = 0; i + 2 < radiance.length; i += 3) {
    sum += luminance(radiance[i] ?? 0, radiance[i + 1] ?? 0, radiance[i + 2] ?? 0)
  }
  return radiance.length > 0 ? (sum * 3) / radiance.length : 0
}

/**
 * Meters a picture (linear RGB, three floats a pixel) by its lit pixels, so that a black background does not count.
 *
 * The stops are 0 where the bright parts are shown well as they are, else what brings them there, as far as highlights keep
 * their shape. They are a continuous function of the light of every pixel: pictures that look alike are exposed alike.
 */
export function meterPicture(radiance: Float32Array): Metering {
  const light = luminances(radiance)
  const stops = meteredStops(light)
  const visibleMin = VISIBLE_MIN / 2 ** stops
  const visible = light.reduce((count, one) => count + (one >= visibleMin ? 1 : 0), 0)
  return { stops, isDark: visible < light.length * VISIBLE_SHARE_MIN }
}

/** The luminance of every pixel, the darkest first; what is no number is no light. */
function luminances(radiance: Float32Array): Float64Array {
  const light = new Float64Array(Math.floor(radiance.length / 3))
  for (let p = 0; p < light.length; p++) {
    const one = luminance(radiance[3 * p] ?? 0, radiance[3 * p + 1] ?? 0, radiance[3 * p + 2] ?? 0)
    light[p] = one > 0 ? Math.min(one, LUMINANCE_MAX) : 0
  }
  return light.sort()
}

function meteredStops(light: Float64Array): number {
  const lit = light.subarray(light.findLastIndex((one) => one <= UNLIT_MAX) + 1).map(Math.log2)
  const weights = lit.map(litWeight)
  const weight = weights.reduce((sum, one) => sum + one, 0)
  if (weight === 0) return 0
  const bright = meanBetween(lit, weights, weight, BRIGHT_PARTS)
  const highlight = meanBetween(lit, weights, weight, HIGHLIGHTS)
  const brighten = Math.min(Math.log2(BRIGHT_MIN) - bright, Math.log2(HIGHLIGHT_MAX) - highlight)
  const darken = Math.log2(BRIGHT_MAX) - bright
  const wanted = Math.max(0, brighten) + Math.min(0, darken)
  const trust = Math.min(1, weight / (LIT_SHARE_TRUSTED * light.length))
  return trust * Math.min(BRIGHTENED_STOPS_MAX, Math.max(-DARKENED_STOPS_MAX, wanted))
}

/** How far a pixel of so much light, in stops, counts as lit: from 0 to 1. */
function litWeight(stops: number): number {
  const [none, full] = [Math.log2(UNLIT_MAX), Math.log2(LIT_MIN)]
  return Math.min(1, Math.max(0, (stops - none) / (full - none)))
}

/**
 * The weighted mean of the ascending values whose place, as a share of all weight, is in a range. Unlike a percentile it
 * does not jump where one pixel changes.
 */
function meanBetween(
  values: Float64Array,
  weights: Float64Array,
  weight: number,
  [from, to]: readonly [number, number],
): number {
  let [sum, place] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const next = place + (weights[i] ?? 0) / weight
    const inside = Math.min(next, to) - Math.max(place, from)
    if (inside > 0) sum += inside * (values[i] ?? 0)
    place = next
  }
  return sum / (to - from)
}
