import type { PeerId } from '../../protocol/ids.ts'
import type { Effect } from '../effect.ts'
import { withdrawnStatus } from './given-up.ts'
import { noteUnits } from './job-notices.ts'
import { reopen } from './requester.ts'
import type { PeerState } from '../state.ts'
import { wasReady } from './unit.ts'
import { bookOf, refreshUnit } from './unit-book.ts'

/**
 * Takes own units back from a provider that the user no longer trusts: they are open again at once. Its standing stays
 * as it was, since it did nothing wrong.
 */
export function takeFromDistrusted(state: PeerState, peer: PeerId, atMs: number): Effect[] {
  const effects: Effect[] = []
  for (const job of state.requester.jobs.values()) {
    if (job.status.state !== 'running') continue
    const { atWork, owed } = bookOf(job)
    const held = [...(atWork.get(peer) ?? []), ...(owed.get(peer) ?? [])]
    if (held.length === 0) continue
    const reopened: number[] = []
    for (const [index, attempt] of held) {
      const unit = job.units.get(index)
      if (unit === undefined) continue
      if (attempt.status.state === 'awarded') reopened.push(index)
      attempt.status = withdrawnStatus(attempt, wasReady(unit, attempt))
      refreshUnit(job, index)
    }
    noteUnits(
      state,
      job,
      held.map(([index]) => index),
    )
    effects.push(...reopen(state, job, reopened, atMs))
  }
  return effects
}
