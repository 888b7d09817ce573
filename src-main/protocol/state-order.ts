import type { PeerId } from './ids.ts'
import { STALE_AFTER_MS } from './limits.ts'
import { compareClocks, type VectorClock } from './vector-clock.ts'

/** The order of one author's states depends on when it made each, and on the states that it had seen by then. */
export interface StateStamp {
  readonly author: PeerId
  readonly madeAtMs: number
  readonly clock: VectorClock
}

/**
 * Whether a state replaces the known one of the same author (E7, E8). A state that follows the known one causally does,
 * also when its author's wall clock was set back; one that precedes it does not. Concurrent ones are ordered by time,
 * those of one moment by the author's own count. A known state that is stale refuses nothing by its vector clock: its
 * author was away, and may have come back with an older data folder, which counts from where that folder was.
 */
export function replaces(next: StateStamp, known: StateStamp, nowMs: number): boolean {
  const order = compareClocks(next.clock, known.clock)
  if (order === 'after') return true
  if (order === 'before' && nowMs - known.madeAtMs <= STALE_AFTER_MS) return false
  if (next.madeAtMs !== known.madeAtMs) return next.madeAtMs > known.madeAtMs
  return ownCount(next) > ownCount(known)
}

function ownCount({ author, clock }: StateStamp): number {
  return clock[author] ?? 0
}
