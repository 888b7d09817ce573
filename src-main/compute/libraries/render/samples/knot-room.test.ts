import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import type { SceneDescription } from '../../../../../wasm/path-trace/scene.ts'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { defaultSceneGlb } from './knot-room.ts'
import { importScene } from '../import/import-scene.ts'
import { smoothNormals, sphereMesh } from '../triangle-mesh.ts'

let scene: SceneDescription
beforeAll(async () => {
  const imported = await importScene({ bytes: await defaultSceneGlb() })
  if (imported.kind !== 'scene') throw new Error(imported.message)
  expect(imported.warnings).toEqual([])
  scene = imported.scene
})

test('the default scene has a knot, a camera, a texture and its own lamp, and the kernel takes it', () => {
  expect(scene.indices.length / 3).toBeGreaterThan(14_000)
  expect(scene.textures).toHaveLength(1)
  expect(scene.camera.projection.kind).toBe('perspective')
  expect(scene.environment).toEqual({ kind: 'constant', radiance: [0, 0, 0] })
  expect(checkScene(packScene(scene)).kind).toBe('scene')
})

test('the default scene is the same file every time', async () => {
  expect(await defaultSceneGlb()).toEqual(await defaultSceneGlb())
})

test('the default scene has the same shapes and texels on every machine', () => {
  const { positions, normals, indices, textures } = scene
  const digest = createHash('sha256').update(positions).update(normals).update(indices)
  for (const { rgba } of textures) digest.update(rgba)
  expect(digest.digest('hex')).toBe('4b45af226ac0d652a236a7fb874a832b1315e6a9e206a9ceb64ad493a8c4f8a5')
})

test('the normals of a ball point outwards', () => {
  const ball = sphereMesh(2, 12)
  smoothNormals(ball).forEach((normal, i) => {
    const [x, y, z] = ball.points[i] ?? [0, 0, 0]
    expect((normal[0] * x + normal[1] * y + normal[2] * z) / 2).toBeGreaterThan(0.99)
  })
})
