/**
 * Distances between patches, as non-local means takes them: squared differences less what noise alone would make, in
 * units of the noise (Rousselle et al., "Adaptive Rendering with Non-Local Means Filtering", 2012).
 */
import { COLOR, PATCH, STEP, WINDOW, left, scratch, top, variance, width } from './planes'

/** Centres along a tile's side; tiles lie on a grid of the image, so that any split regresses in one order. */
export const TILE_CENTRES: i32 = 16
const TILE: i32 = TILE_CENTRES * STEP
const SIDE: i32 = 2 * WINDOW + 1
const ROW_PIXELS: i32 = TILE + 2 * PATCH
/** Keeps equal pixels without variance from dividing by zero. */
const EPSILON: f32 = 1e-10
/** 25 pixels of three channels. */
const SHARE: f32 = <f32>1 / <f32>75

const LINE: usize = <usize>ROW_PIXELS * 16
const PARTS: usize = <usize>(ROW_PIXELS * TILE_CENTRES) * 16
/** A distance per offset and centre, offsets last. */
const TABLE: usize = <usize>(TILE_CENTRES * TILE_CENTRES * SIDE * SIDE) * 4

export const DISTANCE_BYTES: usize = LINE + PARTS + TABLE

/** Where the distances of centre (i, j) of the tile begin: rows of offsets. */
// @ts-ignore: decorator
@inline
export function distancesOf(i: i32, j: i32): usize {
  return scratch + LINE + PARTS + <usize>((j * TILE_CENTRES + i) * SIDE * SIDE) * 4
}

/** Distances from `across` × `down` centres, the first at (cx, cy) in the image, to all of their windows in `half`. */
export function measure(half: usize, cx: i32, cy: i32, across: i32, down: i32): void {
  for (let dy = -WINDOW; dy <= WINDOW; dy++) {
    for (let dx = -WINDOW; dx <= WINDOW; dx++) {
      measureOffset(half, cx, cy, across, down, dx, dy)
    }
  }
}

function measureOffset(half: usize, cx: i32, cy: i32, across: i32, down: i32, dx: i32, dy: i32): void {
  const line = scratch, parts = scratch + LINE
  const pixels = (across - 1) * STEP + 1 + 2 * PATCH, rows = (down - 1) * STEP + 1 + 2 * PATCH
  const shift = (dy * width + dx) * <i32>COLOR
  for (let r = 0; r < rows; r++) {
    let p = <usize>((cy - PATCH + r - top) * width + cx - PATCH - left) * COLOR
    for (let i = 0; i < pixels; i++) {
      const q = p + shift, vp = v128.load(variance + p), vq = v128.load(variance + q)
      const d = f32x4.sub(v128.load(half + p), v128.load(half + q))
      const expected = f32x4.add(vp, f32x4.pmin(vp, vq))
      const scale = f32x4.add(f32x4.splat(EPSILON), f32x4.add(vp, vq))
      v128.store(line + <usize>i * 16, f32x4.div(f32x4.sub(f32x4.mul(d, d), expected), scale))
      p += COLOR
    }
    for (let i = 0; i < across; i++)
      v128.store(parts + <usize>(r * TILE_CENTRES + i) * 16, sumOfFive(line + <usize>(i * STEP) * 16, 16))
  }
  const offset = <usize>((dy + WINDOW) * SIDE + dx + WINDOW) * 4
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const s = sumOfFive(parts + <usize>(j * STEP * TILE_CENTRES + i) * 16, <usize>TILE_CENTRES * 16)
      const all = f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2)
      store<f32>(distancesOf(i, j) + offset, all * SHARE)
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOfFive(from: usize, stride: usize): v128 {
  let sum = f32x4.add(v128.load(from), v128.load(from + stride))
  sum = f32x4.add(sum, v128.load(from + 2 * stride))
  sum = f32x4.add(sum, v128.load(from + 3 * stride))
  return f32x4.add(sum, v128.load(from + 4 * stride))
}
