/** The lobes of a surface with the kernel's bits: diffuse, specular and glass. */
import {
  add,
  div,
  float,
  larger,
  luminance,
  mul,
  plus,
  scale,
  smaller,
  sub,
  times,
  type Vector,
} from './float.ts'
import { glassAlbedo } from './glass-albedo.ts'
import type { Layers } from './layers.ts'
import type { Surface } from './surface.ts'

/** How strongly a surface scatters by each lobe, and how often each is sampled. */
export interface Lobes {
  readonly diffuse: Vector
  readonly specular0: Vector
  readonly specular90: Vector
  readonly glass: number
  readonly ofDiffuse: number
  readonly ofSpecular: number
  readonly ofGlass: number
  readonly ofCoat: number
  readonly ofSheen: number
  /** Diffuse to the other side. */
  readonly through: Vector
  readonly ofThrough: number
}

/** At which cosine a surface is seen, its index as glass, and its mean roughness. */
export interface Seen {
  readonly cosine: number
  readonly index: number
  readonly roughness: number
}

/** Three times the same. */
export function uniform(x: number): Vector {
  return [x, x, x]
}

/** Strength of a dielectric's reflection at right angles (0) and at grazing ones (90). */
interface Dielectric {
  readonly at0: Vector
  readonly at90: Vector
}

/**
 * A surface's lobes, by its directional albedos and the layers over it, at a cosine, with this index as glass; null when it
 * scatters nothing.
 */
export function lobesOf(
  surface: Surface,
  [albedoA, albedoB]: readonly [number, number],
  { under, coat, sheen }: Layers,
  seen: Seen,
): Lobes | null {
  const { base, metallic, transmission } = surface
  const dielectric = sub(1, metallic)
  const opaque = mul(dielectric, sub(1, transmission))
  const glass = mul(dielectric, transmission)
  const lost = sub(div(1, larger(add(albedoA, albedoB), float(0.01))), 1)
  const plain = dielectricOf(surface, opaque, lost)
  const metalGain = scale(plus(uniform(1), scale(base, lost)), metallic)
  const specular0 = plus(times(base, metalGain), plain.at0)
  const specular90 = plus(metalGain, plain.at90)
  const above = plus(scale(plain.at0, albedoA), scale(plain.at90, albedoB))
  const below = sub(opaque, larger(above[0], larger(above[1], above[2])))
  const { diffuse, through } = diffuseOf(surface, below)
  const weights = [
    luminance(diffuse),
    luminance(plus(scale(specular0, albedoA), scale(specular90, albedoB))),
    glass > 0 ? mul(glass, add(0.5, mul(0.5, luminance(base)))) : 0,
  ].map((weight) => mul(weight, under))
  const all = [...weights, coat?.weight ?? 0, sheen?.weight ?? 0, mul(luminance(through), under)]
  const total = all.reduce(add)
  if (!(total > 0)) return null
  return {
    diffuse: scale(diffuse, under),
    specular0: scale(specular0, under),
    specular90: scale(specular90, under),
    glass: mul(div(glass, glassGivenBack(surface, seen, add(albedoA, albedoB))), under),
    through: scale(through, under),
    ...chancesOf(all, total),
  }
}

type Chances = Pick<Lobes, 'ofDiffuse' | 'ofSpecular' | 'ofGlass' | 'ofCoat' | 'ofSheen' | 'ofThrough'>

function chancesOf(weights: readonly number[], total: number): Chances {
  const chance = (i: number) => mul(weights[i] ?? 0, div(1, total))
  return {
    ofDiffuse: chance(0),
    ofSpecular: chance(1),
    ofGlass: chance(2),
    ofCoat: chance(3),
    ofSheen: chance(4),
    ofThrough: chance(5),
  }
}

/** Diffuse light to this side and to the other, of what reaches the layer below the reflection. */
function diffuseOf({ base, layers }: Surface, below: number): { diffuse: Vector; through: Vector } {
  const reached = scale(base, below)
  if (layers === null || !(layers.passed > 0)) return { diffuse: reached, through: [0, 0, 0] }
  return {
    diffuse: scale(reached, sub(1, layers.passed)),
    through: scale(layers.passedColor, mul(below, layers.passed)),
  }
}

function dielectricOf({ material, layers }: Surface, opaque: number, lost: number): Dielectric {
  const r = div(sub(material.ior, 1), add(material.ior, 1))
  const f0 = mul(r, r)
  const edge = smaller(mul(f0, 50), 1)
  const color = layers?.specularColor ?? [1, 1, 1]
  const strength = layers === null ? opaque : mul(opaque, layers.specular)
  const at0: Vector =
    layers === null
      ? uniform(f0)
      : [smaller(mul(f0, color[0]), 1), smaller(mul(f0, color[1]), 1), smaller(mul(f0, color[2]), 1)]
  const gain = scale(plus(uniform(1), scale(at0, lost)), strength)
  return { at0: times(at0, gain), at90: scale(gain, edge) }
}

/** The share of light that glass scatters when each facet is met once. */
function glassGivenBack(
  { material, back }: Surface,
  { cosine, index, roughness }: Seen,
  reflected: number,
): number {
  return larger(material.thinWalled ? reflected : glassAlbedo(cosine, roughness, index, back), float(0.01))
}
