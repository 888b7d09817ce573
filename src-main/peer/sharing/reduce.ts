import type { Effect } from '../effect.ts'
import { note } from '../notice.ts'
import { endOverride, overrideRule, pauseSharing, resumeSharing, setRules } from './pausing.ts'
import type { PeerState } from '../state.ts'
import type { SharingEvent } from './events.ts'

/** Changes what is shared, and when, by an event. @returns what is to be done about it */
export function reduceSharing(state: PeerState, event: SharingEvent): Effect[] {
  note(state, { kind: event.kind === 'limits-set' ? 'limits-changed' : 'sharing-changed' })
  switch (event.kind) {
    case 'availability-set':
      state.sharing.availability = event.availability
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'lending-set':
      state.sharing.lent = event.limits
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'sharing-paused':
      return pauseSharing(state, event)
    case 'sharing-resumed':
      return resumeSharing(state)
    case 'rules-set':
      return setRules(state, event)
    case 'limits-set':
      state.sharing.limits = event.limits
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'rule-overridden':
      return overrideRule(state, event)
    case 'override-ended':
      return endOverride(state, event)
  }
}
