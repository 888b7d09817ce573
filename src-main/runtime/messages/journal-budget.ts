import type { DirectMessage } from '../../protocol/messages.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'

const MINUTE_MS = 60_000
/** Receipts answer awards: at 300 bytes each, seven thousand a second, more than one requester can take. */
const RESULTS_BYTES_PER_MINUTE = 128 << 20
/** Awards and what takes them back: at 50 bytes a unit, ten thousand a second. */
const OTHERS_BYTES_PER_MINUTE = 32 << 20
/** Peers whose use is remembered at a time; one that was quiet for a minute has all its budget anyway. */
const PEERS_MAX = 4_096

/** Bounds the bytes that one peer may have written to the journal here. */
export interface JournalBudget {
  /** Takes `bytes` of a peer's budget; false, and nothing taken, where it does not have them. */
  take(peer: PeerId, bytes: number): boolean
}

/** The budget for each kind of message. */
export type MessageBudgets = (kind: DirectMessage['kind']) => JournalBudget

interface Use {
  bytes: number
  atMs: number
}

/** A budget of `bytesPerMinute` for each peer, which fills up steadily. */
export function createJournalBudget(clock: Pick<Clock, 'nowMs'>, bytesPerMinute: number): JournalBudget {
  const uses = new Map<PeerId, Use>()

  function usedNow(peer: PeerId, nowMs: number): number {
    const use = uses.get(peer)
    if (use === undefined) return 0
    // However far the clock is set back meanwhile.
    const sinceMs = Math.min(MINUTE_MS, Math.max(0, nowMs - use.atMs))
    return Math.max(0, use.bytes - (sinceMs / MINUTE_MS) * bytesPerMinute)
  }

  return {
    take(peer, bytes) {
      const nowMs = clock.nowMs()
      const used = usedNow(peer, nowMs)
      if (used + bytes > bytesPerMinute) return false
      uses.delete(peer)
      uses.set(peer, { bytes: used + bytes, atMs: nowMs })
      const oldest = uses.keys().next().value
      if (uses.size > PEERS_MAX && oldest !== undefined) uses.delete(oldest)
      return true
    },
  }
}

/** The budgets of all peers: receipts have one of their own. */
export function createMessageBudgets(clock: Pick<Clock, 'nowMs'>): MessageBudgets {
  const results = createJournalBudget(clock, RESULTS_BYTES_PER_MINUTE)
  const others = createJournalBudget(clock, OTHERS_BYTES_PER_MINUTE)
  return (kind) => (kind === 'results' ? results : others)
}
