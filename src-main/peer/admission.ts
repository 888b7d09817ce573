import { failure, success, type Outcome } from '../protocol/fault.ts'
import type { JobId, PeerId } from '../protocol/ids.ts'
import { JOB_UNITS_MAX } from '../protocol/limits.ts'
import type { Award, AwardedUnit } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import type { UnitAttempt } from './effect.ts'
import { notLent } from './provider/lending.ts'
import { holdingBookOf } from './provider/holding-book.ts'
import { isArchived } from './requester/archived.ts'
import { isNews } from './requester/receipt-news.ts'
import { recallKey } from './requester/relieving.ts'
import { pauseReason, sharedSlots } from './sharing/shared-slots.ts'
import { holdingKey, type HeldUnit, type Holding } from './provider/slice.ts'
import type { AttemptState } from './requester/slice.ts'
import type { PeerState } from './state.ts'
import { trustOf } from './pairing/trust.ts'
import { isOwed } from './requester/given-up.ts'

/** Jobs of one requester of which something is kept here: those that it can ask for at a time, several times over. */
const HELD_JOBS_MAX = 256
/** Units of one requester that are kept until their jobs are settled: as many as one job may have. */
const HELD_UNITS_MAX = JOB_UNITS_MAX
/** Bytes of one requester's units and receipts that are kept in memory, as `HoldingBook.bytes` counts them. */
const HELD_BYTES_MAX = 512 << 20

/**
 * Whether this peer takes an award, before it is journaled.
 * @returns `not-trusted`, `too-busy` for more than was offered or is kept for one requester, `bad-input` for what its
 * manifest does not have, or `quota-exceeded` for more than is lent, when it does not
 */
export function admitAward(state: PeerState, from: PeerId, award: Award, nowMs: number): Outcome<null> {
  if (trustOf(state, from) <= 0) return failure('not-trusted', 'no trust is set for this requester')
  const paused = pauseReason(state, nowMs)
  if (paused !== undefined) return failure('too-busy', paused)
  if (sharedSlots(state, nowMs).length === 0) return failure('too-busy', 'nothing is shared at this time')
  const held = state.provider.holdings.get(holdingKey(from, award.job_id))
  if (held !== undefined && held.manifestCid !== award.manifest_cid) {
    return failure('bad-input', 'another manifest of this job is at work')
  }
  const manifest = state.view.manifests.get(award.manifest_cid)
  const above = manifest === undefined ? undefined : notLent(manifest, state.sharing.lent)
  if (above !== undefined) return failure('quota-exceeded', above)
  const { unit_count = JOB_UNITS_MAX } = manifest ?? {}
  if (award.units.some(({ unit_index }) => unit_index >= unit_count)) {
    return failure('bad-input', `the job has ${unit_count} units`)
  }
  const fresh = award.units.filter((unit) => wouldQueue(held?.units.get(unit.unit_index), unit)).length
  if (fresh === 0) return success(null)
  const waiting = held === undefined ? 0 : holdingBookOf(held).queued.size
  const offered = offeredCapacity(state, holdingKey(from, award.job_id), nowMs)
  if (waiting + fresh > offered) {
    return failure('too-busy', `${waiting + fresh} units would be here, and ${offered} were offered`)
  }
  return admitMore(state, from, held, fresh)
}

/** Whether one requester may have more kept here than it has already. */
function admitMore(
  { provider: { holdings } }: PeerState,
  from: PeerId,
  held: Holding | undefined,
  fresh: number,
): Outcome<null> {
  let [jobs, units, bytes] = [held === undefined ? 1 : 0, fresh, 0]
  for (const holding of holdings.values()) {
    if (holding.requester !== from) continue
    jobs++
    units += holding.units.size
    bytes += holdingBookOf(holding).bytes
  }
  if (jobs > HELD_JOBS_MAX) return failure('too-busy', `something of ${HELD_JOBS_MAX} jobs is kept already`)
  if (units > HELD_UNITS_MAX)
    return failure('too-busy', `${units} units would be kept, limit ${HELD_UNITS_MAX}`)
  if (bytes > HELD_BYTES_MAX) return failure('too-busy', `${bytes} bytes are kept, limit ${HELD_BYTES_MAX}`)
  return success(null)
}

/** Whether a unit would wait here from now on: a new one, or one that is to be run again under a newer attempt. */
function wouldQueue(held: HeldUnit | undefined, { attempt, anew }: AwardedUnit): boolean {
  if (held === undefined) return true
  const { status } = held
  const runsAgain = status.state === 'ran' && (anew === true || status.receipt.outcome.kind === 'fault')
  return attempt > held.attempt && (runsAgain || status.state === 'handed-back')
}

/** The most that a requester may believe to be offered to its job: the newest offer, or one that it replaced of late. */
export function offeredCapacity({ view, policy }: PeerState, key: string, nowMs: number): number {
  let most = 0
  const offers = view.offered.get(key) ?? []
  offers.forEach(({ units }, i) => {
    const replacedAtMs = offers[i + 1]?.atMs
    const isCounted = replacedAtMs === undefined || nowMs - replacedAtMs <= policy.provider.offer_grace_ms
    if (isCounted) most = Math.max(most, units)
  })
  return most
}

/**
 * The receipts of a batch that change anything, before it is journaled: those of attempts that their sender was given
 * and that are not settled. None of them when all are known already, which is worth no record.
 *
 * @returns `not-trusted`, `unknown-job`, or `bad-input` when none of the attempts was its sender's
 */
export function admitResults(
  state: PeerState,
  from: PeerId,
  jobId: JobId,
  receipts: readonly ExecutionReceipt[],
): Outcome<ExecutionReceipt[]> {
  if (trustOf(state, from) <= 0) return failure('not-trusted', 'no trust is set for this provider')
  const job = state.requester.jobs.get(jobId)
  if (job === undefined) return failure('unknown-job', 'there is no such job here')
  let own = 0
  const seen = new Set<AttemptState>()
  const news = receipts.filter((receipt) => {
    const { unit_index, attempt: number } = receipt
    if (isArchived(job, unit_index) && job.archived?.parts.has(from) === true) own++
    const attempt = job.units
      .get(unit_index)
      ?.attempts.find((one) => one.attempt === number && one.peer === from)
    if (attempt === undefined) return false
    own++
    if (seen.has(attempt)) return false
    seen.add(attempt)
    return isNews(attempt, receipt)
  })
  if (own === 0) return failure('bad-input', 'none of these units was awarded to you')
  return success(news)
}

/** The units of a hand-back that its sender has, before it is journaled. */
export function admitHandBack(
  state: PeerState,
  from: PeerId,
  jobId: JobId,
  units: readonly UnitAttempt[],
): UnitAttempt[] {
  const job = state.requester.jobs.get(jobId)
  if (job === undefined) return []
  return units.filter(({ unit_index, attempt: number }) => {
    const attempt = job.units
      .get(unit_index)
      ?.attempts.find((one) => one.attempt === number && one.peer === from)
    if (attempt === undefined) return false
    const wasAsked = state.view.recalled.has(recallKey(job, unit_index, number))
    return wasAsked || attempt.status.state === 'awarded' || isOwed(attempt)
  })
}

/** Whether a requester takes back anything that waits or runs here, before that is journaled. */
export function admitWithdrawal(
  state: PeerState,
  from: PeerId,
  job: JobId,
  units: readonly number[] | undefined,
): boolean {
  const holding = state.provider.holdings.get(holdingKey(from, job))
  if (holding === undefined) return false
  const { queued } = holdingBookOf(holding)
  return units === undefined ? queued.size > 0 : units.some((unit) => queued.has(unit))
}

/** Whether anything of a requester's job is kept here that its end lets go of. */
export function admitSettlement({ provider: { holdings } }: PeerState, from: PeerId, job: JobId): boolean {
  return holdings.has(holdingKey(from, job))
}
