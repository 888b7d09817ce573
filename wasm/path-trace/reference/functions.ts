/** Sine, cosine, angle, logarithm and power with the kernel's bits. */
import { add, float, mul, sub } from './float.ts'

/** Σ cₖ xᵏ by Horner's rule, in single precision. */
function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduceRight((value, c) => add(float(c), mul(x, value)), 0)
}

const SINE = [1, -0.16666666, 0.008333331, -0.00019840874]
const COSINE = [1, -0.5, 0.041666638, -0.0013888397, 0.00002476]

/** Sine and cosine of a turn, 0…1. */
export function sineCosineOfTurn(turn: number): readonly [number, number] {
  const quarters = mul(turn, 4)
  const quadrant = roundToEven(quarters)
  const x = mul(sub(quarters, quadrant), float(1.5707963267948966))
  const square = mul(x, x)
  const s = mul(x, polynomial(square, SINE))
  const c = polynomial(square, COSINE)
  switch (((quadrant % 4) + 4) % 4) {
    case 0:
      return [s, c]
    case 1:
      return [c, -s]
    case 2:
      return [-s, -c]
    default:
      return [-c, s]
  }
}

function roundToEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1
  return down % 2 === 0 ? down : down + 1
}

/** Angle of (x, y) in turns, by arctangent's series in double precision. */
export function turnOf(y: number, x: number): number {
  const [ax, ay] = [Math.abs(x), Math.abs(y)]
  const high = Math.max(ax, ay)
  if (high === 0) return 0
  const ratio = Math.min(ax, ay) / high
  const folded = ratio > 0.41421356237309503
  const t = folded ? (ratio - 1) / (ratio + 1) : ratio
  const series = [1, -1 / 3, 1 / 5, -1 / 7, 1 / 9, -1 / 11, 1 / 13].reduceRight(
    (value, c) => c + t * t * value,
    0,
  )
  let angle = t * series
  if (folded) angle += 0.7853981633974483
  if (ay > ax) angle = 1.5707963267948966 - angle
  if (x < 0) angle = 3.141592653589793 - angle
  angle *= 0.15915494309189535
  return float(y < 0 ? -angle : angle)
}

/** Binary logarithm of a positive double. */
export function log2Of(x: number): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  let exponent = Number(bits >> 52n) - 1023
  view.setBigUint64(0, (bits & 0xfffffffffffffn) | 0x3ff0000000000000n)
  let m = view.getFloat64(0)
  if (m > Math.SQRT2) {
    m /= 2
    exponent++
  }
  const s = (m - 1) / (m + 1)
  let value = 0
  for (let k = 17; k >= 1; k -= 2) value = value * (s * s) + 1 / k
  return exponent + 2.8853900817779268 * s * value
}

/** Two to the power of a double. */
export function exp2Of(x: number): number {
  const whole = Math.floor(x + 0.5)
  const rest = (x - whole) * 0.6931471805599453
  let value = 1
  for (let k = 13; k >= 1; k--) value = 1 + (value * rest) / k
  return value * 2 ** whole
}

/** x to the power of y in double precision. */
export function powerOf(x: number, y: number): number {
  if (x <= 0) return y === 0 ? 1 : 0
  const exponent = y * log2Of(x)
  return exponent < -996 ? 0 : exp2Of(exponent)
}
