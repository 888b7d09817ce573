/**
 * Computes what must be the same on every machine and writes it as JSON (`RunOutput`): golden vectors, tiles and a film
 * of sample scenes, and random programs of floats. `npm run test:arm64` runs it on x64 and on arm64 and compares.
 */
import { createHash } from 'node:crypto'
import { kernelPath } from '../../../wasm/build.ts'
import { cloudScene, sampleScene } from '../../../wasm/path-trace/sample-scenes.ts'
import { packScene, type SceneDescription } from '../../../wasm/path-trace/scene.ts'
import { assert } from '../../protocol/fault.ts'
import { RenderParams, unitCount } from '../../protocol/job-kinds/render-tasks.ts'
import { defaultSceneGlb } from '../libraries/render/samples/knot-room.ts'
import { importScene } from '../libraries/render/import/import-scene.ts'
import { compileKernel, type MeteredKernel } from '../libraries/render/metered-kernel.ts'
import { assembleImage, type UnitOutput } from '../libraries/render/picture/assemble-image.ts'
import { createFilm, mergeUnit } from '../libraries/render/picture/film.ts'
import { measureScene } from '../libraries/render/unit/measure-scene.ts'
import {
  createRenderUnit,
  type RenderedUnit,
  type RenderUnitRunner,
} from '../libraries/render/unit/run-unit.ts'
import { BATCH, batchDigest } from '../metering/fuzz/nan-oracle.fixture.ts'
import { measure } from '../metering/golden/measure.fixture.ts'
import { checkedIn } from '../metering/golden/vector.fixture.ts'
import type { Computed, RunOutput } from './computed.ts'

/** A build of the path tracer, compiled, and the words by which lines name it. */
interface Kernel {
  readonly label: string
  readonly create: () => MeteredKernel
}

/** One unit of it is the tile in the middle, where most scenes have something. */
const TILE = RenderParams.parse({ width: 72, height: 72, spp: 8, tile: 24, samples_per_unit: 8, bounces: 6 })
const MIDDLE_UNIT = 4

/** Several tiles, some cut off at the edge, in two ranges of samples. */
const PICTURE = RenderParams.parse({
  width: 40,
  height: 30,
  spp: 6,
  tile: 16,
  samples_per_unit: 4,
  bounces: 3,
})

const CLOUD_TRIANGLES = 2_000

/** Random programs in groups of so many batches: each group is a line. */
const PROGRAM_GROUPS = 4
const BATCHES_PER_GROUP = 8
const PROGRAM_SEED = 1

interface NamedScene {
  readonly name: string
  readonly packed: Uint8Array
}

function digestOf(...parts: readonly (string | NodeJS.ArrayBufferView)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 32)
}

/** Scenes are built by JavaScript, which has its own sines: their bits are compared too. */
async function sampleScenes(): Promise<NamedScene[]> {
  const imported = await importScene({ bytes: await defaultSceneGlb() })
  if (imported.kind !== 'scene') throw new Error(imported.message)
  const scenes: Readonly<Record<string, SceneDescription>> = {
    'room of all materials': sampleScene(),
    'cloud of triangles': cloudScene(CLOUD_TRIANGLES, (i) => 4 ** -(i % 5)),
    'measuring scene': measureScene(),
    'demonstration, imported': imported.scene,
  }
  return Object.entries(scenes).map(([name, scene]) => ({ name, packed: packScene(scene) }))
}

async function renderUnit(
  runner: RenderUnitRunner,
  scene: NamedScene,
  params: RenderParams,
  index: number,
): Promise<RenderedUnit> {
  const load = (kernel: MeteredKernel) => kernel.loadScene(scene.packed)
  const result = await runner.run({ scene: scene.name, params, index }, load)
  if (result.kind !== 'film') throw new Error(`${scene.name}, unit ${index}: ${result.kind}`)
  return result
}

/** One tile of each scene, with its fuel. */
async function tiles({ label, create }: Kernel, scenes: readonly NamedScene[]): Promise<Computed[]> {
  const computed: Computed[] = []
  for (const scene of scenes) {
    const { bytes, fuel } = await renderUnit(createRenderUnit(create), scene, TILE, MIDDLE_UNIT)
    computed.push({ name: `tile of the ${scene.name}, ${label}`, fuel, digest: digestOf(bytes) })
  }
  return computed
}

/** All units of a picture, merged in the opposite order, and the picture's files. */
async function picture({ label, create }: Kernel, scene: NamedScene): Promise<Computed[]> {
  const runner = createRenderUnit(create)
  const outputs: UnitOutput[] = []
  let fuel = 0
  for (let index = 0; index < unitCount(PICTURE); index++) {
    const unit = await renderUnit(runner, scene, PICTURE, index)
    outputs.push({ index, bytes: unit.bytes })
    fuel += unit.fuel
  }
  const film = createFilm(PICTURE)
  for (const { index, bytes } of outputs.toReversed()) {
    const fault = mergeUnit(film, index, bytes)
    if (fault !== undefined) throw new Error(fault.message)
  }
  const image = assembleImage(PICTURE, outputs)
  if (image.kind !== 'image') throw new Error(image.message)
  const { png, exr, exposureStops, meanLuminance } = image
  return [
    { name: `film of ${outputs.length} units, ${label}`, fuel, digest: digestOf(film.words) },
    { name: `its PNG, ${label}`, digest: digestOf(png) },
    { name: `its OpenEXR, ${label}`, digest: digestOf(exr) },
    { name: `its exposure, ${label}`, digest: `${exposureStops} of ${meanLuminance}` },
  ]
}

async function renders(): Promise<Computed[]> {
  const scenes = await sampleScenes()
  const computed = scenes.map(({ name, packed }): Computed => ({
    name: `scene: ${name}`,
    digest: digestOf(packed),
  }))
  const kernels: readonly Kernel[] = [
    { label: 'SIMD kernel', create: compileKernel(kernelPath('path-trace')) },
    { label: 'scalar kernel', create: compileKernel(kernelPath('path-trace.scalar')) },
  ]
  const [room] = scenes
  assert(room !== undefined, 'there is a scene')
  for (const kernel of kernels) {
    computed.push(...(await tiles(kernel, scenes)), ...(await picture(kernel, room)))
  }
  return computed
}

async function vectors(): Promise<Computed[]> {
  const found = await measure(checkedIn().modules)
  return found.vectors.map(({ name, fuel, digest }) => ({ name: `vector: ${name}`, fuel, digest }))
}

/** Random programs full of NaNs, metered: the memory that each leaves (rule X14). */
function programs(): Computed[] {
  return Array.from({ length: PROGRAM_GROUPS }, (_, group) => {
    const digests = Array.from({ length: BATCHES_PER_GROUP }, (__, at) =>
      batchDigest(PROGRAM_SEED, group * BATCHES_PER_GROUP + at),
    )
    const count = BATCHES_PER_GROUP * BATCH
    return {
      name: `NaN bits: programs ${group * count} to ${(group + 1) * count - 1}`,
      digest: digestOf(...digests),
    }
  })
}

const computed = [...(await vectors()), ...programs(), ...(await renders())]
const output: RunOutput = { arch: process.arch, node: process.version, computed }
process.stdout.write(`${JSON.stringify(output)}\n`)
