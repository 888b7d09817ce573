import { assert } from '../../protocol/fault.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { AWARD_DUE_MS_MAX } from '../../protocol/limits.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { excuseAll } from './attempt-ends.ts'
import { excuse, remember } from './records.ts'
import { awardReopened } from './awarding.ts'
import type { Effect, WantedOutput } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import { note } from '../notice.ts'
import type { IssuedAward } from './events.ts'
import { UNTOLD_ENGINE, type EngineId } from '../../protocol/engine.ts'
import { engineOfAttempt, isAnew, isExactlyChecked } from './engines.ts'
import { hopeless } from './hopeless.ts'
import { withdrawAgain } from './job-control.ts'
import { noteJob, noteUnits } from './job-notices.ts'
import { closeOffers, noteAwarded } from './offers.ts'
import { compareOutputs } from './comparing.ts'
import { recallKey } from './relieving.ts'
import { isUnderWay, type AttemptState, type JobState, type TakenUnit, type UnitState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { oweVerdicts } from './verdicts.ts'
import { holdersOfOutput, wasReady } from './unit.ts'
import { isOwed } from './given-up.ts'
import { bookOf, closeBook, openCount, refreshUnit } from './unit-book.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** A new job: its units are open from now on, but those that it takes over. Submitting a job twice changes nothing. */
export function submitJob(state: PeerState, event: Of<'job-submitted'>): Effect[] {
  const { manifest, manifest_cid, taken = [] } = event
  if (state.requester.jobs.has(manifest.job_id)) return []
  const job: JobState = {
    manifest,
    manifestCid: manifest_cid,
    submittedAtMs: event.at_ms,
    verification: state.policy.verification,
    progressAtMs: event.at_ms,
    status: { state: 'running' },
    units: takenUnits(manifest, taken),
    verified: 0,
    stored: 0,
    rejectedOutputs: 0,
    retried: 0,
    backups: 0,
    observedMs: 0,
    pausedMs: 0,
  }
  if (job.units.size > 0) job.verified = job.stored = job.taken = job.units.size
  state.requester.jobs.set(manifest.job_id, job)
  note(state, { kind: 'job-submitted', job: manifest.job_id, manifest })
  noteJob(state, job)
  return [
    ...finishIfComplete(state, job, event.at_ms),
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/** The units that a job takes over, by index. Nobody is owed a verdict about them: no peer computed them for this job. */
function takenUnits({ unit_count }: JobManifest, taken: readonly TakenUnit[]): Map<number, UnitState> {
  const units = new Map<number, UnitState>()
  for (const { unit_index, verified } of taken) {
    if (unit_index >= unit_count || !verified.stored) continue
    units.set(unit_index, { attempts: [], openSinceMs: verified.atMs, verified })
  }
  return units
}

/** The user no longer wants a job; the peers that hold its units are told. */
export function cancelJob(state: PeerState, event: Of<'job-cancelled'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined || !isUnderWay(job)) return []
  const kept = event.keep === true && job.stored > 0
  return endJob(state, job, { state: 'cancelled', atMs: event.at_ms, ...(kept ? { kept } : {}) })
}

/** The user no longer wants to see an ended job, here or in the history; its outputs may go. */
export function removeJob(state: PeerState, event: Of<'job-removed'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job !== undefined && isUnderWay(job)) return []
  state.requester.jobs.delete(event.job_id)
  note(state, { kind: 'job-changed', job: event.job_id })
  return [{ kind: 'job-removed', job: event.job_id }]
}

/** Sends awards that were decided, as they are journaled now. */
export function issueAwards(state: PeerState, event: Of<'awards-issued'>): Effect[] {
  const effects: Effect[] = []
  for (const award of event.awards) {
    const job = state.requester.jobs.get(award.job_id)
    if (job === undefined) continue
    state.requester.awardsMade++
    job.firstAwardAtMs ??= event.at_ms
    for (const { unit_index, attempt, role } of award.units) {
      const unit = touch(job, unit_index, event.at_ms)
      assert(
        unit.attempts.every((known) => known.attempt < attempt),
        'attempts of a unit count up',
      )
      if (isExactlyChecked(job)) setAside(unit, award.engine ?? UNTOLD_ENGINE)
      unit.attempts.push({
        attempt,
        awardId: award.award_id,
        peer: award.peer,
        role,
        awardedAtMs: event.at_ms,
        deadlineMs: award.deadline_ms,
        ...(award.engine === undefined ? {} : { engine: award.engine }),
        status: { state: 'awarded' },
      })
      refreshUnit(job, unit_index)
    }
    if (award.backup === true) job.backups += award.units.length
    const units = award.units.map(({ unit_index }) => unit_index)
    noteUnits(state, job, units)
    noteAwarded(state, job, award.peer, units, event.at_ms)
    effects.push(sendAward(job, award, event.at_ms))
    // Not every award is published: providers only need to know when the last open unit is given out.
    if (openCount(job) === 0 && state.view.publishedOpen.get(award.job_id) === true) {
      effects.push({ kind: 'commitment-changed' })
    }
  }
  return effects
}

/** An engine begins a unit anew: results of another one count no more, without blame. Their peers still have them. */
function setAside(unit: UnitState, engine: EngineId): void {
  for (const attempt of unit.attempts) {
    if (attempt.status.state !== 'returned' || engineOfAttempt(attempt) === engine) continue
    attempt.status = { state: 'void', why: 'withdrawn', ready: true }
  }
}

/** The message for an award that is written down. */
function sendAward(job: JobState, award: IssuedAward, atMs: number): Effect {
  return {
    kind: 'send-award',
    to: award.peer,
    award: {
      award_id: award.award_id,
      job_id: award.job_id,
      manifest_cid: job.manifestCid,
      units: award.units.map((awarded) => {
        const unit = job.units.get(awarded.unit_index)
        const attempt = unit?.attempts.find((one) => one.attempt === awarded.attempt)
        return unit === undefined || attempt === undefined
          ? awarded
          : { ...awarded, ...anewIn(unit, attempt) }
      }),
      due_in_ms: dueInMs(award.deadline_ms, atMs),
    },
  }
}

/** Marks a unit that its peer is to compute again. */
function anewIn(unit: UnitState, attempt: AttemptState): { readonly anew?: true } {
  return isAnew(unit, attempt) ? { anew: true } : {}
}

/** How long a provider has from now on. */
function dueInMs(deadlineMs: number, atMs: number): number {
  return Math.min(AWARD_DUE_MS_MAX, Math.max(1, Math.round(deadlineMs - atMs)))
}

function touch(job: JobState, index: number, atMs: number): UnitState {
  let unit = job.units.get(index)
  if (unit === undefined) {
    unit = { attempts: [], openSinceMs: atMs }
    job.units.set(index, unit)
  }
  return unit
}

/** A provider would not take an award, or could not be told of it: its units are open again. */
export function refuseAward(state: PeerState, event: Of<'award-refused'>): Effect[] {
  closeOffers(state, event.peer, event.at_ms)
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined) return []
  const changed: number[] = []
  const reopened: number[] = []
  const { atWork, owed } = bookOf(job)
  for (const [index, attempt] of [...(owed.get(event.peer) ?? [])]) {
    // It was late before it was known that the award was refused.
    if (attempt.awardId !== event.award_id) continue
    if (wasLate(attempt)) excuse(state, attempt.peer, 1)
    attempt.status = { state: 'void', why: 'refused', ready: false }
    refreshUnit(job, index)
    changed.push(index)
  }
  for (const [index, attempt] of [...(atWork.get(event.peer) ?? [])]) {
    const unit = job.units.get(index)
    if (unit === undefined || attempt.awardId !== event.award_id) continue
    attempt.status = { state: 'void', why: 'refused', ready: wasReady(unit, attempt) }
    refreshUnit(job, index)
    job.retried++
    reopened.push(index)
  }
  noteUnits(state, job, [...changed, ...reopened])
  return reopen(state, job, reopened, event.at_ms, false)
}

type LateAttempt = AttemptState & { status: Extract<AttemptState['status'], { state: 'void' }> }

function wasLate(attempt: AttemptState): attempt is LateAttempt {
  return attempt.status.state === 'void' && attempt.status.why === 'late'
}

/** Gives up attempts; a reply to one of them will be stale. */
export function loseAttempts(state: PeerState, event: Of<'attempts-lost'>): Effect[] {
  const effects: Effect[] = []
  const excused = new Map<JobState, number[]>()
  const reopened = new Map<JobState, number[]>()
  for (const { job_id, unit_index, attempt: number } of event.lost) {
    const job = state.requester.jobs.get(job_id)
    const unit = job?.units.get(unit_index)
    const attempt = unit?.attempts.find((a) => a.attempt === number)
    if (job === undefined || unit === undefined || attempt === undefined) continue
    if (event.reason === 'disconnected' && wasLate(attempt)) {
      // The line was dead before that was noticed.
      attempt.status = { ...attempt.status, why: 'disconnected' }
      refreshUnit(job, unit_index)
      excused.set(job, [...(excused.get(job) ?? []), unit_index])
      excuse(state, attempt.peer, 1)
      continue
    }
    if (attempt.status.state !== 'awarded') continue
    attempt.status = { state: 'void', why: event.reason, ready: wasReady(unit, attempt) }
    refreshUnit(job, unit_index)
    job.retried++
    reopened.set(job, [...(reopened.get(job) ?? []), unit_index])
    // A line that was cut says nothing about the peer at its other end.
    if (event.reason === 'late') remember(state, attempt.peer, 'expired')
  }
  for (const [job, units] of excused) noteUnits(state, job, units)
  for (const [job, units] of reopened) {
    noteUnits(state, job, units)
    effects.push(...reopen(state, job, units, event.at_ms))
  }
  return effects
}

/**
 * A provider stopped before it had finished these units: they are open again at once. It kept its word to say so, and
 * is not to blame; it offers nothing until it offers anew.
 */
export function takeBack(state: PeerState, event: Of<'hand-back-received'>): Effect[] {
  const job = state.requester.jobs.get(event.job_id)
  if (job === undefined) return []
  const changed: number[] = []
  const reopened: number[] = []
  let wasAsked = event.units.length > 0
  for (const { unit_index, attempt: number } of event.units) {
    const unit = job.units.get(unit_index)
    const attempt = unit?.attempts.find((a) => a.attempt === number && a.peer === event.from)
    if (unit === undefined || attempt === undefined) continue
    const wasWaitedFor = attempt.status.state === 'awarded'
    if (!wasWaitedFor && !isOwed(attempt)) continue
    attempt.status = { state: 'void', why: 'handed-back', ready: wasReady(unit, attempt) }
    refreshUnit(job, unit_index)
    changed.push(unit_index)
    if (!wasWaitedFor) continue
    job.retried++
    reopened.push(unit_index)
  }
  noteUnits(state, job, changed)
  for (const { unit_index, attempt } of event.units) {
    wasAsked = state.view.recalled.delete(recallKey(job, unit_index, attempt)) && wasAsked
  }
  // A provider that stops by itself takes nothing more; one that was asked for units goes on.
  if (!wasAsked) closeOffers(state, event.from, event.at_ms)
  return reopen(state, job, reopened, event.at_ms)
}

/** Reopens units: awarded from offers at hand, or published; hopeless ones end the job. */
export function reopen(
  state: PeerState,
  job: JobState,
  indices: readonly number[],
  atMs: number,
  ready = true,
): Effect[] {
  if (job.status.state !== 'running' || indices.length === 0) return []
  for (const index of indices) {
    const fault = hopeless(job, index)
    if (fault === undefined) continue
    if (fault.kind === 'timed-out') excuseAll(state, job.units.get(index))
    return endJob(state, job, { state: 'failed', atMs, fault })
  }
  return [
    ...awardReopened(state, job, new Set(indices), atMs, ready),
    ...(state.view.publishedOpen.get(job.manifest.job_id) === false
      ? [{ kind: 'commitment-changed' } as const, { kind: 'allocation-due' } as const]
      : []),
  ]
}

/** Ends a job whose outputs are all on this peer's disk. */
export function finishIfComplete(state: PeerState, job: JobState, atMs: number): Effect[] {
  if (!isUnderWay(job) || job.stored < job.manifest.unit_count) return []
  return endJob(state, job, { state: 'done', atMs })
}

/** How a job has ended. */
type JobEnd = Extract<JobState['status'], { readonly atMs: number }>

/** Ends a job. @returns the messages at its end: peers that had units of it may forget it */
function endJob(state: PeerState, job: JobState, end: JobEnd): Effect[] {
  const jobId: JobId = job.manifest.job_id
  job.status = end
  noteJob(state, job)
  note(state, { kind: 'job-ended', job: jobId, end: end.state })
  const holders = new Set(job.archived?.parts.keys())
  for (const unit of job.units.values()) for (const { peer } of unit.attempts) holders.add(peer)
  closeBook(job)
  return [
    ...oweVerdicts(state, job, end.atMs),
    ...[...holders].map((to): Effect => ({ kind: 'send-settled', to, job: jobId })),
    { kind: 'job-ended', job: jobId },
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/**
 * After a restart: awards whose sending may have been cut off are sent again (the other side knows them by their
 * attempt numbers), verified outputs that are not here yet are fetched, and outputs compared that wait for it.
 */
export function resumeJobs(state: PeerState, atMs: number): Effect[] {
  const effects: Effect[] = []
  for (const job of state.requester.jobs.values()) {
    if (!isUnderWay(job)) continue
    if (job.status.state === 'paused') effects.push(...withdrawAgain(job))
    const awards = new Map<string, { peer: PeerId; deadlineMs: number; units: AwardedUnit[] }>()
    const wanted: WantedOutput[] = []
    for (const [unit_index, unit] of job.units) {
      if (unit.verified?.stored === false) {
        const { cid } = unit.verified
        wanted.push({ unit: unit_index, cid, from: holdersOfOutput(unit, cid) })
      }
      for (const made of unit.attempts) {
        const { attempt, awardId, peer, role, status, deadlineMs } = made
        if (status.state !== 'awarded') continue
        const award = awards.get(awardId) ?? { peer, deadlineMs, units: [] }
        award.units.push({ unit_index, attempt, role, ...anewIn(unit, made) })
        awards.set(awardId, award)
      }
    }
    for (const [award_id, { peer, deadlineMs, units }] of awards) {
      const { job_id } = job.manifest
      const award = {
        award_id,
        job_id,
        manifest_cid: job.manifestCid,
        units,
        due_in_ms: dueInMs(deadlineMs, atMs),
      }
      effects.push({ kind: 'send-award', to: peer, award })
    }
    if (wanted.length > 0) effects.push({ kind: 'fetch-outputs', job: job.manifest.job_id, outputs: wanted })
    effects.push(...compareOutputs(job, job.units.keys()))
  }
  return effects
}
