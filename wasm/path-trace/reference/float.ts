/**
 * Arithmetic in single precision. A double holds the exact result of one operation on two floats closely enough
 * that rounding it again gives the float that IEEE arithmetic would have given (Figueroa, 1995).
 */

/** Red, green, blue or x, y, z. */
export type Vector = readonly [number, number, number]

const round = Math.fround

/** The float nearest to a number: for constants. */
export const float = round
export const add = (a: number, b: number): number => round(a + b)
export const sub = (a: number, b: number): number => round(a - b)
export const mul = (a: number, b: number): number => round(a * b)
export const div = (a: number, b: number): number => round(a / b)
export const root = (a: number): number => round(Math.sqrt(a))
/** Of one number and another, like the kernel: the second wherever they do not compare. */
export const larger = (a: number, b: number): number => (a > b ? a : b)
export const smaller = (a: number, b: number): number => (a < b ? a : b)

/** Terms added from the left. */
export function sum(first: number, ...rest: number[]): number {
  return rest.reduce(add, first)
}

/** Factors multiplied from the left. */
export function product(first: number, ...rest: number[]): number {
  return rest.reduce(mul, first)
}

export const plus = (a: Vector, b: Vector): Vector => [add(a[0], b[0]), add(a[1], b[1]), add(a[2], b[2])]
export const minus = (a: Vector, b: Vector): Vector => [sub(a[0], b[0]), sub(a[1], b[1]), sub(a[2], b[2])]
export const times = (a: Vector, b: Vector): Vector => [mul(a[0], b[0]), mul(a[1], b[1]), mul(a[2], b[2])]
export const scale = (a: Vector, k: number): Vector => [mul(a[0], k), mul(a[1], k), mul(a[2], k)]
export const negate = (a: Vector): Vector => [-a[0], -a[1], -a[2]]

export function dot(a: Vector, b: Vector): number {
  return add(add(mul(a[0], b[0]), mul(a[1], b[1])), mul(a[2], b[2]))
}

export function cross(a: Vector, b: Vector): Vector {
  return [
    sub(mul(a[1], b[2]), mul(a[2], b[1])),
    sub(mul(a[2], b[0]), mul(a[0], b[2])),
    sub(mul(a[0], b[1]), mul(a[1], b[0])),
  ]
}

/** The unit vector, by one division; NaN for zero. */
export function unit(a: Vector): Vector {
  return scale(a, div(1, root(dot(a, a))))
}

/** Weighted mean of three vectors, in the order in which the kernel adds. */
export function blend3(a: Vector, b: Vector, c: Vector, u: number, v: number): Vector {
  const w = sub(sub(1, u), v)
  return plus(plus(scale(a, w), scale(b, u)), scale(c, v))
}

/** The same of three numbers. */
export function blendNumbers(a: number, b: number, c: number, u: number, v: number): number {
  return add(add(mul(a, sub(sub(1, u), v)), mul(b, u)), mul(c, v))
}

/** Relative luminance of linear Rec. 709. */
export function luminance([r, g, b]: Vector): number {
  return sum(mul(float(0.2126), r), mul(float(0.7152), g), mul(float(0.0722), b))
}

/** Four corners by bilinear weights; s to the right, t down. */
export function bilinear(a: number, b: number, c: number, d: number, s: number, t: number): number {
  const [left, up] = [sub(1, s), sub(1, t)]
  return sum(mul(a, mul(left, up)), mul(b, mul(s, up)), mul(c, mul(left, t)), mul(d, mul(s, t)))
}
