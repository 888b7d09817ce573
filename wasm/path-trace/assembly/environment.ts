/** Light from outside the scene: constant, or an equirectangular map that is sampled by its brightness (PBRT §12.5). */
import { H_RADIANCE, environmentHeight, environmentPixels, environmentWidth, header } from './scene'
import { PI, cosine, larger, luminance, sine, sineCosineOfTurn, turnOf } from './math'
import { reserve } from './arena'

export let skyR: f32 = 0
export let skyG: f32 = 0
export let skyB: f32 = 0
export let skyX: f32 = 0
export let skyY: f32 = 0
export let skyZ: f32 = 0
/** Density per solid angle of the direction last sampled or asked for. */
export let skyDensity: f32 = 0
/** Mean luminance over the sphere. */
export let skyLuminance: f32 = 0

const TWO_PI_SQUARED: f32 = 19.739208802178716

/** Cumulative shares: of the rows, and after them of each row's columns, all from 0 to 1. */
let rows: usize = 0
let columns: usize = 0

/** Whether light is sampled towards the sky, rather than found by chance. */
// @ts-ignore: decorator
@inline
export function skyIsMap(): bool { return environmentWidth > 0 }

/** Fills the cumulative tables of a map. False when memory is out. */
export function prepareSky(): bool {
  skyLuminance = luminance(load<f32>(header, H_RADIANCE), load<f32>(header, H_RADIANCE + 4), load<f32>(header, H_RADIANCE + 8))
  const w = environmentWidth, h = environmentHeight
  if (w == 0) return true
  rows = reserve(<f64>(h + 1) * 4)
  columns = reserve(<f64>(w + 1) * <f64>h * 4)
  if (rows == 0 || columns == 0) return false
  let total: f64 = 0, spread: f64 = 0
  for (let y = 0; y < h; y++) {
    sineCosineOfTurn((<f32>y + <f32>0.5) / <f32>h * <f32>0.5)
    const weight = <f64>sine, row = columns + <usize>y * <usize>(w + 1) * 4
    let sum: f64 = 0
    for (let x = 0; x < w; x++) {
      sum += <f64>brightness(x, y)
      store<f32>(row + <usize>(x + 1) * 4, <f32>sum)
    }
    store<f32>(row, 0)
    // A black row is sampled evenly, should rounding ever choose it.
    for (let x = 1; x <= w; x++) {
      const at = row + <usize>x * 4
      store<f32>(at, sum > 0 ? <f32>(<f64>load<f32>(at) / sum) : <f32>x / <f32>w)
    }
    store<f32>(row + <usize>w * 4, 1)
    total += sum * weight
    spread += weight * <f64>w
    store<f32>(rows + <usize>(y + 1) * 4, <f32>total)
  }
  store<f32>(rows, 0)
  for (let y = 1; y <= h; y++) {
    const at = rows + <usize>y * 4
    store<f32>(at, total > 0 ? <f32>(<f64>load<f32>(at) / total) : <f32>y / <f32>h)
  }
  store<f32>(rows + <usize>h * 4, 1)
  skyLuminance = <f32>(total / spread)
  return true
}

/** The weight of a pixel: the mean of its neighbours too, since look-ups blend them in. */
function brightness(x: i32, y: i32): f32 {
  let sum: f32 = 0
  for (let j = -1; j <= 1; j++) for (let i = -1; i <= 1; i++) {
    const at = pixelAt(x + i, y + j)
    sum += luminance(load<f32>(at), load<f32>(at, 4), load<f32>(at, 8))
  }
  return sum
}

/** Address of a pixel; columns go round, rows end. */
// @ts-ignore: decorator
@inline
function pixelAt(x: i32, y: i32): usize {
  const w = environmentWidth, h = environmentHeight
  const i = x < 0 ? x + w : x >= w ? x - w : x, j = y < 0 ? 0 : y >= h ? h - 1 : y
  return environmentPixels + (<usize>j * w + i) * 12
}

/** Radiance from direction d, and the density with which it is sampled. */
export function lookAtSky(dx: f32, dy: f32, dz: f32): void {
  if (!skyIsMap()) {
    skyR = load<f32>(header, H_RADIANCE)
    skyG = load<f32>(header, H_RADIANCE + 4)
    skyB = load<f32>(header, H_RADIANCE + 8)
    skyDensity = 0
    return
  }
  const level = sqrt<f32>(dx * dx + dz * dz)
  readSky(turnOf(dx, -dz) + <f32>0.5, turnOf(level, dy) * <f32>2, level)
}

/** A direction in proportion to brightness, into skyX…; its radiance and density too. */
export function sampleSky(a: f32, b: f32): void {
  const w = environmentWidth
  const y = locate(rows, environmentHeight, b), row = columns + <usize>y * <usize>(w + 1) * 4
  const x = locate(row, w, a)
  const x0 = load<f32>(row + <usize>x * 4), x1 = load<f32>(row + <usize>(x + 1) * 4)
  const y0 = load<f32>(rows + <usize>y * 4), y1 = load<f32>(rows + <usize>(y + 1) * 4)
  const u = (<f32>x + (a - x0) / (x1 - x0)) / <f32>w, v = (<f32>y + (b - y0) / (y1 - y0)) / <f32>environmentHeight
  sineCosineOfTurn(v * <f32>0.5)
  const level = larger(sine, 0)
  skyY = cosine
  sineCosineOfTurn(u)
  // Turn ½ is -z, turn ¾ is +x.
  skyX = -sine * level
  skyZ = cosine * level
  readSky(u, v, level)
}

/** Index i with cdf[i] ≤ u < cdf[i + 1]. */
export function locate(cdf: usize, count: i32, u: f32): i32 {
  let low = 0, high = count
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (load<f32>(cdf + <usize>middle * 4) <= u) low = middle
    else high = middle
  }
  return low
}

function readSky(u: f32, v: f32, level: f32): void {
  const w = environmentWidth, h = environmentHeight
  const tx: f32 = u * <f32>w, ty: f32 = v * <f32>h
  const cx = min<i32>(max<i32>(<i32>tx, 0), w - 1), cy = min<i32>(max<i32>(<i32>ty, 0), h - 1)
  const row = columns + (<usize>cy * <usize>(w + 1) + cx) * 4, shares = rows + <usize>cy * 4
  const share = (load<f32>(row, 4) - load<f32>(row)) * (load<f32>(shares, 4) - load<f32>(shares))
  skyDensity = share * (<f32>w * <f32>h) / (TWO_PI_SQUARED * larger(level, 1e-8))
  const sx: f32 = tx - <f32>0.5, sy: f32 = ty - <f32>0.5, fx = floor<f32>(sx), fy = floor<f32>(sy), s = sx - fx, t = sy - fy
  const i = <i32>fx, j = <i32>fy
  const a = pixelAt(i, j), b = pixelAt(i + 1, j), c = pixelAt(i, j + 1), d = pixelAt(i + 1, j + 1)
  const wa = (<f32>1 - s) * (<f32>1 - t), wb = s * (<f32>1 - t), wc = (<f32>1 - s) * t, wd = s * t
  skyR = load<f32>(a) * wa + load<f32>(b) * wb + load<f32>(c) * wc + load<f32>(d) * wd
  skyG = load<f32>(a, 4) * wa + load<f32>(b, 4) * wb + load<f32>(c, 4) * wc + load<f32>(d, 4) * wd
  skyB = load<f32>(a, 8) * wa + load<f32>(b, 8) * wb + load<f32>(c, 8) * wc + load<f32>(d, 8) * wd
}
