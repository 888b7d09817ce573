import { chooseAwards, type Seat, type UnitNeed, type OpenUnits } from '../../market/award.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { AWARD_DUE_MS_MAX, AWARD_UNITS_MAX } from '../../protocol/limits.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import { toMs } from '../../protocol/time.ts'
import { recordOf } from './records.ts'
import type { Effect } from '../effect.ts'
import type { IssuedAward } from './events.ts'
import { UNTOLD_ENGINE, type EngineId } from '../../protocol/engine.ts'
import { groupByEngine, type EngineGroups } from './engine-groups.ts'
import { engineOfAttempt, engineOfPeer, isExactlyChecked, stillOffering } from './engines.ts'
import { sharesOwner } from './owners.ts'
import { readyInMs, seatOf, seatsOf } from './offers.ts'
import { relieve } from './relieving.ts'
import { priorityOf, type AttemptState, type JobState, type UnitState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { isNewTo, timedOutPeers } from './time-outs.ts'
import { mightCollude, trustOf } from '../pairing/trust.ts'
import { needOf } from './unit.ts'
import { bookOf } from './unit-book.ts'

/** Units for one peer, as they were chosen. */
interface Chosen {
  readonly peer: PeerId
  /** The engine that it computes by, or has computed by; the one that it offers now where none is named. */
  readonly engine?: EngineId
  readonly units: readonly { readonly index: number; readonly role: AwardedUnit['role'] }[]
}

/**
 * Gives open units to some providers, or to all: as much as each should hold at this moment, jobs that go first before
 * the others. Where nothing is left for one that is idle, it may help others.
 */
export function awardTo(state: PeerState, peers: readonly PeerId[] | undefined, atMs: number): Effect[] {
  const effects: Effect[] = []
  for (const job of jobsInOrder(state)) {
    const awards = decide(state, job, seatsOf(state, job, atMs, peers), atMs)
    effects.push(...awards)
    if (awards.length === 0)
      effects.push(...relieve(state, job, atMs, (backups) => record(state, job, backups, atMs, true)))
  }
  return effects
}

/** Running jobs: by priority, and the nearest deadline first among equals. */
function jobsInOrder(state: PeerState): JobState[] {
  const jobs = [...state.requester.jobs.values()].filter(({ status }) => status.state === 'running')
  if (jobs.length < 2) return jobs
  const deadlineOf = ({ manifest: { deadline } }: JobState): number =>
    deadline === undefined ? Number.MAX_VALUE : toMs(deadline)
  return jobs.sort((a, b) => priorityOf(b) - priorityOf(a) || deadlineOf(a) - deadlineOf(b))
}

/**
 * Awards of units that are open again, to peers with room. With `ready`, results that peers already have are asked for
 * first; not after a refusal, since two unreachable peers would be tried in turns as fast as they fail. The next tick
 * comes back to them.
 */
export function awardReopened(
  state: PeerState,
  job: JobState,
  units: Iterable<number>,
  atMs: number,
  ready: boolean,
): Effect[] {
  const results = ready ? askReady(state, job, units, atMs) : []
  return results.length > 0 ? results : decide(state, job, seatsOf(state, job, atMs), atMs)
}

/** Awards that become possible with time: units that have waited long enough to be less choosy, results that peers have. */
export function awardWaiting(state: PeerState, atMs: number): Effect[] {
  const asked = jobsInOrder(state).flatMap((job) => askReady(state, job, bookOf(job).ready, atMs))
  return asked.length > 0 ? asked : awardTo(state, undefined, atMs)
}

/**
 * Awards of units to peers who have their results already, of attempts that were given up: they answer at once, and
 * need no capacity for it.
 */
function askReady(state: PeerState, job: JobState, units: Iterable<number>, atMs: number): Effect[] {
  const asked = new Map<string, Chosen & { readonly units: { index: number; role: AwardedUnit['role'] }[] }>()
  for (const index of units) {
    const unit = job.units.get(index)
    const need = needOf(job, index, atMs)
    if (unit === undefined || need === undefined) continue
    const role = need.holders.length === 0 ? 'primary' : 'verification'
    let { missing } = need
    const parts = [...need.holders]
    for (const attempt of readyAttempts(state, job, unit, need)) {
      if (missing <= 0) break
      const { peer } = attempt
      if (sharesOwner(state, job, peer, parts)) continue
      const engine = engineOfAttempt(attempt)
      const ofPeer = asked.get(`${peer} ${engine}`) ?? { peer, engine, units: [] }
      if (ofPeer.units.length >= AWARD_UNITS_MAX) continue
      ofPeer.units.push({ index, role })
      parts.push(peer)
      asked.set(`${peer} ${engine}`, ofPeer)
      missing--
    }
  }
  return record(state, job, [...asked.values()], atMs)
}

/** The given-up attempts of a unit whose peers have its result and may be asked for it: those of one engine, where engines count. */
function readyAttempts(
  state: PeerState,
  job: JobState,
  unit: UnitState,
  { holders, engine }: UnitNeed,
): readonly AttemptState[] {
  const ready = unit.attempts.filter(
    (attempt) =>
      hasReadyResult(unit, attempt) && !holders.includes(attempt.peer) && canBeAsked(state, attempt.peer),
  )
  const [first] = ready
  if (first === undefined || !isExactlyChecked(job)) return ready
  const only = engine ?? engineOfAttempt(first)
  return ready.filter((attempt) => engineOfAttempt(attempt) === only)
}

/** Whether an attempt was given up although its peer has the result, and the peer was not asked for it since. */
function hasReadyResult(unit: UnitState, { peer, attempt, status }: AttemptState): boolean {
  if (status.state !== 'void' || !status.ready) return false
  return !unit.attempts.some((later) => later.peer === peer && later.attempt > attempt)
}

/** Whether a peer is this one, or a trusted one that is connected. */
function canBeAsked(state: PeerState, peer: PeerId): boolean {
  return peer === state.me || (trustOf(state, peer) > 0 && state.view.connected.has(peer))
}

function decide(state: PeerState, job: JobState, seats: readonly Seat[], atMs: number): Effect[] {
  if (job.status.state !== 'running' || seats.length === 0 || bookOf(job).open.count === 0) return []
  const groups = groupByEngine(state, job, atMs)
  const chosen = chooseAwards({
    seats,
    open: openTo(state, job, atMs),
    needOf: (index) => needAmong(state, job, index, atMs, groups),
    standingOf: (peer) => standing(state, peer),
    trustEachOtherFully: (a, b) => mightCollude(state, a, b, () => groups.workersLike(a)),
    sharesOwner: (peer, others) => sharesOwner(state, job, peer, others),
    othersOf: (peer) => groups.workersLike(peer).length - 1,
    mayBegin: (engine) => groups.mayBegin(engine),
    nowMs: atMs,
    patienceMs: state.policy.patience.better_provider_ms,
    poorBelow: state.policy.reputation.poor_below,
    unitsMax: AWARD_UNITS_MAX,
  })
  return record(state, job, chosen, atMs)
}

/**
 * The open units of a job. While it makes progress no unit changes its engine, so that units of other engines need not
 * be looked at.
 */
function openTo(state: PeerState, job: JobState, atMs: number): OpenUnits {
  const book = bookOf(job)
  const { order, untouched, partial } = book
  if (!isExactlyChecked(job)) return book
  const isStuck = atMs - job.progressAtMs >= state.policy.patience.better_provider_ms
  const closedTo = isStuck ? book.partialHeldIn : book.partialClosedTo
  return {
    order,
    untouched,
    partial,
    partialHeldBy: (peer) => closedTo(peer, engineOfPeer(state, peer, job.manifest)),
  }
}

/**
 * The need of a unit when these offer to its job. A peer that ran out of its time is not asked again as long as one of
 * them has not had it yet: it may be faster, and one peer alone cannot say whether the unit ends.
 */
function needAmong(
  state: PeerState,
  job: JobState,
  index: number,
  atMs: number,
  groups: EngineGroups,
): UnitNeed | undefined {
  const bound = needOf(job, index, atMs)
  const unit = job.units.get(index)
  if (bound === undefined || unit === undefined) return bound
  const need = groups.needAnew(unit, bound) ?? withHolders(bound, stillOffering(state, job, unit))
  const timedOut = timedOutPeers(unit)
  if (timedOut.length === 0 || !groups.offering().some(({ peer }) => isNewTo(unit, peer))) return need
  return withHolders(need, timedOut)
}

function withHolders(need: UnitNeed, more: readonly PeerId[]): UnitNeed {
  return more.length === 0 ? need : { ...need, holders: [...need.holders, ...more] }
}

/** The decision as an event: it is journaled before any peer is told. */
function record(
  state: PeerState,
  job: JobState,
  chosen: readonly Chosen[],
  atMs: number,
  isBackup = false,
): Effect[] {
  const attempts = new Map<number, number>()
  const awards: IssuedAward[] = chosen.map(({ peer, engine, units }, position) => ({
    award_id: `${job.manifest.job_id}-${state.epoch}-${state.requester.awardsMade + position}`,
    job_id: job.manifest.job_id,
    peer,
    units: units.map(({ index, role }): AwardedUnit => ({
      unit_index: index,
      attempt: nextAttempt(job, index, attempts),
      role,
    })),
    deadline_ms: Math.round(atMs + allowedMs(state, job, peer, units, atMs)),
    ...(isBackup ? { backup: true } : {}),
    ...engineNamed(job, engine ?? engineOfPeer(state, peer, job.manifest)),
  }))
  if (awards.length === 0) return []
  return [{ kind: 'record', event: { kind: 'awards-issued', at_ms: atMs, awards } }]
}

/** The engine as an award names it: where it counts, and is told. */
function engineNamed(job: JobState, engine: EngineId | undefined): { readonly engine?: EngineId } {
  if (engine === undefined || engine === UNTOLD_ENGINE || !isExactlyChecked(job)) return {}
  return { engine }
}

/** The number of a unit's next attempt; several peers may get the unit in one decision, each its own attempt. */
function nextAttempt(job: JobState, index: number, given: Map<number, number>): number {
  const attempt = (given.get(index) ?? job.units.get(index)?.attempts.at(-1)?.attempt ?? 0) + 1
  given.set(index, attempt)
  return attempt
}

/** Until an award counts as late; bounded, whatever its provider says that a unit takes. */
function allowedMs(
  state: PeerState,
  job: JobState,
  peer: PeerId,
  units: readonly { readonly index: number }[],
  atMs: number,
): number {
  const seat = seatOf(state, job, peer, atMs)
  const rounds = seat === undefined ? units.length : Math.ceil((seat.busy + units.length) / seat.lanes)
  const unitMs = Math.max(seat?.unitMs ?? 0, job.observedMs)
  const readyMs = readyInMs(state, job, peer)
  const expectedMs = Math.max(seat?.latencyMs ?? 0, readyMs ?? 0) + rounds * unitMs
  const lost = Math.max(0, ...units.map(({ index }) => timesLate(job, index)))
  const { late_ms_min, first_late_ms_min, late_factor, late_doublings_max } = state.policy.deadlines
  const leastMs = readyMs === undefined ? late_ms_min : Math.max(late_ms_min, first_late_ms_min)
  const allowed = Math.max(leastMs, late_factor * expectedMs) * 2 ** Math.min(lost, late_doublings_max)
  return Math.min(AWARD_DUE_MS_MAX, allowed)
}

function timesLate(job: JobState, index: number): number {
  const attempts = job.units.get(index)?.attempts ?? []
  return attempts.filter(({ status }) => status.state === 'void' && status.why === 'late').length
}

function standing(state: PeerState, peer: PeerId): { trust: number; quality: number; reliability: number } {
  const { quality, reliability } = recordOf(state, peer)
  return { trust: trustOf(state, peer), quality, reliability }
}
