import { mayReturnWrong, voiceOf } from '../character.ts'
import type { PlannedPeer } from '../scenario.ts'

/** Outputs that enough peers agree on: the majority of the redundancy (SPEC.md; written anew on purpose). */
export function quorum(redundancy: number): number {
  return Math.floor(redundancy / 2) + 1
}

/** Whether no lie can win a job's consensus: keys that lie with one voice are fewer than its quorum. */
export function isSafe(
  redundancy: number,
  peers: readonly Pick<PlannedPeer, 'peer' | 'character'>[],
): boolean {
  const voices = new Map<string, number>()
  for (const { peer, character } of peers) {
    if (!mayReturnWrong(character)) continue
    const voice = voiceOf(character, peer)
    voices.set(voice, (voices.get(voice) ?? 0) + 1)
  }
  return Math.max(0, ...voices.values()) < quorum(redundancy)
}
