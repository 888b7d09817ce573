import { isPoor, type Seat } from '../../market/award.ts'
import { planRelief, type BusySeat } from '../../market/relief.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { recordOf } from './records.ts'
import type { Effect, UnitAttempt } from '../effect.ts'
import { seatOf, seatsOf } from './offers.ts'
import { redundancyOf, type JobState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { sharesOwner } from './owners.ts'
import { mightCollude } from '../pairing/trust.ts'
import { groupByEngine } from './engine-groups.ts'
import { engineOfPeer, engineOfUnit, isExactlyChecked, stillOffering, unsteadyPeers } from './engines.ts'
import { wantedOf } from './unit.ts'
import { bookOf } from './unit-book.ts'

interface Backup {
  readonly peer: PeerId
  readonly units: readonly { readonly index: number; readonly role: 'verification' }[]
}

/** The key of an attempt that was asked back. */
export function recallKey(job: JobState, unit: number, attempt: number): string {
  return `${job.manifest.job_id}/${unit}/${attempt}`
}

/**
 * Keeps peers busy for which nothing is open: units that wait elsewhere are asked back, and units that run late are
 * given out once more, `issue` writes that down.
 */
export function relieve(
  state: PeerState,
  job: JobState,
  atMs: number,
  issue: (backups: readonly Backup[]) => Effect[],
): Effect[] {
  const id = job.manifest.job_id
  const book = bookOf(job)
  if (job.status.state !== 'running' || book.atWork.size === 0) return []
  if (book.untouched.count > 0) return []
  const seats = seatsOf(state, job, atMs)
  const idle = seats.filter((seat) => isIdle(state, seat))
  if (idle.length === 0) return []
  if (atMs - (state.view.relievedAtMs.get(id) ?? 0) < state.policy.requester.relieve_every_ms)
    return [{ kind: 'allocation-due' }]
  state.view.relievedAtMs.set(id, atMs)
  const groups = groupByEngine(state, job, atMs)
  const { share_max, count_min } = state.policy.backups
  const allowed = Math.max(count_min, Math.floor(share_max * job.manifest.unit_count * redundancyOf(job)))
  const { recalls, backups } = planRelief({
    nowMs: atMs,
    idle,
    busy: busySeats(state, job, atMs),
    mayHelp: (peer, index) => mayHelp(state, job, peer, index, () => groups.workersLike(peer)),
    backupsMax: Math.max(0, allowed - job.backups),
    comingBack: comingBack(state, job, atMs),
  })
  const doubled = groupByPeer(backups).map(([peer, units]) => ({
    peer,
    units: units.map((index) => ({ index, role: 'verification' as const })),
  }))
  return [...askBack(state, job, recalls, atMs), ...issue(doubled)]
}

/** Whether a provider in good standing has a lane free. */
function isIdle(state: PeerState, { peer, busy, lanes, capacity }: Seat): boolean {
  if (busy >= lanes || busy >= capacity) return false
  if (peer === state.me) return true
  return !isPoor(recordOf(state, peer), state.policy.reputation.poor_below)
}

function busySeats(state: PeerState, job: JobState, atMs: number): BusySeat[] {
  return [...bookOf(job).atWork].flatMap(([peer, units]) => {
    const seat = seatOf(state, job, peer, atMs)
    if (seat === undefined || units.size === 0) return []
    const begun = state.view.offers.get(peer)?.get(job.manifest.job_id)?.begunAtMs
    const atWork = [...units].map(([index, { awardedAtMs, attempt }]) => ({
      index,
      awardedAtMs,
      begunAtMs: state.view.recalled.has(recallKey(job, index, attempt)) ? awardedAtMs : begun?.get(index),
    }))
    return [{ seat, atWork }]
  })
}

/**
 * Backups and checks never share a peer, nor are they by friends of each other or by different engines; and no third
 * peer is asked for a unit that two already compute for one check.
 */
function mayHelp(
  state: PeerState,
  job: JobState,
  peer: PeerId,
  index: number,
  workers: () => readonly PeerId[],
): boolean {
  const unit = job.units.get(index)
  if (unit === undefined) return false
  if (isExactlyChecked(job)) {
    const engine = engineOfUnit(unit)
    if (engine !== undefined && engine !== engineOfPeer(state, peer, job.manifest)) return false
    if (stillOffering(state, job, unit).includes(peer) || unsteadyPeers(unit).includes(peer)) return false
  }
  const isChecked = redundancyOf(job) > 1
  let pending = 0
  for (const { peer: by, status } of unit.attempts) {
    if (status.state === 'void') continue
    if (status.state === 'awarded') pending++
    if (
      by === peer ||
      sharesOwner(state, job, peer, [by]) ||
      (isChecked && mightCollude(state, peer, by, workers))
    )
      return false
  }
  return pending <= wantedOf(job, unit)
}

/** Units that were asked back and are still on their way: they will be open again. */
function comingBack({ view, policy }: PeerState, job: JobState, atMs: number): number {
  let count = 0
  for (const [key, sinceMs] of view.recalled) {
    if (atMs - sinceMs > policy.requester.recall_answered_ms) view.recalled.delete(key)
    else if (key.startsWith(`${job.manifest.job_id}/`)) count++
  }
  return count
}

function askBack(
  state: PeerState,
  job: JobState,
  recalls: readonly { readonly peer: PeerId; readonly index: number }[],
  atMs: number,
): Effect[] {
  return groupByPeer(recalls).map(([to, indices]): Effect => {
    const units = indices.map((unit_index): UnitAttempt => {
      const attempt = bookOf(job).atWork.get(to)?.get(unit_index)?.attempt ?? 0
      state.view.recalled.set(recallKey(job, unit_index, attempt), atMs)
      return { unit_index, attempt }
    })
    return { kind: 'send-recall', to, job: job.manifest.job_id, units }
  })
}

function groupByPeer(
  list: readonly { readonly peer: PeerId; readonly index: number }[],
): [PeerId, number[]][] {
  const groups = new Map<PeerId, number[]>()
  for (const { peer, index } of list) groups.set(peer, [...(groups.get(peer) ?? []), index])
  return [...groups]
}
