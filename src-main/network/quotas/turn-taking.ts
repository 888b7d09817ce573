import type { Clock } from '../../ports/clock.ts'
import type { Standing } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { LOOP_MS_PER_S, STRANGER_REQUESTS_PER_S } from '../limits.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'

/**
 * How much of this process's one thread requests of one peer may take. A peer that has used up its share is answered
 * a little later: its streams are not read meanwhile, and the others are answered.
 */
export interface TurnTaking {
  /** Waits until the peer's next request may be answered; undefined when that is now. */
  turn(peer: PeerId, signal: AbortSignal): Promise<void> | undefined
  /** Notes what a request has taken of the thread. */
  took(peer: PeerId, ms: number): void
  /** The peer has gone. */
  forget(peer: PeerId): void
}

/** Full shares. */
export function createTurnTaking(clock: Clock, standingOf: (peer: PeerId) => Standing): TurnTaking {
  const requests = new Map<PeerId, RateLimit>()
  const time = new Map<PeerId, RateLimit>()
  const limitOf = (limits: Map<PeerId, RateLimit>, peer: PeerId, rate: number): RateLimit => {
    const known = limits.get(peer)
    if (known !== undefined) return known
    const limit = createRateLimit(clock)
    limit.setRate(rate)
    // A new peer starts with the quota of one second.
    limit.giveBack(rate)
    limits.set(peer, limit)
    return limit
  }
  return {
    turn(peer, signal) {
      if (standingOf(peer) === 'stranger') {
        return limitOf(requests, peer, STRANGER_REQUESTS_PER_S).take(1, signal)
      }
      return limitOf(time, peer, LOOP_MS_PER_S).take(0, signal)
    },
    took(peer, ms) {
      limitOf(time, peer, LOOP_MS_PER_S).giveBack(-ms)
    },
    forget(peer) {
      requests.delete(peer)
      time.delete(peer)
    },
  }
}
