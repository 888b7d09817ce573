import { CONTACTS_MAX } from '../protocol/limits.ts'
import type { PeerId } from '../protocol/ids.ts'
import { increment, merge, type VectorClock } from '../protocol/vector-clock.ts'
import { trustOf } from './pairing/trust.ts'
import type { PeerState } from './state.ts'

/** States published per epoch, before the vector clock's next range: more than any run publishes. */
const CLOCK_PER_EPOCH = 1_000_000_000

/**
 * Counts one more state of this peer, and returns the clock that it carries. It names this peer, and those of its
 * trusted contacts whose states it has heard of.
 */
export function nextClock(state: PeerState): VectorClock {
  const { view, me, epoch } = state
  const { [me]: own = 0, ...others } = view.clock
  // One entry is this peer's own.
  const kept = trustedAlone(state, others).slice(0, CONTACTS_MAX - 1)
  view.clock = increment({ ...Object.fromEntries(kept), [me]: Math.max(own, epoch * CLOCK_PER_EPOCH) }, me)
  return view.clock
}

/**
 * Merges the clock of a contact's state into this peer's own: an entry is the newest state that this peer has heard of,
 * from its author or through another contact. This peer's own entry is not taken from others. An entry may be a lie, so
 * no decision about a third peer's states rests on it.
 */
export function hearClock(state: PeerState, heard: VectorClock): void {
  state.view.clock = merge(state.view.clock, Object.fromEntries(trustedAlone(state, heard)))
}

function trustedAlone(state: PeerState, clock: VectorClock): [PeerId, number][] {
  const entries = Object.entries(clock) as [PeerId, number][]
  return entries.filter(([peer]) => peer !== state.me && trustOf(state, peer) > 0)
}
