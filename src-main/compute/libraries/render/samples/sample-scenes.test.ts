import { createHash } from 'node:crypto'
import { expect, describe, it } from 'vitest'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { importScene } from '../import/import-scene.ts'
import { BUNNY_FACE, bunnyMesh } from './bunny.ts'
import { SAMPLE_SCENES } from './sample-scenes.ts'
import { mirrored, softShape } from './soft-shape.ts'
import { surfaceNets } from './surface-nets.ts'

/** A sample travels to each friend and is made while its user waits. */
const BYTES_MAX = 300_000

/** Of shapes, normals and triangles, with which everything of a scene's look but its colours is fixed. */
const DIGESTS = {
  bunny: 'bfb3d314a6e59448af30d022d66d9b858abb8a562be960360ff688750b6b9dbc',
  knot: '3d8f07445402dde825233db883fd58e32318b5d982c8f160fead5f4bb38fc7ec',
  lamp: '30bbf0cec88693c751ff41e77da426a1c0960e732c3f86c3148acd8f9267f921',
} as const

const bunny = bunnyMesh()

const samples = Object.entries(SAMPLE_SCENES) as [keyof typeof DIGESTS, () => Promise<Uint8Array>][]

describe.each(samples)('the sample %s', (name, make) => {
  it('is a small .glb with named cameras, which is imported whole, and the kernel takes it', async () => {
    const bytes = await make()
    expect(bytes.byteLength).toBeLessThan(BYTES_MAX)
    const imported = await importScene({ bytes })
    if (imported.kind !== 'scene') throw new Error(imported.message)
    expect(imported.warnings).toEqual([])
    expect(checkScene(packScene(imported.scene)).kind).toBe('scene')
    const { length } = new TextDecoder().decode(bytes).match(/"type":"perspective"/g) ?? []
    expect(length).toBeGreaterThan(1)
    const digest = createHash('sha256')
    const { positions, normals, indices } = imported.scene
    expect(digest.update(positions).update(normals).update(indices).digest('hex')).toBe(DIGESTS[name])
  })
})

describe('surface nets', () => {
  const ball = (x: number, y: number, z: number) => Math.sqrt(x * x + y * y + z * z) - 0.8
  const net = surfaceNets(ball, { low: [-1, -1, -1], high: [1, 1, 1], cell: 0.1 })

  it('lie on the surface, with its own normals', () => {
    net.points.forEach(([x, y, z], i) => {
      expect(Math.abs(ball(x, y, z))).toBeLessThan(1e-6)
      const [nx, ny, nz] = net.normals[i] ?? [0, 0, 0]
      expect((nx * x + ny * y + nz * z) / 0.8).toBeGreaterThan(0.999)
    })
  })

  it.each([
    ['of a ball', net],
    ['of the bunny', bunny],
  ])('%s are closed and seen from outside', (_, { points, triangles }) => {
    // Two parts of a surface may touch in an edge; it is closed all the same where both ways are gone equally often.
    const balance = new Map<string, number>()
    for (const [a, b, c] of triangles) {
      for (const [from, to] of [
        [a, b],
        [b, c],
        [c, a],
      ] as const) {
        const edge = from < to ? `${from} ${to}` : `${to} ${from}`
        balance.set(edge, (balance.get(edge) ?? 0) + (from < to ? 1 : -1))
      }
    }
    expect([...balance.values()].filter((sum) => sum !== 0)).toEqual([])
    let volume = 0
    for (const corners of triangles) {
      const [a, b, c] = corners.map((i) => points[i] ?? ([0, 0, 0] as const))
      if (a === undefined || b === undefined || c === undefined)
        throw new Error('a triangle without a corner')
      volume += a[0] * (b[1] * c[2] - b[2] * c[1])
      volume += a[1] * (b[2] * c[0] - b[0] * c[2])
      volume += a[2] * (b[0] * c[1] - b[1] * c[0])
    }
    expect(volume).toBeGreaterThan(0)
  })
})

describe('a soft shape', () => {
  it('is the same on both sides, and a dent takes away', () => {
    const lump = { center: [0.2, 0.1, 0], radii: [0.3, 0.2, 0.4], nod: 0.3, lean: 0.2, melt: 0.1 } as const
    const shape = softShape(mirrored(lump))
    for (const x of [0.1, 0.35, 0.6]) expect(shape(x, 0.15, 0.05)).toBeCloseTo(shape(-x, 0.15, 0.05), 12)
    const dented = softShape([lump, { ...lump, radii: [0.1, 0.1, 0.1], isDent: true }])
    expect(softShape([lump])(0.2, 0.1, 0.01)).toBeLessThan(0)
    expect(dented(0.2, 0.1, 0.01)).toBeGreaterThan(0)
  })
})

it('the bunny’s eyes and nose are half in its head', () => {
  for (const at of [...BUNNY_FACE.eyes, BUNNY_FACE.nose]) {
    const apart = bunny.points.map((p) => (p[0] - at[0]) ** 2 + (p[1] - at[1]) ** 2 + (p[2] - at[2]) ** 2)
    expect(Math.sqrt(Math.min(...apart))).toBeLessThan(0.045)
  }
})
