import type { PeerId } from '../../protocol/ids.ts'
import { STALE_AFTER_MS } from '../../protocol/limits.ts'
import type { VectorClock } from '../../protocol/vector-clock.ts'

/** Rounds of which the typical time is told. */
const RECENT_ROUNDS = 32

/** A round of which all contacts have told that they have it. */
export interface ConvergedRound {
  readonly round: number
  readonly tookMs: number
  /** Its publication to each contact, and the states that came from them until the last one told. */
  readonly messages: number
  readonly contacts: number
}

/** How this peer's rounds reach its contacts. */
export interface Convergence {
  /** Rounds that all contacts had, and rounds that some had not told of in time, since the start. */
  readonly converged: number
  readonly lapsed: number
  readonly last?: ConvergedRound
  /** The median of the last rounds. */
  readonly typicalMs?: number
  /** The round that is measured now, and the contacts that have not told that they have it. */
  readonly open?: { readonly round: number; readonly sinceMs: number; readonly missing: readonly PeerId[] }
}

/** Measures rounds one after the other. */
export interface ConvergenceMeter {
  /** A round was published; it is measured unless an earlier one still is. `count` is this peer's entry in its clock. */
  began(round: number, count: number, contacts: readonly PeerId[], nowMs: number): void
  /** A contact's state came. Its clock tells whether that contact has the round. */
  heard(from: PeerId, clock: VectorClock, nowMs: number): void
  /** Contacts that are no longer among these are not waited for. */
  kept(contacts: readonly PeerId[]): void
  now(nowMs: number): Convergence
}

/** The round that is measured. */
interface OpenRound {
  readonly round: number
  readonly count: number
  readonly sinceMs: number
  readonly missing: Set<PeerId>
  messages: number
  /** How many contacts told that they have it, and when and after how many messages the last one did. */
  told: number
  lastTold: { readonly atMs: number; readonly messages: number }
}

/**
 * A meter without a round. A contact has a round when a state of it names this peer's entry of the round, or a later one:
 * that is told by states which are published anyway, so the time is an upper bound. A contact with nothing to say tells
 * it with its next heartbeat.
 */
export function createConvergenceMeter(me: PeerId): ConvergenceMeter {
  const recentMs: number[] = []
  let [converged, lapsed] = [0, 0]
  let last: ConvergedRound | undefined
  let open: OpenRound | undefined

  function lapse(nowMs: number): void {
    if (open === undefined || nowMs - open.sinceMs <= STALE_AFTER_MS) return
    open = undefined
    lapsed++
  }

  function closeIfWhole(): void {
    if (open === undefined || open.missing.size > 0) return
    const { round, sinceMs, told, lastTold } = open
    open = undefined
    // All that it was sent to are gone.
    if (told === 0) return
    const { atMs, messages } = lastTold
    last = { round, tookMs: Math.max(0, atMs - sinceMs), messages, contacts: told }
    converged++
    recentMs.push(last.tookMs)
    if (recentMs.length > RECENT_ROUNDS) recentMs.shift()
  }

  return {
    began(round, count, contacts, nowMs) {
      lapse(nowMs)
      if (open !== undefined || contacts.length === 0) return
      const missing = new Set(contacts)
      const messages = missing.size
      open = {
        ...{ round, count, missing, messages },
        ...{ sinceMs: nowMs, told: 0, lastTold: { atMs: nowMs, messages } },
      }
    },
    heard(from, clock, nowMs) {
      lapse(nowMs)
      if (open === undefined) return
      open.messages++
      if ((clock[me] ?? 0) < open.count || !open.missing.delete(from)) return
      open.told++
      open.lastTold = { atMs: nowMs, messages: open.messages }
      closeIfWhole()
    },
    kept(contacts) {
      if (open === undefined) return
      for (const peer of open.missing) if (!contacts.includes(peer)) open.missing.delete(peer)
      closeIfWhole()
    },
    now(nowMs) {
      lapse(nowMs)
      const typicalMs = [...recentMs].sort((a, b) => a - b)[Math.floor((recentMs.length - 1) / 2)]
      return {
        ...{ converged, lapsed },
        ...(last === undefined ? {} : { last }),
        ...(typicalMs === undefined ? {} : { typicalMs }),
        ...(open === undefined
          ? {}
          : { open: { round: open.round, sinceMs: open.sinceMs, missing: [...open.missing] } }),
      }
    },
  }
}
