/** Means over the GGX microfacets that a view sees, in double precision, for the tables of `assembly/`. */

/** Points of the midpoint rule each way; twice as many change a cell by less than a step of the tables. */
const POINTS = 96
/** As in the kernel: smoother facets lose their peak to rounding. */
const ALPHA_MIN = 0.001
/** The kernel's views are never more grazing. */
const COSINE_MIN = 1e-5

/** A microfacet as the view sees it. */
export interface Facet {
  /** Cosine to the view. */
  readonly facing: number
  /** Cosine to the surface's normal. */
  readonly up: number
  /** The share of light in a direction of this cosine that no other facet stops; 0 where it is below the surface. */
  readonly shown: (cosine: number) => number
}

/**
 * The mean of a function over the facets of a roughness that a view at this cosine sees, weighted as it sees them
 * (Dupuy and Benyoub, 2023), with Smith's height-correlated shadowing (Heitz, 2014).
 */
export function meanOverFacets(
  cosineSeen: number,
  roughness: number,
  weigh: (facet: Facet, cosine: number) => number,
): number {
  const cosine = Math.min(Math.max(cosineSeen, COSINE_MIN), 1)
  const alpha = Math.max(roughness * roughness, ALPHA_MIN)
  const lambda = (z: number) => (Math.sqrt(1 + (alpha * alpha * (1 - z * z)) / (z * z)) - 1) / 2
  const across = Math.sqrt(1 - cosine * cosine)
  const ofView = 1 + lambda(cosine)
  const shown = (z: number) => (z > 0 ? ofView / (ofView + lambda(z)) : 0)
  const length = Math.hypot(across * alpha, cosine)
  const [ex, ez] = [(across * alpha) / length, cosine / length]
  let sum = 0
  for (let i = 0; i < POINTS; i++) {
    const cap = (1 - (i + 0.5) / POINTS) * (1 + ez) - ez
    const sine = Math.sqrt(Math.max(1 - cap * cap, 0))
    for (let k = 0; k < POINTS; k++) {
      const turn = (Math.PI * (k + 0.5)) / POINTS
      const [x, y, z] = [(sine * Math.cos(turn) + ex) * alpha, sine * Math.sin(turn) * alpha, cap + ez]
      const up = z / Math.hypot(x, y, z)
      const facing = (across * x * up) / z + cosine * up
      if (facing > 0) sum += weigh({ facing, up, shown }, cosine)
    }
  }
  return sum / (POINTS * POINTS)
}
