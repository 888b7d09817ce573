import { length3 } from '../../../../../wasm/path-trace/exact-math.ts'
import type { Triple } from '../matrix.ts'
import type { TriangleMesh } from '../triangle-mesh.ts'

/** The distance of a point to a surface: negative inside, and about a length near the surface. */
export type DistanceField = (x: number, y: number, z: number) => number

/** A box that holds the whole surface, and the side of the cubes that it is cut into. */
export interface NetsGrid {
  readonly low: Triple
  readonly high: Triple
  readonly cell: number
}

/** A closed surface with the unit normals of its points. */
export interface SmoothMesh extends TriangleMesh {
  readonly normals: readonly Triple[]
}

/** Steps by which a point is moved onto the surface, after the mean of the crossings of its cube. */
const NEWTON_STEPS = 3
/** Half the base of the differences that a normal is made of, as a part of a cube's side. */
const SLOPE_PART = 0.25
/** Corners of a block along each side. */
const BLOCK = 3
/** A block's middle is so many of its sides from the surface where it is far from it: twice its half diagonal and more. */
const FAR_PART = 1.3

/**
 * The surface where a field is zero, by surface nets (Gibson 1998): one point for each cube that the surface passes
 * through, and two triangles for each edge of the grid that it cuts. Points and normals are then taken from the field
 * itself, so that the grid is not seen in them. Only +, −, ×, ÷ and roots: the same bits on every machine.
 */
export function surfaceNets(field: DistanceField, grid: NetsGrid): SmoothMesh {
  const samples = sampled(field, grid)
  const { points, pointOf } = netPoints(samples)
  const settled = points.map((point) => settle(field, point, grid.cell))
  return {
    points: settled,
    normals: settled.map((point) => slopeAt(field, point, grid.cell * SLOPE_PART).normal),
    triangles: netTriangles(samples, pointOf),
  }
}

/** A field at the corners of the grid's cubes. */
interface Samples {
  readonly grid: NetsGrid
  /** Corners along x, y and z. */
  readonly counts: Triple
  readonly values: Float64Array
}

/** The values of a field at the grid's corners. Far from the surface one value stands for a whole block of corners. */
function sampled(field: DistanceField, grid: NetsGrid): Samples {
  const { low, high, cell } = grid
  const along = (axis: 0 | 1 | 2): number => Math.ceil((high[axis] - low[axis]) / cell) + 1
  const counts: Triple = [along(0), along(1), along(2)]
  const [nx, ny, nz] = counts
  const values = new Float64Array(nx * ny * nz)
  const valueAt = (i: number, j: number, k: number): number =>
    field(low[0] + i * cell, low[1] + j * cell, low[2] + k * cell)
  const far = FAR_PART * BLOCK * cell
  const middle = (BLOCK - 1) / 2
  for (let k0 = 0; k0 < nz; k0 += BLOCK) {
    for (let j0 = 0; j0 < ny; j0 += BLOCK) {
      for (let i0 = 0; i0 < nx; i0 += BLOCK) {
        const value = valueAt(i0 + middle, j0 + middle, k0 + middle)
        const isFar = value > far || value < -far
        for (let k = k0; k < Math.min(k0 + BLOCK, nz); k++) {
          for (let j = j0; j < Math.min(j0 + BLOCK, ny); j++) {
            for (let i = i0; i < Math.min(i0 + BLOCK, nx); i++) {
              values[i + nx * (j + ny * k)] = isFar ? value : valueAt(i, j, k)
            }
          }
        }
      }
    }
  }
  return { grid, counts, values }
}

/** The twelve edges of a cube, as pairs of its corners: bit 0 of a corner is its x, bit 1 its y, bit 2 its z. */
const CUBE_EDGES = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((corner) =>
  [1, 2, 4].filter((bit) => (corner & bit) === 0).map((bit) => [corner, corner | bit] as const),
)

/** One point a cube that the surface passes through, and the point of each such cube by its first corner. */
function netPoints({ grid: { low, cell }, counts, values }: Samples) {
  const [nx, ny, nz] = counts
  const points: Triple[] = []
  const pointOf = new Map<number, number>()
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => (c & 1) + ((c >> 1) & 1) * nx + (c >> 2) * nx * ny)
  for (let k = 0; k + 1 < nz; k++) {
    for (let j = 0; j + 1 < ny; j++) {
      for (let i = 0; i + 1 < nx; i++) {
        const first = i + nx * (j + ny * k)
        if (!isCut(values, first, corners)) continue
        const mean = crossing(corners.map((offset) => values[first + offset] ?? 0))
        pointOf.set(first, points.length)
        points.push([
          low[0] + (i + mean[0]) * cell,
          low[1] + (j + mean[1]) * cell,
          low[2] + (k + mean[2]) * cell,
        ])
      }
    }
  }
  return { points, pointOf }
}

/** Whether the surface passes through a cube: some of its corners are inside, others outside. */
function isCut(values: Float64Array, first: number, corners: readonly number[]): boolean {
  const isInside = (values[first] ?? 0) < 0
  for (const offset of corners) if ((values[first + offset] ?? 0) < 0 !== isInside) return true
  return false
}

/** The mean of the places where a cube's edges cross the surface, each 0…1. */
function crossing(values: readonly number[]): Triple {
  let [x, y, z, count] = [0, 0, 0, 0]
  for (const [a, b] of CUBE_EDGES) {
    const [from = 0, to = 0] = [values[a], values[b]]
    if (from < 0 === to < 0) continue
    const part = from / (from - to)
    x += (a & 1) + (((b ^ a) & 1) === 0 ? 0 : part)
    y += ((a >> 1) & 1) + (((b ^ a) & 2) === 0 ? 0 : part)
    z += (a >> 2) + (((b ^ a) & 4) === 0 ? 0 : part)
    count++
  }
  return [x / count, y / count, z / count]
}

/** For each edge of the grid that is cut, the four cubes around it as two triangles, seen from outside. */
function netTriangles({ counts, values }: Samples, pointOf: ReadonlyMap<number, number>): Triple[] {
  const [nx, ny] = counts
  const strides: Triple = [1, nx, nx * ny]
  const triangles: Triple[] = []
  for (const first of pointOf.keys()) {
    for (const axis of [0, 1, 2] as const) {
      const isInside = (values[first] ?? 0) < 0
      if (isInside === (values[first + strides[axis]] ?? 0) < 0) continue
      const [u, v] = [strides[(axis + 1) % 3] ?? 1, strides[(axis + 2) % 3] ?? 1]
      const ring = [first, first - u, first - u - v, first - v].map((cube) => pointOf.get(cube) ?? -1)
      const [a = -1, b = -1, c = -1, d = -1] = isInside ? ring : ring.toReversed()
      // An edge on the box's own side has no four cubes; the box holds the whole surface, so that none is cut.
      if (Math.min(a, b, c, d) >= 0) triangles.push([a, b, c], [a, c, d])
    }
  }
  return triangles
}

/** A point moved along the slope until it lies on the surface. */
function settle(field: DistanceField, point: Triple, cell: number): Triple {
  let [x, y, z] = point
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const { normal, steepness } = slopeAt(field, [x, y, z], cell * SLOPE_PART)
    // No further than half a cube: where the field is far from a distance, a point could leave its neighbours.
    const far = Math.max(-cell / 2, Math.min(cell / 2, field(x, y, z) / steepness))
    x -= normal[0] * far
    y -= normal[1] * far
    z -= normal[2] * far
  }
  return [x, y, z]
}

function slopeAt(field: DistanceField, [x, y, z]: Triple, half: number) {
  const dx = field(x + half, y, z) - field(x - half, y, z)
  const dy = field(x, y + half, z) - field(x, y - half, z)
  const dz = field(x, y, z + half) - field(x, y, z - half)
  const length = length3(dx, dy, dz)
  const normal: Triple = length > 0 ? [dx / length, dy / length, dz / length] : [0, 1, 0]
  return { normal, steepness: Math.max(length / (2 * half), 1e-3) }
}
