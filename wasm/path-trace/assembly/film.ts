/**
 * Sums of radiance as 64-bit fixed point: whole numbers add up to the same bits in any order, so any split of an
 * image into tiles and ranges of samples merges to the same film.
 */
import { reserve } from './arena'

export const PIXEL_SIZE: usize = 24
/** Steps per unit of radiance. */
const ONE: f32 = 16777216
/** The most that one sample adds: 2²⁰ · 2²⁴ · 2¹⁸ samples stay below 2⁶³. */
const SAMPLE_MAX: f32 = 1048576

export let film: usize = 0
let room: f64 = 0

/** An empty film of so many pixels; the same memory again where it suffices. 0 when memory is out. */
export function openFilm(pixels: i32): usize {
  const bytes = <f64>pixels * <f64>PIXEL_SIZE
  if (bytes > room) {
    film = reserve(bytes)
    room = film == 0 ? 0 : bytes
  } else memory.fill(film, 0, <usize>bytes)
  return film
}

/** Adds one sample. One that is not finite, or negative, adds nothing. */
// @ts-ignore: decorator
@inline
export function addSample(pixel: usize, r: f32, g: f32, b: f32): void {
  if (!(r >= 0 && g >= 0 && b >= 0 && r + g + b < Infinity)) return
  store<i64>(pixel, load<i64>(pixel) + fixed(r))
  store<i64>(pixel, load<i64>(pixel, 8) + fixed(g), 8)
  store<i64>(pixel, load<i64>(pixel, 16) + fixed(b), 16)
}

// @ts-ignore: decorator
@inline
function fixed(v: f32): i64 { return <i64>((v > SAMPLE_MAX ? SAMPLE_MAX : v) * ONE) }
