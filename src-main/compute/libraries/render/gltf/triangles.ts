import type { Primitive } from '@gltf-transform/core'
import { refuseFile } from './import-fault.ts'

/** The primitive mode of triangle lists; strips and fans follow, points and lines come before (glTF 2.0, 5.24.4). */
export const TRIANGLES = 4
const TRIANGLE_STRIP = 5
const TRIANGLE_FAN = 6

/**
 * Three vertices per triangle, counter-clockwise, of a list, strip or fan; empty for points and lines, which
 * a path tracer cannot see. Refuses with `bad-geometry` where an index names no vertex.
 * Source: glTF 2.0, section 3.7.2.1.
 */
export function readTriangles(primitive: Primitive, vertexCount: number): Uint32Array {
  const mode = primitive.getMode()
  if (mode !== TRIANGLES && mode !== TRIANGLE_STRIP && mode !== TRIANGLE_FAN) return new Uint32Array(0)
  const corners = readCorners(primitive, vertexCount)
  if (mode === TRIANGLES) return corners.subarray(0, corners.length - (corners.length % 3))
  const out = new Uint32Array(Math.max(0, corners.length - 2) * 3)
  for (let i = 0; i + 2 < corners.length; i++) {
    const [a, b, c] =
      mode === TRIANGLE_FAN
        ? [i + 1, i + 2, 0]
        : // Every second triangle of a strip is turned round, so that all face the same way.
          [i, i + 1 + (i % 2), i + 2 - (i % 2)]
    out.set([corners[a] ?? 0, corners[b] ?? 0, corners[c] ?? 0], i * 3)
  }
  return out
}

function readCorners(primitive: Primitive, vertexCount: number): Uint32Array {
  const accessor = primitive.getIndices()
  const array = accessor?.getArray() ?? null
  if (accessor === null || array === null) return Uint32Array.from({ length: vertexCount }, (_, i) => i)
  if (accessor.getElementSize() !== 1)
    refuseFile('bad-geometry', 'the indices of a mesh are not single numbers')
  const corners = Uint32Array.from(array)
  for (const corner of corners) {
    if (corner >= vertexCount) {
      refuseFile('bad-geometry', `a triangle names vertex ${corner} of a mesh that has ${vertexCount}`)
    }
  }
  return corners
}

/** Reverses every triangle in place: what a mirroring matrix turned inside out is turned back. */
export function flipTriangles(triangles: Uint32Array): void {
  for (let i = 0; i + 2 < triangles.length; i += 3) {
    const second = triangles[i + 1] ?? 0
    triangles[i + 1] = triangles[i + 2] ?? 0
    triangles[i + 2] = second
  }
}
