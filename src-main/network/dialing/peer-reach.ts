import type { Clock } from '../../ports/clock.ts'
import type { Connection, LookFacts, LookFailure, PeerReach } from '../../ports/reach.ts'

/** A peer that is not found within this time is called unreachable: a PC that restarts is back sooner. */
export const LOOKING_MS = 30_000
/** Changes that come closer together are told as one. */
export const REACH_SETTLE_MS = 250

/** The search for a peer that is not connected. */
export interface Look extends LookFacts {
  /** Since when there is new reason to hope: the loss, or another network since then. */
  readonly hopefulFromMs: number
}

/** Why one address failed. */
export type AddressFailure = 'no-answer' | 'refused' | 'no-route' | 'another-peer' | 'turned-away'

/** The reach of a peer, by its open connection or else by the search for it. */
export function reachOf(connection: Connection | undefined, look: Look, nowMs: number): PeerReach {
  if (connection !== undefined) return { state: 'connected', connection }
  const { hopefulFromMs, ...facts } = look
  return { state: nowMs - hopefulFromMs < LOOKING_MS ? 'looking' : 'unreachable', ...facts }
}

/** The result of a round of dialling, by the failure of each known address; the others were silent. */
export function lookFailure(
  addresses: readonly string[],
  failed: ReadonlyMap<string, AddressFailure>,
): LookFailure {
  if (addresses.length === 0) return { kind: 'no-address' }
  const kinds = addresses.map((address) => failed.get(address) ?? 'no-answer')
  if (kinds.includes('turned-away')) return { kind: 'turned-away' }
  // An address that this machine has no way to (IPv6 where there is none) says nothing of the other side.
  const [first = 'no-route', ...others] = kinds.filter((kind) => kind !== 'no-route')
  const kind = others.every((other) => other === first) && first !== 'turned-away' ? first : 'no-answer'
  return { kind, addresses: addresses.length }
}

/** System errors of a TCP dial that say something. An unreachable host of one's own network is one that is off. */
const BY_CODE: Readonly<Record<string, AddressFailure>> = {
  ECONNREFUSED: 'refused',
  ENETUNREACH: 'no-route',
  ENETDOWN: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  EAFNOSUPPORT: 'no-route',
  EHOSTUNREACH: 'no-answer',
  EHOSTDOWN: 'no-answer',
  ETIMEDOUT: 'no-answer',
  ENOTFOUND: 'no-answer',
  EAI_AGAIN: 'no-answer',
  ECONNRESET: 'turned-away',
  EPIPE: 'turned-away',
}
/** Errors of libp2p by their names; what is not here came after the TCP connection. */
const BY_NAME: Readonly<Record<string, AddressFailure>> = {
  UnexpectedPeerError: 'another-peer',
  TransportUnavailableError: 'no-route',
  TimeoutError: 'no-answer',
  AbortError: 'no-answer',
}
/** Errors wrap one another about so deep. */
const CAUSES_MAX = 4

/** The failure of an address, by the error of one dial. */
export function addressFailure(error: unknown): AddressFailure {
  let at: unknown = error
  for (let depth = 0; depth < CAUSES_MAX && at instanceof Error; depth++) {
    const known = BY_CODE[(at as NodeJS.ErrnoException).code ?? ''] ?? BY_NAME[at.name]
    if (known !== undefined) return known
    at = at.cause
  }
  return 'turned-away'
}

/** Tells listeners that the reach of a peer has changed. */
export interface ReachNews {
  /** Something changed; listeners hear of it a moment later, together with what follows meanwhile. */
  changed(): void
  on(listener: () => void): () => void
  stop(): void
}

/**
 * News of changed reach.
 *
 * @param hopes since when each absent peer may be expected back: that it becomes unreachable is a change too
 */
export function createReachNews(clock: Clock, hopes: () => Iterable<number>): ReachNews {
  const listeners = new Set<() => void>()
  let cancelTelling: (() => void) | undefined
  let cancelTurn: (() => void) | undefined

  /** Waits for the first who becomes unreachable from now on. */
  function awaitTurn(): void {
    cancelTurn?.()
    const nowMs = clock.nowMs()
    const turns = [...hopes()].map((fromMs) => fromMs + LOOKING_MS).filter((atMs) => atMs > nowMs)
    cancelTurn = turns.length === 0 ? undefined : clock.after(Math.min(...turns) - nowMs, changed)
  }

  function changed(): void {
    cancelTelling ??= clock.after(REACH_SETTLE_MS, () => {
      cancelTelling = undefined
      awaitTurn()
      for (const listener of [...listeners]) listener()
    })
  }

  return {
    changed,
    on(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    stop() {
      cancelTelling?.()
      cancelTurn?.()
    },
  }
}
