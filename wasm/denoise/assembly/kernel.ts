/**
 * The module's exports: open a region, write halves and features where they belong, run, read the colours. The region
 * comes with BORDER pixels around the output; beyond the image's edge they repeat it. `../kernel.ts` is the other side.
 */
import { BORDER, FILTERED, STEP, WINDOW, features, halfA, halfB, height, imageHeight, imageWidth, left, noise,
  openPlanes, spare, sums, top, width, COLOR } from './planes'
import { prepare } from './prepare'
import { DISTANCE_BYTES, TILE_CENTRES, distancesOf, measure } from './distance'
import { REGRESSION_BYTES, regress } from './regression'
import { finish } from './select'

/** 1 / (8 k²) for bandwidths 1.6 and ½. */
const SMOOTH: f32 = 0.05
const SHARP: f32 = 0.5

/** Room for a region of so many pixels, border included. False when memory is out. */
export function open(w: i32, h: i32, x: i32, y: i32, imageW: i32, imageH: i32): bool {
  return openPlanes(w, h, x, y, imageW, imageH, DISTANCE_BYTES + REGRESSION_BYTES)
}

/** Addresses of the half-buffers and of their features; the filtered colours replace none of them. */
export function colorA(): usize { return halfA }
export function colorB(): usize { return halfB }
export function featuresA(): usize { return features }
export function featuresB(): usize { return noise }
export function output(): usize { return spare }

// @ts-ignore: decorator
@inline
function most(a: i32, b: i32): i32 { return a > b ? a : b }
// @ts-ignore: decorator
@inline
function least(a: i32, b: i32): i32 { return a < b ? a : b }

/** Filters the region. Once per `open`. */
export function run(): void {
  prepare()
  const reach = BORDER - FILTERED - WINDOW, tile = TILE_CENTRES * STEP
  const x0 = most(left + reach, 0), x1 = least(left + width - reach, imageWidth)
  const y0 = most(top + reach, 0), y1 = least(top + height - reach, imageHeight)
  for (let y = y0 - y0 % tile; y < y1; y += tile) {
    for (let x = x0 - x0 % tile; x < x1; x += tile)
      filterTile(evenFrom(most(x, x0)), evenFrom(most(y, y0)), least(x + tile, x1), least(y + tile, y1))
  }
  finish()
}

// @ts-ignore: decorator
@inline
function evenFrom(v: i32): i32 { return v + (v & 1) }

/** Both halves of the tile's centres, at both bandwidths; each half is weighted by the other. */
function filterTile(x0: i32, y0: i32, x1: i32, y1: i32): void {
  const across = (x1 - x0 + 1) / STEP, down = (y1 - y0 + 1) / STEP
  if (x1 <= x0 || y1 <= y0) return
  const plane = <usize>(width * height) * COLOR
  for (let half = 0; half < 2; half++) {
    const color = half ? halfB : halfA, into = sums + <usize>half * plane
    measure(half ? halfA : halfB, x0, y0, across, down)
    for (let j = 0; j < down; j++) {
      for (let i = 0; i < across; i++) {
        const x = x0 + i * STEP, y = y0 + j * STEP, distances = distancesOf(i, j)
        regress(distances, color, into, x, y, SMOOTH)
        regress(distances, color, into + 2 * plane, x, y, SHARP)
      }
    }
  }
}
