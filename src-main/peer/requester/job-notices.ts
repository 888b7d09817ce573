import { note } from '../notice.ts'
import type { PeerState } from '../state.ts'
import type { JobState } from './slice.ts'

/** Gives notice that an own job's summary may read differently. */
export function noteJob(state: PeerState, { manifest }: JobState): void {
  note(state, { kind: 'job-changed', job: manifest.job_id })
}

/** Gives notice of the units of an own job that an event changed, and so of the job. */
export function noteUnits(state: PeerState, job: JobState, units: readonly number[]): void {
  if (units.length === 0) return
  note(state, { kind: 'units-changed', job: job.manifest.job_id, units })
  noteJob(state, job)
}
