import type { AttemptState } from './slice.ts'

type Status = AttemptState['status']

/** Whether a given-up attempt may still be computed by its peer. */
export function isOwed({ status }: Pick<AttemptState, 'status'>): boolean {
  if (status.state !== 'void' || status.ready || status.withdrawn === true) return false
  return status.why === 'late' || status.why === 'disconnected'
}

/** Whether an attempt was given up because it was not needed any longer, whatever it was before. */
export function isWithdrawn(status: Status): boolean {
  return status.state === 'void' && (status.why === 'withdrawn' || status.withdrawn === true)
}

/**
 * The status of an attempt that is no longer needed. One that was late or lost stays so: its lateness counts in the job as in
 * its peer's standing, and can still be excused.
 * @param ready whether its peer has the result all the same
 */
export function withdrawnStatus(attempt: Pick<AttemptState, 'status'>, ready: boolean): Status {
  const { status } = attempt
  return status.state === 'void' && isOwed(attempt)
    ? { ...status, ready, withdrawn: true }
    : { state: 'void', why: 'withdrawn', ready }
}
