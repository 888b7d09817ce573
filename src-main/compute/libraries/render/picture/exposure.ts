/** Scenes whose bright parts lie between these are shown as they are: their author has lit them on purpose. */
const BRIGHT_AS_MEANT_MIN = 0.2
const BRIGHT_AS_MEANT_MAX = 3

/** Where the bright parts of any other picture are brought. */
const BRIGHT_TARGET = 0.7

/** The part of the picture that is darker than its "bright parts". */
const BRIGHT_QUANTILE = 0.9

/** Lamps in files are given in anything between candela and radiometric watts: 2²⁰ covers it. */
const STOPS_MAX = 20

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
 * The exposure in whole stops at which a picture shows something: 0 where its bright parts are near white
 * already or where it is black, else what brings them there. Whole stops, so that pictures of one scene at
 * different sample counts come out alike.
 */
export function automaticExposure(radiance: Float32Array): number {
  const light = new Float32Array(Math.floor(radiance.length / 3))
  for (let p = 0; p < light.length; p++) {
    light[p] = luminance(radiance[3 * p] ?? 0, radiance[3 * p + 1] ?? 0, radiance[3 * p + 2] ?? 0)
  }
  light.sort()
  const bright = light[Math.floor(light.length * BRIGHT_QUANTILE)] ?? 0
  if (bright <= 0 || (bright >= BRIGHT_AS_MEANT_MIN && bright <= BRIGHT_AS_MEANT_MAX)) return 0
  return Math.min(STOPS_MAX, Math.max(-STOPS_MAX, Math.round(Math.log2(BRIGHT_TARGET / bright))))
}
