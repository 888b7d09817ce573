/** How much glass reflects, with the kernel's bits: Fresnel's formula, and KHR_materials_specular. */
import { add, div, larger, mul, plus, product, root, scale, smaller, sub, type Vector } from './float.ts'
import { uniform } from './lobes.ts'
import type { Surface } from './surface.ts'

/** A share of light that is reflected, of each colour, and the most of them: what is not let through. */
export interface Reflectance {
  readonly color: Vector
  readonly most: number
}

/** Fresnel reflectance of a dielectric. */
function fresnel(c: number, eta: number): number {
  const g2 = add(sub(mul(eta, eta), 1), mul(c, c))
  if (g2 <= 0) return 1
  const g = root(g2)
  const a = div(sub(g, c), add(g, c))
  const b = div(sub(mul(c, add(g, c)), 1), add(mul(c, sub(g, c)), 1))
  return mul(product(0.5, a, a), add(1, mul(b, b)))
}

/** What glass with this index beyond by the index before reflects, by the cosine to its microfacets. */
export function reflectanceOf({ layers, material }: Surface, eta: number): (cosine: number) => Reflectance {
  const r = div(sub(material.ior, 1), add(material.ior, 1))
  const f0 = mul(r, r)
  const isTinted = layers !== null && (layers.specular !== 1 || layers.specularColor.some((x) => x !== 1))
  return (cosine) => {
    const f = fresnel(cosine, eta)
    if (!isTinted || f >= 1) return { color: uniform(f), most: f }
    const weak = div(sub(f, f0), sub(1, f0))
    const at0 = layers.specularColor.map((x) => smaller(mul(f0, x), 1)) as unknown as Vector
    const mixed = plus(scale(at0, sub(1, weak)), uniform(weak))
    const color = scale([larger(mixed[0], 0), larger(mixed[1], 0), larger(mixed[2], 0)], layers.specular)
    return { color, most: larger(color[0], larger(color[1], color[2])) }
  }
}
