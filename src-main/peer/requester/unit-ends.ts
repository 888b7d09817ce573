import type { PeerId } from '../../protocol/ids.ts'
import { unionOf, unitBitsOf } from '../../protocol/unit-bits.ts'
import type { AttemptState, PeerEnds, UnitState } from './slice.ts'

/** Adds these units to the known verified and rejected units of each provider. */
export function endsWith(
  known: ReadonlyMap<PeerId, PeerEnds> = new Map<PeerId, PeerEnds>(),
  units: Iterable<readonly [number, UnitState]>,
): Map<PeerId, PeerEnds> {
  const found = new Map<PeerId, { readonly won: number[]; readonly lost: number[] }>()
  for (const [index, unit] of units) {
    for (const [peer, end] of endsOf(unit)) {
      const ends = found.get(peer) ?? { won: [], lost: [] }
      found.set(peer, ends)
      ends[end].push(index)
    }
  }
  const all = new Map(known)
  for (const [peer, ends] of found) {
    const [won, lost] = [unitBitsOf(ends.won), unitBitsOf(ends.lost)]
    const before = all.get(peer)
    all.set(
      peer,
      before === undefined
        ? { won, lost }
        : { won: unionOf(before.won, won), lost: unionOf(before.lost, lost) },
    )
  }
  return all
}

/** Of a unit's attempts, what became of the latest of each provider. */
function endsOf(unit: UnitState): Iterable<readonly [PeerId, 'won' | 'lost']> {
  const [only, ...others] = unit.attempts
  if (only !== undefined && others.length === 0) {
    const end = endOf(unit, only)
    return end === undefined ? [] : [[only.peer, end]]
  }
  const ends = new Map<PeerId, 'won' | 'lost'>()
  for (const attempt of unit.attempts) {
    const end = endOf(unit, attempt)
    if (end !== undefined) ends.set(attempt.peer, end)
  }
  return ends
}

/** Whether an attempt's output was verified or rejected; undefined where it has none, or none was decided on. */
function endOf({ verified }: UnitState, { peer, status }: AttemptState): 'won' | 'lost' | undefined {
  if (status.state === 'rejected') return 'lost'
  return status.state === 'returned' && verified?.winners.includes(peer) === true ? 'won' : undefined
}
