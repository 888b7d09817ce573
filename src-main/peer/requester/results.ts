import { comparesExactly } from '../../protocol/comparator.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { Claim, Verdict } from '../../verification/consensus.ts'
import { hearOfVoid, restoreOutvoted, runOf, settleAttempt } from './attempt-ends.ts'
import { cpuRanMs, ranMs } from './believed-time.ts'
import { remember } from './records.ts'
import { awardTo } from './awarding.ts'
import { awaitsComparing, compareOutputs } from './comparing.ts'
import type { Effect, WantedOutput } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import { note } from '../notice.ts'
import { noteUnits } from './job-notices.ts'
import { isOwed, withdrawnStatus } from './given-up.ts'
import { noteReturned, closeOffers } from './offers.ts'
import { isFromOther } from './engines.ts'
import { isNews } from './receipt-news.ts'
import { recallKey } from './relieving.ts'
import { finishIfComplete, reopen } from './requester.ts'
import { isUnderWay, type AttemptState, type JobState, type UnitState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { claimOf, holdersOfOutput, isLike, needOf, returnedAttempts, verdictOf, wasReady } from './unit.ts'
import { refreshUnit } from './unit-book.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * Receipts from a provider. Each answers one attempt; what answers none that is waited for is stale and dropped. A
 * stale output still says that its peer has the result, and may be awarded the unit anew.
 */
export function receiveResults(state: PeerState, event: Of<'results-received'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined) return []
  const received: Received = {
    ...{ changed: [], wanted: [], reopened: [], tookMs: [], withdrawn: new Map() },
    otherEngine: 0,
  }
  for (const receipt of event.receipts) receiveReceipt(state, job, event, receipt, received)
  const { changed, reopened, tookMs, withdrawn } = received
  noteUnits(state, job, changed)
  noteReturned(state, job, event.from, tookMs, event.at_ms)
  if (received.otherEngine > 0) closeOffers(state, event.from, event.at_ms)
  const effects = [
    ...followUp(job, received),
    ...compareOutputs(job, new Set(changed)),
    ...finishIfComplete(state, job, event.at_ms),
    ...reopen(state, job, reopened, event.at_ms),
  ]
  const free = [event.from, ...[...withdrawn.keys()].filter((peer) => peer !== event.from)]
  if (reopened.length === 0) effects.push(...awardTo(state, free, event.at_ms))
  return effects
}

/** The outputs to fetch and the units to withdraw after new verdicts of a job. */
interface Verified {
  /** Verified outputs to fetch. */
  readonly wanted: WantedOutput[]
  /** Units that their other holders need not compute any longer. */
  readonly withdrawn: Map<PeerId, number[]>
}

/** The messages and fetches that new verdicts lead to. */
function followUp({ manifest: { job_id: job } }: JobState, { wanted, withdrawn }: Verified): Effect[] {
  const effects: Effect[] = []
  for (const [to, units] of withdrawn) effects.push({ kind: 'send-withdraw', to, job, units })
  if (wanted.length > 0) effects.push({ kind: 'fetch-outputs', job, outputs: wanted })
  return effects
}

/** The consequences of the receipts that came together, gathered receipt by receipt. */
interface Received extends Verified {
  /** Units of which an attempt was waited for, or has news. */
  readonly changed: number[]
  /** Units that need another peer. */
  readonly reopened: number[]
  /** How long the runs took that returned an output. */
  readonly tookMs: number[]
  /** How many outputs came from another engine than was offered. */
  otherEngine: number
}

function receiveReceipt(
  state: PeerState,
  job: JobState,
  { from, engine, at_ms: atMs }: Of<'results-received'>,
  receipt: ExecutionReceipt,
  received: Received,
): void {
  const { unit_index } = receipt
  const unit = job.units.get(unit_index)
  const attempt = unit?.attempts.find((a) => a.attempt === receipt.attempt && a.peer === from)
  if (unit === undefined || attempt === undefined || !isNews(attempt, receipt)) return
  if (receipt.outcome.kind === 'output' && isFromOther(attempt, engine)) {
    received.changed.push(unit_index)
    return refuseOther(state, job, unit_index, attempt, received)
  }
  if (attempt.status.state === 'awarded') {
    received.changed.push(unit_index)
    settleAwarded(state, job, unit, attempt, receipt, atMs, received)
  } else if (attempt.status.state === 'void' && hearOfVoid(state, job, unit, attempt, receipt, atMs)) {
    refreshUnit(job, unit_index)
    received.changed.push(unit_index)
    if (unit.verified === undefined) received.reopened.push(unit_index)
  }
}

/**
 * An output of another engine than its peer had offered is no claim: the unit counts as handed back, without blame,
 * since the peer may have a new version since. It is not asked for this unit again.
 */
function refuseOther(
  state: PeerState,
  job: JobState,
  index: number,
  attempt: AttemptState,
  received: Received,
): void {
  const { status } = attempt
  const wasWaitedFor = status.state === 'awarded'
  if (!wasWaitedFor && !(status.state === 'void' && !status.ready)) return
  attempt.status = { state: 'void', why: 'other-engine', ready: false }
  state.view.recalled.delete(recallKey(job, index, attempt.attempt))
  refreshUnit(job, index)
  received.otherEngine++
  if (!wasWaitedFor) return
  job.retried++
  received.reopened.push(index)
}

/** A receipt that was waited for: it may complete a quorum, or leave its unit open. */
function settleAwarded(
  state: PeerState,
  job: JobState,
  unit: UnitState,
  attempt: AttemptState,
  receipt: ExecutionReceipt,
  atMs: number,
  received: Received,
): void {
  const { unit_index, outcome } = receipt
  settleAttempt(state, job, unit, attempt, receipt, atMs)
  if (outcome.kind === 'output') received.tookMs.push(ranMs(outcome, attempt, atMs))
  const verdict = judgeUnit(state, job, unit_index, unit, atMs, received)
  if (verdict?.kind !== 'more') return
  const isOpen = outcome.kind === 'fault' || needOf(job, unit_index, atMs) !== undefined
  if (isOpen) received.reopened.push(unit_index)
}

/** Judges a unit without a verdict, and verifies it where there is one. Units of a job that does not run wait. */
function judgeUnit(
  state: PeerState,
  job: JobState,
  index: number,
  unit: UnitState,
  atMs: number,
  verified: Verified,
): Verdict | undefined {
  const verdict = job.status.state === 'running' ? verdictOf(job, unit) : undefined
  if (verdict?.kind === 'agreed') verify(state, job, index, unit, verdict, atMs, verified)
  refreshUnit(job, index)
  return verdict
}

/** Judges units anew of which something other than a receipt is known now, and asks for more where that is needed. */
function judgeAgain(state: PeerState, job: JobState, indices: readonly number[], atMs: number): Effect[] {
  const verified: Verified = { wanted: [], withdrawn: new Map() }
  const reopened: number[] = []
  for (const index of indices) {
    const unit = job.units.get(index)
    if (unit === undefined) continue
    const verdict = judgeUnit(state, job, index, unit, atMs, verified)
    if (verdict?.kind === 'more' && !awaitsComparing(job, unit)) reopened.push(index)
  }
  noteUnits(state, job, indices)
  return [
    ...followUp(job, verified),
    ...compareOutputs(job, indices),
    ...finishIfComplete(state, job, atMs),
    ...reopen(state, job, reopened, atMs),
  ]
}

/** Which outputs of a unit are alike is known: it may have a verdict now, or need another peer. */
export function storeLikeness(state: PeerState, event: Of<'outputs-compared'>): Effect[] {
  const { unit_index, likeness, fault } = event
  const job = state.requester.jobs.get(event.job_id)
  const unit = job?.units.get(unit_index)
  if (job?.status.state !== 'running' || unit === undefined || unit.verified !== undefined) return []
  if (comparesExactly(job.manifest.comparator)) return []
  unit.compared = { likeness, ...(fault === undefined ? {} : { fault }) }
  return judgeAgain(state, job, [unit_index], event.at_ms)
}

/** A job goes on: outputs that were compared meanwhile, or not handed over, may leave a verdict without new ones. */
export function judgeResumed(state: PeerState, event: Of<'job-resumed'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined) return []
  const isJudged = comparesExactly(job.manifest.comparator) && job.lowered === undefined
  return isJudged ? [] : judgeReturned(state, job, event.at_ms)
}

/** Fewer peers need to agree: what they have returned may be enough. A paused job waits until it goes on. */
export function judgeLowered(state: PeerState, event: Of<'job-redundancy-lowered'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  return job?.status.state === 'running' ? judgeReturned(state, job, event.at_ms) : []
}

/** Judges all units of a job anew that have outputs and no verdict. */
function judgeReturned(state: PeerState, job: JobState, atMs: number): Effect[] {
  const waiting = [...job.units].filter(
    ([, unit]) => unit.verified === undefined && returnedAttempts(unit).length > 0,
  )
  return judgeAgain(
    state,
    job,
    waiting.map(([index]) => index),
    atMs,
  )
}

/** @param against the output that the others agreed on, where that is why */
function reject(state: PeerState, job: JobState, attempt: AttemptState, claim: Claim, against?: Cid): void {
  const { output, fuel } = claim
  attempt.status = {
    state: 'rejected',
    cid: output,
    ...(fuel === undefined ? {} : { fuel }),
    // Who lied of its fuel alone stands for the same output.
    ...(against === undefined || against === output ? {} : { against }),
    ...runOf(attempt),
  }
  job.rejectedOutputs++
  remember(state, attempt.peer, 'rejected')
}

/** A quorum agrees: the winners are right, the others wrong, and peers that still compute may stop. */
function verify(
  state: PeerState,
  job: JobState,
  index: number,
  unit: UnitState,
  verdict: Verdict & { readonly kind: 'agreed' },
  atMs: number,
  { wanted, withdrawn }: Verified,
): void {
  let inline: Uint8Array | undefined
  let othersCpuMs = 0
  for (const attempt of unit.attempts) {
    if (attempt.status.state === 'awarded' || isOwed(attempt)) {
      attempt.status = withdrawnStatus(attempt, wasReady(unit, attempt))
      withdrawn.set(attempt.peer, [...(withdrawn.get(attempt.peer) ?? []), index])
    } else if (attempt.status.state === 'returned') {
      if (verdict.winners.includes(attempt.peer) && isLike(unit, attempt.status.cid, verdict.output)) {
        if (attempt.status.cid === verdict.output) inline ??= attempt.status.inline
        if (attempt.peer !== state.me) othersCpuMs += cpuRanMs(attempt.status, attempt, atMs)
        remember(state, attempt.peer, 'verified')
      } else {
        reject(state, job, attempt, claimOf(attempt.status), verdict.output)
      }
    }
  }
  const stored = inline !== undefined
  unit.verified = {
    cid: verdict.output,
    ...(verdict.fuel === undefined ? {} : { fuel: verdict.fuel }),
    winners: [...verdict.winners],
    atMs,
    stored,
    ...(inline === undefined ? {} : { inline }),
  }
  if (stored) delete unit.compared
  job.verified++
  job.progressAtMs = atMs
  note(state, {
    kind: 'unit-verified',
    job: job.manifest.job_id,
    unit: index,
    winners: unit.verified.winners,
    othersCpuMs: Math.round(othersCpuMs),
  })
  if (stored) job.stored++
  else wanted.push({ unit: index, cid: verdict.output, from: holdersOfOutput(unit, verdict.output) })
}

/** Verified outputs that are on this peer's disk now. */
export function storeOutputs(state: PeerState, event: Of<'outputs-stored'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined) return []
  const changed: number[] = []
  for (const index of event.units) {
    const unit = job.units.get(index)
    if (unit?.verified === undefined || unit.verified.stored) continue
    unit.verified = { ...unit.verified, stored: true }
    delete unit.compared
    job.stored++
    changed.push(index)
  }
  noteUnits(state, job, changed)
  return finishIfComplete(state, job, event.at_ms)
}

/**
 * The peers that agreed on an output, or returned one that is to be compared, did not hand it over, and the unit is open
 * again. Peers that refused are found wrong; unreachable ones may still have the result and may be awarded the unit anew,
 * as may outvoted ones.
 */
export function missOutput(state: PeerState, event: Of<'output-unavailable'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  const unit = job?.units.get(event.unit_index)
  // At a job's end its providers let go of outputs: no provider is to blame for one that is missing then.
  if (job === undefined || !isUnderWay(job)) return []
  if (unit === undefined || !isMissing(job, unit, event.cid)) return []
  let isRefuted = false
  for (const attempt of unit.attempts) {
    if (attempt.status.state !== 'returned' || attempt.status.cid !== event.cid) continue
    if (event.unreachable?.includes(attempt.peer) === true) {
      attempt.status = { state: 'void', why: 'disconnected', ready: true }
    } else {
      reject(state, job, attempt, claimOf(attempt.status))
      isRefuted = true
    }
  }
  if (isRefuted) restoreOutvoted(state, job, unit, event.cid)
  if (unit.verified !== undefined) job.verified--
  delete unit.verified
  return judgeAgain(state, job, [event.unit_index], event.at_ms)
}

/** Whether the lack of an output matters: it is verified and not here, or it is to be compared. */
function isMissing({ manifest }: JobState, { verified }: UnitState, cid: Cid): boolean {
  if (comparesExactly(manifest.comparator)) return verified?.stored === false
  return verified === undefined || (verified.cid === cid && !verified.stored)
}
