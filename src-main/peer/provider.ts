import { failure, success, type Outcome } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import { RECEIPTS_MAX } from '../protocol/limits.ts'
import type { Award, AwardedUnit } from '../protocol/messages.ts'
import type { ExecutionReceipt } from '../protocol/receipt.ts'
import type { Effect } from './effect.ts'
import type { DurableEvent } from './event.ts'
import { askedAboveLent } from './lending.ts'
import { decideHandBack } from './handing-back.ts'
import { pauseReason, sharedSlots } from './shared-slots.ts'
import {
  holdingKey,
  isUnderWay,
  type HeldUnit,
  type Holding,
  type JobState,
  type PeerState,
} from './state.ts'
import { trustOf } from './trust.ts'

/** Units that may wait here for one requester's job; an honest requester awards only what was offered. */
const QUEUED_UNITS_MAX = 65_536
/** Receipts that the requester has not taken after this long are sent again. */
const RESEND_AFTER_MS = 10_000

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * Whether this peer takes an award, before it is journaled.
 * @returns `not-trusted`, `too-busy`, or `quota-exceeded` for more than is lent, when it does not
 */
export function admitAward(state: PeerState, from: PeerId, award: Award, nowMs: number): Outcome<null> {
  if (trustOf(state, from) <= 0) return failure('not-trusted', 'no trust is set for this requester')
  const paused = pauseReason(state, nowMs)
  if (paused !== undefined) return failure('too-busy', paused)
  if (sharedSlots(state, nowMs).length === 0) return failure('too-busy', 'nothing is shared at this time')
  const held = state.holdings.get(holdingKey(from, award.job_id))
  if (held !== undefined && held.manifestCid !== award.manifest_cid) {
    return failure('bad-input', 'another manifest of this job is at work')
  }
  const manifest = state.view.manifests.get(award.manifest_cid)
  const above = manifest === undefined ? undefined : askedAboveLent(manifest, state.lent)
  if (above !== undefined) return failure('quota-exceeded', above)
  let queued = award.units.length
  for (const unit of held?.units.values() ?? []) if (unit.status.state === 'queued') queued++
  if (queued > QUEUED_UNITS_MAX)
    return failure('too-busy', `more than ${QUEUED_UNITS_MAX} units would wait here`)
  return success(null)
}

/** Units that a requester gave to this peer. An award that comes twice changes nothing; finished work is sent again. */
export function receiveAward(state: PeerState, event: Of<'award-received'>): Effect[] {
  const { from, award } = event
  // Trust may have gone while the award was on its way to the journal.
  if (trustOf(state, from) <= 0) return []
  const key = holdingKey(from, award.job_id)
  const holding: Holding = state.holdings.get(key) ?? {
    requester: from,
    job: award.job_id,
    manifestCid: award.manifest_cid,
    units: new Map(),
  }
  state.holdings.set(key, holding)
  const fresh: AwardedUnit[] = []
  const again: ExecutionReceipt[] = []
  for (const unit of award.units) {
    const held = holding.units.get(unit.unit_index)
    if (held === undefined) {
      holding.units.set(unit.unit_index, {
        attempt: unit.attempt,
        awardedAtMs: event.at_ms,
        status: { state: 'queued' },
      })
      fresh.push(unit)
    } else if (unit.attempt >= held.attempt) {
      takeAgain(held, unit, event.at_ms, fresh, again)
    }
  }
  state.view.offered.awarded += fresh.length
  const effects: Effect[] = [{ kind: 'allocation-due' }]
  if (fresh.length > 0) effects.push(...takeUp(state, holding, fresh, event.at_ms))
  effects.push(...sendResults(holding, again))
  return effects
}

/** Runs what was awarded; or gives it back, where sharing ended while the award was on its way. */
function takeUp(state: PeerState, holding: Holding, units: readonly AwardedUnit[], atMs: number): Effect[] {
  const back = holding.requester === state.me ? [] : decideHandBack(state, atMs)
  return back.length > 0 ? back : [runUnits(holding, units)]
}

/** The same unit under the same or a newer attempt: what ran well is not run again. */
function takeAgain(
  held: HeldUnit,
  unit: AwardedUnit,
  atMs: number,
  fresh: AwardedUnit[],
  again: ExecutionReceipt[],
): void {
  const newer = unit.attempt > held.attempt
  held.attempt = unit.attempt
  if (held.status.state === 'queued') return
  if (held.status.state === 'handed-back') {
    // The same attempt comes again after a restart of a requester who has not heard of it: it will, before long.
    if (!newer) return
    held.status = { state: 'queued' }
    fresh.push(unit)
    return
  }
  if (newer && held.status.receipt.outcome.kind === 'fault') {
    held.status = { state: 'queued' }
    fresh.push(unit)
    return
  }
  const receipt = { ...held.status.receipt, attempt: unit.attempt }
  held.status = { state: 'ran', receipt, ranAtMs: atMs, delivered: false }
  again.push(receipt)
}

/** Runs that ended here: their receipts are kept until the requester has taken them. */
export function finishUnits(state: PeerState, event: Of<'units-ran'>): Effect[] {
  const holding = state.holdings.get(holdingKey(event.requester, event.job_id))
  if (holding === undefined) return []
  const finished: ExecutionReceipt[] = []
  for (const ran of event.receipts) {
    const held = holding.units.get(ran.unit_index)
    if (held?.status.state !== 'queued') continue
    const receipt = { ...ran, attempt: held.attempt }
    held.status = { state: 'ran', receipt, ranAtMs: event.at_ms, delivered: false }
    finished.push(receipt)
    contribute(state, receipt)
  }
  return [...sendResults(holding, finished), { kind: 'allocation-due' }]
}

function contribute(state: PeerState, receipt: ExecutionReceipt): void {
  const { history } = state
  const done = receipt.outcome.kind === 'output'
  const hours = receipt.outcome.kind === 'output' ? receipt.outcome.metrics.wall_ms / 3_600_000 : 0
  const units = history.total_work_units_completed
  state.history = {
    ...history,
    total_work_units_completed: units + (done ? 1 : 0),
    total_compute_hours: history.total_compute_hours + hours,
    reliability_score: (history.reliability_score * units + (done ? 1 : 0)) / (units + 1),
  }
}

/** The requester has taken these receipts into its journal. */
export function deliverResults(state: PeerState, event: Of<'results-delivered'>): Effect[] {
  const holding = state.holdings.get(holdingKey(event.requester, event.job_id))
  for (const { unit_index, attempt } of event.units) {
    const held = holding?.units.get(unit_index)
    if (held?.status.state !== 'ran' || held.attempt !== attempt) continue
    held.status = { ...held.status, delivered: true }
    if (held.isCounted === true || held.status.receipt.outcome.kind !== 'output') continue
    held.isCounted = true
    countDone(state, event.requester, 1)
  }
  // The last results of a job are often what ends it: the news of that comes before the answer to them.
  if (holding === undefined) countDone(state, event.requester, event.outputs ?? 0)
  return []
}

/** What this peer has done for somebody: units, each once however often it was taken. */
function countDone({ contacts, doneFor }: PeerState, requester: PeerId, units: number): void {
  if (units > 0 && contacts.has(requester)) doneFor.set(requester, (doneFor.get(requester) ?? 0) + units)
}

/** The requester no longer wants some units, or any of the job. */
export function withdrawUnits(state: PeerState, event: Of<'withdrawn'>): Effect[] {
  const holding = state.holdings.get(holdingKey(event.from, event.job_id))
  if (holding === undefined) return []
  const units = event.units ?? [...holding.units.keys()]
  const stopped = units.filter((index) => holding.units.get(index)?.status.state === 'queued')
  for (const index of stopped) holding.units.delete(index)
  if (stopped.length === 0) return []
  return [
    { kind: 'stop-units', requester: holding.requester, job: holding.job, units: stopped },
    { kind: 'allocation-due' },
  ]
}

/** The job is over for its requester: nothing of it is needed here any longer. */
export function settleHolding(state: PeerState, event: Of<'settled'>): Effect[] {
  return dropHoldings(state, ({ requester, job }) => requester === event.from && job === event.job_id)
}

/** Nothing of a requester's is run here any longer: it is no longer trusted. */
export function dropRequester(state: PeerState, requester: PeerId): Effect[] {
  return dropHoldings(state, (holding) => holding.requester === requester)
}

function dropHoldings(state: PeerState, isOver: (holding: Holding) => boolean): Effect[] {
  const effects: Effect[] = []
  for (const [key, holding] of state.holdings) {
    if (!isOver(holding)) continue
    const { requester, job } = holding
    state.holdings.delete(key)
    effects.push({ kind: 'stop-units', requester, job }, { kind: 'release-holding', requester, job })
  }
  return effects.length === 0 ? [] : [...effects, { kind: 'allocation-due' }]
}

/** After a restart: queued units run again, and whatever was not taken is sent again. */
export function resumeHoldings(state: PeerState): Effect[] {
  // Others say in their commitments what they no longer ask for; a peer that stopped at its own job's end does not.
  const effects = dropHoldings(
    state,
    ({ requester, job }) => requester === state.me && !mayNeedHolding(state.jobs.get(job)),
  )
  for (const holding of state.holdings.values()) {
    const queued: AwardedUnit[] = []
    for (const [unit_index, held] of holding.units) {
      if (held.status.state === 'queued') queued.push({ unit_index, attempt: held.attempt, role: 'primary' })
    }
    if (queued.length > 0) effects.push(runUnits(holding, queued))
  }
  return [...effects, ...resendResults(state, Number.POSITIVE_INFINITY)]
}

/** Whether what is here of an own job may still be wanted: until its end, also while it is paused. */
function mayNeedHolding(job: JobState | undefined): boolean {
  return job !== undefined && isUnderWay(job)
}

/** Receipts that were sent long ago and not taken, to everybody or to one requester who is back. */
export function resendResults(state: PeerState, nowMs: number, to?: PeerId): Effect[] {
  const effects: Effect[] = []
  for (const holding of state.holdings.values()) {
    if (to !== undefined && holding.requester !== to) continue
    const reachable = holding.requester === state.me || state.view.connected.has(holding.requester)
    if (!reachable) continue
    const waiting: ExecutionReceipt[] = []
    for (const { status } of holding.units.values()) {
      if (status.state !== 'ran' || status.delivered) continue
      if (to !== undefined || nowMs - status.ranAtMs >= RESEND_AFTER_MS) waiting.push(status.receipt)
    }
    effects.push(...sendResults(holding, waiting))
  }
  return effects
}

function runUnits(holding: Holding, units: readonly AwardedUnit[]): Effect {
  const { requester, job, manifestCid } = holding
  return { kind: 'run-units', requester, job, manifestCid, units }
}

function sendResults(holding: Holding, receipts: readonly ExecutionReceipt[]): Effect[] {
  const effects: Effect[] = []
  for (let at = 0; at < receipts.length; at += RECEIPTS_MAX) {
    effects.push({
      kind: 'send-results',
      to: holding.requester,
      job: holding.job,
      manifestCid: holding.manifestCid,
      receipts: receipts.slice(at, at + RECEIPTS_MAX),
    })
  }
  return effects
}
