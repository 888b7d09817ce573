/**
 * The path tracer once more, in TypeScript, for clarity: every ray against every triangle, one function per idea,
 * in single precision and in the kernel's order, so that its films have the kernel's bits. Far too slow to use.
 *
 * @example
 * expect(createReference(scene).renderTile(region, frame)).toEqual(kernelSums)
 */
import { albedoTable, type AlbedoTable } from './reference/albedo.ts'
import { bsdfAt, type Bsdf, type Colour } from './reference/bsdf.ts'
import {
  add,
  div,
  dot,
  float,
  larger,
  mul,
  plus,
  root,
  scale,
  sub,
  times,
  unit,
  type Vector,
} from './reference/float.ts'
import { powerOf } from './reference/functions.ts'
import { createFeatures, FEATURES } from './reference/features.ts'
import { lightsOf } from './reference/lights.ts'
import { drawBlock, type Block } from './reference/sampler.ts'
import { skyOf } from './reference/sky.ts'
import { emissionAlong, materialOf, surfaceAt, type Surface } from './reference/surface.ts'
import { bruteForce, facingNormal, trianglesOf, type Hit } from './reference/triangles.ts'
import type { Frame, Region } from './kernel.ts'
import { unpackScene } from './scene-unpack.ts'
import type { CameraDescription } from './scene-camera.ts'
import { packScene, type SceneDescription } from './scene.ts'

const SALT_ROULETTE = 0
const SALT_GLASS = 0x2545f491
const SALT_COLOUR = 0x6c078965
const FILM_ONE = 2 ** 24
const SAMPLE_MAX = 2 ** 20

/** A scene that can be rendered slowly. */
export interface Reference {
  /** Film sums of a region, row by row, three per pixel: what the kernel's film holds. */
  renderTile(region: Region, frame: Frame): BigInt64Array
  /** Sums of features of a region: what the kernel's feature film holds. */
  renderFeatures(region: Region, frame: Frame): BigInt64Array
  /** Radiance of one path. */
  tracePath(x: number, y: number, index: number, frame: Frame): Vector
}

/**
 * Prepares a scene. It goes through its packed form, as what the kernel sees is rounded there.
 *
 * @param albedos the table that `albedoTable` makes, the same for every scene: where many scenes are rendered, to make
 * it for each would take most of the time
 */
export function createReference(
  description: SceneDescription,
  albedos: AlbedoTable = albedoTable(),
): Reference {
  const scene = unpackScene(packScene(description))
  const triangles = trianglesOf(scene)
  const tracer = bruteForce(scene, triangles)
  const sky = skyOf(scene.environment)
  const lights = lightsOf(scene, triangles, sky)
  const featuresOf = createFeatures(scene, tracer, sky, albedos)

  /** Radiance that a sampled light sends back along the path. */
  const lightAt = (surface: Surface, bsdf: Bsdf, through: Vector, block: Block): Vector => {
    const light = lights.none ? null : lights.aim(surface.above, block.r[0], block.r[1])
    if (light === null) return [0, 0, 0]
    const { value, density } = bsdf.evaluate(light.direction)
    if (!(add(add(value[0], value[1]), value[2]) > 0)) return [0, 0, 0]
    const weight = div(light.sizeless ? 1 : weightOf(light.density, density), light.density)
    const start = dot(light.direction, surface.geometric) > 0 ? surface.above : surface.below
    if (tracer.occluded(start, light.direction, light.reach, block)) return [0, 0, 0]
    return scale(times(times(through, value), light.light), weight)
  }

  const tracePath = (x: number, y: number, index: number, frame: Frame): Vector => {
    const { direct, indirect } = tracedPath(x, y, index, frame)
    return plus(direct, clamped(indirect, frame.clamp ?? 0))
  }

  /** Light that was scattered by at most one surface, and the rest. */
  const tracedPath = (x: number, y: number, index: number, frame: Frame): Light => {
    const pixel = y * frame.width + x
    const first = drawBlock(pixel, index, 0)
    let { origin, direction } = aim(scene.camera, add(x, first.r[0]), add(y, first.r[1]), frame)
    let radiance: Vector = [0, 0, 0]
    let direct: Vector | undefined
    const light = (): Light => split(direct, radiance)
    let through: Vector = [1, 1, 1]
    let scattered = 0
    let colour: Colour | null = null
    for (let bounce = 0; ; bounce++) {
      const block = drawBlock(pixel, index, bounce + 1)
      const hit = tracer.closest(origin, direction, block)
      if (hit === null) {
        const seen = sky.look(direction)
        const weight = bounce > 0 ? weightOf(scattered, mul(seen.density, lights.skyChance)) : 1
        radiance = plus(radiance, scale(times(through, seen.radiance), weight))
        return light()
      }
      through = times(through, absorbed(scene, hit, direction))
      const emitted = emissionSeen(scene, hit, direction)
      if (emitted !== null) {
        const square = mul(mul(lights.densityOf(hit.triangle), hit.distance), hit.distance)
        const aimed = div(square, larger(facingNormal(hit.triangle, direction).cosine, float(1e-6)))
        const weight = bounce > 0 ? weightOf(scattered, aimed) : 1
        radiance = plus(radiance, scale(times(through, emitted), weight))
      }
      if (bounce === 1) [direct, radiance] = [radiance, [0, 0, 0]]
      if (bounce > frame.bounces) return light()
      const surface = surfaceAt(scene, hit, origin, direction)
      if (colour === null && disperses(surface)) {
        colour = Math.trunc(mul(block.hashed(SALT_COLOUR), 3)) as Colour
        through = onlyIn(colour, through)
      }
      const bsdf = bsdfAt(surface, direction, albedos, colour)
      if (bsdf === null) return light()
      radiance = plus(radiance, lightAt(surface, bsdf, through, block))
      const next = bsdf.sample(block.r[2], block.r[3], block.hashed(SALT_GLASS))
      if (next === null) return light()
      scattered = next.density
      through = times(through, scale(next.value, div(1, next.density)))
      const left = bounce > 0 ? roulette(through, block) : through
      if (left === null) return light()
      through = left
      direction = next.direction
      origin = next.through ? surface.below : surface.above
    }
  }

  return {
    tracePath,
    renderFeatures: (region, frame) => featuresIn(region, frame, scene, featuresOf),
    renderTile: (region, frame) => filmOf(region, (x, y, s) => tracePath(x, y, s, frame)),
  }
}

/** The light of a path: scattered by at most one surface, and scattered by more. */
interface Light {
  readonly direct: Vector
  readonly indirect: Vector
}

function split(direct: Vector | undefined, rest: Vector): Light {
  return direct === undefined ? { direct: rest, indirect: [0, 0, 0] } : { direct, indirect: rest }
}

/** Adds up the samples of each pixel of a region, in fixed point. */
function filmOf(
  { x0, y0, x1, y1, s0, s1 }: Region,
  sampleAt: (x: number, y: number, index: number) => Vector,
): BigInt64Array {
  const film = new BigInt64Array((x1 - x0) * (y1 - y0) * 3)
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const pixel = ((y - y0) * (x1 - x0) + x - x0) * 3
      for (let s = s0; s < s1; s++) {
        fixed(sampleAt(x, y, s)).forEach((sum, k) => (film[pixel + k] = (film[pixel + k] ?? 0n) + sum))
      }
    }
  }
  return film
}

function featuresIn(
  { x0, y0, x1, y1, s0, s1 }: Region,
  frame: Frame,
  { camera }: SceneDescription,
  featuresOf: ReturnType<typeof createFeatures>,
): BigInt64Array {
  const film = new BigInt64Array((x1 - x0) * (y1 - y0) * FEATURES)
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const at = ((y - y0) * (x1 - x0) + x - x0) * FEATURES
      const pixel = y * frame.width + x
      for (let s = s0; s < s1; s++) {
        const { r } = drawBlock(pixel, s, 0)
        const ray = aim(camera, add(x, r[0]), add(y, r[1]), frame)
        const sums = featuresOf(ray, (n) => drawBlock(pixel, s, n))
        sums.forEach((sum, k) => (film[at + k] = (film[at + k] ?? 0n) + sum))
      }
    }
  }
  return film
}

/** The ray through a place on the image, in pixels. */
function aim(
  camera: CameraDescription,
  x: number,
  y: number,
  frame: Frame,
): { origin: Vector; direction: Vector } {
  const { projection, worldFromCamera: m } = camera
  const aspect = div(frame.width, frame.height)
  const perspective = projection.kind === 'perspective'
  const wanted = perspective ? float(projection.aspect ?? 0) : float(projection.xmag / projection.ymag)
  let halfHeight = float(perspective ? Math.tan(projection.yfov / 2) : projection.ymag)
  if (wanted > aspect) halfHeight = mul(halfHeight, div(wanted, aspect))
  const halfWidth = mul(halfHeight, aspect)
  const across = mul(sub(div(mul(x, 2), frame.width), 1), halfWidth)
  const up = mul(sub(1, div(mul(y, 2), frame.height)), halfHeight)
  const axis = (k: number) => [m[k] ?? 0, m[k + 4] ?? 0, m[k + 8] ?? 0] as const
  const aside = plus(scale(axis(0), across), scale(axis(1), up))
  const ahead = scale(axis(2), -1)
  return perspective
    ? { origin: axis(3), direction: unit(plus(ahead, aside)) }
    : { origin: plus(axis(3), aside), direction: unit(ahead) }
}

/** The power heuristic. */
function weightOf(p: number, q: number): number {
  const ratio = div(q, p)
  return div(1, add(1, mul(ratio, ratio)))
}

/** The share that a path goes on with, by the root of it; null where the path ends. */
function roulette(through: Vector, block: Block): Vector | null {
  const left = root(larger(through[0], larger(through[1], through[2])))
  if (!(left < 1)) return through
  return block.hashed(SALT_ROULETTE) >= left ? null : scale(through, div(1, left))
}

/** Light in one colour, three times as much. */
function onlyIn(colour: Colour, light: Vector): Vector {
  return times(light, [colour === 0 ? 3 : 0, colour === 1 ? 3 : 0, colour === 2 ? 3 : 0])
}

/** Whether a surface bends each colour by an index of its own. */
function disperses({ layers, transmission, metallic, material }: Surface): boolean {
  return (layers?.dispersion ?? 0) > 0 && mul(transmission, sub(1, metallic)) > 0 && !material.thinWalled
}

/** The share of light that is left on its way through the inside that ends at a hit. */
function absorbed(scene: SceneDescription, hit: Hit, direction: Vector): Vector {
  const material = materialOf(scene, hit.triangle)
  const { attenuationColor, attenuationDistance, thinWalled } = material
  const lets = add(material.transmission, material.diffuseTransmission) > 0
  const inside = facingNormal(hit.triangle, direction).back && lets && !thinWalled
  if (!inside || attenuationDistance === 0) return [1, 1, 1]
  const lengths = hit.distance / attenuationDistance
  const [r, g, b] = attenuationColor.map((c) => float(powerOf(c, lengths))) as [number, number, number]
  return [r, g, b]
}

function emissionSeen(scene: SceneDescription, { triangle, u, v }: Hit, direction: Vector): Vector | null {
  const { emissive, doubleSided } = materialOf(scene, triangle)
  if (!(add(add(emissive[0], emissive[1]), emissive[2]) > 0)) return null
  return facingNormal(triangle, direction).back && !doubleSided
    ? null
    : emissionAlong(scene, triangle, u, v, direction)
}

function clamped(color: Vector, most: number): Vector {
  const brightest = larger(color[0], larger(color[1], color[2]))
  return most > 0 && brightest > float(most) ? scale(color, div(float(most), brightest)) : color
}

/** A sample in film units; nothing where it is negative or not finite. */
function fixed(color: Vector): readonly bigint[] {
  const total = add(add(color[0], color[1]), color[2])
  if (!color.every((c) => c >= 0) || !(total < Infinity)) return [0n, 0n, 0n]
  return color.map((c) => BigInt(Math.trunc(Math.min(c, SAMPLE_MAX) * FILM_ONE)))
}
