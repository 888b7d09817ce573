import { add, cross, normalize, scale, subtract, type Triple } from './matrix.ts'

/** A mesh of triangles: points and, counter-clockwise, three of them per triangle. */
export interface TriangleMesh {
  readonly points: readonly Triple[]
  readonly triangles: readonly Triple[]
}

/**
 * One step of Loop subdivision of a closed mesh: four smaller triangles for each, and a smoother surface.
 * Source: C. Loop, "Smooth Subdivision Surfaces Based on Triangles", 1987, with Warren's vertex weights.
 */
export function subdivide(mesh: TriangleMesh): TriangleMesh {
  const { points, triangles } = mesh
  const point = (i: number): Triple => points[i] ?? [0, 0, 0]
  const edges = new Map<number, number>()
  const opposite = new Map<number, number[]>()
  const neighbours = points.map(() => new Set<number>())
  const key = (a: number, b: number) => Math.min(a, b) * points.length + Math.max(a, b)
  for (const [a, b, c] of triangles) {
    for (const [from, to, across] of [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ] as const) {
      const edge = key(from, to)
      opposite.set(edge, [...(opposite.get(edge) ?? []), across])
      neighbours[from]?.add(to)
      neighbours[to]?.add(from)
    }
  }
  const moved = points.map((at, i): Triple => {
    const around = [...(neighbours[i] ?? [])]
    const beta = around.length === 3 ? 3 / 16 : 3 / (8 * around.length)
    const sum = around.map(point).reduce(add, [0, 0, 0])
    return add(scale(at, 1 - around.length * beta), scale(sum, beta))
  })
  for (const [edge, across] of opposite) {
    const ends = add(point(Math.floor(edge / points.length)), point(edge % points.length))
    const sides = across.map(point).reduce(add, [0, 0, 0])
    edges.set(edge, moved.length)
    moved.push(add(scale(ends, 3 / 8), scale(sides, 1 / 8)))
  }
  const middle = (a: number, b: number) => edges.get(key(a, b)) ?? a
  const split = triangles.flatMap(([a, b, c]): Triple[] => {
    const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)]
    return [
      [a, ab, ca],
      [ab, b, bc],
      [ca, bc, c],
      [ab, bc, ca],
    ]
  })
  return { points: moved, triangles: split }
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
      const flat = radius * Math.sin(polar)
      points.push([flat * Math.cos(angle), radius * Math.cos(polar), -flat * Math.sin(angle)])
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
      return [radius * Math.cos(angle), height, -radius * Math.sin(angle)]
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
