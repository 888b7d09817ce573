import type { JobPhase } from '#contract'
import { isUnderWay, type JobState } from '../peer/requester/slice.ts'
import { refuse } from '../protocol/fault.ts'

/** Where a job stands, as the contract says it. */
export function phaseOf(status: JobState['status']): JobPhase {
  if (status.state === 'failed') return { kind: 'failed', fault: status.fault }
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
