import { decode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { submittedAs, type JobSummary, type RenderRequest, type RenderView } from '#contract'
import { blobChunks, uploadSource } from '../../api/transport/transfer.ts'
import { faultOfRejected } from '../../api/transport/rejected.fixture.ts'
import { servePeer, type ServedPeer } from '../../api/transport/served-peer.fixture.ts'
import { glbOf, newDocument, squareNode } from '../../compute/libraries/render/import/gltf.fixture.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'

let served: ServedPeer
let scene: Pick<RenderRequest, 'files' | 'main'>

beforeAll(async () => {
  served = await servePeer('studio')
  const { document, add } = newDocument()
  add(squareNode(document).setName('sign'))
  scene = { files: [{ name: 'sign.glb', cid: await upload(await glbOf(document)) }], main: 'sign.glb' }
})
afterAll(() => served.stop())

const jobs = () => served.client.calls.jobs
const render = () => served.client.calls.render

function upload(bytes: Uint8Array): Promise<Cid> {
  const copy = Uint8Array.from(bytes)
  return uploadSource(served.client.calls, {
    bytes: copy.length,
    read: (offset, length) => Promise.resolve(copy.slice(offset, offset + length)),
  })
}

const SIDE = 256
const LONG = { width: SIDE, height: SIDE, tile: 32, bounces: 2, redundancy: 1 }
/** Sixty-four units of some hundred milliseconds each: news may come half a second late, and most are not done by then. */
const STOPPED = { ...LONG, spp: 512, samples_per_unit: 512 }
/** The same of a render that is finished later: two seconds of two cores. */
const SLOW = { ...LONG, spp: 160, samples_per_unit: 160 }
const TILE_PIXELS = 32 * 32
const SMALL = { width: 32, height: 16, tile: 16, spp: 4, samples_per_unit: 2, bounces: 2, redundancy: 1 }

async function submit(settings: Partial<RenderRequest>) {
  return submittedAs('render', await jobs().submit({ kind: 'render', ...scene, ...settings }))
}

async function ended(job_id: JobId): Promise<JobSummary> {
  let last: JobSummary | undefined
  for await (const status of await jobs().watch({ job_id })) last = status
  return last!
}

/** Waits until a unit of a job is here, and others are not. */
async function begun(job_id: JobId): Promise<void> {
  for await (const { stored } of await jobs().watch({ job_id })) if (stored > 0) return
}

async function png(job_id: JobId): Promise<Buffer> {
  const { cid } = await jobs().result({ job_id, format: 'png' })
  const chunks: Uint8Array[] = []
  for await (const chunk of blobChunks(served.client.calls, cid)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a render that is stopped', () => {
  it('[W45] keeps its picture as it is: what is missing is transparent, and all can be saved', async () => {
    const { job_id } = await submit(STOPPED)
    await begun(job_id)
    await jobs().cancel({ job_id, keep: true })
    const status = await jobs().status({ job_id })
    expect(status).toMatchObject({ state: { kind: 'cancelled', kept: true } })
    expect(status.by_peer.map(({ running_units }) => running_units)).toEqual([0])
    const { width, height, channels, data } = decode(await png(job_id))
    expect([width, height, channels]).toEqual([SIDE, SIDE, 4])
    const seen = data.filter((_, at) => at % 4 === 3 && data[at] === 255).length
    // Whole tiles, and not all: one that was verified just before may have come since.
    expect(seen).toBeGreaterThanOrEqual(status.stored * TILE_PIXELS)
    expect(seen % TILE_PIXELS).toBe(0)
    expect(seen).toBeLessThan(SIDE * SIDE)
    expect((await jobs().result({ job_id, format: 'exr' })).bytes).toBeGreaterThan(0)
    expect(await render().thumbnail({ job_id })).toMatchObject({ width: SIDE, height: SIDE })
  })

  it('[W44] goes on as a new job with what is verified, and becomes the picture that it would have been', async () => {
    const { job_id, units } = await submit(SLOW)
    await begun(job_id)
    await jobs().cancel({ job_id })
    const going = await render().continue({ job_id })
    expect(going.units).toBe(units)
    expect(going.taken_units).toBeGreaterThan(0)
    expect((await jobs().status({ job_id: going.job_id })).stored).toBeGreaterThanOrEqual(
      going.taken_units ?? 0,
    )
    expect(await faultOfRejected(jobs().status({ job_id }))).toMatchObject({ kind: 'unknown-job' })
    expect(await ended(going.job_id)).toMatchObject({ state: { kind: 'done' }, stored: units })
    const whole = await render().again({ job_id: going.job_id })
    await ended(whole.job_id)
    expect((await png(going.job_id)).equals(await png(whole.job_id))).toBe(true)
  })

  it('is not continued while it goes on or when it is done, and keeps nothing where nothing is', async () => {
    const { job_id } = await submit(STOPPED)
    await jobs().pause({ job_id })
    expect(await faultOfRejected(render().continue({ job_id }))).toMatchObject({ kind: 'bad-input' })
    await jobs().cancel({ job_id })
    expect(await faultOfRejected(jobs().cancel({ job_id, keep: true }))).toMatchObject({ kind: 'bad-input' })
    const done = await submit(SMALL)
    await ended(done.job_id)
    const refused = render().continue({ job_id: done.job_id })
    expect(await faultOfRejected(refused)).toMatchObject({ kind: 'bad-input' })
  })

  it('[W45] that is an animation keeps each frame of which something is here, and cancels the others', async () => {
    const { job_id, job_ids } = await submit({ ...STOPPED, frames: [0, 12] })
    const whole = { job_id, whole: true }
    await jobs().pause({ job_id: job_ids[1]! })
    await begun(job_id)
    const second = await jobs().status({ job_id: job_ids[1]! })
    await jobs().cancel({ ...whole, keep: true })
    const states = (await jobs().frames({ job_id })).map(({ state }) => state)
    const kept = { kind: 'cancelled', kept: true }
    expect(states).toEqual([kept, second.stored > 0 ? kept : { kind: 'cancelled' }])
    expect(await faultOfRejected(jobs().cancel({ ...whole, keep: true }))).toMatchObject({
      kind: 'bad-input',
    })
  })

  it('of a kind whose result takes all units is not kept in part, and goes on', async () => {
    const { job_id } = await jobs().submit({ kind: 'noop', units: 1, redundancy: 3 })
    const refused = jobs().cancel({ job_id, keep: true })
    expect(await faultOfRejected(refused)).toMatchObject({ kind: 'unsupported' })
    expect((await jobs().status({ job_id })).state.kind).toBe('running')
  })
})

describe('[G13] a job’s settings and scene', () => {
  it('are remembered, so that it is rendered again as it was, after a restart too', async () => {
    const light = { kind: 'overcast', turn_degrees: 90, strength: 2 } as const
    const view: RenderView = { from: [1, 2, 5], to: [0.5, 0.5, 0], y_fov: 0.7 }
    const settings = { ...SMALL, priority: 0.25, clamp: 9, light, view }
    const { job_id } = await submit(settings)
    await ended(job_id)
    served = await served.restart()
    const { spp, width, height, bounces, clamp, priority, redundancy } = settings
    const recipe = await render().recipe({ job_id })
    expect(recipe.camera).toBeUndefined()
    expect(recipe).toMatchObject({
      ...{ spp, width, height, bounces, clamp, priority, redundancy },
      ...{ encrypt: false, scene, light, view },
    })
    const again = await render().again({ job_id })
    await ended(again.job_id)
    expect((await png(again.job_id)).equals(await png(job_id))).toBe(true)
  })
})
