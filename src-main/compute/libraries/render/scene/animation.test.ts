import type { Document } from '@gltf-transform/core'
import { describe, expect, it } from 'vitest'
import {
  animate,
  glbOf,
  meshNode,
  newDocument,
  rounded,
  SQUARE,
  squareNode,
  type AnimatedPath,
} from '../import/gltf.fixture.ts'
import { importScene, type ImportOptions } from '../import/import-scene.ts'

async function imported(document: Document, options: ImportOptions) {
  const scene = await importScene({ bytes: await glbOf(document) }, options)
  if (scene.kind !== 'scene') throw new Error(`${scene.kind}: ${scene.message}`)
  return scene
}

const positions = async (document: Document, seconds?: number) =>
  rounded((await imported(document, seconds === undefined ? {} : { seconds })).scene.positions)

const HALF = Math.SQRT1_2

describe('an animated scene', () => {
  it('is at rest without a time, and as its keys say at one', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    animate(document, node, 'translation', [0, 1], [0, 0, 0, 10, 0, 0])
    expect((await positions(document)).slice(0, 3)).toEqual([0, 0, 0])
    expect((await positions(document, 0.25)).slice(0, 3)).toEqual([2.5, 0, 0])
    expect((await positions(document, 99)).slice(0, 3)).toEqual([10, 0, 0])
  })

  it('turns and scales, and moves what hangs on a moved node', async () => {
    const { document, add } = newDocument()
    const child = squareNode(document)
    const parent = add(document.createNode().addChild(child))
    animate(document, parent, 'rotation', [0, 1], [0, 0, 0, 1, 0, 0, HALF, HALF])
    animate(document, child, 'scale', [0, 1], [1, 1, 1, 3, 1, 1])
    // Its corner (1, 0) is drawn out to (3, 0), then a quarter turn about z makes it (0, 3).
    expect((await positions(document, 1)).slice(3, 6)).toEqual([0, 3, 0])
  })

  it('weighs morph targets', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    const target = document.createPrimitiveTarget()
    const raised = Float32Array.from([0, 0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 2])
    const accessor = document.createAccessor().setType('VEC3').setArray(raised)
    target.setAttribute('POSITION', accessor.setBuffer(document.getRoot().listBuffers()[0] ?? null))
    node.getMesh()?.listPrimitives()[0]?.addTarget(target)
    animate(document, node, 'weights', [0, 1], [0, 1])
    expect((await positions(document, 0.5)).filter((_, i) => i % 3 === 2)).toEqual([1, 1, 1, 1])
  })

  it('moves the vertices that a moved bone holds', async () => {
    const { document, add } = newDocument()
    const { indices, ...attributes } = SQUARE
    const joints = new Array<number>(16).fill(0)
    const weights = Array.from({ length: 4 }, () => [1, 0, 0, 0]).flat()
    const mesh = { attributes: { ...attributes, JOINTS_0: joints, WEIGHTS_0: weights }, indices }
    const bone = document.createNode()
    const node = add(meshNode(document, mesh).setSkin(document.createSkin().addJoint(bone)))
    node.addChild(bone)
    animate(document, bone, 'translation', [0, 1], [0, 0, 0, 0, 0, 5])
    expect((await positions(document, 1)).filter((_, i) => i % 3 === 2)).toEqual([5, 5, 5, 5])
  })

  it('moves the camera', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    const camera = document.createCamera().setType('perspective').setYFov(1)
    const node = add(document.createNode().setCamera(camera))
    animate(document, node, 'translation', [0, 1], [0, 0, 1, 0, 0, 9])
    const at = async (seconds: number) => {
      const { scene, isFramed } = await imported(document, { seconds })
      expect(isFramed).toBe(false)
      return scene.camera.worldFromCamera[11]
    }
    expect([await at(0), await at(1)]).toEqual([1, 9])
  })

  it('without a camera is seen from one place all the time, which shows it at its beginning and end', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    animate(document, node, 'translation', [0, 2], [0, 0, 0, 30, 0, 0])
    const cameraAt = async (seconds?: number) =>
      (await imported(document, seconds === undefined ? {} : { seconds })).scene.camera
    const first = await cameraAt(0)
    expect([await cameraAt(1), await cameraAt(2)]).toEqual([first, first])
    const away = ({ worldFromCamera }: typeof first) => worldFromCamera[11] ?? 0
    expect(away(first)).toBeGreaterThan(5 * away(await cameraAt()))
  })

  it('says what it does not show', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    const warningsAt = async (seconds?: number) =>
      (await imported(document, seconds === undefined ? {} : { seconds })).warnings.map(
        ({ message }) => message,
      )
    expect(await warningsAt(1)).toEqual(['the file has no animation: all its frames are the same'])
    animate(document, node, 'translation', [0], [1, 0, 0])
    animate(document, node, 'translation', [0], [9, 0, 0])
    expect(await warningsAt(1)).toEqual([
      'where several animations move the same part, only the first is shown',
    ])
    expect((await positions(document, 1))[0]).toBe(1)
    expect(await warningsAt()).toEqual([])
  })

  it.each<[string, unknown]>([
    [
      'a sampler that is not there',
      { channels: [{ sampler: 1, target: { node: 0, path: 'scale' } }], samplers: [] },
    ],
    [
      'a node that is not there',
      { channels: [{ sampler: 0, target: { node: 9, path: 'scale' } }], samplers: [{ input: 0, output: 0 }] },
    ],
    ['keys that are not there', { channels: [], samplers: [{ input: 9, output: 0 }] }],
    [
      'an interpolation of its own',
      { channels: [], samplers: [{ input: 0, output: 0, interpolation: 'MAGIC' }] },
    ],
    ['no channels', { samplers: [] }],
  ])('is refused for %s', async (_, animation) => {
    const gltf = {
      asset: { version: '2.0' },
      nodes: [{ mesh: 0 }],
      meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
      accessors: [{ componentType: 5126, count: 3, type: 'VEC3' }],
      animations: [animation],
    }
    const bytes = new TextEncoder().encode(JSON.stringify(gltf))
    expect((await importScene({ bytes }, { seconds: 1 })).kind).toBe('not-gltf')
  })

  it.each<[string, AnimatedPath, number[], number[]]>([
    ['keys that go back', 'translation', [1, 0], [0, 0, 0, 1, 1, 1]],
    ['two keys at one time', 'translation', [1, 1], [0, 0, 0, 1, 1, 1]],
    ['a key that is no number', 'translation', [0, Number.NaN], [0, 0, 0, 1, 1, 1]],
    ['too few values', 'translation', [0, 1], [0, 0, 0]],
    ['weights without targets', 'weights', [0, 1], [0, 1]],
  ])('is refused for %s', async (_, path, times, values) => {
    const { document, add } = newDocument()
    animate(document, add(squareNode(document)), path, times, values)
    const refused = await importScene({ bytes: await glbOf(document) }, { seconds: 0.5 })
    expect(refused.kind).toBe('bad-geometry')
  })
})
