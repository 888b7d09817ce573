import type { PeerId } from '../../protocol/ids.ts'
import {
  newRecord,
  recordOutcome,
  withoutExpired,
  type PeerOutcome,
  type PeerRecord,
} from '../../verification/reputation.ts'
import { note } from '../notice.ts'
import type { PeerState } from '../state.ts'

/** The experience with a peer; a new peer's where there is none. */
export function recordOf({ requester, policy }: PeerState, peer: PeerId): PeerRecord {
  return requester.records.get(peer) ?? newRecord(policy.reputation)
}

/** Learns from an experience with another peer; of itself a peer needs no opinion. */
export function remember(state: PeerState, peer: PeerId, outcome: PeerOutcome): void {
  if (peer === state.me) return
  state.requester.records.set(peer, recordOutcome(recordOf(state, peer), outcome, state.policy.reputation))
  note(state, { kind: 'peer-judged', peer, outcome })
}

/** Takes back that a peer was late, this many times. */
export function excuse(state: PeerState, peer: PeerId, times: number): void {
  let record = state.requester.records.get(peer)
  for (let left = times; left > 0 && record !== undefined; left--)
    record = withoutExpired(record, state.policy.reputation)
  if (record !== undefined) state.requester.records.set(peer, record)
}
