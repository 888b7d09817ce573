import { FILM_PIXEL_BYTES, FILM_SCALE } from '../../../../../wasm/path-trace/kernel.ts'
import {
  type RenderSplit,
  tileCount,
  type UnitRegion,
  unitRegion,
} from '../../../../protocol/job-kinds/render-tasks.ts'

const WORDS_PER_PIXEL = FILM_PIXEL_BYTES / 4
const CHANNELS = 3

/** A whole picture's sums of samples, two 32-bit words (low, high) a channel; `merged` units are in it. */
export interface Film {
  readonly split: RenderSplit
  readonly words: Uint32Array<ArrayBuffer>
  readonly merged: Set<number>
}

/** Why a unit's output cannot be added. */
export interface FilmFault {
  readonly kind: 'bad-film'
  readonly unit: number
  readonly message: string
}

/** An empty film for the picture that the parameters describe. */
export function createFilm(split: RenderSplit): Film {
  return { split, words: new Uint32Array(split.width * split.height * WORDS_PER_PIXEL), merged: new Set() }
}

/** Exact length in bytes of a unit's output. */
export function filmLength(region: UnitRegion): number {
  return (region.x1 - region.x0) * (region.y1 - region.y0) * FILM_PIXEL_BYTES
}

/**
 * Adds a unit's output, the kernel's film of that unit's region (i64 little-endian, RGB, rows from the top),
 * into the picture. Integer addition: any order of any split of a job gives the same film, bit for bit.
 *
 * Returns a fault, with the film unchanged, for a unit outside the job or already added and for output of
 * the wrong length or with a negative sum, which no light can give.
 */
export function mergeUnit(film: Film, unit: number, output: Uint8Array): FilmFault | undefined {
  const bad = (message: string): FilmFault => ({ kind: 'bad-film', unit, message })
  if (film.merged.has(unit)) return bad(`unit ${unit} is already in the picture`)
  let region: UnitRegion
  try {
    region = unitRegion(film.split, unit)
  } catch (error) {
    if (error instanceof RangeError) return bad(error.message)
    throw error
  }
  if (output.length !== filmLength(region)) {
    return bad(`unit ${unit} has ${output.length} bytes, not the ${filmLength(region)} of its region`)
  }
  const words = wordsOf(output)
  for (let i = 1; i < words.length; i += 2) {
    if ((words[i] ?? 0) >= 2 ** 31) return bad(`unit ${unit} holds a negative sum of light`)
  }
  addWords(film, region, words)
  film.merged.add(unit)
  return undefined
}

/** The pixels' mean radiance, linear RGB in three floats a pixel, of a film with all its units merged. */
export function filmRadiance(film: Film): Float32Array<ArrayBuffer> {
  const { width, height, spp } = film.split
  const radiance = new Float32Array(width * height * CHANNELS)
  for (let i = 0; i < radiance.length; i++) radiance[i] = meanOf(film, i, spp)
  return radiance
}

/** The mean radiance of one channel of one pixel, RGB in rows from the top, over so many samples. */
export function meanOf({ words }: Film, channel: number, samples: number): number {
  const scale = 1 / (FILM_SCALE * samples)
  return ((words[2 * channel + 1] ?? 0) * 2 ** 32 + (words[2 * channel] ?? 0)) * scale
}

/** Samples of each pixel of each tile that are in the film. */
export function filmSamples({ split, merged }: Film): Uint32Array {
  const tiles = tileCount(split)
  const samples = new Uint32Array(tiles)
  for (const unit of merged) {
    const { s0, s1 } = unitRegion(split, unit)
    samples[unit % tiles] = (samples[unit % tiles] ?? 0) + s1 - s0
  }
  return samples
}

/** 64-bit addition in halves: BigInt would allocate for every channel of every pixel. */
function addWords(film: Film, region: UnitRegion, words: Uint32Array): void {
  const perRow = (region.x1 - region.x0) * WORDS_PER_PIXEL
  const target = film.words
  for (let y = region.y0, from = 0; y < region.y1; y++) {
    const to = (y * film.split.width + region.x0) * WORDS_PER_PIXEL
    for (let i = 0; i < perRow; i += 2, from += 2) {
      const low = (target[to + i] ?? 0) + (words[from] ?? 0)
      target[to + i] = low
      target[to + i + 1] = (target[to + i + 1] ?? 0) + (words[from + 1] ?? 0) + (low >= 2 ** 32 ? 1 : 0)
    }
  }
}

/** Every platform of this program is little-endian, as WASM is; a view needs only its alignment made right. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4)
}
