/** Ways to bring light of any strength onto a screen. */
export const TONE_MAPPINGS = ['neutral', 'none', 'reinhard', 'aces'] as const
/** See `TONE_MAPPINGS`. */
export type ToneMapping = (typeof TONE_MAPPINGS)[number]

/** How a picture is shown: stops on top of the picture's own exposure, and the way to the screen. */
export interface Adjustment {
  /** Photographic stops: each doubles the light. 0 shows it as it was delivered. */
  readonly stops: number
  readonly toneMapping: ToneMapping
}

/** As pictures are delivered. */
export const AS_DELIVERED: Adjustment = { stops: 0, toneMapping: 'neutral' }

/** Ten stops in all are a thousandfold: more than any scene that shows something needs. */
export const STOPS_ADDED_MAX = 5

/** Whether an adjustment shows the picture as it was delivered. */
export function isAsDelivered({ stops, toneMapping }: Adjustment): boolean {
  return stops === AS_DELIVERED.stops && toneMapping === AS_DELIVERED.toneMapping
}

/** Where Khronos PBR Neutral begins to compress, and how fast highlights lose their colour. */
const START_COMPRESSION = 0.8 - 0.04
const DESATURATION = 0.15
/** The luminance that extended Reinhard takes to white. */
const REINHARD_WHITE = 4

/**
 * The light (linear RGB) that a screen shows for linear radiance; 0 to 1 is what it can, the rest clips.
 *
 * - `neutral`: Khronos PBR Neutral Tone Mapper specification (2024), as the delivered PNG.
 * - `none`: as it is.
 * - `reinhard`: Reinhard, Stark, Shirley, Ferwerda: Photographic Tone Reproduction for Digital Images (2002),
 *   equation 4, on luminance of BT.709.
 * - `aces`: the curve that Krzysztof Narkowicz fitted to the ACES reference (2016), for each channel.
 *
 * The shader of `picture-shader.ts` computes the same.
 */
export function mapTone(
  mapping: ToneMapping,
  red: number,
  green: number,
  blue: number,
): readonly [number, number, number] {
  const [r, g, b] = [positive(red), positive(green), positive(blue)]
  switch (mapping) {
    case 'none':
      return [r, g, b]
    case 'neutral':
      return neutral(r, g, b)
    case 'reinhard': {
      const light = 0.2126 * r + 0.7152 * g + 0.0722 * b
      const scale = (1 + light / (REINHARD_WHITE * REINHARD_WHITE)) / (1 + light)
      return [r * scale, g * scale, b * scale]
    }
    case 'aces':
      return [acesCurve(r), acesCurve(g), acesCurve(b)]
  }
}

/** Light that is white by any of the ways; infinity would become no number on some. */
const LIGHT_MAX = 1e6

/** Not-a-number and less than nothing are no light. */
function positive(value: number): number {
  return value > 0 ? Math.min(value, LIGHT_MAX) : 0
}

function neutral(r: number, g: number, b: number): readonly [number, number, number] {
  const least = Math.min(r, g, b)
  const offset = least < 0.08 ? least - 6.25 * least * least : 0.04
  const peak = Math.max(r, g, b) - offset
  if (peak < START_COMPRESSION) return [r - offset, g - offset, b - offset]
  const d = 1 - START_COMPRESSION
  const newPeak = 1 - (d * d) / (peak + d - START_COMPRESSION)
  const keep = newPeak / peak
  const white = 1 - 1 / (DESATURATION * (peak - newPeak) + 1)
  const whitened = (value: number): number => (value - offset) * keep * (1 - white) + newPeak * white
  return [whitened(r), whitened(g), whitened(b)]
}

function acesCurve(x: number): number {
  return (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)
}

/** The sRGB code of 8 bits for linear light, rounded to nearest (IEC 61966-2-1). */
export function encodeSrgb(linear: number): number {
  if (!(linear > 0)) return 0
  if (linear >= 1) return 255
  const encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
  return Math.round(255 * encoded)
}

/**
 * A picture for a canvas (RGBA, four bytes a pixel) from linear radiance (RGB, three floats a pixel), with plain loops:
 * for machines without WebGL 2. `baseStops` is the picture's own exposure.
 */
export function developPicture(
  radiance: Float32Array,
  baseStops: number,
  { stops, toneMapping }: Adjustment,
): Uint8ClampedArray<ArrayBuffer> {
  const gain = 2 ** (baseStops + stops)
  const pixels = Math.floor(radiance.length / 3)
  const out = new Uint8ClampedArray(pixels * 4)
  for (let p = 0; p < pixels; p++) {
    const [r, g, b] = mapTone(
      toneMapping,
      (radiance[3 * p] ?? 0) * gain,
      (radiance[3 * p + 1] ?? 0) * gain,
      (radiance[3 * p + 2] ?? 0) * gain,
    )
    out[4 * p] = encodeSrgb(r)
    out[4 * p + 1] = encodeSrgb(g)
    out[4 * p + 2] = encodeSrgb(b)
    out[4 * p + 3] = 255
  }
  return out
}
