/**
 * First-order regression of colour on features in a centre's window, and what it predicts for every pixel of the window
 * (Bitterli et al., "Nonlinearly Weighted First-order Regression for Denoising Monte Carlo Renderings", 2016).
 */
import { COLOR, FEATURES, WINDOW, at, features, inImage, noise, scratch } from './planes'
import { DISTANCE_BYTES } from './distance'

const TERMS: i32 = 8
const SIDE: i32 = 2 * WINDOW + 1
/** Neighbours whose root of the weight is at most this have weight 0: 2⁻⁸ of the full one. */
const ROOT_MIN: f32 = 0.5
/** How much slopes are held back: of a feature's own spread, and for features that hardly vary. */
const RIDGE: f64 = 0.01
const RIDGE_MIN: f64 = 1e-5
const DEPTH_MIN: f32 = 1e-6
const NINTH: f32 = <f32>1 / <f32>9

// Scratch: matrix (8 × 8 f64), right sides (8 × 3 f64), sums (24 × 4 f32), coefficients (8 × 4 f32), noise (8 f32),
// the neighbour's features (8 f32), weights of the window (f32).
const MATRIX: usize = 0
const RIGHT: usize = 512
const ROWS: usize = 704
const COEFFICIENTS: usize = ROWS + 18 * 16
const NOISE: usize = COEFFICIENTS + 8 * 16
const SLOT: usize = NOISE + 32
const WEIGHTS: usize = SLOT + 32
export const REGRESSION_BYTES: usize = WEIGHTS + <usize>(SIDE * SIDE) * 4 + 12

let base: usize = 0
let low: v128 = i32x4.splat(0)
let high: v128 = i32x4.splat(0)
let scale: v128 = i32x4.splat(0)
let depthScale: f32 = 1

/** Fits and predicts at centre (x, y); `sharpness` is 1 / (8 k²) for bandwidth k. */
export function regress(distances: usize, color: usize, into: usize, x: i32, y: i32, sharpness: f32): void {
  base = scratch + DISTANCE_BYTES
  openCentre(x, y)
  weigh(distances, x, y, sharpness)
  gather(color, x, y)
  spread()
  solve()
  predict(into, x, y)
}

/** Features are taken about the centre's; depth in units of its depth. The constant stays one. */
function openCentre(x: i32, y: i32): void {
  const p = features + at(x, y) * FEATURES
  depthScale = <f32>1 / (load<f32>(p, 28) + DEPTH_MIN)
  low = f32x4.replace_lane(v128.load(p), 0, 0)
  high = v128.load(p, 16)
  scale = f32x4.replace_lane(f32x4.splat(1), 3, depthScale)
  let a = f32x4.splat(0), b = f32x4.splat(0)
  for (let j = -1; j <= 1; j++) {
    for (let i = -1; i <= 1; i++) {
      const q = noise + at(x + i, y + j) * FEATURES
      a = f32x4.add(a, v128.load(q))
      b = f32x4.add(b, v128.load(q, 16))
    }
  }
  const ninth = f32x4.splat(NINTH)
  v128.store(base + NOISE, f32x4.mul(a, ninth))
  v128.store(base + NOISE + 16, f32x4.mul(f32x4.mul(f32x4.mul(b, ninth), scale), scale))
}

/** Weights (1 - d / 8k²)⁸, near exp(-d / k²) and zero beyond; none for pixels outside the image. */
function weigh(distances: usize, x: i32, y: i32, sharpness: f32): void {
  let k: usize = 0
  for (let j = -WINDOW; j <= WINDOW; j++) {
    for (let i = -WINDOW; i <= WINDOW; i++) {
      let w: f32 = 0
      if (inImage(x + i, y + j)) {
        const t: f32 = <f32>1 - load<f32>(distances + k) * sharpness
        if (t >= 1) w = 1
        else if (t > ROOT_MIN) {
          const t2 = t * t, t4 = t2 * t2
          w = t4 * t4
        }
      }
      store<f32>(base + WEIGHTS + k, w)
      k += 4
    }
  }
}

// @ts-ignore: decorator
@inline
function lane(k: usize): v128 { return v128.load32_splat(base + SLOT + k * 4) }

// @ts-ignore: decorator
@inline
function plus(sum: v128, a: v128, b: v128): v128 { return f32x4.add(sum, f32x4.mul(a, b)) }

/** The weighted sums of products: features by features, and features by colours. */
function gather(color: usize, x: i32, y: i32): void {
  const zero = f32x4.splat(0)
  let m00 = zero, m01 = zero, m10 = zero, m11 = zero, m20 = zero, m21 = zero, m30 = zero, m31 = zero
  let m4 = zero, m5 = zero, m6 = zero, m7 = zero, r0 = zero, r1 = zero, g0 = zero, g1 = zero, b0 = zero, b1 = zero
  let k: usize = base + WEIGHTS
  for (let j = -WINDOW; j <= WINDOW; j++) {
    let q = at(x - WINDOW, y + j)
    for (let i = -WINDOW; i <= WINDOW; i++, q++, k += 4) {
      if (load<f32>(k) == 0) continue
      const from = features + q * FEATURES, w = v128.load32_splat(k), c = color + q * COLOR
      const f0 = f32x4.sub(v128.load(from), low), f1 = f32x4.mul(f32x4.sub(v128.load(from, 16), high), scale)
      const w0 = f32x4.mul(f0, w), w1 = f32x4.mul(f1, w)
      v128.store(base + SLOT, f0)
      v128.store(base + SLOT + 16, f1)
      m00 = f32x4.add(m00, w0)
      m01 = f32x4.add(m01, w1)
      m10 = plus(m10, lane(1), w0)
      m11 = plus(m11, lane(1), w1)
      m20 = plus(m20, lane(2), w0)
      m21 = plus(m21, lane(2), w1)
      m30 = plus(m30, lane(3), w0)
      m31 = plus(m31, lane(3), w1)
      m4 = plus(m4, lane(4), w1)
      m5 = plus(m5, lane(5), w1)
      m6 = plus(m6, lane(6), w1)
      m7 = plus(m7, lane(7), w1)
      r0 = plus(r0, v128.load32_splat(c), w0)
      r1 = plus(r1, v128.load32_splat(c), w1)
      g0 = plus(g0, v128.load32_splat(c, 4), w0)
      g1 = plus(g1, v128.load32_splat(c, 4), w1)
      b0 = plus(b0, v128.load32_splat(c, 8), w0)
      b1 = plus(b1, v128.load32_splat(c, 8), w1)
    }
  }
  const to = base + ROWS
  v128.store(to, m00)
  v128.store(to, m01, 16)
  v128.store(to, m10, 32)
  v128.store(to, m11, 48)
  v128.store(to, m20, 64)
  v128.store(to, m21, 80)
  v128.store(to, m30, 96)
  v128.store(to, m31, 112)
  v128.store(to, m4, 128)
  v128.store(to, m5, 144)
  v128.store(to, m6, 160)
  v128.store(to, m7, 176)
  v128.store(to, r0, 192)
  v128.store(to, r1, 208)
  v128.store(to, g0, 224)
  v128.store(to, g1, 240)
  v128.store(to, b0, 256)
  v128.store(to, b1, 272)
}

// @ts-ignore: decorator
@inline
function entry(i: i32, j: i32): usize { return base + MATRIX + <usize>(i * TERMS + j) * 8 }
// @ts-ignore: decorator
@inline
function right(i: i32, c: i32): usize { return base + RIGHT + <usize>(i * 3 + c) * 8 }

/** The sums as doubles, with the ridge: the lower triangle of the matrix, and the right sides. */
function spread(): void {
  const from = base + ROWS, total = <f64>load<f32>(from)
  for (let j = 0; j < TERMS; j++) {
    for (let i = j; i < TERMS; i++) {
      const row = j < 4 ? from + <usize>(j * 32 + i * 4) : from + 128 + <usize>((j - 4) * 16 + (i - 4) * 4)
      let v = <f64>load<f32>(row)
      if (i == j && i > 0)
        v = v * (<f64>1 + RIDGE) + total * (RIDGE_MIN + <f64>load<f32>(base + NOISE + <usize>i * 4))
      store<f64>(entry(i, j), v)
    }
    for (let c = 0; c < 3; c++) store<f64>(right(j, c), <f64>load<f32>(from + 192 + <usize>(c * 32 + j * 4)))
  }
}

/** By LDLᵀ in double precision; coefficients rounded, with the weight's 1 in the constant's fourth lane. */
function solve(): void {
  for (let j = 0; j < TERMS; j++) {
    for (let k = 0; k < j; k++) {
      const l = load<f64>(entry(j, k)), scaled = l * load<f64>(entry(k, k))
      for (let i = j; i < TERMS; i++) store<f64>(entry(i, j), load<f64>(entry(i, j)) - load<f64>(entry(i, k)) * scaled)
    }
    const pivot = load<f64>(entry(j, j))
    for (let i = j + 1; i < TERMS; i++) store<f64>(entry(i, j), load<f64>(entry(i, j)) / pivot)
  }
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < TERMS; i++) {
      let v = load<f64>(right(i, c))
      for (let k = 0; k < i; k++) v -= load<f64>(entry(i, k)) * load<f64>(right(k, c))
      store<f64>(right(i, c), v)
    }
    for (let i = TERMS - 1; i >= 0; i--) {
      let v = load<f64>(right(i, c)) / load<f64>(entry(i, i))
      for (let k = i + 1; k < TERMS; k++) v -= load<f64>(entry(k, i)) * load<f64>(right(k, c))
      store<f64>(right(i, c), v)
      store<f32>(base + COEFFICIENTS + <usize>(i * 16 + c * 4), <f32>v)
    }
  }
  for (let i = 0; i < TERMS; i++) store<f32>(base + COEFFICIENTS + <usize>(i * 16 + 12), i == 0 ? 1 : 0)
}

/** Adds the fit's value at each pixel of the window to the sums there, by the same weights. */
function predict(into: usize, x: i32, y: i32): void {
  const from = base + COEFFICIENTS
  const c0 = v128.load(from), c1 = v128.load(from, 16), c2 = v128.load(from, 32), c3 = v128.load(from, 48)
  const c4 = v128.load(from, 64), c5 = v128.load(from, 80), c6 = v128.load(from, 96), c7 = v128.load(from, 112)
  let k: usize = base + WEIGHTS
  for (let j = -WINDOW; j <= WINDOW; j++) {
    let q = at(x - WINDOW, y + j)
    for (let i = -WINDOW; i <= WINDOW; i++, q++, k += 4) {
      if (load<f32>(k) == 0) continue
      const f = features + q * FEATURES, to = into + q * COLOR
      v128.store(base + SLOT, f32x4.sub(v128.load(f), low))
      v128.store(base + SLOT + 16, f32x4.mul(f32x4.sub(v128.load(f, 16), high), scale))
      let v = plus(c0, lane(1), c1)
      v = plus(v, lane(2), c2)
      v = plus(v, lane(3), c3)
      v = plus(v, lane(4), c4)
      v = plus(v, lane(5), c5)
      v = plus(v, lane(6), c6)
      v = plus(v, lane(7), c7)
      v128.store(to, plus(v128.load(to), v, v128.load32_splat(k)))
    }
  }
}
