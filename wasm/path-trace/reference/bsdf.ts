/** Scattering with the kernel's bits: diffuse, specular and glass over one GGX distribution. */
import { ALPHA_MIN, lambda, schlick, type AlbedoTable } from './albedo.ts'
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
  product,
  root,
  scale,
  smaller,
  sub,
  sum,
  times,
  type Vector,
} from './float.ts'
import { sineCosineOfTurn } from './functions.ts'
import type { Surface } from './surface.ts'

/** Value × |cosine| and density per solid angle of one direction. */
export interface Scattering {
  readonly value: Vector
  readonly density: number
}

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
const INV_PI = float(0.3183098861837907)
const INV_FOUR_PI = float(0.07957747154594767)
const NOTHING: Scattering = { value: [0, 0, 0], density: 0 }

/** Fresnel reflectance of a dielectric. */
function fresnel(c: number, eta: number): number {
  const g2 = add(sub(mul(eta, eta), 1), mul(c, c))
  if (g2 <= 0) return 1
  const g = root(g2)
  const a = div(sub(g, c), add(g, c))
  const b = div(sub(mul(c, add(g, c)), 1), add(mul(c, sub(g, c)), 1))
  return mul(product(0.5, a, a), add(1, mul(b, b)))
}

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

const uniform = (x: number): Vector => [x, x, x]

/** Prepares scattering at a surface for a ray that came along `direction`; null when it scatters nothing. */
export function bsdfAt(surface: Surface, direction: Vector, albedos: AlbedoTable): Bsdf | null {
  const { normal, geometric, base, metallic, roughness, transmission, material, bent, back } = surface
  const [tangent, bitangent] = frameOf(normal)
  const local = (w: Vector): Vector => [dot(w, tangent), dot(w, bitangent), dot(w, normal)]
  const incoming = local(direction)
  const view: Vector = [-incoming[0], -incoming[1], larger(-incoming[2], GRAZING)]
  const alpha = larger(mul(roughness, roughness), ALPHA_MIN)
  const a2 = mul(alpha, alpha)
  const lambdaV = lambda(view[2], a2)
  const peakV = div(mul(a2, INV_FOUR_PI), view[2])
  const shownV = div(1, add(1, lambdaV))
  const restV = add(0.5, lambdaV)
  const [albedoA, albedoB] = albedos(view[2], roughness)

  const r = div(sub(material.ior, 1), add(material.ior, 1))
  const f0 = mul(r, r)
  const edge = smaller(mul(f0, 50), 1)
  const dielectric = sub(1, metallic)
  const opaque = mul(dielectric, sub(1, transmission))
  const glass = mul(dielectric, transmission)
  const lost = sub(div(1, larger(add(albedoA, albedoB), float(0.01))), 1)
  const plainGain = mul(opaque, add(1, mul(f0, lost)))
  const [plain0, plain90] = [mul(f0, plainGain), mul(edge, plainGain)]
  const metalGain = scale(plus(uniform(1), scale(base, lost)), metallic)
  const specular0 = plus(times(base, metalGain), uniform(plain0))
  const specular90 = plus(metalGain, uniform(plain90))
  const diffuse = scale(base, sub(opaque, add(mul(plain0, albedoA), mul(plain90, albedoB))))
  const weights = [
    luminance(diffuse),
    luminance(plus(scale(specular0, albedoA), scale(specular90, albedoB))),
    glass > 0 ? mul(glass, add(0.5, mul(0.5, luminance(base)))) : 0,
  ] as const
  const total = sum(...weights)
  if (!(total > 0)) return null
  const [ofDiffuse, ofSpecular, ofGlass] = weights.map((w) => mul(w, div(1, total))) as [
    number,
    number,
    number,
  ]
  const index = larger(material.ior, IOR_MIN)
  const thin = material.thinWalled
  const eta = back && !thin ? div(1, index) : index

  const distribution = (h: Vector) => {
    const d = sum(mul(h[0], h[0]), mul(h[1], h[1]), product(h[2], h[2], a2))
    return div(peakV, mul(d, d))
  }
  const shadowing = (z: number) => {
    const z2 = mul(z, z)
    return div(z, add(mul(restV, z), mul(0.5, root(add(z2, mul(a2, sub(1, z2)))))))
  }
  const halfway = (h: Vector) => scale(h, div(1, root(dot(h, h))))

  const reflection = (out: Vector): Scattering => {
    const h = halfway(plus(view, out))
    const vh = larger(dot(view, h), 0)
    const d = distribution(h)
    const seen = mul(d, shownV)
    const g = mul(d, shadowing(out[2]))
    const weak = schlick(vh)
    const flat = mul(out[2], INV_PI)
    const fresnelled = plus(scale(specular0, sub(1, weak)), scale(specular90, weak))
    const value = plus(scale(diffuse, flat), scale(fresnelled, g))
    const density = add(mul(ofDiffuse, flat), mul(ofSpecular, seen))
    if (!(ofGlass > 0)) return { value, density }
    const reflected = fresnel(vh, eta)
    return {
      value: plus(value, uniform(product(glass, reflected, g))),
      density: add(density, product(ofGlass, reflected, seen)),
    }
  }
  const transmitted = (out: Vector): Scattering => {
    let d: number
    if (thin) {
      const h = halfway([add(view[0], out[0]), add(view[1], out[1]), sub(view[2], out[2])])
      const vh = larger(dot(view, h), 0)
      d = mul(sub(1, fresnel(vh, eta)), distribution(h))
    } else {
      const between = plus(view, scale(out, eta))
      const length = div(1, root(dot(between, between)))
      const h = scale(between, between[2] < 0 ? -length : length)
      const [vh, wh] = [dot(view, h), dot(out, h)]
      if (vh <= 0 || wh >= 0) return NOTHING
      const q = add(vh, mul(eta, wh))
      const jacobian = div(product(-4, vh, wh, eta, eta), mul(q, q))
      d = product(sub(1, fresnel(vh, eta)), distribution(h), jacobian)
    }
    const k = mul(mul(d, shadowing(-out[2])), glass)
    return { value: scale(base, k), density: mul(ofGlass, mul(d, shownV)) }
  }
  const lobes = (w: Vector, above: boolean): Scattering => {
    const out = local(w)
    if (out[2] > 0 !== above) return NOTHING
    return above
      ? reflection([out[0], out[1], larger(out[2], GRAZING)])
      : transmitted([out[0], out[1], smaller(out[2], -GRAZING)])
  }
  const mirrored = (w: Vector) => minus(w, scale(geometric, mul(dot(w, geometric), 2)))

  const evaluate = (w: Vector): Scattering => {
    const above = dot(w, geometric) > 0
    if (!above && ofGlass === 0) return NOTHING
    const straight = lobes(w, above)
    if (!bent) return straight
    const folded = lobes(mirrored(w), above)
    return { value: plus(straight.value, folded.value), density: add(straight.density, folded.density) }
  }

  /** A normal of those that the view sees, on the distribution's ellipsoid. */
  const visibleNormal = (a: number, b: number): Vector => {
    const stretched = halfway([mul(view[0], alpha), mul(view[1], alpha), view[2]])
    const cap = sub(mul(sub(1, a), add(1, stretched[2])), stretched[2])
    const across = root(larger(sub(1, mul(cap, cap)), 0))
    const [sine, cosine] = sineCosineOfTurn(b)
    return halfway([
      mul(add(mul(across, cosine), stretched[0]), alpha),
      mul(add(mul(across, sine), stretched[1]), alpha),
      larger(add(cap, stretched[2]), 0),
    ])
  }
  const sampleLocal = (a: number, b: number, c: number): { out: Vector; through: boolean } | null => {
    if (a < ofDiffuse) {
      const part = div(a, ofDiffuse)
      const radius = root(part)
      const [sine, cosine] = sineCosineOfTurn(b)
      return { out: [mul(radius, cosine), mul(radius, sine), root(larger(sub(1, part), 0))], through: false }
    }
    const rest = sub(a, ofDiffuse)
    const inGlass = rest >= ofSpecular
    const part = inGlass ? div(sub(rest, ofSpecular), ofGlass) : div(rest, ofSpecular)
    const h = visibleNormal(smaller(part, float(0.99999994)), b)
    const vh = dot(view, h)
    const bounced = minus(scale(h, mul(2, vh)), view)
    if (!inGlass || c < fresnel(larger(vh, 0), eta)) return { out: bounced, through: false }
    if (thin) return { out: [bounced[0], bounced[1], sub(view[2], mul(mul(2, vh), h[2]))], through: true }
    const inverse = div(1, eta)
    const k = sub(1, product(inverse, inverse, sub(1, mul(vh, vh))))
    if (k <= 0) return null
    const m = sub(mul(inverse, vh), root(k))
    return { out: minus(scale(h, m), scale(view, inverse)), through: true }
  }

  return {
    evaluate,
    sample(a, b, c) {
      const sampled = sampleLocal(a, b, c)
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
