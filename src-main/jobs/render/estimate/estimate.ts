import type { RenderEstimate } from '#contract'
import { correctionOf, type Experience, slownessOf } from './experience.ts'
import { modelRender } from './model.ts'
import type { EstimateInput } from './recorded-job.ts'

/**
 * How long a render takes if those who share now go on to: by its parts, corrected by how earlier renders went. Four outcomes
 * in five lie between `low_ms` and `high_ms`. The times are absent when fewer PCs could compute it than check each tile.
 */
export function estimateRender(input: EstimateInput, experience: Experience): RenderEstimate {
  const { peers, cores, coreMs, wallMs } = modelRender(input, slownessOf(experience))
  const common = { peers, cores, core_ms: Math.round(coreMs) }
  if (wallMs === undefined) return common
  const { likely, low, high } = correctionOf(experience, input, wallMs)
  return {
    ...common,
    likely_ms: Math.round(wallMs * likely),
    low_ms: Math.round(wallMs * low),
    high_ms: Math.round(wallMs * high),
  }
}
