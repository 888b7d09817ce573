import type { Document } from '@gltf-transform/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { sphereMesh } from '../triangle-mesh.ts'
import { meshNode, newDocument, rounded, sceneOf } from '../import/gltf.fixture.ts'
import { importScene } from '../import/import-scene.ts'
import { splitScene } from '../import/split-scene.ts'
import { meshoptGlb } from './meshopt.fixture.ts'

/** A ball of some thousand triangles that stands beside the origin. */
function ball(): Document {
  const { document, add } = newDocument()
  const { points, triangles } = sphereMesh(1, 24)
  add(
    meshNode(document, { attributes: { POSITION: points.flat() }, indices: triangles.flat() }),
  ).setTranslation([2, 0, 0])
  return document
}

/** A compressed file with its description changed. */
function withJson(glb: Uint8Array, change: (json: { bufferViews: Extended[]; buffers: object[] }) => void) {
  const view = new DataView(glb.buffer, glb.byteOffset, glb.byteLength)
  const length = view.getUint32(12, true)
  const json = JSON.parse(Buffer.from(glb.subarray(20, 20 + length)).toString()) as Parameters<
    typeof change
  >[0]
  change(json)
  const text = JSON.stringify(json)
  const description = Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4))
  const rest = glb.subarray(20 + length)
  const out = Buffer.alloc(20 + description.length + rest.length)
  out.set(glb.subarray(0, 20))
  out.writeUInt32LE(out.length, 8)
  out.writeUInt32LE(description.length, 12)
  out.set(description, 20)
  out.set(rest, 20 + description.length)
  return Uint8Array.from(out)
}
interface Extended {
  extensions?: Record<string, Record<string, unknown>>
}

describe.each(['quantize', 'filter'] as const)('a mesh that meshoptimizer compressed by %s', (method) => {
  let glb: Uint8Array
  beforeAll(async () => {
    glb = await meshoptGlb(ball(), method)
  })

  test('comes out as the mesh it was', async () => {
    expect(Buffer.from(glb).includes('EXT_meshopt_compression')).toBe(true)
    const [plain, { positions, indices }] = [await sceneOf(ball()), await sceneOf({ bytes: glb })]
    expect(indices.length).toBe(plain.indices.length)
    const corners = (scene: { positions: Float32Array; indices: Uint32Array }) =>
      [...scene.indices].map((i) => rounded(scene.positions.subarray(3 * i, 3 * i + 3)))
    const sum = (scene: Parameters<typeof corners>[0]) =>
      corners(scene).reduce(
        (all, corner) => all.map((value, axis) => value + (corner[axis] ?? NaN)),
        [0, 0, 0],
      )
    const [a, b] = [sum(plain), sum({ positions, indices })]
    for (const axis of [0, 1, 2])
      expect((a[axis] ?? 0) / indices.length).toBeCloseTo((b[axis] ?? 9) / indices.length, 2)
    for (let i = 0; i < positions.length; i += 3) {
      const [x = 0, y = 0, z = 0] = positions.subarray(i, i + 3)
      expect(Math.abs(Math.hypot(x - 2, y, z) - 1)).toBeLessThan(0.01)
    }
  })

  test('[G2] travels as it is compressed, and is built of that as of the file', async () => {
    const split = splitScene({ bytes: glb })
    const bytes = [...split.parts.values()].reduce(
      (all, part) => all + part.read().byteLength,
      split.description.byteLength,
    )
    expect(bytes).toBeLessThan(1.1 * glb.byteLength)
    const [whole, parts] = [
      await sceneOf({ bytes: glb }),
      await importScene({ bytes: split.description, resources: split.parts }),
    ]
    if (parts.kind !== 'scene') throw new Error(parts.message)
    expect(packScene(parts.scene)).toEqual(packScene(whole))
  })

  test('has its name as KHR_meshopt_compression too', async () => {
    const renamed = withJson(glb, (json) => {
      const text = JSON.stringify(json).replaceAll('EXT_meshopt_compression', 'KHR_meshopt_compression')
      Object.assign(json, JSON.parse(text))
    })
    expect(packScene(await sceneOf({ bytes: renamed }))).toEqual(packScene(await sceneOf({ bytes: glb })))
  })

  test('that is damaged gives a fault or a scene that the kernel takes', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    const start = 28 + new DataView(glb.buffer, glb.byteOffset).getUint32(12, true)
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(glb)
        for (const [at, value] of changes) bytes[start + (at % (bytes.length - start))] = value
        const imported = await importScene({ bytes })
        if (imported.kind === 'scene') expect(checkScene(packScene(imported.scene)).kind).toBe('scene')
        else expect(imported.message).not.toBe('')
      }),
      { numRuns: 60 },
    )
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['asks for more than a gigabyte', { count: 2 ** 27, byteStride: 16 }, 'scene-too-large'],
    ['has elements of a size that there is not', { byteStride: 7 }, 'not-gltf'],
    ['reaches beyond its buffer', { byteOffset: 2 ** 31 }, 'not-gltf'],
    ['is of a buffer that there is not', { buffer: 77 }, 'not-gltf'],
    ['has no length', { byteLength: undefined }, 'not-gltf'],
    ['is in a mode that there is not', { mode: 'MAGIC' }, 'not-gltf'],
    ['has less than its accessors need', { count: 1 }, 'not-gltf'],
  ])('that %s is refused in a line', async (_, wrong, kind) => {
    const bytes = withJson(glb, ({ bufferViews }) => {
      Object.assign(bufferViews[0]?.extensions?.['EXT_meshopt_compression'] ?? {}, wrong)
    })
    expect(await importScene({ bytes })).toMatchObject({
      kind,
      message: expect.stringMatching(/^.{10,}$/) as string,
    })
  })
})
