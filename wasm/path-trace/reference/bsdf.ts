/** Scattering with the kernel's bits: diffuse, specular and glass over one GGX distribution. */
import type { AlbedoTable } from './albedo.ts'
import {
  add,
  cross,
  div,
  dot,
  float,
  larger,
  minus,
  mul,
  plus,
  scale,
  smaller,
  sub,
  type Vector,
} from './float.ts'
import { lobesOf, uniform } from './lobes.ts'
import { frameOf } from './frame.ts'
import { reflectanceOf } from './glass.ts'
import { layersOf } from './layers.ts'
import {
  NOTHING,
  reflected,
  sampleLocal,
  transmitted,
  type LocalSurface,
  type Scattering,
} from './local-scattering.ts'
import { stretched, stretchedFacets } from './microfacets.ts'
import type { Surface } from './surface.ts'

/** Red, green or blue, of which a path has one alone once glass with dispersion has bent it; green stands for all, too. */
export type Colour = 0 | 1 | 2

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
/** Refraction needs an index that differs from 1. */
const IOR_MIN = float(1.01)

/** Prepares scattering at a surface for a ray that came along `direction`; null when it scatters nothing. */
export function bsdfAt(
  surface: Surface,
  direction: Vector,
  albedos: AlbedoTable,
  colour: Colour | null,
): Bsdf | null {
  const { normal, geometric, bent } = surface
  const [tangent, bitangent] = surfaceFrame(surface)
  const local = (w: Vector): Vector => [dot(w, tangent), dot(w, bitangent), dot(w, normal)]
  const seen = localSurface(surface, direction, local(direction), albedos, colour ?? 1)
  if (seen === null) return null
  const { coat } = seen.layers

  const scatter = (w: Vector, above: boolean): Scattering => {
    const out = local(w)
    if (out[2] > 0 !== above) return NOTHING
    return above
      ? reflected(seen, [out[0], out[1], larger(out[2], GRAZING)])
      : transmitted(seen, [out[0], out[1], smaller(out[2], -GRAZING)])
  }
  const coated = (w: Vector, above: boolean): Scattering => {
    const scattered = above && seen.lobes.ofCoat > 0 ? coat?.evaluate(w) : null
    if (scattered === null || scattered === undefined) return NOTHING
    return { value: uniform(scattered.value), density: mul(seen.lobes.ofCoat, scattered.density) }
  }
  const mirrored = (w: Vector) => minus(w, scale(geometric, mul(dot(w, geometric), 2)))

  const evaluate = (w: Vector): Scattering => {
    const above = dot(w, geometric) > 0
    if (!above && seen.lobes.ofGlass === 0 && seen.lobes.ofThrough === 0) return NOTHING
    const straight = together(scatter(w, above), coated(w, above))
    if (!bent) return straight
    const folded = mirrored(w)
    return together(together(straight, scatter(folded, above)), coated(folded, above))
  }
  const turned = (sampled: Vector, through: boolean): Scattered | null => {
    const w = bent && dot(sampled, geometric) > 0 === through ? mirrored(sampled) : sampled
    const scattering = evaluate(w)
    return scattering.density > 0 ? { ...scattering, direction: w, through } : null
  }

  return {
    evaluate,
    sample(a, b, c) {
      const { ofCoat } = seen.lobes
      if (a < ofCoat) {
        const sampled = coat?.sample(smaller(div(a, ofCoat), float(0.99999994)), b) ?? null
        return sampled === null ? null : turned(sampled, false)
      }
      const sampled = sampleLocal(seen, sub(a, ofCoat), b, c)
      if (sampled === null) return null
      const { out, through } = sampled
      if (through ? out[2] > -GRAZING : out[2] < GRAZING) return null
      return turned(
        plus(plus(scale(tangent, out[0]), scale(bitangent, out[1])), scale(normal, out[2])),
        through,
      )
    },
  }
}

function together(a: Scattering, b: Scattering): Scattering {
  return { value: plus(a.value, b.value), density: add(a.density, b.density) }
}

/** The colour that a surface's layers and its base make together, for a ray that came along `direction`. */
export function colorSeen(surface: Surface, direction: Vector, albedos: AlbedoTable): Vector {
  const { normal, base } = surface
  const [tangent, bitangent] = surfaceFrame(surface)
  const incoming: Vector = [dot(direction, tangent), dot(direction, bitangent), dot(direction, normal)]
  const seen = surface.layers === null ? null : localSurface(surface, direction, incoming, albedos, 1)
  if (seen === null || surface.layers === null) return base
  const { passed, passedColor } = surface.layers
  const mixed = plus(scale(base, sub(1, passed)), scale(passedColor, passed))
  return plus(scale(mixed, seen.layers.under), seen.layers.color)
}

/** The frame around a surface's normal; where it is anisotropic, x is the direction along which it is rougher. */
function surfaceFrame({ normal, brushed }: Surface): readonly [Vector, Vector] {
  return brushed === null ? frameOf(normal) : [brushed.along, cross(normal, brushed.along)]
}

/** The index by which a surface bends a colour (KHR_materials_dispersion). */
function indexOf({ material, layers }: Surface, colour: Colour): number {
  const half = layers === null ? 0 : mul(mul(sub(material.ior, 1), float(0.025)), layers.dispersion)
  return larger(add(material.ior, mul(half, colour - 1)), IOR_MIN)
}

/** A surface in its own frame, where a ray came along `incoming`, which is `direction` in the world. */
function localSurface(
  surface: Surface,
  direction: Vector,
  incoming: Vector,
  albedos: AlbedoTable,
  colour: Colour,
): LocalSurface | null {
  const { base, roughness, material, back } = surface
  const view: Vector = [-incoming[0], -incoming[1], larger(-incoming[2], GRAZING)]
  const index = indexOf(surface, colour)
  const layers = layersOf(surface.layers, direction, view[2], albedos)
  const rough = stretched(roughness, surface.brushed?.anisotropy)
  const lobes = lobesOf(surface, albedos(view[2], rough.mean), layers, {
    cosine: view[2],
    index,
    roughness: rough.mean,
  })
  if (lobes === null) return null
  const isThin = material.thinWalled
  const eta = back && !isThin ? div(1, index) : index
  const glass = { eta, isThin, reflectance: reflectanceOf(surface, eta) }
  return { view, facets: stretchedFacets(view, rough), lobes, layers, base, ...glass }
}
