import type { PeerId } from '../../protocol/ids.ts'
import type { PeerState } from '../state.ts'
import type { JobState } from './slice.ts'
import { bookOf } from './unit-book.ts'

/** A unit that a peer computes. */
export interface UnitAtWork {
  readonly index: number
  readonly peer: PeerId
}

/**
 * The units of a job that are being computed at this moment, as far as its requester knows: of each connected peer the
 * oldest ones that it has, as many as it has lanes. At most `unitsMax`, shared evenly among the peers.
 */
export function unitsAtWork(state: PeerState, job: JobState, unitsMax: number): UnitAtWork[] {
  if (job.status.state !== 'running') return []
  const { job_id } = job.manifest
  const byPeer = [...bookOf(job).atWork].flatMap(([peer, units]): UnitAtWork[][] => {
    if (peer !== state.me && !state.view.connected.has(peer)) return []
    const lanes = state.view.offers.get(peer)?.get(job_id)?.lanes ?? 1
    return [[...firstOf(units.keys(), Math.min(lanes, unitsMax))].map((index) => ({ index, peer }))]
  })
  const found: UnitAtWork[] = []
  for (let lane = 0; found.length < unitsMax && byPeer.some((units) => units.length > lane); lane++) {
    for (const units of byPeer) {
      const unit = units[lane]
      if (unit !== undefined && found.length < unitsMax) found.push(unit)
    }
  }
  return found
}

function* firstOf<T>(values: Iterable<T>, count: number): Generator<T, void, void> {
  let left = count
  for (const value of values) {
    if (left-- <= 0) return
    yield value
  }
}
