import type { Effect } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import type { PeerState } from '../state.ts'
import { withArchived } from './archived.ts'
import { isUnderWay, type JobState } from './slice.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Whether nothing about a unit of a job changes any more (P13): its output is here, or its job has ended. */
export function isFinal(job: JobState, index: number): boolean {
  const unit = job.units.get(index)
  return unit !== undefined && (unit.verified?.stored === true || !isUnderWay(job))
}

/** At most so many units of a job that are final, in the order of their first award. */
export function finalUnits(job: JobState, max: number): number[] {
  const found: number[] = []
  for (const index of job.units.keys()) {
    if (found.length === max) break
    if (isFinal(job, index)) found.push(index)
  }
  return found
}

/** Units are in the history: of each only a bit stays here. */
export function archiveUnits(state: PeerState, event: Of<'units-archived'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined) return []
  const indices = event.units.filter((index) => isFinal(job, index))
  if (indices.length === 0) return []
  job.archived = withArchived(job, indices)
  for (const index of indices) job.units.delete(index)
  return []
}

/** An ended job is in the history, and nothing of it stays here. */
export function archiveJob(state: PeerState, event: Of<'job-archived'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job !== undefined && !isUnderWay(job)) state.requester.jobs.delete(event.job_id)
  return []
}
