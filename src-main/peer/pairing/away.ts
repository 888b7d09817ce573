import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { toMs } from '../../protocol/time.ts'
import { slotAt } from '../sharing/shared-slots.ts'
import type { PeerState } from '../state.ts'
import type { View } from '../view.ts'

/** Why a contact does not work for others at this moment. */
export interface Away {
  /** `gone` is not connected; `paused` withdrew a slot before its end; `outside-hours` shares at other hours. */
  readonly kind: 'gone' | 'paused' | 'outside-hours'
  /** By this peer's clock; absent where it began before this peer could see it. */
  readonly sinceMs?: number
}

/** Remembers since when a contact pauses: its newest commitment lacks a slot that has not ended. */
export function notePause(
  { commitments, pausedAtMs }: Pick<View, 'commitments' | 'pausedAtMs'>,
  now: ComputeCommitment,
  atMs: number,
): void {
  const before = commitments.get(now.peer_id)
  if (slotAt(now.availability_slots, atMs) !== undefined) pausedAtMs.delete(now.peer_id)
  else if (before !== undefined && slotAt(before.availability_slots, atMs) !== undefined) {
    pausedAtMs.set(now.peer_id, atMs)
  }
}

/** Whether a contact's line is dead for longer than a changed network takes: it has lost what it held. */
export function isGone({ view, policy }: Readonly<PeerState>, peer: PeerId, nowMs: number): boolean {
  const sinceMs = view.disconnectedAtMs.get(peer)
  return sinceMs !== undefined && nowMs - sinceMs >= policy.patience.disconnected_ms
}

/** Why another peer does not work for others now; undefined where it does, or is not heard of yet. */
export function awayOf(state: Readonly<PeerState>, peer: PeerId, nowMs: number): Away | undefined {
  const { view } = state
  const goneSinceMs = view.disconnectedAtMs.get(peer)
  if (isGone(state, peer, nowMs) && goneSinceMs !== undefined) return { kind: 'gone', sinceMs: goneSinceMs }
  const commitment = view.commitments.get(peer)
  if (commitment === undefined) return view.connected.has(peer) ? undefined : { kind: 'gone' }
  const { availability_slots: slots } = commitment
  if (slotAt(slots, nowMs) !== undefined) return undefined
  const pausedSinceMs = view.pausedAtMs.get(peer)
  if (pausedSinceMs !== undefined) return { kind: 'paused', sinceMs: pausedSinceMs }
  if (slots.length === 0) return { kind: 'paused' }
  const ended = slots.map(({ end_time }) => toMs(end_time)).filter((endMs) => endMs <= nowMs)
  return { kind: 'outside-hours', ...(ended.length === 0 ? {} : { sinceMs: Math.max(...ended) }) }
}
