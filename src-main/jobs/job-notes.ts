import { z } from 'zod'
import type { JobState } from '../peer/state.ts'
import type { Settings } from '../ports/settings.ts'
import { JobId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'

/**
 * What only this user is told of a job: it is not in the manifest, which everybody who helps can read. Written before
 * the job is submitted, and never changed.
 */
export const JobFacts = z.object({
  /** How long the user was told that it would take, in milliseconds. */
  estimated_ms: z.number().min(0).exactOptional(),
  /** Jobs that were submitted together: the first one's id, and which of them this is. */
  series: z.object({ id: JobId, index: z.int().min(0), count: z.int().min(1) }).exactOptional(),
  /** Which frame of an animation, at so many a second. */
  frame: z.int().min(0).exactOptional(),
  fps: z.number().positive().exactOptional(),
})
export type JobFacts = z.infer<typeof JobFacts>

/** Remembers a job's facts. */
export function writeJobFacts(settings: Settings, job: JobId, facts: JobFacts): void {
  if (Object.keys(facts).length > 0) settings.write(factsKey(job), facts)
}

/** Reads jobs' facts, each once: lists ask for them again and again. */
export function createJobFacts(settings: Settings): (job: JobState) => JobFacts {
  const known = new WeakMap<JobManifest, JobFacts>()
  return ({ manifest }) => {
    const facts = known.get(manifest) ?? settings.read(factsKey(manifest.job_id), JobFacts) ?? {}
    known.set(manifest, facts)
    return facts
  }
}

/** The setting in which they are remembered. */
export function factsKey(job: JobId): string {
  return `job-facts:${job}`
}
