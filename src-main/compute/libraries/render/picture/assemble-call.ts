import { z } from 'zod'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import { RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { assembleImage, type MissingUnits, type UnitOutput } from './assemble-image.ts'
import { assemblePart } from './assemble-part.ts'
import { type AssembledImage, pictureResult } from './develop.ts'
import { ExposureStops } from './exposure.ts'
import type { FilmFault } from './film.ts'
import { unitIndexOf } from './unit-role.ts'

/** `render.assemble`: a job's parameters, and the exposure of its PNG; metered on the whole picture when none is given. */
const AssembleParams = z.strictObject({
  job: RenderParams,
  exposure_stops: ExposureStops.optional(),
  /** Units may be missing. */
  partial: z.literal(true).optional(),
})

/**
 * Puts a job's unit outputs (inputs `unit-0`, `unit-1`, …) together: a PNG, the extra `exr`, and as info the
 * `mean_luminance` and the `exposure_stops` of the PNG. One unit's output is in memory at a time. With `partial`, of the
 * units that there are (`assemblePart`); the info has its `missing_tiles` then.
 *
 * @throws FaultError `bad-input` when units are missing or are not of this job
 */
export function runAssemble(call: LibraryCall): LibraryResult {
  const params = parseAs(call.params, AssembleParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  const { job, exposure_stops, partial } = params.value
  const image: FilmFault | MissingUnits | (AssembledImage & { readonly missingTiles?: number }) =
    partial === true
      ? assemblePart(job, unitOutputs(call), exposure_stops)
      : assembleImage(job, unitOutputs(call), exposure_stops)
  if (image.kind !== 'image') refuse('bad-input', image.message)
  const { width, height } = job
  return pictureResult(image, {
    missingTiles: image.missingTiles,
    memoryBytes: width * height * (24 + 12 + (partial === true ? 12 + 3 + 4 : 3)),
  })
}

function* unitOutputs(call: LibraryCall): Generator<UnitOutput> {
  let done = 0
  for (const [role, input] of call.inputs) {
    const index = unitIndexOf(role)
    if (index === undefined) refuse('bad-input', `'${role}' is not a unit's output`)
    yield { index, bytes: input.read() }
    call.progress(++done / call.inputs.size)
  }
}
