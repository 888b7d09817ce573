import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { submittedAs, type Cleaning, type RenderRequest } from '#contract'
import { glbOf, newDocument, squareNode } from '../../../compute/libraries/render/import/gltf.fixture.ts'
import type { JobId } from '../../../protocol/ids.ts'
import { blobChunks, uploadSource } from '../../../api/transport/transfer.ts'
import { servePeer, type ServedPeer } from '../../../api/transport/served-peer.fixture.ts'

let served: ServedPeer
let scene: Pick<RenderRequest, 'files' | 'main'>
beforeAll(async () => {
  served = await servePeer('studio')
  const { document, add } = newDocument()
  add(squareNode(document))
  const bytes = Uint8Array.from(await glbOf(document))
  const cid = await uploadSource(served.client.calls, {
    bytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  })
  scene = { files: [{ name: 'sign.glb', cid }], main: 'sign.glb' }
})
afterAll(() => served.stop())

const jobs = () => served.client.calls.jobs
const render = () => served.client.calls.render

async function submit(changes: Partial<RenderRequest> = {}): Promise<JobId> {
  const request = { ...scene, width: 48, height: 40, spp: 8, tile: 32, bounces: 2, redundancy: 1 }
  return submittedAs('render', await jobs().submit({ kind: 'render', ...request, ...changes })).job_id
}

async function done(job_id: JobId): Promise<JobId> {
  let last = ''
  for await (const { state } of await jobs().watch({ job_id })) last = state.kind
  expect(last).toBe('done')
  return job_id
}

async function cleaningOf(job_id: JobId, again?: true): Promise<Cleaning[]> {
  const seen: Cleaning[] = []
  for await (const state of await render().watchCleaning({ job_id, ...(again && { again }) }))
    seen.push(state)
  return seen
}

async function bytesOf(job_id: JobId, format: string): Promise<Buffer> {
  const { cid } = await jobs().result({ job_id, format })
  const chunks: Uint8Array[] = []
  for await (const chunk of blobChunks(served.client.calls, cid)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('the picture of a render', () => {
  it('[G16] is cleaned unless its job asks for none, and is kept as rendered', async () => {
    const cleaned = await done(await submit())
    const plain = await done(await submit({ denoise: 0 }))
    expect((await cleaningOf(cleaned)).at(-1)).toEqual({ state: 'cleaned' })
    expect(await cleaningOf(plain)).toEqual([{ state: 'as-rendered', why: 'off' }])
    for (const [clean, raw] of [
      ['png', 'rawpng'],
      ['exr', 'rawexr'],
    ] as const) {
      const asRendered = await bytesOf(plain, clean)
      expect((await bytesOf(cleaned, raw)).equals(asRendered)).toBe(true)
      expect((await bytesOf(plain, raw)).equals(asRendered)).toBe(true)
      expect((await bytesOf(cleaned, clean)).equals(asRendered)).toBe(false)
    }
    const { facts } = await jobs().status({ job_id: cleaned })
    expect(facts).toMatchObject({ denoise: 1, samples_per_unit: 4 })
    expect(await render().recipe({ job_id: plain })).toMatchObject({ denoise: 0 })
    await expect(bytesOf(cleaned, 'jpg')).rejects.toThrow(/a png or an exr/)
  })

  it('[G16, G18] that is encrypted is cleaned into the same bits', async () => {
    const [open, sealed] = [await done(await submit()), await done(await submit({ encrypt: true }))]
    expect((await bytesOf(sealed, 'png')).equals(await bytesOf(open, 'png'))).toBe(true)
    expect((await bytesOf(sealed, 'png')).equals(await bytesOf(sealed, 'rawpng'))).toBe(false)
  })

  it('[G17] of fewer samples than tell noise is as rendered, and says so', async () => {
    const job_id = await done(await submit({ spp: 7 }))
    expect(await cleaningOf(job_id)).toEqual([{ state: 'as-rendered', why: 'few-samples' }])
    expect((await bytesOf(job_id, 'png')).equals(await bytesOf(job_id, 'rawpng'))).toBe(true)
  })

  it('[G20] whose cleaning is stopped is as rendered until it is asked for again', async () => {
    const job_id = await done(await submit({ width: 200, height: 200, tile: 200, bounces: 0 }))
    const seen: Cleaning[] = []
    for await (const state of await render().watchCleaning({ job_id })) {
      seen.push(state)
      if (seen.length === 1) await render().stopCleaning({ job_id })
    }
    expect(seen.at(-1)).toEqual({ state: 'as-rendered', why: 'stopped' })
    expect((await bytesOf(job_id, 'png')).equals(await bytesOf(job_id, 'rawpng'))).toBe(true)
    expect((await cleaningOf(job_id, true)).at(-1)).toEqual({ state: 'cleaned' })
  })
})
