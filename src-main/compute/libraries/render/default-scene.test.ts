import { beforeAll, expect, test } from 'vitest'
import type { SceneDescription } from '../../../../wasm/path-trace/scene.ts'
import { checkScene, packScene } from '../../../../wasm/path-trace/scene.ts'
import { defaultSceneGlb } from './default-scene.ts'
import { importScene } from './import-scene.ts'
import { smoothNormals, sphereMesh, subdivide } from './triangle-mesh.ts'

let scene: SceneDescription
beforeAll(async () => {
  const imported = await importScene({ bytes: await defaultSceneGlb() })
  if (imported.kind !== 'scene') throw new Error(imported.message)
  expect(imported.warnings).toEqual([])
  scene = imported.scene
})

test('the default scene has a bunny, a camera, a texture and its own lamp, and the kernel takes it', () => {
  expect(scene.indices.length / 3).toBeGreaterThan(14_000)
  expect(scene.textures).toHaveLength(1)
  expect(scene.camera.projection.kind).toBe('perspective')
  expect(scene.environment).toEqual({ kind: 'constant', radiance: [0, 0, 0] })
  expect(checkScene(packScene(scene)).kind).toBe('scene')
})

test('the default scene is the same file every time', async () => {
  expect(await defaultSceneGlb()).toEqual(await defaultSceneGlb())
})

test('subdivision quarters triangles, keeps the mesh closed and shrinks a ball only a little', () => {
  const ball = sphereMesh(1, 8)
  const finer = subdivide(ball)
  expect(finer.triangles.length).toBe(4 * ball.triangles.length)
  const edges = new Set(finer.triangles.flatMap(([a, b, c]) => [`${a} ${b}`, `${b} ${c}`, `${c} ${a}`]))
  for (const edge of edges) expect(edges.has(edge.split(' ').reverse().join(' '))).toBe(true)
  for (const point of finer.points) expect(Math.abs(Math.hypot(...point) - 1)).toBeLessThan(0.06)
})

test('the normals of a ball point outwards', () => {
  const ball = sphereMesh(2, 12)
  smoothNormals(ball).forEach((normal, i) => {
    const [x, y, z] = ball.points[i] ?? [0, 0, 0]
    expect((normal[0] * x + normal[1] * y + normal[2] * z) / 2).toBeGreaterThan(0.99)
  })
})
