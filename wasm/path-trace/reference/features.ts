/** Features for the denoiser with the kernel's bits: the first surface behind smooth mirrors and smooth glass. */
import type { SceneDescription } from '../scene.ts'
import { add, div, dot, float, mul, plus, root, scale, smaller, sub, times, type Vector } from './float.ts'
import type { AlbedoTable } from './albedo.ts'
import { colorSeen } from './bsdf.ts'
import type { Block } from './sampler.ts'
import type { Sky } from './sky.ts'
import { emissionAt, surfaceAt, type Surface } from './surface.ts'
import type { Hit, Tracer } from './triangles.ts'

/** Numbers per pixel: albedo (3), normal (3), depth. */
export const FEATURES = 7

const FOLLOWED_MAX = 8
const SMOOTH_MAX = float(0.1)
const FILM_ONE = 2 ** 24
const SAMPLE_MAX = 2 ** 20

interface Ray {
  readonly origin: Vector
  readonly direction: Vector
}

/** A function from an eye ray, and the random numbers of its n-th block, to its features in film units. */
export function createFeatures(
  scene: SceneDescription,
  tracer: Tracer,
  sky: Sky,
  albedos: AlbedoTable,
): (ray: Ray, block: (n: number) => Block) => bigint[] {
  return (eye, block) => {
    let ray = eye
    let through: Vector = [1, 1, 1]
    let depth = 0
    for (let followed = 0; ; followed++) {
      const hit = tracer.closest(ray.origin, ray.direction, block(followed + 1))
      if (hit === null) return fixed(times(through, unlit(sky.look(ray.direction).radiance)), [0, 0, 0], 0)
      depth = add(depth, hit.distance)
      const emitted = emissionSeen(scene, hit, ray.direction)
      const surface = surfaceAt(scene, hit, ray.origin, ray.direction)
      const next = emitted === null && followed < FOLLOWED_MAX ? rayBehind(surface, ray.direction) : null
      if (next === null) {
        const color = emitted === null ? colorSeen(surface, ray.direction, albedos) : unlit(emitted)
        return fixed(times(through, color), surface.normal, depth)
      }
      through = times(through, surface.base)
      ray = next
    }
  }
}

/** Light as a colour. */
function unlit(light: Vector): Vector {
  return [smaller(light[0], 1), smaller(light[1], 1), smaller(light[2], 1)]
}

function emissionSeen(scene: SceneDescription, { triangle, u, v }: Hit, direction: Vector): Vector | null {
  const material = scene.materials[triangle.material]
  if (material === undefined) return null
  const [r, g, b] = material.emissive
  const back = -dot(direction, triangle.geometric) < 0
  if (!(add(add(r, g), b) > 0) || (back && !material.doubleSided)) return null
  return emissionAt(scene, triangle, u, v)
}

/** The ray by which a smooth mirror or smooth glass is looked into; null at other surfaces. */
function rayBehind(surface: Surface, direction: Vector): Ray | null {
  const { normal, geometric, above, below, material } = surface
  const glass = mul(surface.transmission, sub(1, surface.metallic)) > 0.5
  if (surface.roughness > SMOOTH_MAX || !(glass || surface.metallic > 0.5)) return null
  if (glass && material.thinWalled) return { origin: below, direction }
  const cosine = -dot(direction, normal)
  const eta = surface.back ? material.ior : div(1, material.ior)
  const square = sub(1, mul(mul(eta, eta), sub(1, mul(cosine, cosine))))
  if (glass && square > 0) {
    const along = sub(mul(eta, cosine), root(square))
    return { origin: below, direction: plus(scale(direction, eta), scale(normal, along)) }
  }
  const mirrored = plus(direction, scale(normal, mul(cosine, 2)))
  return { origin: dot(mirrored, geometric) > 0 ? above : below, direction: mirrored }
}

function fixed(color: Vector, normal: Vector, depth: number): bigint[] {
  return [...color, ...normal, depth].map((v) =>
    Number.isFinite(v) ? BigInt(Math.trunc(mul(smaller(v, SAMPLE_MAX), FILM_ONE))) : 0n,
  )
}
