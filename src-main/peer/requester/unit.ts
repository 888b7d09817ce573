import type { UnitNeed } from '../../market/award.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import { comparesExactly } from '../../protocol/comparator.ts'
import { areAlike, NOTHING_COMPARED, type Likeness } from '../../protocol/likeness.ts'
import { judge, type Claim, type Verdict } from '../../verification/consensus.ts'
import { isArchived } from './archived.ts'
import { awaitsComparing, votersOf } from './comparing.ts'
import { quorumOfJob, redundancyOf, type AttemptState, type JobState, type UnitState } from './slice.ts'
import { engineOfAttempt, engineOfUnit, isExactlyChecked, unsteadyPeers } from './engines.ts'
import { spentPeers } from './time-outs.ts'

type ReturnedStatus = Extract<AttemptState['status'], { state: 'returned' }>
type ReturnedAttempt = AttemptState & { readonly status: ReturnedStatus }

/** The attempts of a unit that returned an output. */
export function returnedAttempts(unit: UnitState): readonly ReturnedAttempt[] {
  return unit.attempts.filter((attempt): attempt is ReturnedAttempt => attempt.status.state === 'returned')
}

/** The claim of a returned attempt about its unit. */
export function claimOf({ cid, metrics: { fuel } }: ReturnedStatus): Claim {
  return { output: cid, ...(fuel === undefined ? {} : { fuel }) }
}

/** Whether two outputs of a unit are alike; equal ones are. */
export function isLike({ compared }: UnitState, one: Cid, other: Cid): boolean {
  return areAlike(compared?.likeness ?? NOTHING_COMPARED, one, other)
}

/** The peers that returned just this output, and were not found wrong: they have it. */
export function holdersOfOutput(unit: UnitState, cid: Cid): PeerId[] {
  return returnedAttempts(unit).flatMap(({ peer, status }) => (status.cid === cid ? [peer] : []))
}

/**
 * The verdict of the outputs returned so far for a unit. While they are to be compared there is none, and no more peers
 * are wanted than its redundancy has.
 */
export function verdictOf(job: JobState, unit: UnitState): Verdict {
  const redundancy = redundancyOf(job)
  if (awaitsComparing(job, unit)) {
    return { kind: 'more', count: Math.max(0, redundancy - votersOf(unit).size) }
  }
  return judge({
    redundancy,
    quorum: quorumOfJob(job),
    ...likenessFor(job, unit),
    results: returnedAttempts(unit).map(({ peer, attempt, engine, status }) => ({
      peer,
      attempt,
      ...(engine === undefined ? {} : { engine }),
      ...claimOf(status),
    })),
  })
}

/** By what outputs are judged that are compared by content. */
function likenessFor({ manifest }: JobState, { compared }: UnitState): { readonly likeness?: Likeness } {
  if (comparesExactly(manifest.comparator)) return {}
  return { likeness: compared?.likeness ?? NOTHING_COMPARED }
}

/**
 * The need of a unit before its verdict: how many more peers, and which must not be asked (again) at this moment.
 * @returns undefined when it needs none
 */
export function needOf(job: JobState, index: number, nowMs = Number.POSITIVE_INFINITY): UnitNeed | undefined {
  if (job.status.state !== 'running' || index < 0 || index >= job.manifest.unit_count) return undefined
  const unit = job.units.get(index)
  if (unit === undefined) {
    if (isArchived(job, index)) return undefined
    return { missing: redundancyOf(job), holders: [], openSinceMs: job.progressAtMs }
  }
  if (unit.verified !== undefined) return undefined
  const missing = missingOf(job, unit)
  // While the job makes progress, peers of poor standing are not needed.
  const openSinceMs = Math.max(unit.openSinceMs, job.progressAtMs)
  if (missing === 0) return undefined
  const holders = notToAsk(job, unit, nowMs)
  const engine = isExactlyChecked(job) ? engineOfUnit(unit) : undefined
  return { missing, holders, openSinceMs, ...(engine === undefined ? {} : { engine }) }
}

/** Peers that must not be asked for a unit (again) at this moment. */
function notToAsk(job: JobState, unit: UnitState, nowMs: number): readonly PeerId[] {
  return [...holdersOf(job, unit), ...justFailed(job, unit, nowMs)]
}

/** Peers that must not be asked for a unit at this moment although its results so far count no more. */
export function notToAskAnew(job: JobState, unit: UnitState, nowMs: number): readonly PeerId[] {
  const attempts = unit.attempts.filter(({ status }) => status.state !== 'returned')
  return notToAsk(job, { ...unit, attempts }, nowMs)
}

/** How many more peers a unit without a verdict wants than are at work on it. */
export function missingOf(job: JobState, unit: UnitState): number {
  const pending = unit.attempts.filter(({ status }) => status.state === 'awarded').length
  return Math.max(0, wantedOf(job, unit) - pending)
}

/** How many more results a unit without a verdict wants than it has. */
export function wantedOf(job: JobState, unit: UnitState): number {
  const hasResult = unit.attempts.some(({ status }) => status.state === 'returned')
  if (!hasResult) return redundancyOf(job)
  const verdict = verdictOf(job, unit)
  return verdict.kind === 'more' ? verdict.count : 0
}

/** Peers that hold the unit, returned it, were found wrong on it, or can say no more of it. */
export function holdersOf(job: JobState, unit: UnitState): readonly PeerId[] {
  const checked = redundancyOf(job) > 1
  const holders: PeerId[] = []
  for (const { peer, status } of unit.attempts) {
    if (status.state === 'void') continue
    // Where others check, a peer for which the unit fails by itself is not asked again: it would fail again.
    if (status.state === 'failed' && !(checked && isOwnFault(status.fault))) continue
    holders.push(peer)
  }
  holders.push(...spentPeers(unit, job), ...unsteadyPeers(unit))
  return holders
}

/** Peers that just failed on the unit: without a pause a broken machine would fail as fast as it is asked. */
function justFailed(
  { verification: { failed_pause_ms } }: JobState,
  { attempts }: UnitState,
  nowMs: number,
): readonly PeerId[] {
  return attempts.flatMap(({ peer, status, awardedAtMs }) =>
    status.state === 'failed' && !isOwnFault(status.fault) && nowMs - awardedAtMs < failed_pause_ms
      ? [peer]
      : [],
  )
}

/**
 * Whether the peer of an attempt had the unit's result before it, by the same engine: an award that got lost does not
 * change that.
 */
export function wasReady(unit: UnitState, attempt: AttemptState): boolean {
  const before = unit.attempts.findLast((a) => a.peer === attempt.peer && a.attempt < attempt.attempt)
  if (before === undefined || engineOfAttempt(before) !== engineOfAttempt(attempt)) return false
  return before.status.state === 'void' && before.status.ready
}

/** Faults that lie in the unit itself: it would fail anywhere. */
const OWN_FAULTS: ReadonlySet<Fault['kind']> = new Set([
  'unit-failed',
  'bad-input',
  'malformed',
  'oversized',
  'module-refused',
  'trapped',
  'exit-code',
  'fuel-exhausted',
  'stack-exhausted',
  'not-opened',
])

/** Whether a fault lies in the unit itself, so that it would fail anywhere. */
export function isOwnFault(fault: Fault): boolean {
  return OWN_FAULTS.has(fault.kind)
}
