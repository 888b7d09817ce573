import type { Fault } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { ExecutionReceipt, RunMetrics } from '../../protocol/receipt.ts'
import { withoutRejected } from '../../verification/reputation.ts'
import { ranMs } from './believed-time.ts'
import { excuse, remember } from './records.ts'
import { recallKey } from './relieving.ts'
import type { AttemptState, JobState, UnitState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { faultOfRun, isTimeOut, timesLateInRun } from './time-outs.ts'
import { isOwed } from './given-up.ts'

/** The weight of the newest run in a job's observed duration. */
const OBSERVED_WEIGHT = 0.2

/**
 * Hears a provider's receipt for an attempt that was given up: that it has the result all the same, or that it has only now
 * run out of the unit's time. @returns whether that is news
 */
export function hearOfVoid(
  state: PeerState,
  job: JobState,
  unit: UnitState,
  attempt: AttemptState,
  { outcome }: ExecutionReceipt,
  atMs: number,
): boolean {
  if (attempt.status.state !== 'void' || attempt.status.ready) return false
  if (outcome.kind === 'output') {
    attempt.status = { ...attempt.status, ready: true }
    return true
  }
  if (!isOwed(attempt) || outcome.fault.kind !== 'timed-out') return false
  fail(state, job, unit, attempt, outcome.fault, atMs)
  return true
}

/** A run ended without an output. A provider is not to blame when the unit's time was up, nor for having been late then. */
function fail(
  state: PeerState,
  job: JobState,
  unit: UnitState,
  attempt: AttemptState,
  said: Fault,
  atMs: number,
): void {
  const fault = faultOfRun(job, unit, attempt, said, atMs)
  const late = timesLateInRun(unit, attempt)
  const wasAwarded = attempt.status.state === 'awarded'
  attempt.status = { state: 'failed', fault }
  if (isTimeOut(attempt)) excuse(state, attempt.peer, late)
  else if (wasAwarded) remember(state, attempt.peer, 'failed')
}

/** The answer to an attempt that is waited for. */
export function settleAttempt(
  state: PeerState,
  job: JobState,
  unit: UnitState,
  attempt: AttemptState,
  receipt: ExecutionReceipt,
  atMs: number,
): void {
  state.view.recalled.delete(recallKey(job, receipt.unit_index, attempt.attempt))
  if (receipt.outcome.kind === 'fault') {
    fail(state, job, unit, attempt, receipt.outcome.fault, atMs)
    job.retried++
    return
  }
  const { cid, metrics, inline } = receipt.outcome
  attempt.status = {
    state: 'returned',
    cid,
    metrics,
    ...(inline === undefined ? {} : { inline }),
    returnedAtMs: atMs,
  }
  const tookMs = ranMs(receipt.outcome, attempt, atMs)
  job.observedMs =
    job.observedMs === 0 ? tookMs : job.observedMs + OBSERVED_WEIGHT * (tookMs - job.observedMs)
}

/** The measurements of a run whose output is here, and when it came. */
export function runOf({ status }: AttemptState): { metrics?: RunMetrics; returnedAtMs?: number } {
  if (status.state !== 'returned' && status.state !== 'rejected') return {}
  const { metrics, returnedAtMs } = status
  return {
    ...(metrics === undefined ? {} : { metrics }),
    ...(returnedAtMs === undefined ? {} : { returnedAtMs }),
  }
}

/** Takes back the blame for lateness with a unit that is now known not to end. */
export function excuseAll(state: PeerState, unit: UnitState | undefined): void {
  const attempts = unit?.attempts ?? []
  for (const { peer, attempt, status } of attempts) {
    if (status.state !== 'void' || status.why !== 'late') continue
    const isExcused = attempts.some(
      (later) => later.peer === peer && later.attempt > attempt && isTimeOut(later),
    )
    if (!isExcused) excuse(state, peer, 1)
  }
}

/** Takes back that peers were wrong if those that outvoted them are found wrong now: they still have their results. */
export function restoreOutvoted(state: PeerState, job: JobState, unit: UnitState, output: Cid): void {
  for (const attempt of unit.attempts) {
    if (attempt.status.state !== 'rejected' || attempt.status.against !== output) continue
    attempt.status = { state: 'void', why: 'withdrawn', ready: true }
    job.rejectedOutputs--
    const record = state.requester.records.get(attempt.peer)
    if (record === undefined) continue
    state.requester.records.set(attempt.peer, withoutRejected(record, state.policy.reputation))
  }
}
