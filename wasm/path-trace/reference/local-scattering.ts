/** Scattering in a surface's own frame, with the kernel's bits. */
import { schlick } from './albedo.ts'
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
  root,
  scale,
  smaller,
  sub,
  type Vector,
} from './float.ts'
import { sineCosineOfTurn } from './functions.ts'
import type { Reflectance } from './glass.ts'
import { INV_TWO_PI, sampleSheen, type Layers } from './layers.ts'
import type { Lobes } from './lobes.ts'
import { halfway, type Microfacets } from './microfacets.ts'

/** Value × |cosine| and density per solid angle of one direction. */
export interface Scattering {
  readonly value: Vector
  readonly density: number
}

/** A surface seen along `view`, in its own frame: z is the normal. */
export interface LocalSurface {
  readonly view: Vector
  readonly facets: Microfacets
  readonly lobes: Lobes
  readonly layers: Layers
  readonly base: Vector
  readonly eta: number
  readonly isThin: boolean
  /** Of glass, at a cosine to its microfacets. */
  readonly reflectance: (cosine: number) => Reflectance
}

/** A direction in a surface's own frame. */
export interface LocalDirection {
  readonly out: Vector
  /** To the other side of the surface. */
  readonly through: boolean
}

const INV_PI = float(0.3183098861837907)

/** No scattering. */
export const NOTHING: Scattering = { value: [0, 0, 0], density: 0 }

/** Scattering to the side of the view. */
export function reflected(surface: LocalSurface, out: Vector): Scattering {
  const { view, facets, lobes, layers, reflectance } = surface
  const { diffuse, specular0, specular90, glass, ofDiffuse, ofSpecular, ofGlass, ofSheen } = lobes
  const h = halfway(plus(view, out))
  const vh = larger(dot(view, h), 0)
  const d = facets.distribution(h)
  const seen = mul(d, facets.shown)
  const g = mul(d, facets.shadowing(out))
  const weak = schlick(vh)
  const flat = mul(out[2], INV_PI)
  const fresnelled = plus(scale(specular0, sub(1, weak)), scale(specular90, weak))
  let value = plus(scale(diffuse, flat), scale(fresnelled, g))
  let density = add(mul(ofDiffuse, flat), mul(ofSpecular, seen))
  if (ofGlass > 0) {
    const { color, most } = reflectance(vh)
    value = plus(value, scale(color, mul(glass, g)))
    density = add(density, product(ofGlass, most, seen))
  }
  if (layers.sheen !== null && ofSheen > 0) {
    const fibres = layers.sheen.fibres(add(mul(h[0], h[0]), mul(h[1], h[1])), out[2])
    value = plus(value, scale(layers.sheen.color, fibres))
    density = add(density, mul(ofSheen, INV_TWO_PI))
  }
  return { value, density }
}

/** Scattering to the other side. */
export function transmitted(surface: LocalSurface, out: Vector): Scattering {
  const { facets, lobes, base } = surface
  const flat = mul(-out[2], INV_PI)
  const passed: Scattering =
    lobes.ofThrough > 0 ? { value: scale(lobes.through, flat), density: mul(lobes.ofThrough, flat) } : NOTHING
  if (!(lobes.ofGlass > 0)) return passed
  const d = surface.isThin ? straightThrough(surface, out) : refracted(surface, out)
  if (d === null) return passed
  const k = mul(mul(d, facets.shadowing([out[0], out[1], -out[2]])), lobes.glass)
  return {
    value: plus(passed.value, scale(base, k)),
    density: add(passed.density, mul(lobes.ofGlass, mul(d, facets.shown))),
  }
}

function straightThrough({ view, facets, reflectance }: LocalSurface, out: Vector): number {
  const h = halfway([add(view[0], out[0]), add(view[1], out[1]), sub(view[2], out[2])])
  const vh = larger(dot(view, h), 0)
  return mul(sub(1, reflectance(vh).most), facets.distribution(h))
}

function refracted({ view, facets, eta, reflectance }: LocalSurface, out: Vector): number | null {
  const between = plus(view, scale(out, eta))
  const length = div(1, root(dot(between, between)))
  const h = scale(between, between[2] < 0 ? -length : length)
  const [vh, wh] = [dot(view, h), dot(out, h)]
  if (vh <= 0 || wh >= 0) return null
  const q = add(vh, mul(eta, wh))
  const jacobian = div(product(-4, vh, wh, eta, eta), mul(q, q))
  return product(sub(1, reflectance(vh).most), facets.distribution(h), jacobian)
}

/** A direction that light scatters to, by the sheen or the base; null where there is none. */
export function sampleLocal(surface: LocalSurface, a: number, b: number, c: number): LocalDirection | null {
  const { view, facets, lobes, eta, reflectance } = surface
  const { ofDiffuse, ofSpecular, ofGlass, ofSheen, ofThrough } = lobes
  if (a < ofSheen) return { out: sampleSheen(div(a, ofSheen), b), through: false }
  const under = sub(a, ofSheen)
  if (under < ofThrough) {
    const { out } = sampleDiffuse(div(under, ofThrough), b)
    return { out: [out[0], out[1], -out[2]], through: true }
  }
  const ofBase = sub(under, ofThrough)
  if (ofBase < ofDiffuse) return sampleDiffuse(div(ofBase, ofDiffuse), b)
  const rest = sub(ofBase, ofDiffuse)
  const inGlass = rest >= ofSpecular
  const share = inGlass ? div(sub(rest, ofSpecular), ofGlass) : div(rest, ofSpecular)
  const h = facets.visibleNormal(smaller(share, float(0.99999994)), b)
  const vh = dot(view, h)
  const bounced = minus(scale(h, mul(2, vh)), view)
  if (!inGlass || c < reflectance(larger(vh, 0)).most) return { out: bounced, through: false }
  if (surface.isThin)
    return { out: [bounced[0], bounced[1], sub(view[2], mul(mul(2, vh), h[2]))], through: true }
  const inverse = div(1, eta)
  const k = sub(1, product(inverse, inverse, sub(1, mul(vh, vh))))
  if (k <= 0) return null
  const m = sub(mul(inverse, vh), root(k))
  return { out: minus(scale(h, m), scale(view, inverse)), through: true }
}

function sampleDiffuse(share: number, b: number): LocalDirection {
  const radius = root(share)
  const [sine, cosine] = sineCosineOfTurn(b)
  return { out: [mul(radius, cosine), mul(radius, sine), root(larger(sub(1, share), 0))], through: false }
}
