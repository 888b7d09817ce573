import { failure, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { isWithdrawn } from './given-up.ts'
import { quorumOfJob, type AttemptState, type JobState, type UnitState } from './slice.ts'
import { timeLimitMs } from './time-limit.ts'

/** A run counts as one for its whole time from this part of it on: clocks run differently, and are set. */
const WHOLE_PART = 0.9

type TimeOut = AttemptState & { readonly status: { readonly state: 'failed'; readonly fault: Fault } }

/** Whether an attempt ended because the unit's time was up. */
export function isTimeOut(attempt: AttemptState): attempt is TimeOut {
  const { status } = attempt
  return status.state === 'failed' && status.fault.kind === 'timed-out'
}

/** Those where the unit's time was up, each once. */
export function timedOutPeers({ attempts }: UnitState): readonly PeerId[] {
  return [...new Set(attempts.flatMap((attempt) => (isTimeOut(attempt) ? [attempt.peer] : [])))]
}

/** Those where it was up so often that another try would tell nothing. */
export function spentPeers(
  unit: UnitState,
  { verification }: Pick<JobState, 'verification'>,
): readonly PeerId[] {
  const { time_outs_max } = verification
  return timedOutPeers(unit).filter(
    (peer) =>
      unit.attempts.filter((attempt) => attempt.peer === peer && isTimeOut(attempt)).length >= time_outs_max,
  )
}

/** Whether a peer has not had a unit yet: what it refused or gave back does not count. */
export function isNewTo({ attempts }: UnitState, peer: PeerId): boolean {
  return attempts.every(
    ({ peer: by, status }) =>
      by !== peer ||
      isWithdrawn(status) ||
      (status.state === 'void' && (status.why === 'refused' || status.why === 'handed-back')),
  )
}

/**
 * The fault as the requester has it. That a unit's time was up is believed of a peer that had it for about as long as that
 * takes; of another one the run just ended. One run is counted once, under whichever attempt it is told.
 */
export function faultOfRun(
  job: JobState,
  unit: UnitState,
  attempt: AttemptState,
  fault: Fault,
  atMs: number,
): Fault {
  if (fault.kind !== 'timed-out') return fault
  const limitMs = timeLimitMs(job.manifest)
  const hadMs = atMs - (runOf(unit, attempt)[0]?.awardedAtMs ?? attempt.awardedAtMs)
  const isToldAlready = unit.attempts.some(
    (later) => later.peer === attempt.peer && later.attempt > attempt.attempt && isTimeOut(later),
  )
  if (hadMs >= limitMs * WHOLE_PART && !isToldAlready) return fault
  const message = `it was ended after ${durationText(hadMs)} of its ${durationText(limitMs)}: ${fault.message}`
  return failure('runner-lost', message).fault
}

/** How often a run that used up its time counted as late before it ended: its provider is not to blame for that lateness. */
export function timesLateInRun(unit: UnitState, attempt: AttemptState): number {
  return runOf(unit, attempt).filter(({ status }) => status.state === 'void' && status.why === 'late').length
}

/** The attempts of a peer that one run of a unit may have answered: an award that comes again does not begin it anew. */
function runOf({ attempts }: UnitState, { peer, attempt: number }: AttemptState): readonly AttemptState[] {
  const made = attempts.filter((a) => a.peer === peer && a.attempt <= number)
  const ended = made.findLastIndex(
    ({ attempt, status }) => attempt < number && status.state !== 'awarded' && !mayGoOn(status),
  )
  return made.slice(ended + 1)
}

/** Whether a peer may run a unit on although its attempt was given up: also where it refused another award of it. */
function mayGoOn(status: AttemptState['status']): boolean {
  if (status.state !== 'void') return false
  return !isWithdrawn(status) && status.why !== 'handed-back' && status.why !== 'other-engine'
}

/**
 * Why a unit is given up that runs out of time wherever it runs; undefined while it is worth another try. As many peers
 * must report it as must agree on an output, at least two; or the requester itself in a job without verifiers.
 */
export function timedOutFault(job: JobState, index: number): Fault | undefined {
  const { manifest } = job
  const attempts = job.units.get(index)?.attempts ?? []
  const timeOuts = attempts.filter(isTimeOut)
  const last = attempts.findLast(isTimeOut)
  if (last === undefined) return undefined
  const quorum = quorumOfJob(job)
  const { time_outs_max, witnesses_min } = job.verification
  if (timeOuts.length < Math.max(time_outs_max, quorum)) return undefined
  const peers = new Set(timeOuts.map(({ peer }) => peer))
  const sawItself = quorum === 1 && peers.has(manifest.requester_id)
  if (!sawItself && peers.size < Math.max(witnesses_min, quorum)) return undefined
  const said = last.status.fault.message
  const where = peers.size === 1 ? '1 peer' : `${peers.size} peers`
  const times = timeOuts.length === peers.size ? '' : `, ${timeOuts.length} times`
  const limit = durationText(timeLimitMs(manifest))
  const remedy = manifest.limits !== undefined ? '; submit-job --timeout gives it longer' : ''
  const message = `unit ${index} ran for its ${limit} on ${where}${times} without ending${remedy} (${said})`
  return failure('timed-out', message).fault
}

/** A duration in one or two words: `870 ms`, `10 s`, `90 min`. */
function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 600_000) return `${Number((ms / 1_000).toFixed(1))} s`
  return `${Math.round(ms / 60_000)} min`
}
