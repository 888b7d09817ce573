import type { Fault, JobSummary } from '#contract'
import type { Messages } from '#text'
import { coverOf, type JobCard } from './job-cards.ts'

/** The name of a job for a title: its scene's without the ending. */
export function jobName({ description, algorithm }: JobSummary): string {
  const name = description.replace(/\.(glb|gltf)(?=$|, frame \d+$)/i, '').trim()
  return name === '' ? algorithm.id : name
}

/** The name of a card: of a series without the frame that the node puts behind each job's. */
export function cardName(card: JobCard): string {
  const cover = coverOf(card)
  if (cover === undefined) return ''
  return card.kind === 'series' ? seriesName(cover) : jobName(cover)
}

/** The name of a frame's series. */
export function seriesName(frame: JobSummary): string {
  return jobName(frame).replace(/, frame \d+$/, '')
}

/** Why a unit went wrong, in the plain sentence of `words`; the node's own line where there is none. */
export function unitFaultText(fault: Fault, words: Partial<Record<Fault['kind'], string>>): string {
  const known = words[fault.kind]
  if (known !== undefined) return known
  return /[.!?]$/.test(fault.message) ? fault.message : `${fault.message}.`
}

/**
 * How a job's time compares with what was estimated, which of a series is for all of its frames; undefined where
 * nothing was estimated, or before the end.
 */
export function comparedWithEstimate(
  job: JobSummary,
  siblings: readonly JobSummary[],
  text: Messages['jobs'],
  written: (value: number) => string,
): string | undefined {
  const jobs = siblings.length > 1 ? siblings : [job]
  if (job.estimated_ms === undefined || job.estimated_ms <= 0) return undefined
  if (jobs.some(({ state }) => state.kind !== 'done')) return undefined
  const begun = Math.min(...jobs.map(({ submitted_at_ms }) => submitted_at_ms))
  const ended = Math.max(...jobs.map(({ submitted_at_ms, wall_ms }) => submitted_at_ms + wall_ms))
  const ratio = (ended - begun) / job.estimated_ms
  // Within a quarter the estimate counts as right.
  if (ratio > 0.8 && ratio < 1.25) return text.asEstimated
  return ratio < 1 ? text.fasterThan(written(1 / Math.max(ratio, 0.001))) : text.slowerThan(written(ratio))
}

/** Less is not told: forecasts are to the minute. */
const LATE_MS_MIN = 60_000

/**
 * By how much jobs will miss what they should be done by, the one that misses it most; `byMs` is absent where the end
 * is not known. Undefined while none will.
 */
export function latenessOf(jobs: readonly JobSummary[]): { readonly byMs?: number } | undefined {
  let latest: { byMs?: number } | undefined
  for (const { deadline_ms, deadline_at_risk: risk } of jobs) {
    if (deadline_ms === undefined || risk === undefined) continue
    latest ??= {}
    if (risk.expected_end_ms === undefined) continue
    latest.byMs = Math.max(latest.byMs ?? LATE_MS_MIN, risk.expected_end_ms - deadline_ms)
  }
  return latest
}
