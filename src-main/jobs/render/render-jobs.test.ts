import { decode } from 'jpeg-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  SAMPLE_NAMES,
  SAMPLE_RENDER,
  SAMPLES,
  submittedAs,
  type JobSummary,
  type PictureNews,
  type RenderRequest,
  type UnitView,
} from '#contract'
import {
  animate,
  glbOf,
  newDocument,
  squareNode,
} from '../../compute/libraries/render/import/gltf.fixture.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import { blobChunks, uploadSource } from '../../api/transport/transfer.ts'
import { faultOfRejected } from '../../api/transport/rejected.fixture.ts'
import { servePeer, type ServedPeer } from '../../api/transport/served-peer.fixture.ts'

const HALF = Math.SQRT1_2

let served: ServedPeer
let scene: Pick<RenderRequest, 'files' | 'main'>

beforeAll(async () => {
  served = await servePeer('studio')
  const { document, add } = newDocument()
  const node = add(squareNode(document).setName('sign'))
  // A quarter turn about y within a second: edge-on, it cannot look as it did.
  animate(document, node, 'rotation', [0, 1], [0, 0, 0, 1, 0, HALF, 0, HALF])
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

async function submit(changes: Partial<RenderRequest> = {}) {
  const submitted = await jobs().submit({
    kind: 'render',
    ...scene,
    ...{ width: 96, height: 64, spp: 4, tile: 16, samples_per_unit: 2, bounces: 2, redundancy: 1 },
    ...changes,
  })
  return submittedAs('render', submitted)
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const value of values) seen.push(value)
  return seen
}

async function ended(job_id: JobId): Promise<string> {
  const seen = await all(await jobs().watch({ job_id }))
  return seen.at(-1).state.kind
}

async function summaryOf(job_id: JobId): Promise<JobSummary | undefined> {
  return (await jobs().list()).find((job) => job.job_id === job_id)
}

async function pictureOf(job_id: JobId): Promise<string> {
  const { cid } = await jobs().result({ job_id, format: 'png' })
  const chunks: Uint8Array[] = []
  for await (const chunk of blobChunks(served.client.calls, cid)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('base64')
}

describe('a sample scene', () => {
  it.each(SAMPLE_NAMES)('%s is made here, once, with the cameras of the contract', async (name) => {
    const sample = await render().takeSample({ name })
    expect(sample.main).toBe(`${name}.glb`)
    expect(sample.files.map((file) => file.name)).toEqual([`${name}.glb`])
    expect((await render().inspectScene(sample)).cameras).toEqual(SAMPLES[name].cameras)
    expect(await render().takeSample({ name })).toEqual(sample)
  })

  it('is rendered as its draft, by one PC alone', async () => {
    const sample = await render().takeSample({ name: 'bunny' })
    const draft = { ...SAMPLE_RENDER, width: 48, height: 36, spp: 2 }
    const { job_id } = await submit({ ...sample, ...draft, samples_per_unit: 2, tile: 64 })
    expect(await ended(job_id)).toBe('done')
  })
})

describe('a render beyond what a user lends', () => {
  it('[W41] waits and says why, and is computed once as much is lent', async () => {
    const { node } = served.client.calls
    const { lent } = await node.info()
    await node.lend({ limits: { memory_pages: 4_096, wall_ms: 299_999 } })
    const { job_id, unit_ram_gb, smaller } = await submit({ spp: 1 })
    const { manifest } = served.hosted.peer.runtime.jobs.find(job_id) ?? {}
    expect({ unit_ram_gb, smaller }).toEqual({ unit_ram_gb: manifest?.required_resources.ram_gb })
    const why = async () => (await jobs().status({ job_id })).waiting?.message
    await expect.poll(why).toMatch(/a unit may use 300000 ms of time, and 299999 are lent$/)
    await node.lend({ limits: { memory_pages: lent.memory_pages, wall_ms: 300_000 } })
    expect(await ended(job_id)).toBe('done')
    await node.lend({ limits: lent })
  })

  it('[F7] is told and refused before it is sent where nobody lends a unit the memory that it needs', async () => {
    const { node } = served.client.calls
    const { lent } = await node.info()
    const { unit_ram_gb } = await render().previewScene({ ...scene, width: 96, height: 64 })
    const asked = { width: 96, height: 64, spp: 4, unit_ram_gb }
    const before = await render().estimate({ ...asked, redundancy: 1 })
    expect(before).not.toHaveProperty('smaller')
    await node.lend({ limits: { memory_pages: 1 } })
    const estimate = await render().estimate({ ...asked, redundancy: 1 })
    expect(estimate).toMatchObject({ unit_ram_gb, fits_nowhere: true, smaller: [{ is_self: true }] })
    const known = (await jobs().list()).length
    expect(await faultOfRejected(submit())).toMatchObject({
      kind: 'quota-exceeded',
      message: expect.stringMatching(
        /^each unit needs 0\.\d+ GB of memory.*this PC lends 0\.\d+ GB/,
      ) as string,
    })
    expect((await jobs().list()).length).toBe(known)
    await node.lend({ limits: lent })
  })
})

describe('a render that is watched', () => {
  it('shows every tile, none oftener than it gets better, and all units to the end', async () => {
    // Long enough that somebody is seen at work, however fast this machine is.
    const { job_id, units } = await submit({ spp: 512, samples_per_unit: 256, bounces: 6 })
    const [news, unitNews] = await Promise.all([
      all(await render().watchPicture({ job_id, side_max: 64 })),
      all(await jobs().watchUnits({ job_id })),
    ])
    expect(news[0]).toMatchObject({ width: 48, height: 32 })
    const tiles = news.flatMap((one: PictureNews) => one.tiles)
    const places = Map.groupBy(tiles, ({ x, y }) => `${x},${y}`)
    expect(places.size).toBe(24)
    expect(Math.max(...[...places.values()].map((of) => of.length))).toBeLessThanOrEqual(2)
    for (const { jpeg, width, height } of tiles) {
      const picture = decode(Buffer.from(jpeg, 'base64'), { useTArray: true })
      expect([picture.width, picture.height]).toEqual([width, height])
    }
    const views = new Map<number, UnitView>()
    for (const { units: changed } of unitNews) for (const view of changed) views.set(view.index, view)
    expect(views.size).toBe(units)
    expect(new Set([...views.values()].map(({ state }) => state))).toEqual(new Set(['verified']))
    expect(unitNews.at(-1).peers).toEqual([tiles[0]?.made_by])
    const told = news.flatMap((one: PictureNews) => (one.at_work === undefined ? [] : [one.at_work]))
    expect(told.at(-1)).toEqual([])
    const atWork = told.flat()
    expect(new Set(atWork.map(({ by }) => by))).toEqual(new Set([tiles[0]?.made_by]))
    for (const { x, y, width, height } of atWork) {
      const ofTile = tiles.find((tile) => tile.x === x && tile.y === y)
      expect([width, height]).toEqual([ofTile?.width, ofTile?.height])
    }
    const again = await all(await render().watchPicture({ job_id, side_max: 64 }))
    expect(again.flatMap((one: PictureNews) => one.tiles)).toHaveLength(24)
  })

  it('has a thumbnail once it is done, the same each time', async () => {
    const { job_id } = await submit({ width: 700, height: 350, spp: 1, tile: 128 })
    expect(await faultOfRejected(render().thumbnail({ job_id }))).toMatchObject({ kind: 'bad-input' })
    expect(await ended(job_id)).toBe('done')
    const { image, width, height } = await render().thumbnail({ job_id })
    expect([width, height]).toEqual([234, 117])
    const bytes = new Uint8Array(await image.arrayBuffer())
    expect(decode(bytes, { useTArray: true })).toMatchObject({ width, height })
    expect(new Uint8Array(await (await render().thumbnail({ job_id })).image.arrayBuffer())).toEqual(bytes)
  })

  it('of a job that renders nothing is a fault', async () => {
    const { job_id } = await jobs().submit({
      kind: 'other',
      algorithm_id: 'mesh.noop',
      algorithm_version: '1.0.0',
      params: {},
      unit_count: 1,
      estimated_duration_seconds: 0.001,
      resources: { cpu_cores: 1, ram_gb: 0.05 },
      redundancy: 1,
    })
    expect(await faultOfRejected(render().thumbnail({ job_id }))).toMatchObject({ kind: 'bad-input' })
    const watched = render().watchPicture({ job_id, side_max: 64 })
    expect(await faultOfRejected(watched)).toMatchObject({ kind: 'bad-input' })
  })
})

describe('a scene before it is sent', () => {
  it('says what it is made of', async () => {
    expect(await render().inspectScene(scene)).toEqual({
      triangles: 2,
      meshes: 1,
      materials: 0,
      textures: 0,
      cameras: [],
      animation_seconds: 1,
      missing: [],
      warnings: [],
    })
  })

  it('names the files that are missing', async () => {
    const gltf = {
      asset: { version: '2.0' },
      nodes: [{ mesh: 0 }],
      meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
      accessors: [{ componentType: 5126, count: 3, type: 'VEC3', bufferView: 0 }],
      bufferViews: [{ buffer: 0, byteLength: 36 }],
      buffers: [{ uri: 'my%20house.bin', byteLength: 36 }],
      images: [{ uri: 'wood.png' }, { uri: 'data:image/png;base64,' }],
    }
    const main = await upload(Buffer.from(JSON.stringify(gltf)))
    const files = [{ name: 'house.gltf', cid: main }]
    const missing = async (more: typeof files) =>
      (await render().inspectScene({ files: [...files, ...more], main: 'house.gltf' })).missing
    expect(await missing([])).toEqual(['my%20house.bin', 'wood.png'])
    const buffer = { name: 'my house.bin', cid: await upload(new Uint8Array(36)) }
    expect(await missing([buffer])).toEqual(['wood.png'])
    const preview = render().previewScene({ files, main: 'house.gltf', width: 64, height: 48 })
    expect(await faultOfRejected(preview)).toMatchObject({ kind: 'bad-input' })
  })

  it.each([
    ['of more characters than most', `${'Küche im Abendlicht '.repeat(12)}.glb`],
    ['of the most that a file system takes', `${'a'.repeat(251)}.glb`],
    ['that is written from right to left', 'مطبخ صغير في المساء.glb'],
    ['of letters beyond the usual planes', `${'𝒦'.repeat(60)}🏡.glb`],
    ['of one letter', 'a'],
  ])('may have a name %s', async (_, name) => {
    const given = { files: scene.files.map((file) => ({ ...file, name })), main: name }
    expect(await render().inspectScene(given)).toMatchObject({ triangles: 2 })
    await render().previewScene({ ...given, width: 16, height: 16 })
    const { job_id } = await submit({ ...given, width: 16, height: 16, spp: 1 })
    expect((await summaryOf(job_id))?.description).toBe(name)
  })

  it('is refused in one line when it is none', async () => {
    const files = [{ name: 'a.glb', cid: await upload(Buffer.from('this is no scene')) }]
    const fault = await faultOfRejected(render().inspectScene({ files, main: 'a.glb' }))
    expect(fault).toMatchObject({ kind: 'bad-input' })
    expect(fault.message).not.toContain('\n')
  })

  it('is previewed, and an estimate follows', async () => {
    const preview = await render().previewScene({ ...scene, width: 96, height: 64 })
    const picture = decode(new Uint8Array(await preview.image.arrayBuffer()), { useTArray: true })
    expect([picture.width, picture.height]).toEqual([96, 64])
    expect(preview.sample_us).toBeGreaterThan(0)
    const { sample_us } = preview
    const size = { width: 96, height: 64, spp: 4, sample_us }
    const alone = await render().estimate({ ...size, redundancy: 1 })
    expect(alone.peers).toBe(1)
    expect(alone.likely_ms).toBeGreaterThan(0)
    expect(await render().estimate({ ...size, redundancy: 2 })).not.toHaveProperty('likely_ms')
  })
})

describe('frames', () => {
  it('are a job each, show the animation at their time, and are known as one series after a restart', async () => {
    const { job_ids, job_id } = await submit({ frames: [0, 12], fps: 24, estimated_ms: 5_000 })
    expect(job_ids).toHaveLength(2)
    expect(await Promise.all(job_ids.map(ended))).toEqual(['done', 'done'])
    const [first, second] = await Promise.all(job_ids.map(pictureOf))
    expect(first).not.toBe(second)
    served = await served.restart()
    const summaries = await Promise.all(job_ids.map(summaryOf))
    expect(summaries).toMatchObject([
      {
        series: { id: job_id, index: 0, count: 2 },
        facts: { kind: 'render', frame: 0, fps: 24 },
        estimated_ms: 5_000,
      },
      {
        series: { id: job_id, index: 1, count: 2 },
        facts: { kind: 'render', frame: 12, fps: 24 },
        estimated_ms: 5_000,
      },
    ])
    expect(summaries.map((job) => job?.description)).toEqual(['sign.glb, frame 0', 'sign.glb, frame 12'])
  })

  it('are paused, ordered, ended and removed as the one thing that their first one names', async () => {
    const { job_id, job_ids } = await submit({ frames: [0, 6, 12], width: 128, height: 128, spp: 64 })
    const whole = { job_id, whole: true }
    const framesNow = async () => jobs().frames({ job_id })
    const statesNow = async () => (await framesNow()).map(({ state }) => state.kind)
    await jobs().pause(whole)
    expect(await statesNow()).toEqual(['paused', 'paused', 'paused'])
    expect(await faultOfRejected(jobs().pause(whole))).toMatchObject({ kind: 'bad-input' })
    served = await served.restart()
    await jobs().setPriority({ ...whole, priority: 0.8 })
    expect((await framesNow()).map(({ priority }) => priority)).toEqual([0.8, 0.8 - 1e-6, 0.8 - 2e-6])
    await jobs().resume({ job_id: job_ids[1]!, whole: true })
    expect(await statesNow()).toEqual(['paused', 'running', 'paused'])
    expect(await faultOfRejected(jobs().remove(whole))).toMatchObject({ kind: 'bad-input' })
    await jobs().cancel(whole)
    expect(await statesNow()).toEqual(['cancelled', 'cancelled', 'cancelled'])
    await jobs().remove({ job_id })
    expect((await framesNow()).map(({ job_id: id }) => id)).toEqual(job_ids.slice(1))
    await jobs().remove(whole)
    expect(await faultOfRejected(framesNow())).toMatchObject({ kind: 'unknown-job' })
    const ids = (await jobs().list()).map(({ job_id: id }) => id)
    expect(ids.filter((id) => job_ids.includes(id))).toEqual([])
  })

  it('of which one cannot be imported leave no job behind', async () => {
    const before = (await jobs().list()).length
    const broken = submit({ frames: [0, 1], camera: 3 })
    expect(await faultOfRejected(broken)).toMatchObject({ kind: 'bad-input' })
    expect(await jobs().list()).toHaveLength(before)
  })
})

describe('a job', () => {
  it('is paused, over a restart too, goes on and ends', async () => {
    const { job_id } = await submit({ width: 128, height: 128, spp: 16, tile: 32 })
    await jobs().pause({ job_id })
    const paused = await jobs().status({ job_id })
    expect(paused.state.kind).toBe('paused')
    expect(paused.by_peer.reduce((sum, { running_units }) => sum + running_units, 0)).toBe(0)
    expect(await faultOfRejected(jobs().pause({ job_id }))).toMatchObject({ kind: 'bad-input' })
    expect(await faultOfRejected(jobs().remove({ job_id }))).toMatchObject({ kind: 'bad-input' })
    served = await served.restart()
    expect((await summaryOf(job_id))?.state.kind).toBe('paused')
    await jobs().resume({ job_id })
    expect(await faultOfRejected(jobs().resume({ job_id }))).toMatchObject({ kind: 'bad-input' })
    expect(await ended(job_id)).toBe('done')
  })

  it('says its priority and its deadline, and has another priority when its user wants', async () => {
    const deadline_ms = Date.now() + 3_600_000
    const { job_id } = await submit({ priority: 0.25, deadline_ms })
    expect(await summaryOf(job_id)).toMatchObject({ priority: 0.25, deadline_ms })
    await jobs().setPriority({ job_id, priority: 0.75 })
    expect(await summaryOf(job_id)).toMatchObject({ priority: 0.75 })
    expect(await ended(job_id)).toBe('done')
    const late = jobs().setPriority({ job_id, priority: 1 })
    expect(await faultOfRejected(late)).toMatchObject({ kind: 'bad-input' })
  })
})
