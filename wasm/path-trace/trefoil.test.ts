import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Vector3 } from './scene.ts'
import { trefoilMesh } from './trefoil.ts'

const RINGS = 102
const SIDES = 18
const knot = trefoilMesh(RINGS, SIDES)
const point = (i: number): Vector3 => knot.points[i] ?? [0, 0, 0]
const minus = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

describe('the trefoil', () => {
  it('is one closed band: each edge belongs to two triangles, once in each direction, as on a torus', () => {
    const edges = new Set(knot.triangles.flatMap(([a, b, c]) => [`${a} ${b}`, `${b} ${c}`, `${c} ${a}`]))
    expect(knot.triangles).toHaveLength(2 * RINGS * SIDES)
    expect(edges.size).toBe(3 * knot.triangles.length)
    for (const edge of edges) expect(edges.has(edge.split(' ').reverse().join(' '))).toBe(true)
    // Euler: points − edges + triangles is 0 for one handle.
    expect(knot.points.length - edges.size / 2 + knot.triangles.length).toBe(0)
  })

  it('stands on y = 0, is 1 high, and has its middle above the origin', () => {
    const range = (axis: 0 | 1 | 2) => {
      const values = knot.points.map((p) => p[axis])
      return [Math.min(...values), Math.max(...values)] as const
    }
    expect(range(1)).toEqual([0, 1])
    for (const axis of [0, 2] as const) expect(range(axis)[0] + range(axis)[1]).toBeCloseTo(0, 2)
  })

  it('is seen from outside: its volume is positive, and normals are of length 1 and agree with the triangles', () => {
    let volume = 0
    for (const corners of knot.triangles) {
      const [a, b, c] = corners.map(point) as [Vector3, Vector3, Vector3]
      const face = cross(minus(b, a), minus(c, a))
      volume += dot(a, face) / 6
      for (const i of corners) {
        const normal = knot.normals[i] ?? [0, 0, 0]
        expect(Math.abs(dot(normal, normal) - 1)).toBeLessThan(1e-12)
        expect(dot(normal, face) / Math.sqrt(dot(face, face))).toBeGreaterThan(0.75)
      }
    }
    expect(volume).toBeGreaterThan(0.05)
  })

  it('does not cut itself: where two strands cross there is air between them', () => {
    let gap = Infinity
    for (let i = 0; i < knot.points.length; i++) {
      for (let j = i + 1; j < knot.points.length; j++) {
        const between = Math.floor(j / SIDES) - Math.floor(i / SIDES)
        if (Math.min(between, RINGS - between) < RINGS / 6) continue
        const apart = minus(point(i), point(j))
        gap = Math.min(gap, dot(apart, apart))
      }
    }
    expect(Math.sqrt(gap)).toBeGreaterThan(0.1)
  })

  it('has the same bits on every machine', () => {
    const digest = createHash('sha256')
    for (const list of [knot.points, knot.normals]) digest.update(Float64Array.from(list.flat()))
    digest.update(Uint32Array.from(knot.triangles.flat()))
    expect(digest.digest('hex')).toBe('9b53bddff3dc8b33e80ca5d70d8e217e9c7cf21ad69d0df70bfabf63e07ee512')
  })
})
