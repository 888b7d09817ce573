/** The table of light that rough glass scatters, with the kernel's bits. */
import { GLASS_ALBEDO } from '../assembly/glass-table.ts'
import { ALPHA_MIN } from './albedo.ts'
import { add, bilinear, div, larger, mul, root, smaller, sub } from './float.ts'
import { unpackTable } from './table.ts'

const [COSINES, ROUGHNESSES, INDICES] = [24, 16, 16]
const LAYER = COSINES * ROUGHNESSES

const albedos = unpackTable(GLASS_ALBEDO, 1)

/** The light that a rough interface scatters at a cosine when each facet is met once, from outside or from the inside. */
export function glassAlbedo(cosine: number, roughness: number, index: number, inside: boolean): number {
  const near = mul(larger(mul(roughness, roughness), ALPHA_MIN), 4)
  const stretched = root(div(mul(cosine, add(1, near)), add(cosine, near)))
  const x = mul(smaller(stretched, 1), COSINES - 1)
  const y = mul(roughness, ROUGHNESSES - 1)
  const z = mul(root(div(sub(index, 1), add(index, 1))), INDICES - 1)
  const i = Math.min(Math.floor(x), COSINES - 2)
  const j = Math.min(Math.floor(y), ROUGHNESSES - 2)
  const k = Math.min(Math.floor(z), INDICES - 2)
  const start = (inside ? INDICES * LAYER : 0) + k * LAYER + j * COSINES + i
  const layer = (place: number) => {
    const cell = (di: number, dj: number) => albedos[place + dj * COSINES + di] ?? 0
    return bilinear(cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1), sub(x, i), sub(y, j))
  }
  const r = sub(z, k)
  return add(mul(layer(start), sub(1, r)), mul(layer(start + LAYER), r))
}
