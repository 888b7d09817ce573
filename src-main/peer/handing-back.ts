import type { PeerId } from '../protocol/ids.ts'
import { AWARD_UNITS_MAX } from '../protocol/limits.ts'
import type { Effect, UnitAttempt } from './effect.ts'
import type { DurableEvent } from './event.ts'
import { pauseReason, plannedSlots, slotAt } from './shared-slots.ts'
import { holdingKey, type Holding, type PeerState } from './state.ts'

/** A requester that has not heard of a hand-back after this long is told again. */
const TELL_AGAIN_AFTER_MS = 5_000
/** What others are told of hours that are over; a pause has words of its own. */
const HOURS_OVER = 'its hours of sharing are over'
/** What others are told again, when the reason may have changed since. */
const NOT_FINISHED = 'it stopped before these units were finished'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * Decides to give back what waits or runs here for others, if nothing may: sharing is paused, or the painted hours are
 * over, or the program stops. With `finish_first` what was taken is finished, and so it is when the user shares nothing any longer.
 */
export function decideHandBack(state: PeerState, nowMs: number): Effect[] {
  if (!mustHandBack(state, nowMs)) return []
  const effects: Effect[] = []
  for (const holding of state.holdings.values()) {
    if (holding.requester === state.me) continue
    const units: UnitAttempt[] = []
    for (const [unit_index, { attempt, status }] of holding.units) {
      if (status.state === 'queued') units.push({ unit_index, attempt })
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
  if (pauseReason(state, nowMs) !== undefined) return state.pause?.finishFirst === false
  if (state.availability.kind !== 'week') return false
  return slotAt(plannedSlots(state, nowMs), nowMs) === undefined
}

/** Units that are given back: they stop at once, and their requester is told. */
export function handBack(state: PeerState, event: Of<'units-handed-back'>): Effect[] {
  const holding = state.holdings.get(holdingKey(event.requester, event.job_id))
  if (holding === undefined) return []
  const stopped: UnitAttempt[] = []
  for (const { unit_index, attempt } of event.units) {
    const held = holding.units.get(unit_index)
    if (held?.status.state !== 'queued' || held.attempt !== attempt) continue
    held.status = { state: 'handed-back', sinceMs: event.at_ms }
    stopped.push({ unit_index, attempt })
  }
  if (stopped.length === 0) return []
  const units = stopped.map(({ unit_index }) => unit_index)
  const reason = pauseReason(state, event.at_ms) ?? HOURS_OVER
  return [
    { kind: 'stop-units', requester: holding.requester, job: holding.job, units },
    ...tell(holding, stopped, reason),
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/** The requester knows: what it gives to this peer again is new. */
export function forgetHandedBack(state: PeerState, event: Of<'hand-back-delivered'>): Effect[] {
  const holding = state.holdings.get(holdingKey(event.requester, event.job_id))
  for (const { unit_index, attempt } of event.units) {
    const held = holding?.units.get(unit_index)
    if (held?.status.state === 'handed-back' && held.attempt === attempt) holding?.units.delete(unit_index)
  }
  return [{ kind: 'allocation-due' }]
}

/** Whether a requester who could hear of it has not yet heard of what was handed back. */
export function owesHandBack({ holdings, view }: PeerState): boolean {
  for (const { requester, units } of holdings.values()) {
    if (!view.connected.has(requester)) continue
    for (const { status } of units.values()) if (status.state === 'handed-back') return true
  }
  return false
}

/** Tells of hand-backs that their requesters have not heard of: those of long ago, or all to one who is back. */
export function tellHandBacks(state: PeerState, nowMs: number, to?: PeerId): Effect[] {
  const effects: Effect[] = []
  for (const holding of state.holdings.values()) {
    if (to === undefined ? !state.view.connected.has(holding.requester) : holding.requester !== to) continue
    const units: UnitAttempt[] = []
    for (const [unit_index, { attempt, status }] of holding.units) {
      if (status.state !== 'handed-back') continue
      if (to !== undefined || nowMs - status.sinceMs >= TELL_AGAIN_AFTER_MS)
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
