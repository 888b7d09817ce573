/** Microfacets (GGX) with the kernel's bits. */
import { ALPHA_MIN, lambda } from './albedo.ts'
import { add, div, dot, float, larger, mul, product, root, scale, sub, sum, type Vector } from './float.ts'
import { sineCosineOfTurn } from './functions.ts'

const INV_FOUR_PI = float(0.07957747154594767)

/** Microfacets of one roughness, seen from one direction of the surface's own frame. */
export interface Microfacets {
  /** How much of the view each can be seen; in front of a density. */
  readonly shown: number
  distribution(h: Vector): number
  /** Of a direction with this cosine. */
  shadowing(z: number): number
  /** A normal of those that the view sees, on the distribution's ellipsoid. */
  visibleNormal(a: number, b: number): Vector
}

/** The direction halfway between two, from their sum. */
export function halfway(h: Vector): Vector {
  return scale(h, div(1, root(dot(h, h))))
}

/** Microfacets as `view` sees them. */
export function microfacetsOf(view: Vector, roughness: number): Microfacets {
  const alpha = larger(mul(roughness, roughness), ALPHA_MIN)
  const a2 = mul(alpha, alpha)
  const lambdaV = lambda(view[2], a2)
  const peak = div(mul(a2, INV_FOUR_PI), view[2])
  const rest = add(0.5, lambdaV)
  return {
    shown: div(1, add(1, lambdaV)),
    distribution: (h) => {
      const d = sum(mul(h[0], h[0]), mul(h[1], h[1]), product(h[2], h[2], a2))
      return div(peak, mul(d, d))
    },
    shadowing: (z) => {
      const z2 = mul(z, z)
      return div(z, add(mul(rest, z), mul(0.5, root(add(z2, mul(a2, sub(1, z2)))))))
    },
    visibleNormal: (a, b) => {
      const stretched = halfway([mul(view[0], alpha), mul(view[1], alpha), view[2]])
      const cap = sub(mul(sub(1, a), add(1, stretched[2])), stretched[2])
      const across = root(larger(sub(1, mul(cap, cap)), 0))
      const [sine, cosine] = sineCosineOfTurn(b)
      return halfway([
        mul(add(mul(across, cosine), stretched[0]), alpha),
        mul(add(mul(across, sine), stretched[1]), alpha),
        larger(add(cap, stretched[2]), 0),
      ])
    },
  }
}
