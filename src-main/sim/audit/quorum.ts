import { mayReturnWrong } from '../character.ts'
import type { PlannedPeer } from '../scenario.ts'

/** Outputs that enough peers agree on: the majority of the redundancy (SPEC.md; written anew on purpose). */
export function quorum(redundancy: number): number {
  return Math.floor(redundancy / 2) + 1
}

/** Whether no lie can win a job's consensus: liars who speak with one voice are fewer than its quorum. */
export function isSafe(redundancy: number, peers: readonly PlannedPeer[]): boolean {
  if (redundancy === 1) return !peers.some(({ character }) => mayReturnWrong(character))
  return peers.filter(({ character }) => character.kind === 'colluder').length < quorum(redundancy)
}
