/**
 * How much light a rough interface of glass scatters in all, reflected and refracted, when each facet is met once: less
 * than 1, for what would meet another facet is lost (Heitz et al., "Multiple-Scattering Microfacet BSDFs with the Smith
 * Model", 2016, has the loss). For `assembly/glass-table.ts`.
 */
import { meanOverFacets } from './visible-normals.ts'

/** The table's sides: places of `cosineAt`, roughness j / 15, places of `indexAt`. */
export const GLASS_SIDES = { cosine: 24, roughness: 16, index: 16 } as const

/** As in the kernel: indices nearer to 1 do not refract. */
const IOR_MIN = 1.01
/** Shadowing sets in where cosines are a few times α²: places of the table crowd there. */
const CROWDED = 4
const ALPHA_MIN = 0.001

/** The cosine at a place 0…1 of the table, which is √(c (1 + 4α) / (c + 4α)). */
export function cosineAt(place: number, roughness: number): number {
  const near = CROWDED * Math.max(roughness * roughness, ALPHA_MIN)
  const square = place * place
  return (square * near) / (1 + near - square)
}

/** The index of refraction n at a place 0…1, which is √((n - 1) / (n + 1)). */
export function indexAt(place: number): number {
  const square = Math.min(place * place, 0.99)
  return Math.max((1 + square) / (1 - square), IOR_MIN)
}

/** Light scattered for a view at this cosine, `eta` the index beyond by the index before. */
export function glassAlbedoOf(cosine: number, roughness: number, eta: number): number {
  return meanOverFacets(cosine, roughness, ({ facing, up, shown }, c) => {
    const reflected = fresnel(facing, eta)
    const bent = 1 - (1 - facing * facing) / (eta * eta)
    const refracted = bent > 0 ? shown(c / eta - up * (facing / eta - Math.sqrt(bent))) : 0
    return reflected * shown(2 * facing * up - c) + (1 - reflected) * refracted
  })
}

/** Fresnel's formula for light without polarisation. */
function fresnel(cosine: number, eta: number): number {
  const square = eta * eta - 1 + cosine * cosine
  if (square <= 0) return 1
  const g = Math.sqrt(square)
  const a = (g - cosine) / (g + cosine)
  const b = (cosine * (g + cosine) - 1) / (cosine * (g - cosine) + 1)
  return (a * a * (1 + b * b)) / 2
}
