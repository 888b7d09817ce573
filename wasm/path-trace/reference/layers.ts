/** Light that the layers over a surface scatter, with the kernel's bits: a clear coat, and a sheen under it. */
import type { AlbedoTable } from './albedo.ts'
import { frameOf } from './frame.ts'
import {
  add,
  div,
  dot,
  float,
  larger,
  luminance,
  minus,
  mul,
  plus,
  root,
  scale,
  smaller,
  sub,
  type Vector,
} from './float.ts'
import { sineCosineOfTurn } from './functions.ts'
import { coatFresnel, type SurfaceLayers } from './layered-surface.ts'
import { halfway, microfacetsOf } from './microfacets.ts'
import { fibresOf, sheenAlbedo, type Fibres } from './sheen.ts'

/** Of one direction: a value for all colours alike, × |cosine|, and its density. */
export interface LayerScattering {
  readonly value: number
  readonly density: number
}

/** A coat as a ray sees it. */
export interface Coat {
  readonly weight: number
  evaluate(direction: Vector): LayerScattering | null
  sample(a: number, b: number): Vector | null
}

/** A sheen as a ray sees it; `color` is dimmed by the coat, and to reflect no more than there is. */
export interface Sheen {
  readonly weight: number
  readonly color: Vector
  readonly fibres: Fibres
}

/** The layers over a surface. */
export interface Layers {
  readonly coat: Coat | null
  readonly sheen: Sheen | null
  /** Share of light that reaches the base. */
  readonly under: number
  /** What they add to the surface's colour. */
  readonly color: Vector
}

/** No layers. */
export const BARE: Layers = { coat: null, sheen: null, under: 1, color: [0, 0, 0] }

const GRAZING = float(1e-6)
export const INV_TWO_PI = float(0.15915494309189535)

/** The layers for a ray that came along `direction`, and to whose way back the base's normal has this cosine. */
export function layersOf(
  layers: SurfaceLayers | null,
  direction: Vector,
  cosine: number,
  albedos: AlbedoTable,
): Layers {
  if (layers === null) return BARE
  const coat = layers.coat > 0 ? coatOf(layers, direction, albedos) : null
  const left = coat === null ? 1 : sub(1, coat.weight)
  const reflected = coat?.weight ?? 0
  const color: Vector = [reflected, reflected, reflected]
  const most = larger(layers.sheenColor[0], larger(layers.sheenColor[1], layers.sheenColor[2]))
  if (!(most > 0)) return { coat, sheen: null, under: left, color }
  const whole = sheenAlbedo(cosine, layers.sheenRoughness)
  const albedo = smaller(whole, 1)
  const sheen = {
    weight: mul(mul(luminance(layers.sheenColor), left), albedo),
    color: scale(layers.sheenColor, whole > 1 ? div(left, whole) : left),
    fibres: fibresOf(layers.sheenRoughness, cosine),
  }
  return {
    coat,
    sheen,
    under: mul(left, sub(1, mul(most, albedo))),
    color: plus(color, scale(scale(layers.sheenColor, left), albedo)),
  }
}

function coatOf(layers: SurfaceLayers, direction: Vector, albedos: AlbedoTable): Coat {
  const normal = layers.coatNormal
  const [tangent, bitangent] = frameOf(normal)
  const view: Vector = [
    -dot(direction, tangent),
    -dot(direction, bitangent),
    larger(-dot(direction, normal), GRAZING),
  ]
  const facets = microfacetsOf(view, layers.coatRoughness)
  const [a, b] = albedos(view[2], layers.coatRoughness)
  const weight = mul(layers.coat, coatFresnel(smaller(view[2], 1)))
  const gain = div(weight, larger(add(a, b), float(0.01)))
  return {
    weight,
    evaluate(w) {
      const up = dot(w, normal)
      if (up <= 0) return null
      const out: Vector = [dot(w, tangent), dot(w, bitangent), larger(up, GRAZING)]
      const peak = facets.distribution(halfway(plus(view, out)))
      return { value: mul(mul(gain, peak), facets.shadowing(out)), density: mul(peak, facets.shown) }
    },
    sample(x, y) {
      const h = facets.visibleNormal(x, y)
      const out = minus(scale(h, mul(dot(view, h), 2)), view)
      if (out[2] < GRAZING) return null
      return plus(plus(scale(tangent, out[0]), scale(bitangent, out[1])), scale(normal, out[2]))
    },
  }
}

/** A direction above a surface, all alike, in the surface's own frame. */
export function sampleSheen(a: number, b: number): Vector {
  const z = larger(a, GRAZING)
  const across = root(larger(sub(1, mul(z, z)), 0))
  const [sine, cosine] = sineCosineOfTurn(b)
  return [mul(across, cosine), mul(across, sine), z]
}
