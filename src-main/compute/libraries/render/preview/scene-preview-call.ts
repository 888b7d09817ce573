import { z } from 'zod'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import { BOUNCES_MAX, RADIANCE_CLAMP_MAX } from '../../../../protocol/job-kinds/render-tasks.ts'
import { threadCpuMs } from '../../../worker/cpu-time.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { automaticExposure } from '../picture/exposure.ts'
import { createFilm, filmRadiance, mergeUnit } from '../picture/film.ts'
import { encodeJpeg } from '../picture/jpeg.ts'
import { PAGE_BYTES, type MeteredKernel } from '../metered-kernel.ts'
import { toneMap } from '../picture/tone-map.ts'

/** The role of the packed scene among the inputs. */
const SCENE = 'scene'
/** A preview is small; a larger one is a render. */
const SIDE_MAX = 1_024
const SAMPLES_MAX = 64
/** A first look at an eighth of the size on each side is for the compiler's tiers, and not measured. */
const WARM_UP_FACTOR = 8

/** A processor's clock may go in steps of ten milliseconds: shorter work is done again until it can be told. */
const MEASURED_MS_MIN = 50

/** `render.preview`: a small picture of a packed scene. */
const PreviewParams = z.strictObject({
  width: z.int().min(1).max(SIDE_MAX),
  height: z.int().min(1).max(SIDE_MAX),
  spp: z.int().min(1).max(SAMPLES_MAX),
  bounces: z.int().min(0).max(BOUNCES_MAX),
  clamp: z.number().positive().max(RADIANCE_CLAMP_MAX).optional(),
})

/**
 * Renders a packed scene at once: a JPEG, and as info `sample_us` (this core's time for one sample of one pixel)
 * and `exposure_stops`.
 *
 * @throws FaultError `bad-input` for a damaged scene, `unit-failed` for one that does not fit in memory
 */
export function runScenePreview(call: LibraryCall, instantiate: () => MeteredKernel): LibraryResult {
  const params = parseAs(call.params, PreviewParams)
  const scene = call.inputs.get(SCENE)
  if (!params.ok) refuse('bad-input', params.fault.message)
  if (scene === undefined) refuse('bad-input', 'a preview without a scene')
  const { width, height, spp, bounces, clamp } = params.value
  const kernel = instantiate()
  const loaded = kernel.loadScene(scene.read())
  if (loaded.kind === 'bad-scene') refuse('bad-input', `the scene is damaged: ${loaded.reason}`)
  if (loaded.kind === 'out-of-memory')
    refuse('unit-failed', 'the scene does not fit into the kernel’s memory')
  const render = (w: number, h: number): Uint8Array =>
    kernel.renderTile(
      { x0: 0, y0: 0, x1: w, y1: h, s0: 0, s1: spp },
      { width: w, height: h, bounces, ...(clamp === undefined ? {} : { clamp }) },
    )
  render(Math.ceil(width / WARM_UP_FACTOR), Math.ceil(height / WARM_UP_FACTOR))
  const { sums, cpuMs } = timed(() => Uint8Array.from(render(width, height)))
  const sample_us = (cpuMs * 1_000) / (width * height * spp)
  const film = createFilm({ width, height, spp, tile: Math.max(width, height), samples_per_unit: spp })
  const fault = mergeUnit(film, 0, sums)
  if (fault !== undefined) refuse('unit-failed', fault.message)
  const radiance = filmRadiance(film)
  const exposure_stops = automaticExposure(radiance)
  return {
    output: encodeJpeg(width, height, toneMap(radiance, exposure_stops)),
    info: { sample_us, exposure_stops },
    memoryBytes: kernel.pages() * PAGE_BYTES,
  }
}

/** The rendered picture, and the processor time that it took. */
function timed(render: () => Uint8Array): { sums: Uint8Array; cpuMs: number } {
  const [startMs, cpuAtStartMs] = [performance.now(), threadCpuMs()]
  const sums = render()
  let passes = 1
  for (; performance.now() - startMs < MEASURED_MS_MIN; passes++) render()
  const cpuMs = threadCpuMs() - cpuAtStartMs
  // Where the clock has not moved all the same, other programs had the core: the wall's is the best that is known.
  return { sums, cpuMs: (cpuMs > 0 ? cpuMs : performance.now() - startMs) / passes }
}
