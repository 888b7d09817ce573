/** Scattering with the kernel's bits: diffuse, specular and glass over one GGX distribution. */
import type { AlbedoTable } from './albedo.ts'
import {
  add,
  div,
  dot,
  float,
  larger,
  minus,
  mul,
  plus,
  product,
  scale,
  smaller,
  type Vector,
} from './float.ts'
import { lobesOf } from './lobes.ts'
import {
  NOTHING,
  reflected,
  sampleLocal,
  transmitted,
  type LocalSurface,
  type Scattering,
} from './local-scattering.ts'
import { microfacetsOf } from './microfacets.ts'
import type { Surface } from './surface.ts'

/** A sampled direction. */
export interface Scattered extends Scattering {
  readonly direction: Vector
  /** To the other side of the surface. */
  readonly through: boolean
}

/** A surface seen from one direction. */
export interface Bsdf {
  evaluate(direction: Vector): Scattering
  sample(a: number, b: number, c: number): Scattered | null
}

const GRAZING = float(1e-6)
const IOR_MIN = float(1.01)

/** Tangent and bitangent of a unit normal (Duff et al., 2017). */
function frameOf([x, y, z]: Vector): readonly [Vector, Vector] {
  const sign = z < 0 || Object.is(z, -0) ? -1 : 1
  const a = div(-1, add(sign, z))
  const b = product(x, y, a)
  return [
    [add(1, product(sign, x, x, a)), mul(sign, b), mul(-sign, x)],
    [b, add(sign, product(y, y, a)), -y],
  ]
}

/** Prepares scattering at a surface for a ray that came along `direction`; null when it scatters nothing. */
export function bsdfAt(surface: Surface, direction: Vector, albedos: AlbedoTable): Bsdf | null {
  const { normal, geometric, bent } = surface
  const [tangent, bitangent] = frameOf(normal)
  const local = (w: Vector): Vector => [dot(w, tangent), dot(w, bitangent), dot(w, normal)]
  const seen = localSurface(surface, local(direction), albedos)
  if (seen === null) return null

  const scatter = (w: Vector, above: boolean): Scattering => {
    const out = local(w)
    if (out[2] > 0 !== above) return NOTHING
    return above
      ? reflected(seen, [out[0], out[1], larger(out[2], GRAZING)])
      : transmitted(seen, [out[0], out[1], smaller(out[2], -GRAZING)])
  }
  const mirrored = (w: Vector) => minus(w, scale(geometric, mul(dot(w, geometric), 2)))

  const evaluate = (w: Vector): Scattering => {
    const above = dot(w, geometric) > 0
    if (!above && seen.lobes.ofGlass === 0) return NOTHING
    const straight = scatter(w, above)
    if (!bent) return straight
    const folded = scatter(mirrored(w), above)
    return { value: plus(straight.value, folded.value), density: add(straight.density, folded.density) }
  }

  return {
    evaluate,
    sample(a, b, c) {
      const sampled = sampleLocal(seen, a, b, c)
      if (sampled === null) return null
      const { out, through } = sampled
      if (through ? out[2] > -GRAZING : out[2] < GRAZING) return null
      let w = plus(plus(scale(tangent, out[0]), scale(bitangent, out[1])), scale(normal, out[2]))
      if (bent && dot(w, geometric) > 0 === through) w = mirrored(w)
      const scattering = evaluate(w)
      return scattering.density > 0 ? { ...scattering, direction: w, through } : null
    },
  }
}

/** A surface in its own frame, where a ray came along `incoming`. */
function localSurface(surface: Surface, incoming: Vector, albedos: AlbedoTable): LocalSurface | null {
  const { base, roughness, material, back } = surface
  const view: Vector = [-incoming[0], -incoming[1], larger(-incoming[2], GRAZING)]
  const lobes = lobesOf(surface, albedos(view[2], roughness))
  if (lobes === null) return null
  const index = larger(material.ior, IOR_MIN)
  const isThin = material.thinWalled
  const eta = back && !isThin ? div(1, index) : index
  return { view, facets: microfacetsOf(view, roughness), lobes, base, eta, isThin }
}
