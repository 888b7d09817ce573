/**
 * Renders the small pictures of the samples that the window shows: `npm run samples`. They are committed, and to be made
 * again when a sample changes.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { instantiateKernel } from '../../../../../wasm/path-trace/kernel.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { importScene } from '../import/import-scene.ts'
import { meterPicture } from '../picture/exposure.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { toneMap } from '../picture/tone-map.ts'
import { radianceOf } from '../preview/meter-call.ts'
import { SAMPLE_SCENES } from './sample-scenes.ts'

/** Twice the width of a card, for screens with two pixels to one. */
const SIZE = { width: 400, height: 300 } as const
/** Fine enough that a JPEG has no grain to spend its bytes on. */
const SAMPLES_PER_PIXEL = 160
const BOUNCES = 6
const CLAMP = 4

const kernelFile = new URL('../../../../../wasm/build/path-trace.wasm', import.meta.url)
const folder = new URL('../../../../../src-renderer/job-kinds/render/samples/', import.meta.url)

const module = new WebAssembly.Module(await readFile(kernelFile))
for (const [name, make] of Object.entries(SAMPLE_SCENES)) {
  const imported = await importScene({ bytes: await make() })
  if (imported.kind !== 'scene') throw new Error(imported.message)
  const kernel = instantiateKernel(module)
  kernel.loadScene(packScene(imported.scene))
  const region = { x0: 0, y0: 0, x1: SIZE.width, y1: SIZE.height, s0: 0, s1: SAMPLES_PER_PIXEL }
  const sums = Uint8Array.from(kernel.renderTile(region, { ...SIZE, bounces: BOUNCES, clamp: CLAMP }))
  const radiance = radianceOf(sums, SIZE, SAMPLES_PER_PIXEL)
  const jpeg = encodeJpeg(SIZE.width, SIZE.height, toneMap(radiance, meterPicture(radiance).stops))
  await writeFile(new URL(`${name}.jpg`, folder), jpeg)
  process.stdout.write(`${name}.jpg: ${jpeg.byteLength} bytes\n`)
}
