/** The table of directional albedos, and GGX's shadowing, with the kernel's bits. */
import { MICROFACET_ALBEDO } from '../assembly/albedo-table.ts'
import { bilinear, float, larger, mul, root, smaller, sub } from './float.ts'
import { unpackTable } from './table.ts'

const SIDE = 32
export const ALPHA_MIN = float(0.001)

/** Schlick's (1 - c)⁵. */
export function schlick(c: number): number {
  const m = sub(1, c)
  const m2 = mul(m, m)
  return mul(mul(m2, m2), m)
}

/** A look-up in the table: A and B at a cosine and a roughness. */
export type AlbedoTable = (cosine: number, roughness: number) => readonly [number, number]

/** The table. */
export function albedoTable(): AlbedoTable {
  const numbers = unpackTable(MICROFACET_ALBEDO, 1)
  const cellAt = (place: number) => [numbers[2 * place] ?? 0, numbers[2 * place + 1] ?? 0] as const
  return (cosine, roughness) => {
    const x = smaller(larger(sub(mul(root(cosine), SIDE), 0.5), 0), SIDE - 1)
    const y = mul(roughness, SIDE - 1)
    const [i, j] = [Math.min(Math.floor(x), SIDE - 2), Math.min(Math.floor(y), SIDE - 2)]
    const cell = (di: number, dj: number) => cellAt((j + dj) * SIDE + i + di)
    const [a, b, c, d] = [cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1)]
    const [s, t] = [sub(x, i), sub(y, j)]
    return [bilinear(a[0], b[0], c[0], d[0], s, t), bilinear(a[1], b[1], c[1], d[1], s, t)]
  }
}
