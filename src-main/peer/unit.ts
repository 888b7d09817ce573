import type { UnitNeed } from '../market/award.ts'
import type { Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { UnitRange } from '../protocol/work.ts'
import { judge, type Claim, type Verdict } from '../verification/consensus.ts'
import type { AttemptState, JobState, UnitState } from './state.ts'

type ReturnedStatus = Extract<AttemptState['status'], { state: 'returned' }>
type ReturnedAttempt = AttemptState & { readonly status: ReturnedStatus }

/** The attempts of a unit that returned an output. */
export function returnedAttempts(unit: UnitState): readonly ReturnedAttempt[] {
  return unit.attempts.filter((attempt): attempt is ReturnedAttempt => attempt.status.state === 'returned')
}

/** What a returned attempt says of its unit. */
export function claimOf({ cid, metrics: { fuel } }: ReturnedStatus): Claim {
  return { output: cid, ...(fuel === undefined ? {} : { fuel }) }
}

/** What the outputs returned so far say of a unit. */
export function verdictOf(job: JobState, unit: UnitState): Verdict {
  return judge({
    redundancy: job.manifest.verification_redundancy,
    results: returnedAttempts(unit).map(({ peer, attempt, status }) => ({
      peer,
      attempt,
      ...claimOf(status),
    })),
  })
}

/**
 * What a unit still needs before its verdict: how many more peers, and who must not be asked (again).
 * @returns undefined when it needs nobody
 */
export function needOf(job: JobState, index: number): UnitNeed | undefined {
  if (job.status.state !== 'running' || index < 0 || index >= job.manifest.unit_count) return undefined
  const unit = job.units.get(index)
  if (unit === undefined) {
    return { missing: job.manifest.verification_redundancy, holders: [], openSinceMs: job.progressAtMs }
  }
  if (unit.verified !== undefined) return undefined
  const missing = missingOf(job, unit)
  // While the job comes forward, nobody has to make do with peers of poor standing.
  const openSinceMs = Math.max(unit.openSinceMs, job.progressAtMs)
  return missing > 0 ? { missing, holders: holdersOf(job, unit), openSinceMs } : undefined
}

function missingOf(job: JobState, unit: UnitState): number {
  let pending = 0
  let returned = 0
  for (const { status } of unit.attempts) {
    if (status.state === 'awarded') pending++
    else if (status.state === 'returned') returned++
  }
  if (returned === 0) return Math.max(0, job.manifest.verification_redundancy - pending)
  const verdict = verdictOf(job, unit)
  return verdict.kind === 'more' ? Math.max(0, verdict.count - pending) : 0
}

/** Those who hold the unit, have returned it, were found wrong on it, or have said what there is to say of it. */
function holdersOf(job: JobState, unit: UnitState): readonly PeerId[] {
  const checked = job.manifest.verification_redundancy > 1
  const holders: PeerId[] = []
  for (const { peer, status } of unit.attempts) {
    if (status.state === 'void') continue
    // Where others check, a peer for which the unit fails by itself is not asked again: it would fail again.
    if (status.state === 'failed' && !(checked && isOwnFault(status.fault))) continue
    holders.push(peer)
  }
  return holders
}

/** Whether the peer of an attempt had the unit's result before it: an award that got lost does not change that. */
export function wasReady(unit: UnitState, { peer, attempt: number }: AttemptState): boolean {
  const before = unit.attempts.findLast((a) => a.peer === peer && a.attempt < number)
  return before?.status.state === 'void' && before.status.ready
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
])

/** Whether a fault lies in the unit itself, so that it would fail anywhere. */
export function isOwnFault(fault: Fault): boolean {
  return OWN_FAULTS.has(fault.kind)
}

/** The ranges of units that still need somebody, in order, at most `rangesMax` of them; none of a job that does not run. */
export function openRanges(job: JobState, rangesMax: number): UnitRange[] {
  if (job.status.state !== 'running') return []
  const ranges: UnitRange[] = []
  let from = -1
  for (let index = 0; index <= job.manifest.unit_count; index++) {
    const unit = job.units.get(index)
    const open =
      index < job.manifest.unit_count &&
      (unit === undefined || (unit.verified === undefined && missingOf(job, unit) > 0))
    if (open && from < 0) from = index
    if (!open && from >= 0) {
      ranges.push([from, index])
      from = -1
      if (ranges.length === rangesMax) break
    }
  }
  return ranges
}
