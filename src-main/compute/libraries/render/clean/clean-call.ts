import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { instantiateDenoiser } from '../../../../../wasm/denoise/kernel.ts'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import {
  RenderParams,
  type RenderSplit,
  tileCount,
  unitCount,
} from '../../../../protocol/job-kinds/render-tasks.ts'
import type { LibraryCall, LibraryInput, LibraryResult } from '../../../library.ts'
import { denoiserModule } from '../algorithms.ts'
import { PAGE_BYTES, type MeteredKernel } from '../metered-kernel.ts'
import type { UnitOutput } from '../picture/assemble-image.ts'
import { developPicture, pictureResult } from '../picture/develop.ts'
import { ExposureStops } from '../picture/exposure.ts'
import { unitIndexOf } from '../picture/unit-role.ts'
import { mustLoad } from '../preview/meter-call.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import { loadScene } from '../unit/load-scene.ts'
import { cleanPicture } from './clean-picture.ts'
import { eyeFeatures } from './eye-features.ts'

/** Of a pixel, beside the kernels' own memory: the result, its files, and a share of the rows that are worked on. */
const BYTES_PER_PIXEL = 40

/** `render.clean`: a job's parameters, how much noise to take away, and the exposure of its PNG as for `render.assemble`. */
const CleanParams = z.strictObject({
  job: RenderParams,
  strength: z.number().min(0).max(1),
  exposure_stops: ExposureStops.optional(),
  /** Units may be missing. */
  partial: z.literal(true).optional(),
})

/** A call's inputs: the units' outputs by tile, and the others, which are the scene's. */
interface SortedInputs {
  readonly units: ReadonlyMap<number, readonly { readonly index: number; readonly input: LibraryInput }[]>
  readonly scene: ReadonlyMap<string, LibraryInput>
}

/**
 * Puts a job's unit outputs (inputs `unit-0`, …) together into a picture without noise, by features of its scene (the
 * job's own inputs, by their roles): a PNG, the extra `exr`, and the info of `render.assemble`.
 *
 * @throws FaultError `bad-input` when units are missing or are not of this job, `unsupported` where no tile has two ranges
 * of samples to tell noise by, and as loading the scene
 */
export async function runClean(
  call: LibraryCall,
  instantiate: () => MeteredKernel,
  decoder: ImageDecoder,
): Promise<LibraryResult> {
  const params = parseAs(call.params, CleanParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  const { job, strength, exposure_stops, partial } = params.value
  const { units, scene } = sortInputs(call, job)
  mustHaveUnits(job, units, partial === true)
  const kernel = instantiate()
  mustLoad(await loadScene(kernel, job, { ...call, inputs: scene }, decoder))
  const denoiser = instantiateDenoiser(new WebAssembly.Module(readFileSync(denoiserModule)))
  const outputs = (tile: number): UnitOutput[] =>
    (units.get(tile) ?? []).map(({ index, input }) => ({ index, bytes: input.read() }))
  const afterBand = (rows: number): void => call.progress(rows / job.height)
  const light = cleanPicture(job, { outputs, features: eyeFeatures(kernel, job) }, denoiser, {
    strength,
    afterBand,
  })
  if (light.kind === 'bad-film') refuse('bad-input', light.message)
  return pictureResult(developPicture(light, exposure_stops), {
    missingTiles: partial === true ? light.missingTiles : undefined,
    memoryBytes: job.width * job.height * BYTES_PER_PIXEL + kernel.pages() * PAGE_BYTES,
  })
}

function sortInputs({ inputs }: LibraryCall, job: RenderSplit): SortedInputs {
  const units = new Map<number, { index: number; input: LibraryInput }[]>()
  const scene = new Map<string, LibraryInput>()
  for (const [role, input] of inputs) {
    const index = unitIndexOf(role)
    if (index === undefined) {
      scene.set(role, input)
      continue
    }
    if (index >= unitCount(job)) refuse('bad-input', `unit ${index} is not one of the job's`)
    const tile = index % tileCount(job)
    const same = units.get(tile)
    if (same === undefined) units.set(tile, [{ index, input }])
    else same.push({ index, input })
  }
  return { units, scene }
}

function mustHaveUnits(job: RenderSplit, units: SortedInputs['units'], partial: boolean): void {
  const counts = [...units.values()].map(({ length }) => length)
  const missing = unitCount(job) - counts.reduce((sum, count) => sum + count, 0)
  if (missing > 0 && !partial) refuse('bad-input', `${missing} units are missing`)
  if (!counts.some((count) => count > 1)) refuse('unsupported', 'no tile has two ranges of samples')
}
