import type { PeerId } from '../../protocol/ids.ts'
import { RECEIPTS_MAX } from '../../protocol/limits.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent, VolatileEvent } from '../event.ts'
import { note } from '../notice.ts'
import { contribute, contributeAtOnce } from './contribution.ts'
import { decideHandBack } from './handing-back.ts'
import { holdingBookOf, putHeld, setHeld } from './holding-book.ts'
import { holdingKey, type HeldUnit, type Holding } from './slice.ts'
import { isUnderWay, type JobState } from '../requester/slice.ts'
import type { PeerState } from '../state.ts'
import {
  atWorkOf,
  forgetRunning,
  isWaiting,
  isUnitTimeNews,
  noteRan,
  prepare,
  startUnits,
} from './starting.ts'
import { forgetUnjudged, keepUnjudged } from './verdicts.ts'
import { unitsOfOthers } from '../sharing/sharing-view.ts'
import { heardAtMs, trustOf } from '../pairing/trust.ts'

/** Of what never came so far as to run. */
const UNKNOWN_ENGINE = 'unknown'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Units that a requester gave to this peer. An award that comes twice changes nothing; finished work is sent again. */
export function receiveAward(state: PeerState, event: Of<'award-received'>): Effect[] {
  const { from, award } = event
  // Trust may have gone while the award was on its way to the journal.
  if (trustOf(state, from) <= 0) return []
  const key = holdingKey(from, award.job_id)
  const holding: Holding = state.provider.holdings.get(key) ?? {
    requester: from,
    job: award.job_id,
    manifestCid: award.manifest_cid,
    units: new Map(),
  }
  state.provider.holdings.set(key, holding)
  const { requester, job, manifestCid } = holding
  note(state, { kind: 'award-taken', requester, job, manifestCid })
  note(state, { kind: 'holdings-changed' })
  const fresh: AwardedUnit[] = []
  const again: ExecutionReceipt[] = []
  for (const unit of award.units) {
    const held = holding.units.get(unit.unit_index)
    const dueAtMs = event.at_ms + award.due_in_ms
    if (held === undefined) {
      const { attempt, unit_index } = unit
      putHeld(holding, unit_index, {
        attempt,
        awardedAtMs: event.at_ms,
        dueAtMs,
        status: { state: 'queued' },
      })
      fresh.push(unit)
    } else if (unit.attempt >= held.attempt) {
      held.dueAtMs = dueAtMs
      takeAgain(holding, held, unit, event.at_ms, fresh, again)
    }
  }
  const effects: Effect[] = fresh.length > 0 ? takeUp(state, holding, event.at_ms) : []
  effects.push(...sendResults(holding, again))
  return effects
}

/** Begins what was awarded; or gives it back, where sharing ended while the award was on its way. */
function takeUp(state: PeerState, holding: Holding, atMs: number): Effect[] {
  const back = holding.requester === state.me ? [] : decideHandBack(state, atMs)
  if (back.length > 0) return back
  if (holding.requester !== state.me)
    state.view.roundPeak = Math.max(state.view.roundPeak, unitsOfOthers(state))
  return [...prepare(state, holding, atMs), ...startUnits(state, atMs)]
}

/** A job's inputs are here. */
export function jobPrepared(
  state: PeerState,
  event: Extract<VolatileEvent, { kind: 'job-prepared' }>,
): Effect[] {
  const holding = state.provider.holdings.get(holdingKey(event.requester, event.job_id))
  if (holding === undefined) return []
  atWorkOf(state, holding, event.at_ms).isPrepared = true
  return startUnits(state, event.at_ms)
}

/** A requester asks for units back: those that wait are given back, those that have begun are finished. */
export function recallUnits(state: PeerState, event: Extract<VolatileEvent, { kind: 'recalled' }>): Effect[] {
  const holding = state.provider.holdings.get(holdingKey(event.from, event.job_id))
  if (holding === undefined) return []
  const units = event.units.filter(
    ({ unit_index, attempt }) =>
      isWaiting(state, holding, unit_index) && holding.units.get(unit_index)?.attempt === attempt,
  )
  if (units.length === 0) return []
  const { requester, job: job_id } = holding
  return [
    {
      kind: 'record',
      event: { kind: 'units-handed-back', at_ms: event.at_ms, requester, job_id, units: [...units] },
    },
  ]
}

/** The same unit under the same or a newer attempt: what ran well is not run again, unless by another engine. */
function takeAgain(
  holding: Holding,
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
    setHeld(holding, unit.unit_index, { state: 'queued' })
    fresh.push(unit)
    return
  }
  if (newer && (unit.anew === true || held.status.receipt.outcome.kind === 'fault')) {
    setHeld(holding, unit.unit_index, { state: 'queued' })
    fresh.push(unit)
    return
  }
  const receipt = { ...held.status.receipt, attempt: unit.attempt }
  setHeld(holding, unit.unit_index, { ...held.status, receipt, ranAtMs: atMs, delivered: false })
  again.push(receipt)
}

/** Runs that ended here: their receipts are kept until the requester has taken them. */
export function finishUnits(state: PeerState, event: Of<'units-ran'>): Effect[] {
  noteRuns(state, event)
  const holding = state.provider.holdings.get(holdingKey(event.requester, event.job_id))
  if (holding === undefined) return []
  noteEngine(holding, event.engine)
  const finished: ExecutionReceipt[] = []
  for (const ran of event.receipts) {
    const held = holding.units.get(ran.unit_index)
    if (held?.status.state !== 'queued') continue
    const receipt = { ...ran, attempt: held.attempt }
    setHeld(holding, ran.unit_index, { state: 'ran', receipt, ranAtMs: event.at_ms, delivered: false })
    finished.push(receipt)
    if (event.counted === true) contributeAtOnce(state, receipt)
    else if (event.requester !== state.me) contribute(state, receipt)
  }
  if (finished.length > 0) note(state, { kind: 'holdings-changed' })
  noteRan(state, holding, event.receipts, event.at_ms)
  const isNews = holdingBookOf(holding).queued.size === 0 || isUnitTimeNews(state, holding)
  return [
    ...sendResults(holding, finished),
    ...startUnits(state, event.at_ms),
    ...(isNews ? [{ kind: 'allocation-due' } as const] : []),
  ]
}

/** Gives notice of the work that was done, also where its requester has no more use for it. */
function noteRuns(state: PeerState, { requester, job_id, receipts }: Of<'units-ran'>): void {
  let [outputs, cpuMs] = [0, 0]
  for (const { outcome } of receipts) {
    if (outcome.kind !== 'output') continue
    outputs++
    cpuMs += Math.round(outcome.metrics.cpu_ms)
  }
  note(state, { kind: 'units-ran', requester, job: job_id, outputs, cpuMs })
}

/** Sets the engine of the units that follow; those before keep theirs. */
function noteEngine(holding: Holding, engine: string | undefined): void {
  const before = holding.engine
  if (engine === undefined || engine === before) return
  holding.engine = engine
  if (before === undefined) return
  for (const held of holding.units.values()) {
    if (held.status.state === 'ran') held.status = { engine: before, ...held.status }
  }
}

/** The requester has taken these receipts into its journal. */
export function deliverResults(state: PeerState, event: Of<'results-delivered'>): Effect[] {
  const holding = state.provider.holdings.get(holdingKey(event.requester, event.job_id))
  for (const { unit_index, attempt } of event.units) {
    const held = holding?.units.get(unit_index)
    if (holding === undefined || held?.status.state !== 'ran' || held.attempt !== attempt) continue
    setHeld(holding, unit_index, { ...held.status, delivered: true })
    if (held.isCounted === true || held.status.receipt.outcome.kind !== 'output') continue
    held.isCounted = true
    countDone(state, event.requester, 1)
  }
  // The last results of a job often end it: the settlement arrives before the answer to them.
  if (holding === undefined) countDone(state, event.requester, event.outputs ?? 0)
  return []
}

/** Counts the units done for a requester, each once however often it was taken. */
function countDone(
  { pairing: { contacts }, provider: { doneFor } }: PeerState,
  requester: PeerId,
  units: number,
): void {
  if (units > 0 && contacts.has(requester)) doneFor.set(requester, (doneFor.get(requester) ?? 0) + units)
}

/** The requester no longer wants some units, or any of the job. */
export function withdrawUnits(state: PeerState, event: Of<'withdrawn'>): Effect[] {
  const holding = state.provider.holdings.get(holdingKey(event.from, event.job_id))
  if (holding === undefined) return []
  const units = event.units ?? [...holding.units.keys()]
  const stopped = units.filter((index) => holding.units.get(index)?.status.state === 'queued')
  for (const index of stopped) putHeld(holding, index, undefined)
  if (stopped.length === 0) return []
  forgetRunning(state, holding, stopped)
  note(state, { kind: 'holdings-changed' })
  return [
    { kind: 'stop-units', requester: holding.requester, job: holding.job, units: stopped },
    ...startUnits(state, event.at_ms),
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

/** Forgets what was done for a peer: it is no contact any more. */
export function forgetDone(state: PeerState, peer: PeerId): void {
  state.provider.doneFor.delete(peer)
  forgetUnjudged(state, peer)
}

/** Ends holdings of requesters that have vanished: no message will ever end them. */
export function endVanished(state: PeerState, nowMs: number): Effect[] {
  const { come_back_within_ms, vanished_after_ms } = state.policy.collection
  if (nowMs - state.view.startedAtMs < come_back_within_ms) return []
  const sinceMs = nowMs - vanished_after_ms
  const effects: Effect[] = []
  for (const holding of state.provider.holdings.values()) {
    const { requester, job: job_id } = holding
    if (requester === state.me || state.view.connected.has(requester)) continue
    if (heardAtMs(state, requester) > sinceMs || wasTouchedSince(holding, sinceMs)) continue
    effects.push({ kind: 'record', event: { kind: 'settled', at_ms: nowMs, from: requester, job_id } })
  }
  return effects
}

/** Whether any unit of a holding was awarded or run here after this. Kept over restarts, unlike `heardAtMs`. */
function wasTouchedSince({ units }: Holding, sinceMs: number): boolean {
  for (const { awardedAtMs, status } of units.values()) {
    if (awardedAtMs > sinceMs) return true
    if (status.state === 'ran' && status.ranAtMs > sinceMs) return true
  }
  return false
}

function dropHoldings(state: PeerState, isOver: (holding: Holding) => boolean): Effect[] {
  const effects: Effect[] = []
  for (const [key, holding] of state.provider.holdings) {
    if (!isOver(holding)) continue
    const { requester, job } = holding
    keepUnjudged(state, holding)
    state.provider.holdings.delete(key)
    state.view.atWork.delete(key)
    effects.push({ kind: 'stop-units', requester, job }, { kind: 'release-holding', requester, job })
  }
  if (effects.length === 0) return []
  note(state, { kind: 'holdings-changed' })
  // The next `allocate` begins what waits for the lanes that are free now.
  return [...effects, { kind: 'allocation-due' }]
}

/** After a restart: queued units run again, and whatever was not taken is sent again. */
export function resumeHoldings(state: PeerState, nowMs: number): Effect[] {
  // Peers state in their commitments what they still ask for; one that stopped at its job's end does not.
  const effects = dropHoldings(
    state,
    ({ requester, job }) => requester === state.me && !mayNeedHolding(state.requester.jobs.get(job)),
  )
  for (const holding of state.provider.holdings.values()) {
    if (holdingBookOf(holding).queued.size > 0) effects.push(...prepare(state, holding, nowMs))
  }
  return [...effects, ...resendResults(state, Number.POSITIVE_INFINITY)]
}

/** Whether what is here of an own job may still be wanted: until its end, also while it is paused. */
function mayNeedHolding(job: JobState | undefined): boolean {
  return job !== undefined && isUnderWay(job)
}

/** Receipts sent long ago and not taken, for all requesters or for one that is back. */
export function resendResults(state: PeerState, nowMs: number, to?: PeerId): Effect[] {
  const effects: Effect[] = []
  const { resend_after_ms } = state.policy.provider
  for (const holding of state.provider.holdings.values()) {
    if (to !== undefined && holding.requester !== to) continue
    const reachable = holding.requester === state.me || state.view.connected.has(holding.requester)
    if (!reachable) continue
    const waiting: ExecutionReceipt[] = []
    for (const index of holdingBookOf(holding).undelivered) {
      const status = holding.units.get(index)?.status
      if (status?.state !== 'ran') continue
      if (to !== undefined || nowMs - status.ranAtMs >= resend_after_ms) waiting.push(status.receipt)
    }
    effects.push(...sendResults(holding, waiting))
  }
  return effects
}

function sendResults(holding: Holding, receipts: readonly ExecutionReceipt[]): Effect[] {
  const { requester: to, job, manifestCid } = holding
  const byEngine = new Map<string, ExecutionReceipt[]>()
  for (const receipt of receipts) {
    const status = holding.units.get(receipt.unit_index)?.status
    const engine = (status?.state === 'ran' ? status.engine : undefined) ?? holding.engine ?? UNKNOWN_ENGINE
    const alike = byEngine.get(engine)
    if (alike === undefined) byEngine.set(engine, [receipt])
    else alike.push(receipt)
  }
  const effects: Effect[] = []
  for (const [engine, alike] of byEngine) {
    for (let at = 0; at < alike.length; at += RECEIPTS_MAX) {
      const some = alike.slice(at, at + RECEIPTS_MAX)
      effects.push({ kind: 'send-results', to, job, manifestCid, engine, receipts: some })
    }
  }
  return effects
}
