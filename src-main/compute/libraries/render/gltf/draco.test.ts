import { type Document, WebIO } from '@gltf-transform/core'
import { ALL_EXTENSIONS, KHRDracoMeshCompression } from '@gltf-transform/extensions'
import { createEncoderModule } from 'draco3dgltf'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { newDocument, sceneOf, squareNode } from '../import/gltf.fixture.ts'
import { importScene } from '../import/import-scene.ts'

async function compressed(document: Document): Promise<Uint8Array> {
  document.createExtension(KHRDracoMeshCompression).setRequired(true)
  const io = new WebIO().registerExtensions(ALL_EXTENSIONS)
  return io.registerDependencies({ 'draco3d.encoder': await createEncoderModule() }).writeBinary(document)
}

describe('a Draco-compressed mesh', () => {
  let glb: Uint8Array
  beforeAll(async () => {
    const { document, add } = newDocument()
    add(squareNode(document)).setTranslation([2, 0, 0])
    glb = await compressed(document)
  })

  test('comes out as the mesh it was, to the precision it was kept with', async () => {
    expect(Buffer.from(glb).includes('KHR_draco_mesh_compression')).toBe(true)
    const { positions, indices } = await sceneOf({ bytes: glb })
    expect(indices.length).toBe(6)
    const corners = Array.from({ length: 4 }, (_, i) => [...positions.subarray(3 * i, 3 * i + 3)])
    const near = corners.map((corner) => corner.map((value) => Math.round(value * 100) / 100).join(' '))
    expect(near.sort()).toEqual(['2 0 0', '2 1 0', '3 0 0', '3 1 0'])
  })

  test('that is damaged gives a fault or a scene that the kernel takes', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    const start = Buffer.from(glb).indexOf('DRACO')
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(glb)
        for (const [at, value] of changes) bytes[start + (at % (bytes.length - start))] = value
        const imported = await importScene({ bytes })
        if (imported.kind === 'scene') expect(checkScene(packScene(imported.scene)).kind).toBe('scene')
        else expect(imported.message).not.toBe('')
      }),
      { numRuns: 100 },
    )
  })
})
