/** The region in memory: planes of pixels, each with the border that the filter's radii need around the output. */

/** Centres are regressed on every second pixel; their windows and patches reach so far. */
export const STEP: i32 = 2
export const WINDOW: i32 = 5
export const PATCH: i32 = 2
/** Radius over which variance is smoothed, errors are compared, and choices are blended. */
export const VARIANCE: i32 = 3
export const COMPARE: i32 = 2
export const BLEND: i32 = 2
/** Radius in which a spike is higher than everything else. */
export const SPIKE: i32 = 1
/** Pixels around the output that have filtered values. */
export const FILTERED: i32 = COMPARE + BLEND
export const BORDER: i32 = FILTERED + 2 * WINDOW + PATCH + VARIANCE + SPIKE

/** Bytes of a pixel of colour (red, green, blue, spare), and of features (one, albedo, normal, depth), as f32. */
export const COLOR: usize = 16
export const FEATURES: usize = 32

const PAGE: f64 = 65536
const BYTES_MAX: f64 = 2147418112

/** Size of the region with its border, and its first pixel's place in the image. */
export let width: i32 = 0
export let height: i32 = 0
export let left: i32 = 0
export let top: i32 = 0
/** The image. */
export let imageWidth: i32 = 0
export let imageHeight: i32 = 0

/** Colours of the two half-buffers. */
export let halfA: usize = 0
export let halfB: usize = 0
/** Variance of either; features of the two halves, which become their mean and the mean's variance. */
export let variance: usize = 0
export let features: usize = 0
export let noise: usize = 0
/** Sums of weighted predictions, four planes: bandwidth × half; weight in the fourth lane. */
export let sums: usize = 0
export let spare: usize = 0
export let scratch: usize = 0

/** Room for everything, zeroed. False when memory is out. */
export function openPlanes(w: i32, h: i32, x: i32, y: i32, imageW: i32, imageH: i32, scratchBytes: usize): bool {
  width = w
  height = h
  left = x
  top = y
  imageWidth = imageW
  imageHeight = imageH
  const pixels = <usize>w * <usize>h, start = (__heap_base + 63) & ~63
  const end = <f64>start + <f64>pixels * <f64>(8 * COLOR + 2 * FEATURES) + <f64>scratchBytes
  if (end > BYTES_MAX) return false
  const pages = <i32>Math.ceil(end / PAGE) - memory.size()
  if (pages > 0 && memory.grow(pages) < 0) return false
  memory.fill(start, 0, <usize>end - start)
  halfA = start
  halfB = halfA + pixels * COLOR
  variance = halfB + pixels * COLOR
  spare = variance + pixels * COLOR
  sums = spare + pixels * COLOR
  features = sums + pixels * COLOR * 4
  noise = features + pixels * FEATURES
  scratch = noise + pixels * FEATURES
  return true
}

/** The number of a pixel of the image in the region. */
// @ts-ignore: decorator
@inline
export function at(x: i32, y: i32): usize { return <usize>(y - top) * <usize>width + <usize>(x - left) }

// @ts-ignore: decorator
@inline
export function inImage(x: i32, y: i32): bool { return x >= 0 && y >= 0 && x < imageWidth && y < imageHeight }
