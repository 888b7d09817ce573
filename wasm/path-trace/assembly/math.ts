/**
 * Functions that have the same bits everywhere: IEEE + - * / and sqrt, in a fixed order, nothing from the host.
 * `../reference-math.ts` has them again.
 */

export const PI: f32 = 3.14159265358979
export const INV_PI: f32 = 0.3183098861837907
export const FAR: f32 = 1e30

export let sine: f32 = 0
export let cosine: f32 = 0

// @ts-ignore: decorator
@inline
export function smaller(a: f32, b: f32): f32 { return a < b ? a : b }
// @ts-ignore: decorator
@inline
export function larger(a: f32, b: f32): f32 { return a > b ? a : b }

/**
 * Sine and cosine of a turn v in 0…1, into `sine` and `cosine`. Taylor about the nearest quarter turn with the
 * last coefficients fitted; absolute error below 1e-6.
 */
// @ts-ignore: decorator
@inline
export function sineCosineOfTurn(v: f32): void {
  const y: f32 = v * 4, k = nearest<f32>(y), x: f32 = (y - k) * 1.5707963267948966, x2: f32 = x * x, q = <i32>k
  const s: f32 = x * (1 + x2 * (-0.16666666 + x2 * (0.008333331 + x2 * -0.00019840874)))
  const c: f32 = 1 + x2 * (-0.5 + x2 * (0.041666638 + x2 * (-0.0013888397 + x2 * 0.00002476)))
  const a = q & 1 ? c : s, b = q & 1 ? s : c
  sine = q & 2 ? -a : a
  cosine = (q + 1) & 2 ? -b : b
}

/** Angle of (x, y) from the x axis in turns, -0.5…0.5; error below 1e-8 turns before rounding. */
export function turnOf(y: f32, x: f32): f32 {
  const ax: f64 = Math.abs(x), ay: f64 = Math.abs(y)
  const swap = ay > ax
  const high = swap ? ay : ax
  if (high == 0) return 0
  let t = (swap ? ax : ay) / high
  // tan(π/8): halve the range once more, so that the series below is short.
  const fold = t > 0.41421356237309503
  if (fold) t = (t - 1) / (t + 1)
  const t2 = t * t
  let a = t * (1 + t2 * (-1.0 / 3 + t2 * (1.0 / 5 + t2 * (-1.0 / 7 + t2 * (1.0 / 9 + t2 * (-1.0 / 11 + t2 * (1.0 / 13)))))))
  if (fold) a += 0.7853981633974483
  if (swap) a = 1.5707963267948966 - a
  if (x < 0) a = 3.141592653589793 - a
  a *= 0.15915494309189535
  return <f32>(y < 0 ? -a : a)
}

/** log₂ of a positive, normal x; error below 1e-14. */
export function log2Of(x: f64): f64 {
  const bits = reinterpret<u64>(x)
  let exponent = <i32>(bits >> 52) - 1023
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000)
  if (m > 1.4142135623730951) {
    m *= 0.5
    exponent += 1
  }
  const s = (m - 1) / (m + 1), s2 = s * s
  let sum: f64 = 0
  for (let k = 17; k >= 1; k -= 2) sum = sum * s2 + 1 / <f64>k
  return <f64>exponent + 2.8853900817779268 * s * sum
}

/** 2ˣ for -1000 < x < 1000; relative error below 1e-14. */
export function exp2Of(x: f64): f64 {
  const n = Math.floor(x + 0.5), r = (x - n) * 0.6931471805599453
  let sum: f64 = 1
  for (let k = 13; k >= 1; k--) sum = 1 + (sum * r) / <f64>k
  return sum * reinterpret<f64>(<u64>(<i64>n + 1023) << 52)
}

/** x to the power of y for x ≥ 0; 0 where the result would be below 1e-300. */
export function powerOf(x: f64, y: f64): f64 {
  if (x <= 0) return y == 0 ? 1 : 0
  const e = y * log2Of(x)
  return e < -996 ? 0 : exp2Of(e)
}

/** Relative luminance of linear Rec. 709. */
// @ts-ignore: decorator
@inline
export function luminance(r: f32, g: f32, b: f32): f32 { return <f32>0.2126 * r + <f32>0.7152 * g + <f32>0.0722 * b }
