import { WebIO } from '@gltf-transform/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { submittedAs, type RenderRequest } from '#contract'
import { defaultSceneGlb } from '../../../compute/libraries/render/samples/knot-room.ts'
import { glbOf, newDocument, squareNode } from '../../../compute/libraries/render/import/gltf.fixture.ts'
import { createRandomPng } from '../../../compute/libraries/render/textures/random-png.fixture.ts'
import type { Cid, JobId } from '../../../protocol/ids.ts'
import { pairServed, servePeer, type ServedPeer } from '../../../api/transport/served-peer.fixture.ts'
import { uploadSource } from '../../../api/transport/transfer.ts'

/** Eight textures of 640² noise, 1.2 MB each: 10 MB in all, of which what is no texture is a small part. */
const TEXTURES = 8
const SIDE = 640
const TEXTURE_BYTES = TEXTURES * 3 * SIDE ** 2
/** Manifest, awards and what else is said in a job that is no part of a scene. */
const TALK_BYTES_MAX = 200_000

let ada: ServedPeer
let bo: ServedPeer

/** Two peers over real connections; every unit is computed by both, so that Bo fetches every scene. */
beforeAll(async () => {
  ;[ada, bo] = await Promise.all([servePeer('ada', undefined, 'off'), servePeer('bo', undefined, 'off')])
  await pairServed(ada, bo)
  const canRender = async (peer: ServedPeer) =>
    (await peer.client.calls.node.info()).algorithms.some(
      ({ algorithm_id, supported }) => algorithm_id === 'render.path-trace' && supported,
    )
  while (!(await canRender(ada)) || !(await canRender(bo))) await new Promise((r) => setTimeout(r, 100))
})
afterAll(() => Promise.all([ada.stop(), bo.stop()]))

function upload(bytes: Uint8Array): Promise<Cid> {
  return uploadSource(ada.client.calls, {
    bytes: bytes.length,
    read: (offset, length) => Promise.resolve(Uint8Array.from(bytes.subarray(offset, offset + length))),
  })
}

/** Renders a scene with both peers; the bytes of blobs that Bo received for it, and what the scene was said to take. */
async function rendered(scene: Pick<RenderRequest, 'files' | 'main'>, changes: Partial<RenderRequest> = {}) {
  const before = bo.hosted.peer.fetcher.traffic().bytesIn
  const submitted = await ada.client.calls.jobs.submit({
    kind: 'render',
    ...scene,
    ...{ width: 32, height: 32, spp: 1, tile: 16, bounces: 1, redundancy: 2 },
    ...changes,
  })
  const { job_ids, scene_bytes } = submittedAs('render', submitted)
  for (const job_id of job_ids) expect(await endOf(job_id)).toBe('done')
  return { received: bo.hosted.peer.fetcher.traffic().bytesIn - before, scene_bytes }
}

async function endOf(job_id: JobId): Promise<string | undefined> {
  let state: string | undefined
  for await (const status of await ada.client.calls.jobs.watch({ job_id })) state = status.state.kind
  return state
}

function texture(seed: number): Uint8Array {
  return createRandomPng(seed, SIDE, SIDE)
}

/** Squares side by side with a texture each. */
async function wallOf(pngs: readonly Uint8Array[]): Promise<Uint8Array> {
  const { document, add } = newDocument()
  for (const [i, png] of pngs.entries()) {
    const texture = document.createTexture(`t${i}`).setImage(Uint8Array.from(png)).setMimeType('image/png')
    add(squareNode(document, document.createMaterial().setBaseColorTexture(texture))).setTranslation([
      i,
      0,
      0,
    ])
  }
  return glbOf(document)
}

async function uploadedGlb(bytes: Uint8Array) {
  return { files: [{ name: 'scene.glb', cid: await upload(bytes) }], main: 'scene.glb' }
}

/** The same scene as a .gltf with a file for each texture and one for its geometry. */
async function uploadedFiles(glb: Uint8Array) {
  const io = new WebIO()
  const { json, resources } = await io.writeJSON(await io.readBinary(glb))
  const files = [{ name: 'scene.gltf', cid: await upload(Buffer.from(JSON.stringify(json))) }]
  for (const [name, bytes] of Object.entries(resources)) files.push({ name, cid: await upload(bytes) })
  return { files, main: 'scene.gltf' }
}

describe('bytes that a peer receives for a render', () => {
  it('[G2] are those of the file, with megabytes of textures, and [G3] of the texture that changes', async () => {
    const textures = Array.from({ length: TEXTURES }, (_, i) => texture(i + 1))
    const glb = await wallOf(textures)
    expect(glb.byteLength).toBeGreaterThan(TEXTURE_BYTES)
    const first = await rendered(await uploadedGlb(glb))
    expect(first.received).toBeGreaterThan(TEXTURE_BYTES)
    expect(first.received).toBeLessThanOrEqual(1.1 * glb.byteLength)
    expect(first.scene_bytes).toBeLessThanOrEqual(1.01 * glb.byteLength)

    const other = texture(99)
    const changed = await wallOf(textures.with(3, other))
    const second = await rendered(await uploadedGlb(changed))
    expect(second.received).toBeGreaterThanOrEqual(other.byteLength)
    expect(second.received).toBeLessThan(other.byteLength + TALK_BYTES_MAX)

    // The same scene as separate files: its textures are there already, whatever they are in.
    const third = await rendered(await uploadedFiles(changed))
    expect(third.received).toBeLessThan(TALK_BYTES_MAX)
  })

  it('[G2] are at most 1.1 times a file of half a megabyte, and [G3] none for a second frame', async () => {
    const glb = await defaultSceneGlb()
    const scene = await uploadedGlb(glb)
    const first = await rendered(scene)
    expect(first.received).toBeGreaterThan(0.5 * glb.byteLength)
    expect(first.received).toBeLessThanOrEqual(1.1 * glb.byteLength)
    const frames = await rendered(scene, { frames: [0, 1] })
    expect(frames.received).toBeLessThan(0.1 * glb.byteLength)
  })
})
