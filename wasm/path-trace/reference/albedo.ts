/** The table of directional albedos, and GGX's shadowing, with the kernel's bits. */
import { add, bilinear, div, float, larger, mul, root, smaller, sub, sum } from './float.ts'
import { sineCosineOfTurn } from './functions.ts'

const SIDE = 32
const SAMPLES = 16
export const ALPHA_MIN = float(0.001)

/** Smith's Λ at cosine z. */
export function lambda(z: number, a2: number): number {
  const z2 = mul(z, z)
  return mul(sub(root(add(1, div(mul(a2, sub(1, z2)), z2))), 1), 0.5)
}

/** Schlick's (1 - c)⁵. */
export function schlick(c: number): number {
  const m = sub(1, c)
  const m2 = mul(m, m)
  return mul(mul(m2, m2), m)
}

/** A look-up in the table: A and B at a cosine and a roughness. */
export type AlbedoTable = (cosine: number, roughness: number) => readonly [number, number]

/** Integrates the table anew. */
export function albedoTable(): AlbedoTable {
  const cells = Array.from({ length: SIDE * SIDE }, (_, k) => integrate(k % SIDE, Math.floor(k / SIDE)))
  return (cosine, roughness) => {
    const x = smaller(larger(sub(mul(root(cosine), SIDE), 0.5), 0), SIDE - 1)
    const y = mul(roughness, SIDE - 1)
    const [i, j] = [Math.min(Math.floor(x), SIDE - 2), Math.min(Math.floor(y), SIDE - 2)]
    const cell = (di: number, dj: number) => cells[(j + dj) * SIDE + i + di] ?? [0, 0]
    const [a, b, c, d] = [cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1)]
    const [s, t] = [sub(x, i), sub(y, j)]
    return [bilinear(a[0], b[0], c[0], d[0], s, t), bilinear(a[1], b[1], c[1], d[1], s, t)]
  }
}

function integrate(i: number, j: number): readonly [number, number] {
  const part = div(add(i, 0.5), SIDE)
  const vz = mul(part, part)
  const vx = root(sub(1, mul(vz, vz)))
  const roughness = div(j, SIDE - 1)
  const alpha = larger(mul(roughness, roughness), ALPHA_MIN)
  const a2 = mul(alpha, alpha)
  const lambdaV = lambda(vz, a2)
  const stretched = mul(vx, alpha)
  const length = div(1, root(add(mul(stretched, stretched), mul(vz, vz))))
  const [ex, ez] = [mul(stretched, length), mul(vz, length)]
  let [a, b] = [0, 0]
  for (let s = 0; s < SAMPLES; s++) {
    for (let r = 0; r < SAMPLES; r++) {
      const z = sub(mul(sub(1, div(add(s, 0.5), SAMPLES)), add(1, ez)), ez)
      const across = root(larger(sub(1, mul(z, z)), 0))
      const [sine, cosine] = sineCosineOfTurn(div(add(r, 0.5), SAMPLES))
      const hx = mul(add(mul(across, cosine), ex), alpha)
      const hy = mul(mul(across, sine), alpha)
      const hz = add(z, ez)
      const l = div(1, root(sum(mul(hx, hx), mul(hy, hy), mul(hz, hz))))
      const [x, up] = [mul(hx, l), mul(hz, l)]
      const vh = add(mul(vx, x), mul(vz, up))
      const out = sub(mul(mul(2, vh), up), vz)
      if (!(out > 0)) continue
      const g = div(add(1, lambdaV), add(add(1, lambdaV), lambda(out, a2)))
      const f = schlick(vh)
      a = add(a, mul(g, sub(1, f)))
      b = add(b, mul(g, f))
    }
  }
  const weight = float(1 / (SAMPLES * SAMPLES))
  return [mul(a, weight), mul(b, weight)]
}
