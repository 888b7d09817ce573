/** Microfacets (GGX) with the kernel's bits. */
import { ALPHA_MIN } from './albedo.ts'
import { add, div, dot, float, larger, mul, product, root, scale, sub, sum, type Vector } from './float.ts'
import { sineCosineOfTurn } from './functions.ts'

const INV_FOUR_PI = float(0.07957747154594767)

/** Microfacets of one roughness, seen from one direction of the surface's own frame. */
export interface Microfacets {
  /** How much of the view each can be seen; in front of a density. */
  readonly shown: number
  distribution(h: Vector): number
  /** Of a direction above the surface. */
  shadowing(out: Vector): number
  /** A normal of those that the view sees, on the distribution's ellipsoid. */
  visibleNormal(a: number, b: number): Vector
}

/** The direction halfway between two, from their sum. */
export function halfway(h: Vector): Vector {
  return scale(h, div(1, root(dot(h, h))))
}

/** Microfacets of one roughness in all directions, as `view` sees them. */
export function microfacetsOf(view: Vector, roughness: number): Microfacets {
  return stretchedFacets(view, stretched(roughness, undefined))
}

/** Roughness of microfacets in two directions. */
export interface Roughness {
  /** α across and along. */
  readonly alpha: number
  readonly alphaX: number
  /** Of an isotropic surface that loses about as much light. */
  readonly mean: number
}

/** Roughness that anisotropy stretches along one direction (KHR_materials_anisotropy). */
export function stretched(roughness: number, anisotropy: number | undefined): Roughness {
  const alpha = larger(mul(roughness, roughness), ALPHA_MIN)
  if (anisotropy === undefined) return { alpha, alphaX: alpha, mean: roughness }
  const stretch = mul(anisotropy, anisotropy)
  const alphaX = add(mul(alpha, sub(1, stretch)), stretch)
  return { alpha, alphaX, mean: root(root(mul(add(mul(alpha, alpha), mul(alphaX, alphaX)), 0.5))) }
}

/** Microfacets as `view` sees them, whose roughness may differ along x. */
export function stretchedFacets(view: Vector, { alpha, alphaX }: Roughness): Microfacets {
  const [a2, along2] = [mul(alpha, alpha), mul(alphaX, alphaX)]
  const isStretched = alphaX !== alpha
  const ratio2 = isStretched ? div(a2, along2) : 1
  const extra2 = isStretched ? sub(along2, a2) : 0
  const across2 = (z2: number, x: number) => add(mul(a2, sub(1, z2)), mul(mul(extra2, x), x))
  const vz2 = mul(view[2], view[2])
  const lambdaV = mul(sub(root(add(1, div(across2(vz2, view[0]), vz2))), 1), 0.5)
  const peak = div(mul(isStretched ? mul(a2, div(alpha, alphaX)) : a2, INV_FOUR_PI), view[2])
  const rest = add(0.5, lambdaV)
  return {
    shown: div(1, add(1, lambdaV)),
    distribution: (h) => {
      const d = sum(product(h[0], h[0], ratio2), mul(h[1], h[1]), product(h[2], h[2], a2))
      return div(peak, mul(d, d))
    },
    shadowing: ([x, , z]) => {
      const z2 = mul(z, z)
      const squares = add(add(z2, mul(a2, sub(1, z2))), mul(mul(extra2, x), x))
      return div(z, add(mul(rest, z), mul(0.5, root(squares))))
    },
    visibleNormal: (a, b) => {
      const [ex, ey, ez] = halfway([mul(view[0], alphaX), mul(view[1], alpha), view[2]])
      const cap = sub(mul(sub(1, a), add(1, ez)), ez)
      const across = root(larger(sub(1, mul(cap, cap)), 0))
      const [sine, cosine] = sineCosineOfTurn(b)
      return halfway([
        mul(add(mul(across, cosine), ex), alphaX),
        mul(add(mul(across, sine), ey), alpha),
        larger(add(cap, ez), 0),
      ])
    },
  }
}
