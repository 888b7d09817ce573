import { describe, expect, it } from 'vitest'
import { layoutMesh, type MeshLayout } from './mesh-layout.ts'

const SIZES = [
  [640, 420],
  [320, 220],
  [200, 150],
  [1000, 520],
] as const
const COUNTS = [1, 2, 3, 7, 10, 11, 12, 24, 25, 48, 100, 199, 200]

function distances({ centre, places }: MeshLayout): number[] {
  const points = [centre, ...places]
  return points.flatMap((a, i) => points.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)))
}

describe('the layout of a mesh', () => {
  it('has a place for every peer, also without any', () => {
    for (const count of [0, ...COUNTS]) expect(layoutMesh(count, 640, 420).places).toHaveLength(count)
  })

  it('keeps every disc inside the picture', () => {
    for (const [width, height] of SIZES) {
      for (const count of COUNTS) {
        const { places, radius } = layoutMesh(count, width, height)
        for (const { x, y } of places) {
          expect(Math.min(x, width - x)).toBeGreaterThanOrEqual(radius)
          expect(Math.min(y, height - y)).toBeGreaterThanOrEqual(radius)
        }
      }
    }
  })

  it('lets no two discs touch where there is room for them', () => {
    for (const [width, height] of SIZES) {
      for (const count of COUNTS) {
        const layout = layoutMesh(count, width, height)
        expect(Math.min(...distances(layout)), `${count} in ${width}`).toBeGreaterThan(2 * layout.radius)
      }
    }
  })

  it('puts the first nearest to the middle', () => {
    const { places } = layoutMesh(60, 640, 420)
    const rings = places.map(({ ring }) => ring)
    expect(rings).toEqual([...rings].sort((a, b) => a - b))
    expect(new Set(rings).size).toBeGreaterThan(1)
  })

  it('is one ring for a few', () => {
    expect(new Set(layoutMesh(10, 640, 420).places.map(({ ring }) => ring))).toEqual(new Set([0]))
  })

  it('is the same for the same numbers', () => {
    expect(layoutMesh(37, 640, 420)).toEqual(layoutMesh(37, 640, 420))
  })
})
