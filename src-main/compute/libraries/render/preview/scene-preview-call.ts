import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { instantiateDenoiser } from '../../../../../wasm/denoise/kernel.ts'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import { BOUNCES_MAX, IMAGE_SIDE_MAX, RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import { RenderView } from '../../../../protocol/job-kinds/render-view.ts'
import { readCamera, setCamera } from '../../../../../wasm/path-trace/scene-camera.ts'
import { SCENE_ROLE } from '../import/scene-inputs.ts'
import { viewCamera, viewOf } from '../scene/free-view.ts'
import { threadCpuMs } from '../../../worker/cpu-time.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { denoiserModule } from '../algorithms.ts'
import { cleanPicture } from '../clean/clean-picture.ts'
import { eyeFeatures } from '../clean/eye-features.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { PAGE_BYTES, type MeteredKernel } from '../metered-kernel.ts'
import { ExposureStops } from '../picture/exposure.ts'
import { toneMap } from '../picture/tone-map.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import { loadScene } from '../unit/load-scene.ts'
import { meterScene, mustLoad, radianceOf } from './meter-call.ts'

/** A preview is small; a larger one is a render. */
const SIDE_MAX = 1_024
const SAMPLES_MAX = 64
/** With fewer, noise cannot be told from what is there. */
const CLEANED_SAMPLES_MIN = 8

/** A processor's clock may go in steps of ten milliseconds: shorter work is done again until it can be told. */
const MEASURED_MS_MIN = 50

/** `render.preview`: a small picture of a packed scene, or of a job's, exposed as the picture that is to be of it. */
const PreviewParams = z.strictObject({
  width: z.int().min(1).max(SIDE_MAX),
  height: z.int().min(1).max(SIDE_MAX),
  /** Samples a pixel; from `CLEANED_SAMPLES_MIN` on an even number, and the noise is taken out. */
  spp: z
    .int()
    .min(1)
    .max(SAMPLES_MAX)
    .refine((spp) => spp < CLEANED_SAMPLES_MIN || spp % 2 === 0),
  bounces: z.int().min(0).max(BOUNCES_MAX),
  /** The size of the picture that is to be. */
  picture: z.strictObject({
    width: z.int().min(1).max(IMAGE_SIDE_MAX),
    height: z.int().min(1).max(IMAGE_SIDE_MAX),
  }),
  /** The job whose inputs the scene is built of. */
  job: RenderParams.optional(),
  /** The exposure that is known already; metered when absent. */
  exposure_stops: ExposureStops.optional(),
  /** In place of the camera of a packed scene. */
  view: RenderView.optional(),
  /** One of many pictures in quick succession, whose exposure is known: nothing is metered, and no time measured. */
  quick: z.literal(true).optional(),
})

/**
 * Renders a packed scene (input `scene`), or a job's, at once: a JPEG, cleaned where it has the samples for that, and as info
 * `sample_us` (this core's time for one sample of one pixel), `exposure_stops` and `is_dark` as `render.meter` tells them, and the
 * `view` of a packed scene.
 *
 * @throws FaultError `bad-input` for a damaged scene, `unit-failed` for one that does not fit in memory
 */
export async function runScenePreview(
  call: LibraryCall,
  instantiate: () => MeteredKernel,
  decoder: ImageDecoder,
): Promise<LibraryResult> {
  const params = parseAs(call.params, PreviewParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  const { width, height, spp, bounces, picture, job } = params.value
  const kernel = instantiate()
  const view = job === undefined ? loadView(kernel, call, params.value) : undefined
  if (job !== undefined) mustLoad(await loadScene(kernel, job, call, decoder))
  const { exposure_stops: known, quick } = params.value
  // Metering also takes the compiler through its tiers, so that the picture's time is that of compiled code.
  const metered =
    quick === true && known !== undefined ? { stops: known, isDark: false } : meterScene(kernel, picture)
  const stops = known ?? metered.stops
  const size = { width, height, spp, bounces, quick: quick === true }
  const { radiance, cpuMs } = spp < CLEANED_SAMPLES_MIN ? sampled(kernel, size) : cleaned(kernel, size)
  const sample_us = (cpuMs * 1_000) / (width * height * spp)
  return {
    output: encodeJpeg(width, height, toneMap(radiance, stops)),
    info: {
      ...{ sample_us, exposure_stops: stops, is_dark: metered.isDark },
      ...(view === undefined ? {} : { view }),
    },
    memoryBytes: kernel.pages() * PAGE_BYTES,
  }
}

/** Loads the packed scene among a call's inputs, with the view that is asked for. @returns its view */
function loadView(
  kernel: MeteredKernel,
  { inputs }: LibraryCall,
  { view, picture }: z.infer<typeof PreviewParams>,
): RenderView {
  const scene = inputs.get(SCENE_ROLE) ?? refuse('bad-input', 'a picture without a scene')
  const packed = scene.read()
  if (view !== undefined) setCamera(packed, viewCamera(view))
  mustLoad(kernel.loadScene(packed))
  return view ?? viewOf(readCamera(packed), kernel, picture.width / picture.height)
}

/** A small picture, its samples a pixel, and the longest of its paths. */
interface PreviewSize extends Pick<RenderParams, 'width' | 'height' | 'spp' | 'bounces'> {
  readonly quick: boolean
}

/** The radiance of a picture, and the processor time that its samples took. */
interface TimedPicture {
  readonly radiance: Float32Array
  readonly cpuMs: number
}

function sampled(kernel: MeteredKernel, size: PreviewSize): TimedPicture {
  const { sums, cpuMs } = timed(() => renderSamples(kernel, size, 0, size.spp), size.quick)
  return { radiance: radianceOf(sums, size, size.spp), cpuMs }
}

/** The same without noise, by the two halves of its samples, as a finished picture is cleaned. */
function cleaned(kernel: MeteredKernel, size: PreviewSize): TimedPicture {
  const { width, height, spp } = size
  const half = spp / 2
  const { sums: first, cpuMs } = timed(() => renderSamples(kernel, size, 0, half), size.quick)
  const second = renderSamples(kernel, size, half, spp)
  const split = { ...size, tile: Math.max(width, height), samples_per_unit: half }
  const outputs = [
    { index: 0, bytes: first },
    { index: 1, bytes: second },
  ]
  const denoiser = instantiateDenoiser(new WebAssembly.Module(readFileSync(denoiserModule)))
  const source = { outputs: () => outputs, features: eyeFeatures(kernel, size) }
  const picture = cleanPicture(split, source, denoiser, { strength: 1 })
  if (picture.kind === 'bad-film') refuse('unit-failed', picture.message)
  return { radiance: picture.radiance, cpuMs: 2 * cpuMs }
}

/** The sums of some samples of every pixel. */
function renderSamples(kernel: MeteredKernel, size: PreviewSize, s0: number, s1: number): Uint8Array {
  return Uint8Array.from(kernel.renderTile({ x0: 0, y0: 0, x1: size.width, y1: size.height, s0, s1 }, size))
}

/** The rendered sums, and the processor time that they take: nearly, or quickly. */
function timed(render: () => Uint8Array, quick: boolean): { sums: Uint8Array; cpuMs: number } {
  const [startMs, cpuAtStartMs] = [performance.now(), threadCpuMs()]
  const sums = render()
  let passes = 1
  for (; !quick && performance.now() - startMs < MEASURED_MS_MIN; passes++) render()
  const cpuMs = threadCpuMs() - cpuAtStartMs
  // Where the clock has not moved all the same, other programs had the core: the wall's is the best that is known.
  return { sums, cpuMs: (cpuMs > 0 ? cpuMs : performance.now() - startMs) / passes }
}
