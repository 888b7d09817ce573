import type { Fault, JobSummary } from '#contract'
import type { Messages } from '#text'

/** The name of a job for a title: its scene's without the ending. */
export function jobName({ description, algorithm }: JobSummary): string {
  const name = description.replace(/\.(glb|gltf)$/i, '').trim()
  return name === '' ? algorithm.id : name
}

/** Why a unit went wrong, in a plain sentence; the node's own line where there is none. */
export function unitFaultText(fault: Fault, text: Messages['jobs']): string {
  const known = text.faults[fault.kind]
  if (known !== undefined) return known
  return /[.!?]$/.test(fault.message) ? fault.message : `${fault.message}.`
}

/** How a job's time compares with what was estimated; undefined where nothing was, or before its end. */
export function comparedWithEstimate(
  job: JobSummary,
  text: Messages['jobs'],
  written: (value: number) => string,
): string | undefined {
  if (job.estimated_ms === undefined || job.estimated_ms <= 0 || job.state.kind !== 'done') return undefined
  const ratio = job.wall_ms / job.estimated_ms
  // Within a quarter nobody would call it wrong.
  if (ratio > 0.8 && ratio < 1.25) return text.asEstimated
  return ratio < 1 ? text.fasterThan(written(1 / Math.max(ratio, 0.001))) : text.slowerThan(written(ratio))
}
