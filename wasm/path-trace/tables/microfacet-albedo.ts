/**
 * How much a GGX surface reflects in all: the two numbers A and B with albedo = F0·A + F90·B by Schlick's formula (Karis,
 * "Real Shading in Unreal Engine 4", 2013), for `assembly/albedo-table.ts`.
 */
import { meanOverFacets } from './visible-normals.ts'

/** The table's side: cosine ((i + ½) / 32)², roughness j / 31. */
export const ALBEDO_SIDE = 32

/** A and B for a view at this cosine. */
export function microfacetAlbedoOf(cosine: number, roughness: number): readonly [a: number, b: number] {
  const part = (weight: (schlick: number) => number) =>
    meanOverFacets(
      cosine,
      roughness,
      ({ facing, up, shown }, c) => weight((1 - facing) ** 5) * shown(2 * facing * up - c),
    )
  return [part((f) => 1 - f), part((f) => f)]
}
