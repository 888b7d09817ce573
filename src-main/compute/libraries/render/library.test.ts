import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXTTextureWebP } from '@gltf-transform/extensions'
import { decode } from 'fast-png'
import { decode as decodeJpeg } from 'jpeg-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildKernels } from '../../../../wasm/build.ts'
import { outcomesOf } from '../../../ports/runner.contract.ts'
import type { RunFile, Runner, RunInput, RunOutcome, RunOutput, RunTask } from '../../../ports/runner.ts'
import { cidOfDigest, RAW } from '../../../protocol/cid.ts'
import { RenderParams, unitCount } from '../../../protocol/job-kinds/render-tasks.ts'
import { ThanksPicture } from '../../../protocol/thanks.ts'
import type { Params } from '../../../protocol/work.ts'
import { sealBytes } from '../../../sealing/seal.ts'
import { clock } from '../../clock.fixture.ts'
import { METERING } from '../../metering/identity.ts'
import { createRunner } from '../../runner.ts'
import { startRunner, type StartedRunner } from '../../started-runner.fixture.ts'
import { renderAlgorithms } from './algorithms.ts'
import { defaultSceneGlb } from './samples/knot-room.ts'
import { glbOf, meshNode, newDocument, squareNode, sunNode } from './import/gltf.fixture.ts'
import { createRandomPng } from './textures/random-png.fixture.ts'
import { encodeWebp } from './textures/webp.fixture.ts'
import { meshoptGlb } from './gltf/meshopt.fixture.ts'

const LIMITS = { wallMsMax: 60_000, memoryBytesMax: 1 << 30, outputBytesMax: 64 << 20 }

describe('the render library, in a compute host', () => {
  let started: StartedRunner
  let folder: string
  let runner: Runner
  let packed: RunInput
  let parts: Record<string, RunFile>
  let digest: string
  beforeAll(async () => {
    await buildKernels()
    started = await startRunner(2)
    ;({ runner, folder } = started)
    const file = await blob('file', await defaultSceneGlb())
    const imported = done(await outcomeOf('render.import', { aspect: 4 / 3 }, { scene: file }))
    expect(imported.info).toMatchObject({ environment: 'constant', warnings: [], lights: 0 })
    expect(imported.info['triangles']).toBeGreaterThan(1_000)
    packed = await blob('packed', await bytesOf(imported.output))
    parts = {}
    for (const [role, output] of Object.entries(imported.extras)) {
      parts[role] = await blob(`part-${role}`, await bytesOf(output))
    }
    digest = z.string().parse(imported.info['digest'])
  })
  afterAll(() => started.stop())

  async function blob(name: string, bytes: Uint8Array): Promise<RunFile> {
    const path = join(folder, 'blobs', name)
    await writeFile(path, bytes)
    // One digest over the whole, whatever the size: the runner checks what it is told to.
    const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
    return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
  }

  function task(algorithmId: string, params: Params, inputs: RunTask['inputs'], unitIndex?: number): RunTask {
    const id = `${algorithmId} ${unitIndex ?? ''}`
    const unit = unitIndex === undefined ? {} : { unitIndex }
    const { version = '' } = renderAlgorithms.find((a) => a.algorithmId === algorithmId) ?? {}
    return { id, algorithmId, algorithmVersion: version, params, inputs, limits: LIMITS, ...unit }
  }

  async function outcomeOf(
    algorithmId: string,
    params: Params,
    inputs: RunTask['inputs'],
    unitIndex?: number,
  ) {
    const only = task(algorithmId, params, inputs, unitIndex)
    return (await outcomesOf(runner, [only])).get(only.id)!
  }

  async function picture(split: {
    tile: number
    samples_per_unit: number
  }): Promise<{ png: Uint8Array; exr: Uint8Array }> {
    const params = RenderParams.parse({ width: 48, height: 36, spp: 4, bounces: 3, ...split })
    const tasks = Array.from({ length: unitCount(params) }, (_, index) =>
      task('render.path-trace', params, parts, index),
    )
    const outcomes = await outcomesOf(runner, tasks)
    const inputs: Record<string, RunInput> = {}
    for (const [index, { id }] of tasks.entries()) {
      const bytes = await bytesOf(done(outcomes.get(id)!).output)
      inputs[`unit-${index}`] = await blob(`unit-${split.tile}-${index}`, bytes)
    }
    const assembled = done(await outcomeOf('render.assemble', { job: params }, inputs))
    expect(assembled.info['mean_luminance']).toBeGreaterThan(0.01)
    return { png: await bytesOf(assembled.output), exr: await bytesOf(assembled.extras['exr']!) }
  }

  it('imports, renders and assembles the same picture whatever the split', async () => {
    const [coarse, fine] = [
      await picture({ tile: 64, samples_per_unit: 4 }),
      await picture({ tile: 16, samples_per_unit: 3 }),
    ]
    expect(Buffer.compare(coarse.png, fine.png)).toBe(0)
    expect(Buffer.compare(coarse.exr, fine.exr)).toBe(0)
    const { width, height, data } = decode(coarse.png)
    expect([width, height]).toEqual([48, 36])
    expect(new Set(data).size).toBeGreaterThan(50)
  })

  it('[G15] an import tells the memory that a unit takes, for a mesh of many triangles on few vertices', async () => {
    const file = await blob('grid', await gridGlb(140))
    const imported = done(await outcomeOf('render.import', { aspect: 1 }, { scene: file }))
    const told = z.number().parse(imported.info['kernel_bytes'])
    const inputs: Record<string, RunFile> = {}
    for (const [role, output] of Object.entries(imported.extras)) {
      inputs[role] = await blob(`grid-${role}`, await bytesOf(output))
    }
    const params = RenderParams.parse({ width: 16, height: 16, spp: 1, bounces: 0, tile: 16 })
    const within = async (memoryBytesMax: number): Promise<RunOutcome> => {
      const only = { ...task('render.path-trace', params, inputs, 0), limits: { ...LIMITS, memoryBytesMax } }
      return (await outcomesOf(runner, [only])).get(only.id)!
    }
    expect((await within(told)).kind).toBe('done')
    const message = `the kernel took ${told} bytes, limit ${told - 1}`
    expect(await within(told - 1)).toEqual({ kind: 'failed', fault: { kind: 'oversized', message } })
    // Four times the packed scene was the estimate before.
    expect(told).toBeGreaterThan(4 * (await bytesOf(imported.output)).byteLength)
  })

  it('[G6] leaves images at home that no visible surface shows', async () => {
    const { document, add } = newDocument()
    const image = (seed: number) =>
      document
        .createTexture(`t${seed}`)
        .setImage(Uint8Array.from(createRandomPng(seed, 24, 24)))
        .setMimeType('image/png')
    add(squareNode(document, document.createMaterial().setBaseColorTexture(image(1))))
    document.createMaterial('of no surface').setBaseColorTexture(image(2))
    const scene = await blob('one-shown', await glbOf(document))
    const imported = done(await outcomeOf('render.import', { aspect: 1 }, { scene }))
    expect(Object.keys(imported.extras).sort()).toEqual(['geometry', 'image-0', 'scene'])
  })

  it('[G22] makes the light that is asked for, and units render by the picture of it that travels', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    add(sunNode(document, 0.5))
    const scene = await blob('lit', await glbOf(document))
    const importedWith = async (params: Params, more: Record<string, RunInput> = {}) =>
      done(await outcomeOf('render.import', { aspect: 1, ...params }, { scene, ...more }))
    const own = await importedWith({})
    expect([own.info['lit_by'], own.extras['environment']]).toEqual(['own', undefined])
    const lit = await importedWith({ light: { kind: 'overcast' } })
    expect(lit.info).toMatchObject({ lit_by: 'environment', environment: 'map', lights: 1 })
    const inputs: Record<string, RunFile> = {}
    for (const [role, output] of Object.entries(lit.extras)) {
      inputs[role] = await blob(`lit-${role}`, await bytesOf(output))
    }
    const job = { width: 16, height: 16, spp: 1, bounces: 0, tile: 16, scene_digest: lit.info['digest'] }
    const params = RenderParams.parse(job)
    expect(await outcomeOf('render.path-trace', params, inputs, 0)).toMatchObject({ kind: 'done' })
    const { environment, ...unlit } = inputs
    expect(await outcomeOf('render.path-trace', params, unlit, 0)).toMatchObject({ kind: 'failed' })
    // The same picture of light, turned, is another one.
    const turned = { kind: 'picture', turn_degrees: 180, strength: 2 }
    const again = await importedWith({ light: turned }, { environment: environment! })
    const [before, after] = [lit, again].map(({ extras }) => extras['environment']!)
    expect(Buffer.compare(await bytesOf(before!), await bytesOf(after!))).not.toBe(0)
    expect(await outcomeOf('render.import', { light: turned }, { scene })).toMatchObject({
      kind: 'failed',
      fault: { kind: 'bad-input', message: 'light of a picture, and no picture of light' },
    })
  })

  it('[G22] shows a scene by its own lamps alone, and a file without any in the dark', async () => {
    const meteredOf = async (hasLamp: boolean) => {
      const { document, add } = newDocument()
      add(squareNode(document))
      if (hasLamp) add(sunNode(document, 3))
      const scene = await blob(`lamps-${hasLamp}`, await glbOf(document))
      const { info, output } = done(
        await outcomeOf('render.import', { aspect: 1, light: { kind: 'own' } }, { scene }),
      )
      expect(info['lit_by']).toBe('own')
      const packedScene = await blob(`lamps-packed-${hasLamp}`, await bytesOf(output))
      const size = { width: 32, height: 32 }
      return done(await outcomeOf('render.meter', size, { scene: packedScene })).info['is_dark']
    }
    expect(await meteredOf(true)).toBe(false)
    expect(await meteredOf(false)).toBe(true)
  })

  it('[G9] reads compressed geometry and WebP pictures within the wall, and units do too', async () => {
    const { document, add } = newDocument()
    const rgba = Uint8ClampedArray.from({ length: 8 * 8 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i))
    const texture = document
      .createTexture('t')
      .setImage(await encodeWebp({ width: 8, height: 8, rgba }, { lossless: 1 }))
      .setMimeType('image/webp')
    document.createExtension(EXTTextureWebP).setRequired(true)
    add(squareNode(document, document.createMaterial().setBaseColorTexture(texture)))
    const scene = await blob('packed-file', await meshoptGlb(document, 'filter'))
    const imported = done(await outcomeOf('render.import', { aspect: 1 }, { scene }))
    expect(imported.info).toMatchObject({ textures: 1, triangles: 2, warnings: [] })
    const inputs: Record<string, RunFile> = {}
    for (const [role, output] of Object.entries(imported.extras)) {
      inputs[role] = await blob(`packed-file-${role}`, await bytesOf(output))
    }
    const size = { width: 16, height: 16, spp: 1, bounces: 0, tile: 16 }
    const job = RenderParams.parse({ ...size, scene_digest: imported.info['digest'] })
    expect(await outcomeOf('render.path-trace', job, inputs, 0)).toMatchObject({ kind: 'done' })
  })

  it('shows tiles of any ranges of samples as small pictures, and the whole as a thumbnail', async () => {
    const job = RenderParams.parse({
      width: 48,
      height: 36,
      spp: 4,
      bounces: 3,
      tile: 16,
      samples_per_unit: 2,
    })
    const inputs: Record<string, RunInput> = {}
    const tasks = [...Array(unitCount(job)).keys()].map((i) => task('render.path-trace', job, parts, i))
    const outcomes = await outcomesOf(runner, tasks)
    for (const [index, { id }] of tasks.entries()) {
      inputs[`unit-${index}`] = await blob(`shown-${index}`, await bytesOf(done(outcomes.get(id)!).output))
    }
    const some = { 'unit-4': inputs['unit-4']!, 'unit-0': inputs['unit-0']!, 'unit-9': inputs['unit-9']! }
    const params = { job, factor: 2, exposure_stops: 0, tiles: [4, 0] }
    const shown = done(await outcomeOf('render.preview-tiles', params, some))
    expect(shown.info['tiles']).toMatchObject([
      { tile: 4, x: 8, y: 8, width: 8, height: 8 },
      { tile: 0, x: 0, y: 0, width: 8, height: 8 },
    ])
    const files = await bytesOf(shown.output)
    const [{ bytes: first }] = shown.info['tiles'] as [{ bytes: number }]
    const { width, height, data } = decodeJpeg(files.subarray(0, first), { useTArray: true })
    expect([width, height]).toEqual([8, 8])
    expect(new Set(data).size).toBeGreaterThan(5)
    const whole = done(await outcomeOf('render.thumbnail', { job, factor: 2 }, inputs))
    expect(whole.info).toMatchObject({ width: 24, height: 18, exposure_stops: 0 })
    // Small enough to go with thanks (J11): baseline, without metadata.
    expect(ThanksPicture.safeParse(await bytesOf(whole.output)).success).toBe(true)
    const thumbnail = decodeJpeg(await bytesOf(whole.output), { useTArray: true })
    expect([thumbnail.width, thumbnail.height]).toEqual([24, 18])
    expect(await outcomeOf('render.thumbnail', { job, factor: 2 }, some)).toMatchObject({
      kind: 'failed',
      fault: { kind: 'bad-input' },
    })
  })

  it('takes a small picture of a scene at once, and says what a sample costs', async () => {
    const params = { width: 64, height: 48, spp: 1, bounces: 4, picture: { width: 640, height: 480 } }
    const { output, info } = done(await outcomeOf('render.preview', params, { scene: packed }))
    const { width, height, data } = decodeJpeg(await bytesOf(output), { useTArray: true })
    expect([width, height]).toEqual([64, 48])
    expect(new Set(data).size).toBeGreaterThan(50)
    expect(info['sample_us']).toBeGreaterThan(0)
    expect(info).toMatchObject({ exposure_stops: 0, is_dark: false })
  })

  it('[G23] renders a view in place of a camera, and previews show the same', async () => {
    const view = { from: [0.5, 2, 3], to: [0, 1, 0], y_fov: 0.6 }
    const file = await blob('viewed', await defaultSceneGlb())
    const imported = done(await outcomeOf('render.import', { aspect: 1, view }, { scene: file }))
    const { camera, digest: viewed } = z.object({ camera: z.int(), digest: z.string() }).parse(imported.info)
    expect(camera).toBe(1)
    const inputs: Record<string, RunFile> = {}
    for (const [role, output] of Object.entries(imported.extras)) {
      inputs[role] = await blob(`viewed-${role}`, await bytesOf(output))
    }
    const size = { width: 32, height: 32, spp: 1, bounces: 0, tile: 32 }
    const job = RenderParams.parse({ ...size, camera, scene_digest: viewed })
    expect(await outcomeOf('render.path-trace', job, inputs, 0)).toMatchObject({ kind: 'done' })
    // The same scene with its own camera, seen so, and the one that was imported with the view.
    const packedWithView = await blob('viewed-packed', await bytesOf(imported.output))
    const look = { width: 48, height: 48, spp: 1, bounces: 2, picture: { width: 480, height: 480 } }
    const pictureOf = async (scene: RunInput, params: Params) => {
      const { output, info } = done(await outcomeOf('render.preview', { ...look, ...params }, { scene }))
      return { data: decodeJpeg(await bytesOf(output), { useTArray: true }).data, info }
    }
    const [moved, told, own] = [
      await pictureOf(packed, { view }),
      await pictureOf(packedWithView, {}),
      await pictureOf(packed, {}),
    ]
    const off = (a: Uint8Array, b: Uint8Array) =>
      a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length
    expect(off(moved.data, told.data)).toBeLessThan(1)
    expect(off(moved.data, own.data)).toBeGreaterThan(10)
    // A camera's view, handed back, is that camera again.
    const again = await pictureOf(packed, { view: own.info['view'] as Params })
    expect(off(again.data, own.data)).toBeLessThan(1)
    const quick = await pictureOf(packed, { view, quick: true, exposure_stops: 1 })
    expect(quick.info).toMatchObject({ exposure_stops: 1, view })
  })

  it('[F8] cleans a preview of more samples: even, and with the same edges', async () => {
    const size = { width: 64, height: 48, bounces: 4, picture: { width: 640, height: 480 } }
    const pictureOf = async (spp: number) => {
      const { output } = done(await outcomeOf('render.preview', { ...size, spp }, { scene: packed }))
      return decodeJpeg(await bytesOf(output), { useTArray: true }).data
    }
    const [noisy, clean, best] = [await pictureOf(7), await pictureOf(8), await pictureOf(64)]
    const errorOf = (data: Uint8Array) =>
      data.reduce((sum, value, i) => sum + (value - (best[i] ?? 0)) ** 2, 0) / data.length
    // Seven samples are not cleaned, and eight alone would be hardly better.
    expect(errorOf(clean)).toBeLessThan(errorOf(noisy) / 2)
    expect(await outcomeOf('render.preview', { ...size, spp: 9 }, { scene: packed })).toMatchObject({
      ...{ kind: 'failed', fault: { kind: 'bad-input' } },
    })
  })

  it('[G11] meters a scene the same for a preview, packed, and from the inputs that a job’s units read', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    add(sunNode(document, 0.5))
    const scene = await blob('dim', await glbOf(document))
    const imported = done(await outcomeOf('render.import', { aspect: 4 / 3 }, { scene }))
    expect(imported.info['lit_by']).toBe('own')
    const dim = await blob('dim-packed', await bytesOf(imported.output))
    const inputs: Record<string, RunInput> = {}
    for (const [role, output] of Object.entries(imported.extras)) {
      inputs[role] = await blob(`dim-${role}`, await bytesOf(output))
    }
    const picture = { width: 640, height: 480 }
    const small = { width: 32, height: 24, spp: 1, bounces: 1, picture }
    const job = RenderParams.parse({ ...picture, bounces: 0, spp: 3 })
    const [preview, ofScene, ofJob] = [
      done(await outcomeOf('render.preview', small, { scene: dim })).info,
      done(await outcomeOf('render.meter', picture, { scene: dim })).info,
      done(await outcomeOf('render.meter', { ...picture, job }, inputs)).info,
    ]
    expect(ofScene['exposure_stops']).toBeGreaterThan(1)
    expect(preview).toMatchObject(ofScene)
    expect(ofJob).toEqual(ofScene)
    const { scene: description, ...withoutScene } = inputs
    expect(description).toBeDefined()
    expect(await outcomeOf('render.meter', { ...picture, job }, withoutScene)).toMatchObject({
      kind: 'failed',
    })
  })

  it('says what a file is made of without reading the files beside it', async () => {
    const file = await blob('inspected', await defaultSceneGlb())
    const { info } = done(await outcomeOf('render.inspect', {}, { scene: file }))
    expect(info).toMatchObject({ cameras: ['Room'], missing: [], animation_seconds: 0, warnings: [] })
    expect(info['triangles']).toBeGreaterThan(1_000)
  })

  it('reports memory, time and bytes of a unit', async () => {
    const params = RenderParams.parse({ width: 64, height: 64, spp: 8 })
    const { metrics } = done(await outcomeOf('render.path-trace', params, parts, 0))
    expect(metrics.output_bytes).toBe(64 * 64 * 24)
    expect(metrics.peak_memory_bytes).toBeGreaterThan(packed.layout.bytes)
    expect(metrics.cpu_ms).toBeGreaterThan(0)
    expect(metrics.wall_ms).toBeGreaterThan(0)
  })

  it('[W41] stops a unit whose rows take more fuel than it may use', async () => {
    const params = RenderParams.parse({ width: 32, height: 32, spp: 2 })
    const { fuel } = done(await outcomeOf('render.path-trace', params, parts, 0)).metrics
    const endOf = async (fuelMax: number): Promise<RunOutcome> => {
      const only = { ...task('render.path-trace', params, parts, 0), limits: { ...LIMITS, fuelMax } }
      return (await outcomesOf(runner, [only])).get(only.id)!
    }
    expect(done(await endOf(fuel!)).metrics.fuel).toBe(fuel)
    const message = `used all ${fuel! - 1} units of fuel`
    expect(await endOf(fuel! - 1)).toEqual({ kind: 'failed', fault: { kind: 'fuel-exhausted', message } })
  })

  it('names the kernel by its bytes and the meter', async () => {
    const engine = runner.algorithms().find((a) => a.algorithmId === 'render.path-trace')?.engine
    const module = await readFile(new URL('../../../../wasm/build/path-trace.wasm', import.meta.url))
    const digest = createHash('sha256').update(`${module.byteLength}:`).update(module).digest('hex')
    expect(engine).toBe(`render.path-trace@2.2.0+${digest.slice(0, 16)}+${METERING}`)
  })

  it('scores this machine by paths per second', async () => {
    const score = await runner.benchmark('render.path-trace', { signal: new AbortController().signal })
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThanOrEqual(1)
  })

  const junk = new TextEncoder().encode('not a scene, not a model, not light')
  const params = RenderParams.parse({})
  it.each<[string, string, Params, (bad: RunInput) => Record<string, RunInput>, number?]>([
    ['a damaged scene', 'render.path-trace', params, (bad) => ({ scene: bad }), 0],
    ['a unit outside its job', 'render.path-trace', params, () => parts, 999_999],
    ['a unit without a scene', 'render.path-trace', params, () => ({}), 0],
    ['a unit whose geometry is missing', 'render.path-trace', params, () => ({ scene: parts['scene']! }), 0],
    [
      'a unit with geometry of another scene',
      'render.path-trace',
      params,
      (bad) => ({ ...parts, geometry: bad }),
      0,
    ],
    ['params that make no picture', 'render.path-trace', { width: -1 }, () => parts, 0],
    ['a file that is no glTF', 'render.import', {}, (bad) => ({ scene: bad })],
    ['an environment that is no picture', 'render.import', {}, (bad) => ({ ...parts, environment: bad })],
    ['an import with unknown params', 'render.import', { mood: 'gloomy' }, () => parts],
    ['an assembly with units missing', 'render.assemble', { job: params }, () => ({})],
    ['an assembly of other things', 'render.assemble', { job: params }, (bad) => ({ 'unit-x': bad })],
    [
      'an assembly of a unit of the wrong size',
      'render.assemble',
      { job: params },
      (bad) => ({ 'unit-0': bad }),
    ],
  ])('refuses %s as bad input', async (_, algorithmId, badParams, inputs, unitIndex) => {
    const bad = await blob('junk', junk)
    const outcome = await outcomeOf(algorithmId, badParams, inputs(bad), unitIndex)
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'bad-input' } })
  })

  it('[G4] renders only the scene that the requester built', async () => {
    const outcome = (files: RunTask['inputs'], scene_digest: string) =>
      outcomeOf('render.path-trace', { ...params, width: 32, height: 24, scene_digest }, files, 0)
    expect(await outcome(parts, digest)).toMatchObject({ kind: 'done' })
    const unsupported = { kind: 'failed', fault: { kind: 'unsupported' } }
    expect(await outcome(parts, '0'.repeat(64))).toMatchObject(unsupported)
    const { 'image-0': texture, ...untextured } = parts
    expect(texture).toBeDefined()
    expect(await outcome(untextured, digest)).toMatchObject(unsupported)
    expect(await outcome({ ...parts, 'image-0': await blob('junk', junk) }, digest)).toMatchObject(
      unsupported,
    )
  })

  it('[K5] renders nothing that its worker opened for another job, scene or texture, without the key', async () => {
    const one = createRunner({
      clock,
      stagingFolder: join(folder, 'staging-one'),
      blobFolder: join(folder, 'blobs'),
      workers: 1,
    })
    await one.start()
    const key = new Uint8Array(randomBytes(32))
    const sealed: Record<string, RunFile> = {}
    for (const [role, { path }] of Object.entries(parts)) {
      const seal = { key, purpose: `input:${role}` } as const
      sealed[role] = { ...(await blob(`sealed-${role}`, sealBytes(seal, await readFile(path)))), seal }
    }
    const closed = Object.fromEntries(
      Object.entries(sealed).map(([role, { seal: _, ...file }]) => [role, file]),
    )
    const otherKey = { ...sealed['scene']!.seal!, key: new Uint8Array(randomBytes(32)) }
    const size = { width: 8, height: 6, spp: 1, bounces: 1, tile: 8, samples_per_unit: 1 }
    const params = RenderParams.parse({ ...size, scene_digest: digest })
    const endOf = async (inputs: RunTask['inputs']): Promise<string> => {
      const unit = task('render.path-trace', params, inputs, 0)
      const outcome = (await outcomesOf(one, [unit])).get(unit.id)!
      return outcome.kind === 'failed' ? outcome.fault.kind : 'rendered'
    }
    try {
      expect(await endOf(sealed)).toBe('rendered')
      expect(await endOf(closed)).toBe('bad-input')
      expect(await endOf({ ...sealed, scene: { ...sealed['scene']!, seal: otherKey } })).toBe('not-opened')
      expect(await endOf(sealed)).toBe('rendered')
      // With the texture that was opened it would be the scene that was promised.
      expect(await endOf({ ...parts, 'image-0': closed['image-0']! })).toBe('unsupported')
    } finally {
      await one.stop()
    }
  })

  it('[G5] refuses what would take more memory than the unit has, before it is decoded', async () => {
    const header = Buffer.from(await readFile(parts['image-0']!.path)).subarray(0, 64)
    header.writeUInt32BE(8_000, 16)
    header.writeUInt32BE(8_000, 20)
    const outcome = await outcomeOf(
      'render.path-trace',
      params,
      { ...parts, 'image-0': await blob('claims', header) },
      0,
    )
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'oversized' } })
  })

  it('refuses a scene above its memory limit', async () => {
    const limits = { ...LIMITS, memoryBytesMax: 1_000 }
    const only = { ...task('render.path-trace', params, parts, 0), limits }
    const outcome = (await outcomesOf(runner, [only])).get(only.id)
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'oversized' } })
  })
})

function done(outcome: RunOutcome): Extract<RunOutcome, { kind: 'done' }> {
  if (outcome.kind === 'failed') throw new Error(`${outcome.fault.kind}: ${outcome.fault.message}`)
  return outcome
}

async function bytesOf(output: RunOutput): Promise<Uint8Array> {
  return output.kind === 'bytes' ? output.bytes : readFile(output.path)
}

/** A wavy square of `side`² quads, each vertex shared by six triangles. */
async function gridGlb(side: number): Promise<Uint8Array> {
  const row = side + 1
  const POSITION = Array.from({ length: row * row }, (_, i) => {
    const [x, y] = [i % row, Math.floor(i / row)]
    return [x / side, y / side, ((x * y) % 7) / 500]
  }).flat()
  const indices = Array.from({ length: side * side }, (_, i) => {
    const at = Math.floor(i / side) * row + (i % side)
    return [at, at + 1, at + row + 1, at, at + row + 1, at + row]
  }).flat()
  const { document, add } = newDocument()
  add(meshNode(document, { attributes: { POSITION }, indices }))
  return glbOf(document)
}
