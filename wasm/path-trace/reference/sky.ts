/** Light from outside the scene with the kernel's bits. */
import type { EnvironmentDescription } from '../scene.ts'
import { add, bilinear, div, float, larger, luminance, mul, root, sub, type Vector } from './float.ts'
import { sineCosineOfTurn, turnOf } from './functions.ts'

/** The radiance from a direction, and the density with which that direction is sampled. */
export interface Look {
  readonly direction: Vector
  readonly radiance: Vector
  readonly density: number
}

/** The surroundings. */
export interface Sky {
  /** Whether it is sampled at all. */
  readonly isMap: boolean
  /** Mean luminance. */
  readonly luminance: number
  look(direction: Vector): Look
  sample(a: number, b: number): Look
}

/** Index i with shares[i] ≤ x < shares[i + 1]. */
export function locate(shares: readonly number[], x: number): number {
  let low = 0
  let high = shares.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((shares[middle] ?? 1) <= x) low = middle
    else high = middle
  }
  return low
}

/** Shares that add up from 0 to 1, in single precision, from sums in double. */
function sharesOf(sums: readonly number[]): number[] {
  const total = sums.at(-1) ?? 0
  const shares = sums.map((s, i) => (total > 0 ? float(float(s) / total) : div(i + 1, sums.length)))
  return [0, ...shares.slice(0, -1), 1]
}

/** The sky of an environment. */
export function skyOf(environment: EnvironmentDescription): Sky {
  if (environment.kind === 'constant') {
    const look = (direction: Vector): Look => ({ direction, radiance: environment.radiance, density: 0 })
    return { isMap: false, luminance: luminance(environment.radiance), look, sample: () => look([0, 1, 0]) }
  }
  const { width, height, pixels } = environment
  const at = (x: number, y: number, k: number) => {
    const column = (x + width) % width
    const row = Math.min(Math.max(y, 0), height - 1)
    return pixels[(row * width + column) * 3 + k] ?? 0
  }
  const pixel = (x: number, y: number): Vector => [at(x, y, 0), at(x, y, 1), at(x, y, 2)]
  let total = 0
  let spread = 0
  const rowSums: number[] = []
  const columns = Array.from({ length: height }, (_, y) => {
    const [weight] = sineCosineOfTurn(mul(div(add(y, 0.5), height), 0.5))
    let sum = 0
    const sums = Array.from({ length: width }, (_, x) => {
      let brightness = 0
      for (let j = -1; j <= 1; j++) {
        for (let i = -1; i <= 1; i++) brightness = add(brightness, luminance(pixel(x + i, y + j)))
      }
      sum += brightness
      return sum
    })
    total += sum * weight
    spread += weight * width
    rowSums.push(total)
    return sharesOf(sums.map((s, i) => (i === width - 1 ? sum : s)))
  })
  const rows = sharesOf(rowSums)
  const share = (shares: readonly number[], i: number) => sub(shares[i + 1] ?? 1, shares[i] ?? 0)

  const read = (direction: Vector, u: number, v: number, level: number): Look => {
    const [tx, ty] = [mul(u, width), mul(v, height)]
    const cx = Math.min(Math.max(Math.trunc(tx), 0), width - 1)
    const cy = Math.min(Math.max(Math.trunc(ty), 0), height - 1)
    const chance = mul(share(columns[cy] ?? [], cx), share(rows, cy))
    const density = div(
      mul(chance, mul(width, height)),
      mul(float(19.739208802178716), larger(level, float(1e-8))),
    )
    const [sx, sy] = [sub(tx, 0.5), sub(ty, 0.5)]
    const [i, j] = [Math.floor(sx), Math.floor(sy)]
    const channel = (k: number) =>
      bilinear(at(i, j, k), at(i + 1, j, k), at(i, j + 1, k), at(i + 1, j + 1, k), sub(sx, i), sub(sy, j))
    return { direction, radiance: [channel(0), channel(1), channel(2)], density }
  }
  return {
    isMap: true,
    luminance: float(total / spread),
    look(direction) {
      const [x, y, z] = direction
      const level = root(add(mul(x, x), mul(z, z)))
      return read(direction, add(turnOf(x, -z), 0.5), mul(turnOf(level, y), 2), level)
    },
    sample(a, b) {
      const y = locate(rows, b)
      const row = columns[y] ?? []
      const x = locate(row, a)
      const place = (shares: readonly number[], i: number, t: number, size: number) =>
        div(add(i, div(sub(t, shares[i] ?? 0), share(shares, i))), size)
      const [u, v] = [place(row, x, a, width), place(rows, y, b, height)]
      const [sine, cosine] = sineCosineOfTurn(mul(v, 0.5))
      const level = larger(sine, 0)
      const [sineU, cosineU] = sineCosineOfTurn(u)
      return read([mul(-sineU, level), cosine, mul(cosineU, level)], u, v, level)
    },
  }
}
