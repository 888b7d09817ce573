/** Sheen with the kernel's bits: fibres by the "Charlie" distribution, and the table of their albedos. */
import { SHEEN_ALBEDO } from '../assembly/sheen-table.ts'
import { bilinear, float, larger, mul, root, smaller, sub } from './float.ts'
import { exp2Of, powerOf } from './functions.ts'
import { unpackTable } from './table.ts'

const ROUGHNESS_MIN = float(0.07)
const LOG2_E = 1.4426950408889634
const INV_TWO_PI = 0.15915494309189535
const SIDE = 32

const albedos = unpackTable(SHEEN_ALBEDO, 4)

/** Value × cosine for the squared sine of a half vector, and the cosine of a direction. */
export type Fibres = (sine2: number, z: number) => number

/** Fibres of a roughness, seen at a cosine. */
export function fibresOf(roughness: number, vz: number): Fibres {
  const r = larger(roughness, ROUGHNESS_MIN)
  const alpha = r * r
  const t = (1 - alpha) * (1 - alpha)
  const inverse = 1 / alpha
  const a = 21.5473 + (25.3245 - 21.5473) * t
  const b = 3.82987 + (3.32435 - 3.82987) * t
  const c = 0.19823 + (0.16801 - 0.19823) * t
  const d = -1.9776 + (-1.27393 + 1.9776) * t
  const e = -4.32054 + (-4.85967 + 4.32054) * t
  const curve = (x: number) => a / (1 + b * powerOf(x, c)) + d * x + e
  const middle = 2 * curve(0.5)
  const lambda = (x: number) => exp2Of((x < 0.5 ? curve(x) : middle - curve(1 - x)) * LOG2_E)
  const shown = 1 + lambda(vz)
  const scale = ((2 + inverse) * INV_TWO_PI) / (4 * vz)
  return (sine2, z) => float((scale * powerOf(sine2, inverse * 0.5)) / (shown + lambda(z)))
}

/** How much white fibres reflect in all. */
export function sheenAlbedo(cosine: number, roughness: number): number {
  const x = smaller(larger(sub(mul(root(cosine), SIDE), 0.5), 0), SIDE - 1)
  const y = mul(larger(roughness, ROUGHNESS_MIN), SIDE - 1)
  const [i, j] = [Math.min(Math.floor(x), SIDE - 2), Math.min(Math.floor(y), SIDE - 2)]
  const cell = (di: number, dj: number) => albedos[(j + dj) * SIDE + i + di] ?? 0
  return bilinear(cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1), sub(x, i), sub(y, j))
}
