import type { JobPhase } from '#contract'
import { isUnderWay, type JobState } from '../peer/requester/slice.ts'
import { refuse } from '../protocol/fault.ts'

/** Where a job stands, as the contract says it. */
export function phaseOf(status: JobState['status']): JobPhase {
  if (status.state === 'failed') return { kind: 'failed', fault: status.fault }
  if (status.state === 'cancelled') return { kind: 'cancelled', ...(status.kept && { kept: true }) }
  return status.state === 'paused' ? { kind: 'paused', since_ms: status.sinceMs } : { kind: status.state }
}

/** Whether a job has come to its end, one way or another. */
export function hasJobEnded(job: JobState): boolean {
  return !isUnderWay(job)
}

/** @throws FaultError `bad-input` for a job that is not done, and says how far it is */
export function mustBeDone({ manifest: { job_id, unit_count }, status, stored }: JobState): void {
  if (status.state === 'done') return
  refuse('bad-input', `job ${job_id} is ${status.state}: ${stored} of ${unit_count} units are here`)
}

/**
 * Whether a job has ended with a part of its units, of which a result can be made.
 * @throws FaultError `bad-input` for a job under way, and for one that ended without anything
 */
export function mustHaveAPart(job: JobState): 'whole' | 'part' {
  if (job.status.state === 'done') return 'whole'
  if (!hasJobEnded(job) || job.stored === 0) mustBeDone(job)
  return 'part'
}
