import type { PeerId } from '../../protocol/ids.ts'
import { AWARD_UNITS_MAX } from '../../protocol/limits.ts'
import type { Effect, UnitAttempt } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import { note } from '../notice.ts'
import { holdingBookOf, putHeld, setHeld } from './holding-book.ts'
import { pauseReason, plannedSlots, slotAt } from '../sharing/shared-slots.ts'
import { forgetRunning, isWaiting, observedUnitMs, startUnits } from './starting.ts'
import { holdingKey, type Holding } from './slice.ts'
import type { PeerState } from '../state.ts'

/** The reason that others get when shared hours are over; a pause has words of its own. */
const HOURS_OVER = 'its hours of sharing are over'
/** The reason for a requester that asked for the units. */
const ASKED_BACK = 'they had not begun'
/** The reason for others that are told again, when it may have changed since. */
const NOT_FINISHED = 'it stopped before these units were finished'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * Decides to give back what waits or runs here for others, if nothing may: sharing is paused, or the painted hours are
 * over, or the program stops. With `finish_first` what was taken is finished, and so it is when the user shares nothing any longer.
 */
export function decideHandBack(state: PeerState, nowMs: number): Effect[] {
  if (!mustHandBack(state, nowMs)) return []
  const effects: Effect[] = []
  for (const holding of state.provider.holdings.values()) {
    if (holding.requester === state.me) continue
    const units: UnitAttempt[] = []
    for (const unit_index of holdingBookOf(holding).queued) {
      units.push({ unit_index, attempt: holding.units.get(unit_index)?.attempt ?? 0 })
    }
    if (units.length === 0) continue
    const { requester, job: job_id } = holding
    effects.push({
      kind: 'record',
      event: { kind: 'units-handed-back', at_ms: nowMs, requester, job_id, units },
    })
  }
  return effects
}

function mustHandBack(state: PeerState, nowMs: number): boolean {
  if (state.view.isLeaving === true || state.view.pauseDecision?.pausedBy !== undefined) return true
  if (pauseReason(state, nowMs) !== undefined) return state.sharing.pause?.finishFirst === false
  if (state.sharing.availability.kind !== 'week') return false
  return slotAt(plannedSlots(state, nowMs), nowMs) === undefined
}

/** Units that are given back: they stop at once, and their requester is told. */
export function handBack(state: PeerState, event: Of<'units-handed-back'>): Effect[] {
  const holding = state.provider.holdings.get(holdingKey(event.requester, event.job_id))
  if (holding === undefined) return []
  const stopped: UnitAttempt[] = []
  for (const { unit_index, attempt } of event.units) {
    const held = holding.units.get(unit_index)
    if (held?.status.state !== 'queued' || held.attempt !== attempt) continue
    setHeld(holding, unit_index, { state: 'handed-back', sinceMs: event.at_ms })
    stopped.push({ unit_index, attempt })
  }
  if (stopped.length === 0) return []
  const units = stopped.map(({ unit_index }) => unit_index)
  const reason =
    pauseReason(state, event.at_ms) ?? (mustHandBack(state, event.at_ms) ? HOURS_OVER : ASKED_BACK)
  forgetRunning(state, holding, units)
  note(state, { kind: 'holdings-changed' })
  return [
    { kind: 'stop-units', requester: holding.requester, job: holding.job, units },
    ...tell(holding, stopped, reason),
    ...startUnits(state, event.at_ms),
    { kind: 'allocation-due' },
  ]
}

/** The requester knows: what it gives to this peer again is new. */
export function forgetHandedBack(state: PeerState, event: Of<'hand-back-delivered'>): Effect[] {
  const holding = state.provider.holdings.get(holdingKey(event.requester, event.job_id))
  for (const { unit_index, attempt } of event.units) {
    const held = holding?.units.get(unit_index)
    if (holding === undefined || held?.status.state !== 'handed-back' || held.attempt !== attempt) continue
    putHeld(holding, unit_index, undefined)
  }
  return [{ kind: 'allocation-due' }]
}

/** Gives back what waits here and cannot be done by the time at which its requester expects it. */
export function handBackHopeless(state: PeerState, nowMs: number): Effect[] {
  const effects: Effect[] = []
  for (const holding of state.provider.holdings.values()) {
    const { requester, job: job_id } = holding
    const unitMs = observedUnitMs(state, requester, job_id) ?? 0
    const units: UnitAttempt[] = []
    if (requester === state.me) continue
    for (const unit_index of holdingBookOf(holding).queued) {
      const { attempt = 0, dueAtMs } = holding.units.get(unit_index) ?? {}
      // In the order of their awards, and so of their deadlines.
      if (dueAtMs === undefined || nowMs + unitMs <= dueAtMs) break
      if (isWaiting(state, holding, unit_index)) units.push({ unit_index, attempt })
    }
    if (units.length === 0) continue
    effects.push({
      kind: 'record',
      event: { kind: 'units-handed-back', at_ms: nowMs, requester, job_id, units },
    })
  }
  return effects
}

/** Whether a requester who could hear of it has not yet heard of what was handed back. */
export function owesHandBack({ provider: { holdings }, view }: PeerState): boolean {
  for (const holding of holdings.values()) {
    if (view.connected.has(holding.requester) && holdingBookOf(holding).handedBack.size > 0) return true
  }
  return false
}

/** Tells of hand-backs that their requesters have not heard of: those of long ago, or all to one who is back. */
export function tellHandBacks(state: PeerState, nowMs: number, to?: PeerId): Effect[] {
  const { tell_again_after_ms } = state.policy.provider
  const effects: Effect[] = []
  for (const holding of state.provider.holdings.values()) {
    if (to === undefined ? !state.view.connected.has(holding.requester) : holding.requester !== to) continue
    const units: UnitAttempt[] = []
    for (const unit_index of holdingBookOf(holding).handedBack) {
      const { attempt = 0, status } = holding.units.get(unit_index) ?? {}
      if (status?.state !== 'handed-back') continue
      if (to !== undefined || nowMs - status.sinceMs >= tell_again_after_ms)
        units.push({ unit_index, attempt })
    }
    effects.push(...tell(holding, units, NOT_FINISHED))
  }
  return effects
}

function tell(holding: Holding, units: readonly UnitAttempt[], reason: string): Effect[] {
  const effects: Effect[] = []
  for (let at = 0; at < units.length; at += AWARD_UNITS_MAX) {
    const some = units.slice(at, at + AWARD_UNITS_MAX)
    effects.push({ kind: 'send-hand-back', to: holding.requester, job: holding.job, units: some, reason })
  }
  return effects
}
