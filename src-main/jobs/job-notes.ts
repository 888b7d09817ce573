import { z } from 'zod'
import { LitBy } from '#contract'
import type { JobState } from '../peer/requester/slice.ts'
import type { Settings } from '../ports/settings.ts'
import { Cid, JobId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'

/**
 * Notes on a job for its own user. They are not in the manifest, which every peer that helps can read. Written before
 * the job is submitted, and never changed.
 */
export const JobNotes = z.object({
  /** How long the user was told that it would take, in milliseconds. */
  estimated_ms: z.number().min(0).exactOptional(),
  /** How long it would have taken on this PC alone, by the estimate of that moment. */
  alone_ms: z.number().min(0).exactOptional(),
  /** Jobs that were submitted together: the first one's id, and which of them this is. */
  series: z.object({ id: JobId, index: z.int().min(0), count: z.int().min(1) }).exactOptional(),
  /** Which frame of an animation, at so many a second. */
  frame: z.int().min(0).exactOptional(),
  fps: z.number().positive().exactOptional(),
  /** The blob of the request by which it was submitted. */
  recipe: Cid.exactOptional(),
  /** Of a picture: its exposure in stops, and its light. */
  exposure: z.object({ stops: z.number(), lit_by: LitBy }).exactOptional(),
  /** Of a picture: how much of its noise is taken out; none where it is absent. */
  denoise: z.number().min(0).max(1).exactOptional(),
})
export type JobNotes = z.infer<typeof JobNotes>

/** Remembers the notes on a job. */
export function writeJobNotes(settings: Settings, job: JobId, notes: JobNotes): void {
  if (Object.keys(notes).length > 0) settings.write(keyOf(job), notes)
}

/** Forgets the notes on a job. */
export function forgetJobNotes(settings: Settings, job: JobId): void {
  settings.write(keyOf(job), undefined)
}

/** Reads the notes on a job; none where none were written. */
export type JobNotesReader = (job: Pick<JobState, 'manifest'>) => JobNotes

/** Reads each job's notes from the settings once: lists ask for them again and again. */
export function createJobNotes(settings: Settings): JobNotesReader {
  const known = new WeakMap<JobManifest, JobNotes>()
  return ({ manifest }) => {
    const notes = known.get(manifest) ?? settings.read(keyOf(manifest.job_id), JobNotes) ?? {}
    known.set(manifest, notes)
    return notes
  }
}

/** The setting's name is older than the word "notes". */
function keyOf(job: JobId): string {
  return `job-facts:${job}`
}
