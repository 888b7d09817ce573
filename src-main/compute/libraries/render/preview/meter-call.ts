import { z } from 'zod'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import { IMAGE_SIDE_MAX, RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { LoadResult } from '../../../../../wasm/path-trace/kernel.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { SCENE_ROLE } from '../import/scene-inputs.ts'
import { PAGE_BYTES, type MeteredKernel } from '../metered-kernel.ts'
import { type Metering, meterPicture } from '../picture/exposure.ts'
import { createFilm, filmRadiance, mergeUnit } from '../picture/film.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import { loadScene } from '../unit/load-scene.ts'

/** The longer side of the picture that is metered, in pixels, and its samples a pixel: a tenth of a second of one core. */
const METERED_SIDE = 96
const METERED_SAMPLES = 8
/** A job's own bounces and clamp do not count: the exposure belongs to the scene, whatever the quality of its pictures. */
const METERED_BOUNCES = 6

/** `render.meter`: the picture that is to be, by its size; the job whose inputs the scene is built of, or a packed scene. */
const MeterParams = z.strictObject({
  width: z.int().min(1).max(IMAGE_SIDE_MAX),
  height: z.int().min(1).max(IMAGE_SIDE_MAX),
  job: RenderParams.optional(),
})

/** Pixels of a picture. */
interface PictureSize {
  readonly width: number
  readonly height: number
}

/**
 * Meters the light of a packed scene (input `scene`), or of a job's: info `exposure_stops` and `is_dark`.
 *
 * @throws FaultError `bad-input` for a damaged scene, `unit-failed` for one that does not fit in memory
 */
export async function runMeter(
  call: LibraryCall,
  instantiate: () => MeteredKernel,
  decoder: ImageDecoder,
): Promise<LibraryResult> {
  const params = parseAs(call.params, MeterParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  const { job, ...picture } = params.value
  const kernel = instantiate()
  mustLoad(job === undefined ? loadPacked(kernel, call) : await loadScene(kernel, job, call, decoder))
  const { stops, isDark } = meterScene(kernel, picture)
  return {
    output: new Uint8Array(0),
    info: { exposure_stops: stops, is_dark: isDark },
    memoryBytes: kernel.pages() * PAGE_BYTES,
  }
}

/**
 * Meters the scene in a kernel for a picture of some size: by a small picture of the same view, whose samples are always
 * the same ones. The same scene, view and shape have the same exposure on every machine and at every quality.
 */
export function meterScene(kernel: MeteredKernel, picture: PictureSize): Metering {
  const scale = METERED_SIDE / Math.max(picture.width, picture.height)
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  const region = { x0: 0, y0: 0, x1: width, y1: height, s0: 0, s1: METERED_SAMPLES }
  const sums = Uint8Array.from(kernel.renderTile(region, { width, height, bounces: METERED_BOUNCES }))
  return meterPicture(radianceOf(sums, { width, height }, METERED_SAMPLES))
}

/** The radiance of a whole picture's sums, as the kernel gives them. */
export function radianceOf(sums: Uint8Array, { width, height }: PictureSize, spp: number): Float32Array {
  const film = createFilm({ width, height, spp, tile: Math.max(width, height), samples_per_unit: spp })
  const fault = mergeUnit(film, 0, sums)
  return fault === undefined ? filmRadiance(film) : refuse('unit-failed', fault.message)
}

/** Loads the packed scene among a call's inputs into a kernel. */
export function loadPacked(kernel: MeteredKernel, { inputs }: LibraryCall): LoadResult {
  const scene = inputs.get(SCENE_ROLE) ?? refuse('bad-input', 'a picture without a scene')
  return kernel.loadScene(scene.read())
}

/** @throws FaultError `bad-input`, `unit-failed` where the scene was not loaded */
export function mustLoad(loaded: LoadResult): void {
  if (loaded.kind === 'bad-scene') refuse('bad-input', `the scene is damaged: ${loaded.reason}`)
  if (loaded.kind === 'out-of-memory')
    refuse('unit-failed', 'the scene does not fit into the kernel’s memory')
}
