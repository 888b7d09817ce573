/**
 * Functions with the same bits on every machine: additions, multiplications, divisions and square roots in a fixed
 * order. JavaScript leaves `Math.sin` and its like to the engine, and engines differ by processor; a provider must
 * build the very scene that its requester built.
 */

/** π/2 in three parts of 33 bits and a rest, so that small multiples of each are exact (Cody and Waite, 1980). */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const
/** Quarter turns for which that reduction is good; beyond it an angle has no digits left that mean anything. */
const QUARTERS_MAX = 2 ** 20

/** Taylor's coefficients about 0: the next term is below a double's last digit up to π/4. */
const SINE = taylor(3, 17)
const COSINE = taylor(4, 18)

/** The sine of an angle in radians, within two units of the last place up to a million quarter turns; 0 beyond. */
export function sin(angle: number): number {
  return atQuarter(angle, 0)
}

/** The cosine of an angle in radians, as `sin` is; 1 beyond. */
export function cos(angle: number): number {
  return atQuarter(angle, 1)
}

/** The tangent of an angle in radians. */
export function tan(angle: number): number {
  return sin(angle) / cos(angle)
}

/** The angle in 0…π with a cosine in −1…1, within a few units of the last place. */
export function acos(cosine: number): number {
  if (cosine > 0.5) return 2 * smallAsin(Math.sqrt((1 - cosine) / 2))
  if (cosine < -0.5) return Math.PI - 2 * smallAsin(Math.sqrt((1 + cosine) / 2))
  return Math.PI / 2 - smallAsin(cosine)
}

/** Length of a vector of three, which cannot overflow. Adds as V8's `Math.hypot` does (Kahan's compensation). */
export function length3(x: number, y: number, z: number): number {
  const parts = [Math.abs(x), Math.abs(y), Math.abs(z)]
  const largest = Math.max(...parts)
  if (!(largest > 0) || largest === Infinity) return largest
  let [sum, lost] = [0, 0]
  for (const part of parts) {
    const ratio = part / largest
    const term = ratio * ratio - lost
    const next = sum + term
    lost = next - sum - term
    sum = next
  }
  return Math.sqrt(sum) * largest
}

/** 2 to the power of a whole number in −1000…1000, exactly. */
export function powerOfTwo(exponent: number): number {
  let [value, base] = [1, exponent < 0 ? 0.5 : 2]
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) value *= base
    base *= base
  }
  return value
}

/** The sine so many quarter turns further on. */
function atQuarter(angle: number, further: number): number {
  const quarters = Math.round(angle / (Math.PI / 2))
  // Also what is not a number.
  if (!(Math.abs(quarters) <= QUARTERS_MAX)) return further
  const [high, middle, low] = HALF_PI
  const rest = angle - quarters * high
  const x = rest - quarters * middle - quarters * low
  const quadrant = (((quarters + further) % 4) + 4) % 4
  const value = quadrant % 2 === 0 ? smallSine(x) : smallCosine(x)
  return quadrant < 2 ? value : -value
}

function smallSine(x: number): number {
  return x + x * (x * x) * polynomial(SINE, x * x)
}

function smallCosine(x: number): number {
  const square = x * x
  const half = square / 2
  // 1 − x²/2 loses digits, which the second bracket gives back.
  const head = 1 - half
  return head + (1 - head - half + square * square * polynomial(COSINE, square))
}

/** The angle of a sine of at most ½ in size: the arctangent of sine over cosine, by Newton's steps on `sin`. */
function smallAsin(sine: number): number {
  // Two terms are right to a hundredth; each step squares the error.
  let angle = sine + (sine * sine * sine) / 6
  for (let step = 0; step < 4; step++) angle -= (sin(angle) - sine) / cos(angle)
  return angle
}

/** Σ cₖ xᵏ. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * x + (coefficients[k] ?? 0)
  return value
}

/** Reciprocals of factorials of every second number, with alternating signs, as the series of sine or cosine has them. */
function taylor(from: number, to: number): readonly number[] {
  const coefficients: number[] = []
  for (let n = from; n <= to; n += 2) {
    const sign = n % 4 < 2 ? 1 : -1
    let factorial = 1
    for (let k = 2; k <= n; k++) factorial *= k
    coefficients.push(sign / factorial)
  }
  return coefficients
}
