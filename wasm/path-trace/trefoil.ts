/**
 * The model of the demonstration's scene and of the bench's room: a trefoil knot of a soft, twisted band, like a
 * sculpture. It is ours, made by formulas alone, and has the same bits on every machine (`exact-math.ts`).
 */
import { assert } from './assert.ts'
import { cos, length3, sin } from './exact-math.ts'
import type { Vector3 } from './scene.ts'

/** A closed surface: points, their unit normals and, counter-clockwise from outside, three points per triangle. */
export interface TrefoilMesh {
  readonly points: readonly Vector3[]
  readonly normals: readonly Vector3[]
  readonly triangles: readonly Vector3[]
}

/**
 * The knot's middle line lies on a torus: radius of its ring, how far the line swings from that in the plane, and how
 * far across it. The band is an ellipse around the line, thicker in the three lobes than at the crossings.
 */
const RING = 1
const SWING = 0.46
const DEPTH = 0.52
const BAND_WIDE = 0.4
const BAND_FLAT = 0.17
const SWELL = 0.25
/** Half turns of the band along the knot: an ellipse turned by half is itself, so the last ring meets the first. */
const HALF_TURNS = 3

const FULL_TURN = 2 * Math.PI

/**
 * The trefoil of `rings` ellipses of `sides` points: `2 · rings · sides` triangles. It stands on two lobes at y = 0,
 * is 1 high, and its middle is above the origin; one looks through it along z. `sides` is even.
 */
export function trefoilMesh(rings: number, sides: number): TrefoilMesh {
  assert(rings >= 3 && sides >= 4 && sides % 2 === 0, 'a band turned by half meets its own points')
  const raw = Array.from({ length: rings }, (_, ring) => section(ring / rings, sides)).flat()
  const heights = raw.map(([, y]) => y)
  const low = Math.min(...heights)
  const tall = Math.max(...heights) - low
  const points = raw.map(([x, y, z]): Vector3 => [x / tall, (y - low) / tall, z / tall])
  // Beyond the last ring comes the first, turned by as many half turns as the band has made.
  const at = (ring: number, side: number): number => {
    const around = Math.floor(ring / rings)
    const turned = side + (around * HALF_TURNS * sides) / 2
    return (ring - around * rings) * sides + (((turned % sides) + sides) % sides)
  }
  const point = (ring: number, side: number): Vector3 => points[at(ring, side)] ?? [0, 0, 0]
  const normals: Vector3[] = []
  const triangles: Vector3[] = []
  for (let ring = 0; ring < rings; ring++) {
    for (let side = 0; side < sides; side++) {
      const along = subtract(point(ring + 1, side), point(ring - 1, side))
      const across = subtract(point(ring, side + 1), point(ring, side - 1))
      normals.push(unit(cross(across, along)))
      const [a, b] = [at(ring, side), at(ring, side + 1)]
      const [c, d] = [at(ring + 1, side + 1), at(ring + 1, side)]
      triangles.push([a, b, c], [a, c, d])
    }
  }
  return { points, normals, triangles }
}

/** The ellipse around one place of the middle line, 0…1 along the knot. */
function section(place: number, sides: number): Vector3[] {
  const t = place * FULL_TURN
  const center = middleLine(t)
  const along = unit(direction(t))
  // Depth never runs along the line, so that this frame turns back into itself.
  const out = unit(subtract([0, 0, 1], scale(along, along[2])))
  const across = cross(along, out)
  const size = 1 + SWELL * cos(3 * t)
  const turn = (HALF_TURNS * t) / 2
  const [turnSin, turnCos] = [sin(turn), cos(turn)]
  return Array.from({ length: sides }, (_, side): Vector3 => {
    const angle = (side / sides) * FULL_TURN
    const [u, v] = [BAND_WIDE * size * cos(angle), BAND_FLAT * size * sin(angle)]
    const [x, y] = [u * turnCos - v * turnSin, u * turnSin + v * turnCos]
    return add(center, add(scale(out, x), scale(across, y)))
  })
}

/** The middle line, a (2, 3) torus knot with one lobe up, at an angle in 0…2π. */
function middleLine(t: number): Vector3 {
  const radius = RING + SWING * cos(3 * t)
  return [-radius * sin(2 * t), radius * cos(2 * t), DEPTH * sin(3 * t)]
}

/** The derivative of `middleLine`. */
function direction(t: number): Vector3 {
  const radius = RING + SWING * cos(3 * t)
  const change = -3 * SWING * sin(3 * t)
  return [
    -change * sin(2 * t) - 2 * radius * cos(2 * t),
    change * cos(2 * t) - 2 * radius * sin(2 * t),
    3 * DEPTH * cos(3 * t),
  ]
}

function add(a: Vector3, b: Vector3): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

function subtract(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

function scale(a: Vector3, factor: number): Vector3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor]
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

function unit(a: Vector3): Vector3 {
  return scale(a, 1 / length3(...a))
}
