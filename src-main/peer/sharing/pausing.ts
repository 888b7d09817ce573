import { decidePause, overridesOver } from '../../availability/pause-decision.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent, VolatileEvent } from '../event.ts'
import { note } from '../notice.ts'
import { decideHandBack, handBackHopeless, tellHandBacks } from '../provider/handing-back.ts'
import { isPausedByUser, pauseReason } from './shared-slots.ts'
import type { PeerState } from '../state.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Others see another slot list, and offers are made or taken back. */
const SLOTS_CHANGED: readonly Effect[] = [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]

/** The user pauses sharing; a second pause replaces the first. */
export function pauseSharing(state: PeerState, event: Of<'sharing-paused'>): Effect[] {
  state.sharing.pause = {
    sinceMs: isPausedByUser(state, event.at_ms) ? (state.sharing.pause?.sinceMs ?? event.at_ms) : event.at_ms,
    finishFirst: event.finish_first,
    ...(event.until_ms === undefined ? {} : { untilMs: event.until_ms }),
  }
  return [...decideHandBack(state, event.at_ms), ...SLOTS_CHANGED]
}

/** The user resumes, or the time of the pause is over. */
export function resumeSharing(state: PeerState): Effect[] {
  delete state.sharing.pause
  return [...SLOTS_CHANGED]
}

/** Other rules: what they say of what the machine was last doing holds at once. */
export function setRules(state: PeerState, event: Of<'rules-set'>): Effect[] {
  state.sharing.rules = event.rules
  return judgeSample(state, event.at_ms, true)
}

/** The user shares although a rule says no. */
export function overrideRule(state: PeerState, event: Of<'rule-overridden'>): Effect[] {
  state.sharing.overrides.set(event.rule, event.until_ms)
  return judgeSample(state, event.at_ms, true)
}

/** The reason of an override is over, or its time. */
export function endOverride(state: PeerState, event: Of<'override-ended'>): Effect[] {
  state.sharing.overrides.delete(event.rule)
  return judgeSample(state, event.at_ms, true)
}

/** Applies the pause rules to a sample of the machine. */
export function sampleMachine(
  state: PeerState,
  event: Extract<VolatileEvent, { kind: 'machine-sampled' }>,
): Effect[] {
  state.view.sample = event.sample
  note(state, { kind: 'sharing-changed' })
  return judgeSample(state, event.at_ms, false)
}

/** Handles the passing of time: the end of a pause, hours that are over, requesters to be told again. */
export function sharingOnTick(state: PeerState, nowMs: number): Effect[] {
  const isOver = state.sharing.pause !== undefined && !isPausedByUser(state, nowMs)
  return [
    ...(isOver ? [{ kind: 'record', event: { kind: 'sharing-resumed', at_ms: nowMs } } as const] : []),
    ...decideHandBack(state, nowMs),
    ...handBackHopeless(state, nowMs),
    ...tellHandBacks(state, nowMs),
  ]
}

/** The program stops: others' units are handed back, and no more are taken. */
export function leave(state: PeerState, nowMs: number): Effect[] {
  state.view.isLeaving = true
  return [...decideHandBack(state, nowMs), ...SLOTS_CHANGED]
}

function judgeSample(state: PeerState, nowMs: number, isInstant: boolean): Effect[] {
  const {
    view,
    sharing: { rules },
  } = state
  const overrides = Object.fromEntries(state.sharing.overrides)
  const before = pauseReason(state, nowMs)
  const decision = decidePause({
    rules,
    overrides,
    sample: view.sample,
    previous: view.pauseDecision,
    isInstant,
    nowMs,
  })
  const over = overridesOver(overrides, view.pauseDecision, decision, nowMs)
  view.pauseDecision = decision
  return [
    ...over.map((rule): Effect => ({
      kind: 'record',
      event: { kind: 'override-ended', at_ms: nowMs, rule },
    })),
    ...decideHandBack(state, nowMs),
    ...(pauseReason(state, nowMs) === before ? [] : SLOTS_CHANGED),
  ]
}
