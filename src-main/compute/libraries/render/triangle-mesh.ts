import { cos, sin } from '../../../../wasm/path-trace/exact-math.ts'
import { add, cross, normalize, subtract, type Triple } from './matrix.ts'

/** A mesh of triangles: points and, counter-clockwise, three of them per triangle. */
export interface TriangleMesh {
  readonly points: readonly Triple[]
  readonly triangles: readonly Triple[]
}

/** Unit normals of the points: the mean of the triangles around each, weighted by their area. */
export function smoothNormals({ points, triangles }: TriangleMesh): Triple[] {
  const sums: Triple[] = points.map(() => [0, 0, 0])
  for (const corners of triangles) {
    const [a, b, c] = corners.map((i): Triple => points[i] ?? [0, 0, 0]) as [Triple, Triple, Triple]
    const normal = cross(subtract(b, a), subtract(c, a))
    for (const i of corners) sums[i] = add(sums[i] ?? [0, 0, 0], normal)
  }
  return sums.map(normalize)
}

/** A sphere about the origin: `rings` bands from pole to pole of `2 · rings` sides each. */
export function sphereMesh(radius: number, rings: number): TriangleMesh {
  const sides = 2 * rings
  const points: Triple[] = [[0, radius, 0]]
  for (let ring = 1; ring < rings; ring++) {
    const polar = (ring / rings) * Math.PI
    for (let side = 0; side < sides; side++) {
      const angle = (side / sides) * 2 * Math.PI
      const flat = radius * sin(polar)
      points.push([flat * cos(angle), radius * cos(polar), -flat * sin(angle)])
    }
  }
  points.push([0, -radius, 0])
  const last = points.length - 1
  const at = (ring: number, side: number) => 1 + (ring - 1) * sides + (side % sides)
  const triangles: Triple[] = []
  for (let side = 0; side < sides; side++) {
    triangles.push([0, at(1, side), at(1, side + 1)])
    for (let ring = 1; ring < rings - 1; ring++) {
      triangles.push([at(ring, side), at(ring + 1, side), at(ring + 1, side + 1)])
      triangles.push([at(ring, side), at(ring + 1, side + 1), at(ring, side + 1)])
    }
    triangles.push([last, at(rings - 1, side + 1), at(rings - 1, side)])
  }
  return { points, triangles }
}

/** A solid of revolution about the y axis: the profile's (radius, height) pairs run from the bottom up. */
export function latheMesh(profile: readonly (readonly [number, number])[], sides: number): TriangleMesh {
  const points = profile.flatMap(([radius, height]) =>
    Array.from({ length: sides }, (_, side): Triple => {
      const angle = (side / sides) * 2 * Math.PI
      return [radius * cos(angle), height, -radius * sin(angle)]
    }),
  )
  const triangles: Triple[] = []
  for (let level = 0; level + 1 < profile.length; level++) {
    for (let side = 0; side < sides; side++) {
      const [a, b] = [level * sides + side, level * sides + ((side + 1) % sides)]
      triangles.push([a, b, b + sides], [a, b + sides, a + sides])
    }
  }
  return { points, triangles }
}
