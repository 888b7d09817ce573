import { z } from 'zod'
import { PeerId } from './ids.ts'
import { CONTACTS_MAX } from './limits.ts'

/** States that a peer can count: a billion in each of four million starts. */
const CLOCK_MAX = 2 ** 52

/**
 * How many states of each peer the author had seen (Fidge 1988, Mattern 1989). A peer increases its own entry with
 * every state that it publishes.
 */
export const VectorClock = z
  .record(PeerId, z.int().min(0).max(CLOCK_MAX))
  .refine((clock) => Object.keys(clock).length <= CONTACTS_MAX, 'too many entries in a vector clock')
export type VectorClock = z.infer<typeof VectorClock>

/** How two clocks stand to each other. */
export type ClockOrder = 'equal' | 'before' | 'after' | 'concurrent'

/** The clock with one more state of `peer`. */
export function increment(clock: VectorClock, peer: PeerId): VectorClock {
  return { ...clock, [peer]: (clock[peer] ?? 0) + 1 }
}

/** The least clock that has seen what both have seen. */
export function merge(a: VectorClock, b: VectorClock): VectorClock {
  const merged: Record<PeerId, number> = { ...a }
  for (const [peer, count] of Object.entries(b) as [PeerId, number][]) {
    merged[peer] = Math.max(merged[peer] ?? 0, count)
  }
  return merged
}

/** Whether the state of `a` came before that of `b`, after it, or independently of it. */
export function compareClocks(a: VectorClock, b: VectorClock): ClockOrder {
  const more = hasMore(a, b)
  const less = hasMore(b, a)
  if (less && more) return 'concurrent'
  if (less) return 'before'
  return more ? 'after' : 'equal'
}

/** Whether `a` has seen a state that `b` has not. */
function hasMore(a: VectorClock, b: VectorClock): boolean {
  return Object.entries(a).some(([peer, count]) => count > (b[peer as PeerId] ?? 0))
}
