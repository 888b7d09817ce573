import { type Document, type Node, WebIO } from '@gltf-transform/core'
import { ALL_EXTENSIONS, EXTMeshGPUInstancing } from '@gltf-transform/extensions'
import { describe, expect, test } from 'vitest'
import { checkGltf } from '../gltf/check.ts'
import { inspectGltf } from '../gltf/inspect-gltf.ts'
import { SUPPORTED_EXTENSIONS } from '../gltf/read-gltf.ts'
import { glbOf, newDocument, rounded, sceneOf, SQUARE, squareNode } from '../import/gltf.fixture.ts'
import { importScene } from '../import/import-scene.ts'
import { splitScene } from '../import/split-scene.ts'
import { INSTANCES_MAX } from './instances.ts'

const SIZES = { TRANSLATION: 'VEC3', ROTATION: 'VEC4', SCALE: 'VEC3' } as const

/** Shows a node's mesh once for each element of these lists. */
function instanced(
  document: Document,
  node: Node,
  lists: Partial<Record<keyof typeof SIZES, readonly number[]>>,
): Node {
  const batch = document.createExtension(EXTMeshGPUInstancing).createInstancedMesh()
  for (const [name, values] of Object.entries(lists) as [keyof typeof SIZES, readonly number[]][]) {
    const accessor = document.createAccessor().setType(SIZES[name]).setArray(Float32Array.from(values))
    batch.setAttribute(name, accessor.setBuffer(document.getRoot().listBuffers()[0] ?? null))
  }
  return node.setExtension('EXT_mesh_gpu_instancing', batch)
}

const HALF = Math.SQRT1_2

describe('EXT_mesh_gpu_instancing', () => {
  test('shows a mesh scaled, turned and moved for each instance, in the space of its node', async () => {
    const { document, add } = newDocument()
    const node = squareNode(document).setTranslation([100, 0, 0])
    // The second is twice as wide, turned a quarter about z, and five metres up.
    const lists = {
      TRANSLATION: [0, 0, 0, 0, 5, 0],
      ROTATION: [0, 0, 0, 1, 0, 0, HALF, HALF],
      SCALE: [1, 1, 1, 2, 1, 1],
    }
    add(instanced(document, node, lists))
    const { positions, indices } = await sceneOf(document)
    expect(indices).toHaveLength(12)
    expect(rounded(positions)).toEqual([
      ...[100, 0, 0, 101, 0, 0, 101, 1, 0, 100, 1, 0],
      ...[100, 5, 0, 100, 7, 0, 99, 7, 0, 99, 5, 0],
    ])
  })

  test('keeps triangles facing outwards where an instance mirrors', async () => {
    const { document, add } = newDocument()
    add(instanced(document, squareNode(document), { SCALE: [-1, 1, 1] }))
    const { indices } = await sceneOf(document)
    expect([...indices]).toEqual([0, 2, 1, 0, 3, 2])
  })

  test('is counted in what the file is said to hold, and travels with it', async () => {
    const { document, add } = newDocument()
    add(instanced(document, squareNode(document), { TRANSLATION: [0, 0, 0, 2, 0, 0, 4, 0, 0] }))
    const bytes = await glbOf(document)
    const { json } = await new WebIO().registerExtensions(ALL_EXTENSIONS).binaryToJSON(bytes)
    expect(inspectGltf(checkGltf(structuredClone(json), SUPPORTED_EXTENSIONS), new Set()).triangles).toBe(6)
    const { description, parts } = splitScene({ bytes })
    const again = await importScene({ bytes: description, resources: new Map(parts) })
    const whole = await importScene({ bytes })
    expect(again.kind === 'scene' && again.scene.positions).toEqual(
      whole.kind === 'scene' && whole.scene.positions,
    )
    expect(again.kind === 'scene' && again.warnings).toEqual([])
  })

  test('refuses more instances than a scene may have, and lists of different lengths', async () => {
    const many = newDocument()
    const places = new Float32Array((INSTANCES_MAX + 1) * 3)
    many.add(instanced(many.document, squareNode(many.document), { TRANSLATION: [...places] }))
    expect(await importScene({ bytes: await glbOf(many.document) })).toMatchObject({
      kind: 'scene-too-large',
      message: `the scene shows more than ${INSTANCES_MAX} instances of its meshes`,
    })
    const odd = newDocument()
    odd.add(
      instanced(odd.document, squareNode(odd.document), {
        TRANSLATION: [0, 0, 0, 1, 0, 0],
        SCALE: [...SQUARE.POSITION.slice(0, 3)],
      }),
    )
    expect(await importScene({ bytes: await glbOf(odd.document) })).toMatchObject({ kind: 'bad-geometry' })
  })

  test('that names what is not in the file is refused in words', async () => {
    const { document, add } = newDocument()
    add(instanced(document, squareNode(document), { TRANSLATION: [0, 0, 0] }))
    const io = new WebIO().registerExtensions(ALL_EXTENSIONS)
    for (const accessor of [999, -1, 'a']) {
      const { json, resources } = await io.binaryToJSON(await glbOf(document))
      const buffer = Buffer.from(Object.values(resources)[0] ?? new Uint8Array(0)).toString('base64')
      json.buffers = [
        { ...json.buffers?.[0], uri: `data:application/octet-stream;base64,${buffer}` } as never,
      ]
      json.nodes = (json.nodes ?? []).map((node) => ({
        ...node,
        extensions: { EXT_mesh_gpu_instancing: { attributes: { TRANSLATION: accessor } } },
      }))
      const imported = await importScene({ bytes: Buffer.from(JSON.stringify(json)) })
      expect(imported.kind).toBe('not-gltf')
    }
  })
})
