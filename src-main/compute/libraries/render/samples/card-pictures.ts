/**
 * Renders the small pictures of the samples and of the lights that the window shows: `npm run samples`. They are committed, and
 * to be made again when a sample or a light changes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { instantiateKernel } from '../../../../../wasm/path-trace/kernel.ts'
import { packScene, type EnvironmentDescription } from '../../../../../wasm/path-trace/scene.ts'
import { MADE_LIGHTS } from '../../../../protocol/job-kinds/made-lights.ts'
import { RenderLight } from '../../../../protocol/job-kinds/render-light.ts'
import { importScene } from '../import/import-scene.ts'
import { makeLight } from '../light/made-light.ts'
import { meterPicture } from '../picture/exposure.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { toneMap } from '../picture/tone-map.ts'
import { radianceOf } from '../preview/meter-call.ts'
import { lightCardGlb } from './light-card.ts'
import { SAMPLE_SCENES } from './sample-scenes.ts'

/** A small picture, in pixels: twice the size at which it is shown, for screens with two pixels to one. */
interface CardSize {
  readonly width: number
  readonly height: number
}
const SAMPLE_SIZE: CardSize = { width: 400, height: 300 }
const LIGHT_SIZE: CardSize = { width: 216, height: 144 }
/** Fine enough that a JPEG has no grain to spend its bytes on. */
const SAMPLES_PER_PIXEL = 160
const BOUNCES = 6
const CLAMP = 4

const kernelFile = new URL('../../../../../wasm/build/path-trace.wasm', import.meta.url)
const folder = new URL('../../../../../src-renderer/job-kinds/render/', import.meta.url)
const module = new WebAssembly.Module(await readFile(kernelFile))

for (const [name, make] of Object.entries(SAMPLE_SCENES)) {
  await writeCard(`samples/${name}.jpg`, SAMPLE_SIZE, await make())
}
await mkdir(new URL('form/lights/', folder), { recursive: true })
for (const kind of [...MADE_LIGHTS, 'sky'] as const) {
  const environment = makeLight(RenderLight.parse({ kind }), () => undefined)
  await writeCard(`form/lights/${kind}.jpg`, LIGHT_SIZE, await lightCardGlb(), environment)
}

async function writeCard(
  name: string,
  size: CardSize,
  scene: Uint8Array,
  environment?: EnvironmentDescription,
): Promise<void> {
  const imported = await importScene({ bytes: scene }, environment === undefined ? {} : { environment })
  if (imported.kind !== 'scene') throw new Error(imported.message)
  const kernel = instantiateKernel(module)
  kernel.loadScene(packScene(imported.scene))
  const region = { x0: 0, y0: 0, x1: size.width, y1: size.height, s0: 0, s1: SAMPLES_PER_PIXEL }
  const sums = Uint8Array.from(kernel.renderTile(region, { ...size, bounces: BOUNCES, clamp: CLAMP }))
  const radiance = radianceOf(sums, size, SAMPLES_PER_PIXEL)
  const jpeg = encodeJpeg(size.width, size.height, toneMap(radiance, meterPicture(radiance).stops))
  await writeFile(new URL(name, folder), jpeg)
  process.stdout.write(`${name}: ${jpeg.byteLength} bytes\n`)
}
