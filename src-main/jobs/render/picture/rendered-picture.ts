import type { RenderFacts } from '#contract'
import type { JobState } from '../../../peer/requester/slice.ts'
import { refuse } from '../../../protocol/fault.ts'
import { RenderParams } from '../../../protocol/job-kinds/render-tasks.ts'
import type { JobNotes } from '../../job-notes.ts'
import { renderRules } from '../../../protocol/job-kinds/render.ts'

/** The parameters of a render; undefined for a job that renders nothing, or that asks for what no renderer takes. */
export function renderParamsOf({ manifest }: Pick<JobState, 'manifest'>): RenderParams | undefined {
  return manifest.algorithm_id === renderRules.id ? RenderParams.safeParse(manifest.params).data : undefined
}

/** The same for a call that wants a picture. @throws FaultError `bad-input` */
export function mustRender(job: JobState): RenderParams {
  return renderParamsOf(job) ?? refuse('bad-input', `job ${job.manifest.job_id} renders no picture`)
}

/** The picture that a job makes, for lists. */
export function renderedPicture(
  job: JobState,
  { frame, fps, exposure, denoise }: JobNotes,
): RenderFacts | undefined {
  const params = renderParamsOf(job)
  if (params === undefined) return undefined
  const { width, height, spp, tile, samples_per_unit } = params
  return {
    kind: 'render',
    width,
    height,
    spp,
    tile,
    samples_per_unit,
    ...(frame === undefined ? {} : { frame }),
    ...(fps === undefined ? {} : { fps }),
    ...(exposure === undefined ? {} : { exposure_stops: exposure.stops, lit_by: exposure.lit_by }),
    ...(denoise === undefined ? {} : { denoise }),
  }
}

/** By how much a picture shrinks to be at most `sideMax` pixels on its longer side. */
export function shrinkFactor({ width, height }: RenderParams, sideMax: number): number {
  return Math.max(1, Math.ceil(Math.max(width, height) / sideMax))
}
