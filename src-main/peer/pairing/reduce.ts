import { learnAddresses, noteWorked } from './address-book.ts'
import type { Effect } from '../effect.ts'
import {
  acceptPairRequest,
  awaitPairing,
  block,
  endPairRequest,
  receivePairRequest,
  unblock,
} from './pair-requests.ts'
import { forget, openInvite, pair, setTrust } from './pairing.ts'
import type { PeerState } from '../state.ts'
import type { PairingEvent } from './events.ts'

/** Changes contacts, pairing and blocked peers by an event. @returns what is to be done about it */
export function reducePairing(state: PeerState, event: PairingEvent): Effect[] {
  switch (event.kind) {
    case 'trust-set':
      return setTrust(state, event)
    case 'invited':
      return openInvite(state, event)
    case 'paired':
      return pair(state, event)
    case 'addresses-learned':
      return learnAddresses(state, event)
    case 'address-worked':
      return noteWorked(state, event)
    case 'forgotten':
      return forget(state, event)
    case 'pair-requested':
      return receivePairRequest(state, event)
    case 'pair-accepted':
      return acceptPairRequest(state, event)
    case 'pair-asked':
      return awaitPairing(state, event)
    case 'pair-ended':
      return endPairRequest(state, event)
    case 'blocked':
      return block(state, event)
    case 'unblocked':
      return unblock(state, event)
  }
}
