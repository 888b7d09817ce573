import type { PeerId } from '../../protocol/ids.ts'
import { DIALS_OF_OTHERS, DIALS_OF_PEER, DIALS_OF_PEERS_MAX } from '../limits.ts'

/**
 * How many addresses are tried for others. A peer that says where another is may name any machine: without a bound
 * a contact could have this peer knock at one host, or at all ports of it, as often as it likes.
 */
export interface DialBudget {
  /** Takes one try of a peer's budget, or of the one that all merely heard of share; false when it is used up. */
  take(peer: PeerId | 'heard-of'): boolean
}

/** The most tries at once, and the tries a minute from then on. */
export interface DialAllowance {
  readonly atOnce: number
  readonly perMinute: number
}

interface Purse {
  left: number
  sinceMs: number
}

const MINUTE_MS = 60_000

/** Full budgets. */
export function createDialBudget(nowMs: () => number): DialBudget {
  const purses = new Map<PeerId | 'heard-of', Purse>()

  function refilled(key: PeerId | 'heard-of', { atOnce, perMinute }: DialAllowance): Purse {
    const now = nowMs()
    const known = purses.get(key) ?? { left: atOnce, sinceMs: now }
    // A clock that was set back brings nothing.
    const passedMs = Math.max(0, now - known.sinceMs)
    return { left: Math.min(atOnce, known.left + (passedMs * perMinute) / MINUTE_MS), sinceMs: now }
  }

  return {
    take(key) {
      const purse = refilled(key, key === 'heard-of' ? DIALS_OF_OTHERS : DIALS_OF_PEER)
      const mayDial = purse.left >= 1
      if (mayDial) purse.left -= 1
      // The least recently dialled is forgotten first.
      purses.delete(key)
      purses.set(key, purse)
      const [oldest] = purses.keys()
      if (purses.size > DIALS_OF_PEERS_MAX && oldest !== undefined) purses.delete(oldest)
      return mayDial
    },
  }
}
