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
  sum,
  times,
  type Vector,
} from './float.ts'
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
}

/** Three times the same. */
export function uniform(x: number): Vector {
  return [x, x, x]
}

/** A surface's lobes, by its directional albedos; null when it scatters nothing. */
export function lobesOf(
  { base, metallic, transmission, material }: Surface,
  [albedoA, albedoB]: readonly [number, number],
): Lobes | null {
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
  const share = (weight: number) => mul(weight, div(1, total))
  return {
    ...{ diffuse, specular0, specular90, glass },
    ofDiffuse: share(weights[0]),
    ofSpecular: share(weights[1]),
    ofGlass: share(weights[2]),
  }
}
