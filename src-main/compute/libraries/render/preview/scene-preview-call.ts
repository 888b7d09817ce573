import { z } from 'zod'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import { BOUNCES_MAX, IMAGE_SIDE_MAX, RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import { threadCpuMs } from '../../../worker/cpu-time.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { PAGE_BYTES, type MeteredKernel } from '../metered-kernel.ts'
import { ExposureStops } from '../picture/exposure.ts'
import { toneMap } from '../picture/tone-map.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import { loadScene } from '../unit/load-scene.ts'
import { loadPacked, meterScene, mustLoad, radianceOf } from './meter-call.ts'

/** A preview is small; a larger one is a render. */
const SIDE_MAX = 1_024
const SAMPLES_MAX = 64

/** A processor's clock may go in steps of ten milliseconds: shorter work is done again until it can be told. */
const MEASURED_MS_MIN = 50

/** `render.preview`: a small picture of a packed scene, or of a job's, exposed as the picture that is to be of it. */
const PreviewParams = z.strictObject({
  width: z.int().min(1).max(SIDE_MAX),
  height: z.int().min(1).max(SIDE_MAX),
  spp: z.int().min(1).max(SAMPLES_MAX),
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
})

/**
 * Renders a packed scene (input `scene`), or a job's, at once: a JPEG, and as info `sample_us` (this core's time for one
 * sample of one pixel), and `exposure_stops` and `is_dark` as `render.meter` tells them.
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
  mustLoad(job === undefined ? loadPacked(kernel, call) : await loadScene(kernel, job, call, decoder))
  // Metering also takes the compiler through its tiers, so that the picture's time is that of compiled code.
  const metered = meterScene(kernel, picture)
  const stops = params.value.exposure_stops ?? metered.stops
  const region = { x0: 0, y0: 0, x1: width, y1: height, s0: 0, s1: spp }
  const { sums, cpuMs } = timed(() => Uint8Array.from(kernel.renderTile(region, { width, height, bounces })))
  const sample_us = (cpuMs * 1_000) / (width * height * spp)
  return {
    output: encodeJpeg(width, height, toneMap(radianceOf(sums, { width, height }, spp), stops)),
    info: { sample_us, exposure_stops: stops, is_dark: metered.isDark },
    memoryBytes: kernel.pages() * PAGE_BYTES,
  }
}

/** The rendered sums, and the processor time that they take. */
function timed(render: () => Uint8Array): { sums: Uint8Array; cpuMs: number } {
  const [startMs, cpuAtStartMs] = [performance.now(), threadCpuMs()]
  const sums = render()
  let passes = 1
  for (; performance.now() - startMs < MEASURED_MS_MIN; passes++) render()
  const cpuMs = threadCpuMs() - cpuAtStartMs
  // Where the clock has not moved all the same, other programs had the core: the wall's is the best that is known.
  return { sums, cpuMs: (cpuMs > 0 ? cpuMs : performance.now() - startMs) / passes }
}
