/** The list of lights that are aimed at, with the kernel's bits. */
import type { LightDescription, SceneDescription } from '../scene.ts'
import {
  blend3,
  div,
  dot,
  float,
  larger,
  luminance,
  minus,
  mul,
  negate,
  root,
  scale,
  sub,
  type Vector,
} from './float.ts'
import { locate, type Sky } from './sky.ts'
import { emissionAlong, emissionAt, materialOf } from './surface.ts'
import type { Triangle } from './triangles.ts'

/** A light to look for: where, how far, and what it sends. */
export interface Aim {
  readonly direction: Vector
  readonly reach: number
  /** Radiance; irradiance of a light without size. */
  readonly light: Vector
  /** Density per solid angle; the chance of a light without size. */
  readonly density: number
  readonly sizeless: boolean
}

/** All of them. */
export interface Lights {
  readonly none: boolean
  readonly skyChance: number
  /** Density per area of a triangle in the list, 0 of others. */
  densityOf(triangle: Triangle): number
  aim(place: Vector, a: number, b: number): Aim | null
}

type Entry =
  { kind: 'triangle'; triangle: Triangle } | { kind: 'punctual'; light: LightDescription } | { kind: 'sky' }

const FAR = float(1e30)
const SHORT = float(0.9999)
const EDGE_ON = float(1e-6)

/** The list for a scene. */
export function lightsOf(scene: SceneDescription, triangles: readonly Triangle[], sky: Sky): Lights {
  const radius = radiusOf(scene)
  const candidates: { entry: Entry; power: number; kind: number }[] = []
  for (const triangle of triangles) {
    const [r, g, b] = materialOf(scene, triangle).emissive
    if (!(float(float(r + g) + b) > 0)) continue
    candidates.push({
      entry: { kind: 'triangle', triangle },
      power: powerOfTriangle(scene, triangle),
      kind: 0,
    })
  }
  for (const light of scene.lights) {
    candidates.push({ entry: { kind: 'punctual', light }, power: powerOfPunctual(light, radius), kind: 1 })
  }
  if (sky.isMap) {
    const power = sky.luminance * 39.47841760435743 * radius * radius
    candidates.push({ entry: { kind: 'sky' }, power, kind: 2 })
  }
  const list = candidates.filter(({ power }) => power > 0)
  const powers = [0, 1, 2].map((kind) => list.reduce((sum, x) => sum + (x.kind === kind ? x.power : 0), 0))
  const total = powers.reduce((a, b) => a + b, 0)
  const kinds = powers.filter((power) => power > 0).length
  let sum = 0
  const shares = [
    0,
    ...list.map(({ power, kind }, i) => {
      sum += power * (0.5 / total + 0.5 / (kinds * (powers[kind] ?? 1)))
      return i === list.length - 1 ? 1 : float(sum)
    }),
  ]
  const chance = (i: number) => sub(shares[i + 1] ?? 1, shares[i] ?? 0)
  const densities = new Map<number, number>()
  let skyChance = 0
  list.forEach(({ entry }, i) => {
    if (entry.kind === 'triangle') densities.set(entry.triangle.index, div(chance(i), entry.triangle.area))
    if (entry.kind === 'sky') skyChance = chance(i)
  })
  const densityOf = (triangle: Triangle) => densities.get(triangle.index) ?? 0

  return {
    none: list.length === 0,
    skyChance,
    densityOf,
    aim(place, a, b) {
      const i = locate(shares, a)
      const entry = list[i]?.entry
      if (entry === undefined) return null
      const stretched = div(sub(a, shares[i] ?? 0), chance(i))
      const first = stretched >= 1 ? float(0.99999994) : stretched
      switch (entry.kind) {
        case 'sky': {
          const { direction, radiance, density } = sky.sample(first, b)
          const aimed = {
            direction,
            reach: FAR,
            light: radiance,
            density: mul(density, skyChance),
            sizeless: false,
          }
          return aimed.density > 0 ? aimed : null
        }
        case 'punctual':
          return aimAtPunctual(entry.light, place, chance(i))
        case 'triangle':
          return aimAtTriangle(scene, entry.triangle, densityOf(entry.triangle), place, first, b)
      }
    },
  }
}

function radiusOf({ positions, indices }: SceneDescription): number {
  let sum = 0
  for (let axis = 0; axis < 3; axis++) {
    let [low, high] = [Infinity, -Infinity]
    for (const i of indices) {
      const x = positions[i * 3 + axis] ?? 0
      low = Math.min(low, x)
      high = Math.max(high, x)
    }
    sum += (high - low) * (high - low)
  }
  return Math.sqrt(sum) * 0.5
}

function powerOfTriangle(scene: SceneDescription, triangle: Triangle): number {
  let sum = 0
  for (let j = 0; j < 4; j++) {
    for (let i = 0; i < 4; i++) {
      const s = root((i + 0.5) / 4)
      const emitted = emissionAt(scene, triangle, sub(1, s), mul((j + 0.5) / 4, s))
      sum = float(sum + luminance(emitted))
    }
  }
  return (triangle.area * sum * Math.PI) / 16
}

function powerOfPunctual(light: LightDescription, radius: number): number {
  const power = luminance(light.intensity)
  if (light.kind === 'directional') return power * Math.PI * radius * radius
  if (light.kind === 'point') return power * 12.566370614359172
  const cosines = float(Math.cos(light.innerConeAngle)) + float(Math.cos(light.outerConeAngle))
  return power * 6.283185307179586 * (1 - 0.5 * cosines)
}

function aimAtTriangle(
  scene: SceneDescription,
  triangle: Triangle,
  perArea: number,
  place: Vector,
  a: number,
  b: number,
): Aim | null {
  const s = root(a)
  const [u, v] = [sub(1, s), mul(b, s)]
  const towards = minus(blend3(...triangle.corners, u, v), place)
  const square = dot(towards, towards)
  const distance = root(square)
  const direction = scale(towards, div(1, distance))
  const cosine = -dot(direction, triangle.geometric)
  if (Math.abs(cosine) < EDGE_ON) return null
  if (cosine < 0 && !materialOf(scene, triangle).doubleSided) return null
  return {
    direction,
    reach: mul(distance, SHORT),
    light: emissionAlong(scene, triangle, u, v, direction),
    density: div(mul(perArea, square), Math.abs(cosine)),
    sizeless: false,
  }
}

function aimAtPunctual(light: LightDescription, place: Vector, density: number): Aim | null {
  if (light.kind === 'directional') {
    const direction = negate(light.direction)
    return { direction, reach: FAR, light: light.intensity, density, sizeless: true }
  }
  const towards = minus(light.position, place)
  const square = dot(towards, towards)
  const distance = root(square)
  const direction = scale(towards, div(1, distance))
  let strength = div(1, square)
  if (light.range > 0) {
    const n = div(distance, light.range)
    const n2 = mul(n, n)
    const window = sub(1, mul(n2, n2))
    if (window <= 0) return null
    strength = mul(strength, window)
  }
  if (light.kind === 'spot') {
    const outer = float(Math.cos(light.outerConeAngle))
    const span = sub(float(Math.cos(light.innerConeAngle)), outer)
    const step = div(sub(-dot(direction, light.direction), outer), larger(span, float(0.001)))
    if (step <= 0) return null
    const s = step > 1 ? 1 : step
    strength = mul(strength, mul(s, s))
  }
  return {
    direction,
    reach: mul(distance, SHORT),
    light: scale(light.intensity, strength),
    density,
    sizeless: true,
  }
}
