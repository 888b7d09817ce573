import type { PeerState } from '../peer/state.ts'
import { trustOf } from '../peer/pairing/trust.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Standing } from '../ports/transport.ts'

/**
 * The standing of a peer (SPEC T6): a contact by trust above 0, a guest while a request to pair waits for an
 * answer, a stranger otherwise, whatever the name.
 */
export function standingOf(state: PeerState, peer: PeerId): Standing {
  if (trustOf(state, peer) > 0) return 'contact'
  return state.pairing.incomingPairs.has(peer) || state.pairing.outgoingPairs.has(peer) ? 'guest' : 'stranger'
}
