/** Where compression begins, so that everything darker is shown exactly (Khronos PBR Neutral). */
const START_COMPRESSION = 0.8 - 0.04
const DESATURATION = 0.15

/**
 * Turns linear radiance (RGB, three floats a pixel) into sRGB of 8 bits a channel, rounded to nearest.
 *
 * Exposure in photographic stops (0 leaves the scene's numbers as they are), then Khronos PBR Neutral: colours below the knee stay what the material
 * says, highlights roll off towards white without a change of hue. It uses only + − × ÷ and comparisons, and
 * the sRGB curve is applied by comparing with 255 thresholds, so that equal radiance gives equal bytes on
 * every engine.
 *
 * Sources: Khronos PBR Neutral Tone Mapper specification (2024); IEC 61966-2-1 (sRGB).
 */
export function toneMap(radiance: Float32Array, exposureStops = 0): Uint8Array<ArrayBuffer> {
  const gain = 2 ** exposureStops
  const out = new Uint8Array(radiance.length)
  for (let i = 0; i + 2 < radiance.length; i += 3) {
    let r = Math.max(0, (radiance[i] ?? 0) * gain)
    let g = Math.max(0, (radiance[i + 1] ?? 0) * gain)
    let b = Math.max(0, (radiance[i + 2] ?? 0) * gain)
    const x = Math.min(r, g, b)
    const offset = x < 0.08 ? x - 6.25 * x * x : 0.04
    ;[r, g, b] = [r - offset, g - offset, b - offset]
    const peak = Math.max(r, g, b)
    if (peak >= START_COMPRESSION) {
      const d = 1 - START_COMPRESSION
      const newPeak = 1 - (d * d) / (peak + d - START_COMPRESSION)
      const keep = newPeak / peak
      const white = 1 - 1 / (DESATURATION * (peak - newPeak) + 1)
      r = r * keep * (1 - white) + newPeak * white
      g = g * keep * (1 - white) + newPeak * white
      b = b * keep * (1 - white) + newPeak * white
    }
    out[i] = encodeSrgb8(r)
    out[i + 1] = encodeSrgb8(g)
    out[i + 2] = encodeSrgb8(b)
  }
  return out
}

/** Linear radiance of an sRGB code value in 0…1 (IEC 61966-2-1). */
export function decodeSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** `THRESHOLDS[n]` is the linear value half-way between the codes n and n + 1. */
const THRESHOLDS = Float64Array.from({ length: 255 }, (_, n) => decodeSrgb((n + 0.5) / 255))

/** The sRGB code of 8 bits nearest to a linear value; below 0 is 0, above 1 and NaN are 255 and 0. */
export function encodeSrgb8(linear: number): number {
  let low = 0
  for (let step = 128; step > 0; step >>= 1) {
    if (low + step <= 255 && linear >= (THRESHOLDS[low + step - 1] ?? Infinity)) low += step
  }
  return low
}
