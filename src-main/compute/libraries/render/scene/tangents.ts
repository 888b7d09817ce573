import { length3 } from '../../../../../wasm/path-trace/exact-math.ts'
import { add, cross, dot, normalize, scale, subtract, type Triple } from '../matrix.ts'

/**
 * Tangents (xyz and handedness, four per vertex) for a mesh whose file has none: per triangle from its
 * texture coordinates, summed at each vertex weighted by area, then made perpendicular to the normal.
 *
 * Not MikkTSpace, which splits vertices where neighbours disagree: here they average, so that a normal map
 * baked for MikkTSpace may shade a little differently along seams. As in glTF, the bitangent
 * `cross(normal, tangent) · w` points up the picture, against the direction in which v grows.
 */
export function generateTangents(
  positions: Float32Array,
  normals: Float32Array,
  uvs: Float32Array,
  triangles: Uint32Array,
): Float32Array {
  const count = positions.length / 3
  const along = new Float64Array(count * 3)
  const up = new Float64Array(count * 3)
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t] ?? 0, triangles[t + 1] ?? 0, triangles[t + 2] ?? 0]
    const [e1, e2] = [
      subtract(triple(positions, b), triple(positions, a)),
      subtract(triple(positions, c), triple(positions, a)),
    ]
    const [u1, v1] = [at(uvs, 2 * b) - at(uvs, 2 * a), at(uvs, 2 * a + 1) - at(uvs, 2 * b + 1)]
    const [u2, v2] = [at(uvs, 2 * c) - at(uvs, 2 * a), at(uvs, 2 * a + 1) - at(uvs, 2 * c + 1)]
    const area = u1 * v2 - u2 * v1
    if (area === 0) continue
    const sign = Math.sign(area)
    const weight = length3(...cross(e1, e2))
    const tangent = scale(normalize(scale(subtract(scale(e1, v2), scale(e2, v1)), sign)), weight)
    const bitangent = scale(normalize(scale(subtract(scale(e2, u1), scale(e1, u2)), sign)), weight)
    for (const vertex of [a, b, c]) {
      accumulate(along, vertex, tangent)
      accumulate(up, vertex, bitangent)
    }
  }
  const out = new Float32Array(count * 4)
  for (let vertex = 0; vertex < count; vertex++) {
    const normal = triple(normals, vertex)
    const summed = triple(along, vertex)
    const flat = normalize(subtract(summed, scale(normal, dot(normal, summed))))
    const tangent = length3(...flat) > 0 ? flat : anyPerpendicular(normal)
    const handedness = dot(cross(normal, tangent), triple(up, vertex)) < 0 ? -1 : 1
    out.set([...tangent, handedness], vertex * 4)
  }
  return out
}

/**
 * Smooth normals for vertices that have none but need one (a normal map turns about it): the mean of the
 * triangles around each, by area. Zeros where no triangle is.
 */
export function averageNormals(positions: Float32Array, triangles: Uint32Array): Float32Array {
  const sums = new Float64Array(positions.length)
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t] ?? 0, triangles[t + 1] ?? 0, triangles[t + 2] ?? 0]
    const origin = triple(positions, a)
    const normal = cross(subtract(triple(positions, b), origin), subtract(triple(positions, c), origin))
    for (const vertex of [a, b, c]) accumulate(sums, vertex, normal)
  }
  const out = new Float32Array(positions.length)
  for (let vertex = 0; vertex < positions.length / 3; vertex++) {
    out.set(normalize(triple(sums, vertex)), vertex * 3)
  }
  return out
}

/** A unit direction at right angles to another, the same one every time. */
function anyPerpendicular(normal: Triple): Triple {
  const [x, y, z] = normal.map(Math.abs) as [number, number, number]
  const axis: Triple = x <= y && x <= z ? [1, 0, 0] : y <= z ? [0, 1, 0] : [0, 0, 1]
  return normalize(cross(axis, normal))
}

function accumulate(sums: Float64Array, vertex: number, v: Triple): void {
  const summed = add(triple(sums, vertex), v)
  sums.set(summed, vertex * 3)
}

function triple(values: Float32Array | Float64Array, vertex: number): Triple {
  return [at(values, 3 * vertex), at(values, 3 * vertex + 1), at(values, 3 * vertex + 2)]
}

function at(values: Float32Array | Float64Array, i: number): number {
  return values[i] ?? 0
}
