import type { Effect } from '../effect.ts'
import { forgetHandedBack, handBack } from './handing-back.ts'
import { deliverResults, finishUnits, receiveAward, settleHolding, withdrawUnits } from './provider.ts'
import { takeVerdict } from './verdicts.ts'
import type { PeerState } from '../state.ts'
import type { ProviderEvent } from './events.ts'

/** Changes the units of others by an event. @returns what is to be done about it */
export function reduceProvider(state: PeerState, event: ProviderEvent): Effect[] {
  switch (event.kind) {
    case 'award-received':
      return receiveAward(state, event)
    case 'units-ran':
      return finishUnits(state, event)
    case 'results-delivered':
      return deliverResults(state, event)
    case 'units-handed-back':
      return handBack(state, event)
    case 'hand-back-delivered':
      return forgetHandedBack(state, event)
    case 'withdrawn':
      return withdrawUnits(state, event)
    case 'settled':
      return settleHolding(state, event)
    case 'verdict-received':
      return takeVerdict(state, event)
  }
}
