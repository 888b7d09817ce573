import type { RenderEstimate } from '#contract'
import { leastTimeMs } from '../../../peer/requester/shared-work.ts'
import { estimateRender } from './estimate.ts'
import { learned, NO_EXPERIENCE } from './experience.ts'
import type { RecordedJob } from './recorded-jobs.fixture.ts'

/** An estimate and what it was of. */
export interface Told {
  readonly lowMs: number
  readonly likelyMs: number
  readonly highMs: number
  readonly tookMs: number
}

/** Whether the outcome lies within the range. */
export function inRange({ lowMs, highMs, tookMs }: Told): boolean {
  return tookMs >= lowMs && tookMs <= highMs
}

/** Estimates of all jobs in the order in which they ran, each with what those before it taught. */
export function inOrder(jobs: readonly RecordedJob[]): readonly Told[] {
  let experience = NO_EXPERIENCE
  return jobs.map((job) => {
    const estimate = estimateRender(job.input, experience)
    experience = learned(experience, job.input, job.outcome)
    return toldOf(estimate, job)
  })
}

/** Estimates of all jobs, each with what all others taught. */
export function leavingOut(jobs: readonly RecordedJob[]): readonly Told[] {
  return jobs.map((left) => {
    let experience = NO_EXPERIENCE
    for (const job of jobs) if (job !== left) experience = learned(experience, job.input, job.outcome)
    return toldOf(estimateRender(left.input, experience), left)
  })
}

/** Estimates of all jobs before anything was learned. */
export function untaught(jobs: readonly RecordedJob[]): readonly Told[] {
  return jobs.map((job) => toldOf(estimateRender(job.input, NO_EXPERIENCE), job))
}

/** As in version 0.1: all cores as if nothing else ran on them, a second around the work, and a range of 0.75 to 1.6. */
export function asBefore(jobs: readonly RecordedJob[]): readonly Told[] {
  return jobs.map(({ input, outcome: { tookMs } }) => {
    const { width, height, spp, sampleUs = 0, ownScore, redundancy } = input
    const onceMs = (width * height * spp * sampleUs * ownScore) / 1_000
    const speeds = input.peers.map(({ cores, score }) => [{ fromMs: 0, untilMs: 1e15, speed: cores * score }])
    const workMs = leastTimeMs(speeds, { onceMs, allMs: onceMs * redundancy }, 1e15) ?? 0
    const [lowMs, likelyMs, highMs] = [1_000 + 0.75 * workMs, 1_000 + workMs, 1_000 + 1.6 * workMs]
    return { lowMs, likelyMs, highMs, tookMs }
  })
}

function toldOf({ low_ms, likely_ms, high_ms }: RenderEstimate, { outcome, note }: RecordedJob): Told {
  if (low_ms === undefined || likely_ms === undefined || high_ms === undefined)
    throw new Error(`no estimate: ${note}`)
  return { lowMs: low_ms, likelyMs: likely_ms, highMs: high_ms, tookMs: outcome.tookMs }
}
