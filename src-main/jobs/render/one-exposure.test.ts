import { decode as decodePng } from 'fast-png'
import { decode as decodeJpeg } from 'jpeg-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { submittedAs, type RenderFacts, type RenderRequest, type TilePreview } from '#contract'
import {
  animate,
  glbOf,
  newDocument,
  squareNode,
  sunNode,
} from '../../compute/libraries/render/import/gltf.fixture.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import { blobChunks, uploadSource } from '../../api/transport/transfer.ts'
import { servePeer, type ServedPeer } from '../../api/transport/served-peer.fixture.ts'
import { forgetJobNotes } from '../job-notes.ts'

const PICTURE = { width: 90, height: 62 }
/** JPEG rounds the even background by so much. */
const JPEG_ERROR = 2

let served: ServedPeer
/** A white square under a patch of bright sky, before an even grey: at one sample a pixel it is noisy. */
let square: Pick<RenderRequest, 'files' | 'main' | 'environment'>

beforeAll(async () => {
  served = await servePeer('studio')
  const { document, add } = newDocument()
  add(squareNode(document))
  const files = [{ name: 'square.glb', cid: await upload(await glbOf(document)) }]
  square = { files, main: 'square.glb', environment: await upload(skyWithPatch()) }
})
afterAll(() => served.stop())

const jobs = () => served.client.calls.jobs
const render = () => served.client.calls.render

/** A .hdr picture of an even grey of 0.07, but for the zenith, where the radiance is 1.3. */
function skyWithPatch(): Uint8Array {
  const [width, height] = [8, 4]
  const grey = [143, 143, 143, 125]
  const bright = [166, 166, 166, 129]
  const header = Buffer.from(`#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y ${height} +X ${width}\n`)
  const pixels = Array.from({ length: width * height }, (_, i) => (i < width ? bright : grey))
  return Buffer.concat([header, Buffer.from(pixels.flat())])
}

function upload(bytes: Uint8Array): Promise<Cid> {
  const copy = Uint8Array.from(bytes)
  return uploadSource(served.client.calls, {
    bytes: copy.length,
    read: (offset, length) => Promise.resolve(copy.slice(offset, offset + length)),
  })
}

async function submit(changes: Partial<RenderRequest> = {}) {
  const some = { ...PICTURE, spp: 16, tile: 32, samples_per_unit: 16, bounces: 2, redundancy: 1 }
  return submittedAs('render', await jobs().submit({ kind: 'render', ...square, ...some, ...changes }))
}

/** Waits for the end. @returns the last tile of the upper left corner that was shown, and the job's facts */
async function follow(job_id: JobId): Promise<{ tile: TilePreview | undefined; facts: RenderFacts }> {
  const shown: TilePreview[] = []
  for await (const { tiles } of await render().watchPicture({ job_id, side_max: 64 })) shown.push(...tiles)
  const { state, facts } = await jobs().status({ job_id })
  if (state.kind !== 'done' || facts.kind !== 'render') throw new Error(`the job is ${state.kind}`)
  return { tile: shown.findLast(({ x, y }) => x === 0 && y === 0), facts }
}

/** What stands behind the tiles of a job under way. */
async function backdropOf(job_id: JobId, side_max: number): Promise<Buffer> {
  for await (const { backdrop } of await render().watchPicture({ job_id, side_max }))
    if (backdrop !== undefined) return Buffer.from(backdrop, 'base64')
  throw new Error('the job ended without a backdrop')
}

/** The first channel of the upper left pixel, which shows the background. */
const jpegCorner = (bytes: Uint8Array): number => decodeJpeg(bytes, { useTArray: true }).data[0] ?? 0

async function pngCorner(job_id: JobId, format = 'png'): Promise<number> {
  const { cid } = await jobs().result({ job_id, format })
  const chunks: Uint8Array[] = []
  for await (const chunk of blobChunks(served.client.calls, cid)) chunks.push(chunk)
  return decodePng(Buffer.concat(chunks)).data[0] ?? 0
}

async function thumbnailCorner(job_id: JobId): Promise<number> {
  const { image } = await render().thumbnail({ job_id })
  return jpegCorner(new Uint8Array(await image.arrayBuffer()))
}

describe('the exposure of a job', () => {
  it('[G11] is that of its preview: the background has one brightness in preview, tiles, thumbnail and picture', async () => {
    const size = { width: 45, height: 31, picture: PICTURE }
    const preview = await render().previewScene({ ...square, ...size })
    const { job_id } = await submit({ spp: 1, samples_per_unit: 1 })
    const { tile, facts } = await follow(job_id)
    const background = await pngCorner(job_id)
    const corners = {
      preview: jpegCorner(new Uint8Array(await preview.image.arrayBuffer())),
      tile: jpegCorner(Buffer.from(tile?.jpeg ?? '', 'base64')),
      thumbnail: await thumbnailCorner(job_id),
      'as rendered': await pngCorner(job_id, 'rawpng'),
    }
    for (const [name, corner] of Object.entries(corners)) {
      expect(Math.abs(corner - background), `${name} ${corner}, picture ${background}`).toBeLessThanOrEqual(
        JPEG_ERROR,
      )
    }
    expect(preview.exposure_stops).toBeGreaterThan(0.1)
    expect(facts).toMatchObject({ exposure_stops: preview.exposure_stops, lit_by: 'environment' })
    expect(await render().exposure({ job_id })).toEqual({ exposure_stops: preview.exposure_stops })
  })

  it('[G11] is that of what stands behind its tiles: its preview, or one made of its inputs, also where they are sealed', async () => {
    // A second PC would have to check the tiles: the job goes on.
    const waiting = { redundancy: 2 }
    const shape = { width: 92, height: 62 }
    const preview = await render().previewScene({ ...square, ...shape, picture: shape })
    const previewed = await submit({ ...shape, ...waiting })
    const shown = await backdropOf(previewed.job_id, 64)
    expect(shown.equals(Buffer.from(await preview.image.arrayBuffer()))).toBe(true)

    const { job_id } = await submit({ ...waiting, width: 94, encrypt: true })
    const { job_id: checked } = await submit({ width: 94 })
    await follow(checked)
    const small = backdropOf(job_id, 64)
    const made = await backdropOf(job_id, 1_600)
    expect(Math.abs(jpegCorner(made) - (await pngCorner(checked)))).toBeLessThanOrEqual(JPEG_ERROR)
    // A small picture does not ask for it, and has it once it is there.
    expect(await small).toEqual(made)
    expect(await backdropOf(job_id, 64)).toEqual(made)
    for (const id of [previewed.job_id, job_id]) await jobs().cancel({ job_id: id })
  })

  it('[G11] is the same for every frame, that of the first, and at every quality', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    add(sunNode(document, 0.5))
    // It turns its edge to the sun: by itself the last frame would be metered as black.
    animate(document, node, 'rotation', [0, 1], [0, 0, 0, 1, 0, Math.SQRT1_2, 0, Math.SQRT1_2])
    const files = [{ name: 'turning.glb', cid: await upload(await glbOf(document)) }]
    const scene = { files, main: 'turning.glb' }
    const { environment: _, ...own } = { ...square, ...scene }
    const ask = { ...PICTURE, ...own, frame: 0, fps: 24 }
    const preview = await render().previewScene({ ...ask, picture: PICTURE })
    expect(preview.lit_by).toBe('own')
    const { job_ids } = submittedAs(
      'render',
      await jobs().submit({
        kind: 'render',
        ...own,
        ...PICTURE,
        spp: 1,
        redundancy: 1,
        frames: [0, 24],
        fps: 24,
      }),
    )
    const followed = await Promise.all(job_ids.map(follow))
    const stops = followed.map(({ facts }) => facts.exposure_stops)
    expect(stops).toEqual([preview.exposure_stops, preview.exposure_stops])
    expect(preview.exposure_stops).toBeGreaterThan(0.1)
  })

  it('[G11] of a job of an earlier version is metered once, from its inputs, and kept over a restart', async () => {
    const { job_id } = await submit()
    const { facts } = await follow(job_id)
    forgetJobNotes(served.hosted.peer.settings, job_id)
    served = await served.restart()
    const status = await jobs().status({ job_id })
    expect(status.facts).not.toHaveProperty('exposure_stops')
    const { exposure_stops } = await render().exposure({ job_id })
    expect(exposure_stops).toBe(facts.exposure_stops)
    const thumbnail = await thumbnailCorner(job_id)
    expect(Math.abs(thumbnail - (await pngCorner(job_id)))).toBeLessThanOrEqual(JPEG_ERROR)
  })
})

describe('the light of a scene', () => {
  it('is told before it is sent, and of its job: its own, a studio’s where it has none, or next to none', async () => {
    const litBy = async (lux: number | undefined) => {
      const { document, add } = newDocument()
      add(squareNode(document))
      if (lux !== undefined) add(sunNode(document, lux))
      const files = [{ name: 'lit.glb', cid: await upload(await glbOf(document)) }]
      const own = { files, main: 'lit.glb' }
      const { lit_by } = await render().previewScene({ ...own, ...PICTURE })
      const job = submittedAs(
        'render',
        await jobs().submit({ kind: 'render', ...own, ...PICTURE, spp: 1, redundancy: 1 }),
      )
      const { facts } = await follow(job.job_id)
      expect(facts.lit_by).toBe(lit_by)
      return lit_by
    }
    expect([await litBy(2), await litBy(undefined), await litBy(0), await litBy(1e-5)]).toEqual([
      'own',
      'studio',
      'nothing',
      'nothing',
    ])
  })
})
