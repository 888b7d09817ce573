import { CONTACTS_MAX } from '../protocol/limits.ts'
import type { PeerId } from '../protocol/ids.ts'
import { increment, merge, type VectorClock } from '../protocol/vector-clock.ts'
import { trustOf } from './pairing/trust.ts'
import type { PeerState } from './state.ts'

/** States published per epoch, before the vector clock's next range: more than any run publishes. */
const CLOCK_PER_EPOCH = 1_000_000_000

/** Counts one more state of this peer, and returns the clock that it carries. */
export function nextClock(state: PeerState): VectorClock {
  const { view, me, epoch, pairing } = state
  const base = epoch * CLOCK_PER_EPOCH
  const clock = (view.clock[me] ?? 0) < base ? { ...view.clock, [me]: base } : view.clock
  view.clock = increment(clock, me)
  return pairing.contacts.size < CONTACTS_MAX ? view.clock : bounded(view.clock, me)
}

/** As many entries as a clock may have: this peer's own, and those of contacts heard of first. */
function bounded(clock: VectorClock, me: PeerId): VectorClock {
  const { [me]: own = 0, ...others } = clock
  return { [me]: own, ...Object.fromEntries(Object.entries(others).slice(0, CONTACTS_MAX - 1)) }
}

/**
 * Merges the clock of a contact's state into this peer's own: an entry is the newest state that this peer has heard of,
 * from its author or through another contact. It names trusted contacts alone, and this peer's own entry is not taken
 * from others. An entry may be a lie, so no decision about a third peer's states rests on it.
 */
export function hearClock(state: PeerState, heard: VectorClock): void {
  const { view, me } = state
  const news: Record<PeerId, number> = {}
  let isNews = false
  for (const peer of Object.keys(heard) as PeerId[]) {
    const count = heard[peer] ?? 0
    if (count <= (view.clock[peer] ?? -1) || peer === me || trustOf(state, peer) === 0) continue
    news[peer] = count
    isNews = true
  }
  if (isNews) view.clock = merge(view.clock, news)
}

/** Takes a contact that is trusted no longer out of this peer's clock. */
export function dropFromClock({ view }: PeerState, peer: PeerId): void {
  const { [peer]: _, ...others } = view.clock
  view.clock = others
}
