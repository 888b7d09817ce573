import { FILM_PIXEL_BYTES } from '../../../../../wasm/path-trace/kernel.ts'
import type { LibraryInput } from '../../../library.ts'
import type { Reading } from '../pairs.ts'
import type { Picture } from './picture.ts'

const CHANNELS = 3

/** The part of a film that is darker than its "bright parts"; rare bright specks are none. */
const BRIGHT_QUANTILE = 0.9

/** Pixels of a film. */
export interface FilmSize {
  readonly width: number
  readonly height: number
}

/** A film's sums of light, three a pixel in rows from the top, and the light of its bright parts (0 where it is black). */
export interface FilmLight extends FilmSize {
  readonly light: Float64Array
  readonly bright: number
}

/** Whether an output can be a film of this size, by its length. */
export function filmShape({ bytes }: LibraryInput, { width, height }: FilmSize): Reading<string> {
  const wanted = width * height * FILM_PIXEL_BYTES
  return bytes === wanted
    ? { kind: 'read', value: 'film' }
    : { kind: 'unreadable', why: `${bytes} bytes are not the ${wanted} of a film` }
}

/** Reads a film (i64 little-endian, RGB). A sum below 0, which no light gives, makes it unreadable. */
export function readFilm(output: LibraryInput, { width, height }: FilmSize): Reading<FilmLight> {
  const words = new Uint32Array(output.read().buffer)
  const light = new Float64Array(width * height * CHANNELS)
  for (let i = 0; i < light.length; i++) {
    const high = words[2 * i + 1] ?? 0
    if (high >= 2 ** 31) return { kind: 'unreadable', why: 'it holds a negative sum of light' }
    light[i] = high * 2 ** 32 + (words[2 * i] ?? 0)
  }
  return { kind: 'read', value: { width, height, light, bright: brightOf(light) } }
}

/** The light below which nine tenths of the pixels are; the mean where that is 0, as in a dark tile with a few lit pixels. */
function brightOf(light: Float64Array): number {
  const pixels = new Float64Array(light.length / CHANNELS)
  let sum = 0
  for (let p = 0; p < pixels.length; p++) {
    const all = (light[CHANNELS * p] ?? 0) + (light[CHANNELS * p + 1] ?? 0) + (light[CHANNELS * p + 2] ?? 0)
    pixels[p] = all / CHANNELS
    sum += all / CHANNELS
  }
  pixels.sort()
  const bright = pixels[Math.floor(pixels.length * BRIGHT_QUANTILE)] ?? 0
  return bright > 0 ? bright : sum / pixels.length
}

/**
 * Both films as pictures of one exposure, as an eye would see them: light x becomes √(x / (1 + x)), so that neither
 * bright specks nor dark corners weigh more than they are seen. The darker film decides the exposure: exposed for the
 * brighter one, a film that is too dark would differ from it too little. It is the comparison's own curve rather than the
 * picture's tone mapping, because it needs no powers, which may differ between platforms.
 */
export function exposedAlike(one: FilmLight, other: FilmLight): readonly [Picture, Picture] {
  const darker = Math.min(...[one.bright, other.bright].filter((bright) => bright > 0))
  const gain = darker < Infinity ? 1 / darker : 1
  return [exposed(one, gain), exposed(other, gain)]
}

function exposed({ width, height, light }: FilmLight, gain: number): Picture {
  return {
    width,
    height,
    channels: CHANNELS,
    readRow: (y, target) => {
      const from = y * width * CHANNELS
      for (let i = 0; i < target.length; i++) {
        const x = (light[from + i] ?? 0) * gain
        target[i] = Math.sqrt(x / (1 + x))
      }
    },
  }
}
