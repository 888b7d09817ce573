import type { Connection } from '@libp2p/interface'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Confirmation } from '../../ports/reach.ts'
import type { Reachability } from '../../ports/transport.ts'
import { DIAL_BACK_PORTS_MAX } from '../../protocol/dial-back.ts'
import { CAME_MS_MAX, REACH_AGAIN_MS, REACH_ASKED_MAX, REACH_RETRY_MS } from '../limits.ts'

/** Dependencies of learning whether others reach this peer. */
export interface ReachDependencies {
  readonly clock: Clock
  /** Contacts' connections that are open and direct. */
  readonly lines: () => readonly Connection[]
  /** Where others may reach this peer: a router's ports, and its own. */
  readonly ports: () => readonly number[]
  /** Asks a contact to connect back. */
  readonly ask: (
    peer: PeerId,
    ports: readonly number[],
    options: { signal: AbortSignal },
  ) => Promise<Confirmation>
  /** Whether an IP address can be reached from anywhere. */
  readonly isOutside: (host: string) => boolean
  readonly changed: () => void
  /** `seenAt` is another address now. */
  readonly seenElsewhere: () => void
}

/** Learns whether others reach this peer from outside. */
export interface Reach {
  state(): Reachability
  /** The IPv4 address that a contact outside sees this peer at. */
  seenAt(): string | undefined
  /** The latest word of each contact, the newest first. */
  confirmations(): readonly Confirmation[]
  /** A connection with a contact has opened. `isAnswered`: it came to where this peer listens. */
  opened(line: Connection, isAnswered: boolean): void
  /** Asks contacts, when it is time to. */
  tend(): void
  /** Asks contacts now. Calls at the same time are one. */
  check(options: { signal: AbortSignal }): Promise<void>
  /** The network is another one: what was true need not be. */
  reset(): void
}

/**
 * Learns from contacts alone how others see this peer (AutoNAT asks strangers too). A contact's word that it got through
 * does not count, the connection does.
 */
export function createReach(parts: ReachDependencies): Reach {
  const { clock, lines, ports, isOutside, changed, seenElsewhere } = parts
  let state: Reachability = { state: 'unknown' }
  let asking: Promise<void> | undefined
  let provenAtMs: number | undefined
  /** Which network this is; what was asked in another says nothing of it. */
  let epoch = 0
  const words = createWords(isOutside)
  const arrivals = createArrivals()
  const rounds = createRounds(clock)

  function set(next: Reachability): void {
    const isNews = JSON.stringify({ ...state, sinceMs: 0 }) !== JSON.stringify({ ...next, sinceMs: 0 })
    if (!isNews) return
    state = next
    changed()
  }

  function reachedBy(line: Connection): void {
    provenAtMs = clock.nowMs()
    const family: 'ip4' | 'ip6' = placeOf(line.remoteAddr.toString()).family === 'ip6' ? 'ip6' : 'ip4'
    const known = state.state === 'public' ? state.families : []
    if (known.includes(family)) return
    set({ state: 'public', sinceMs: clock.nowMs(), families: [...known, family] })
  }

  async function askOne(peer: PeerId, signal: AbortSignal): Promise<Answer> {
    const askedIn = epoch
    const answer = await askBack(parts, arrivals, peer, signal)
    if (answer.provenBy !== undefined && askedIn === epoch) reachedBy(answer.provenBy)
    return answer
  }

  async function askAll(most: number, signal: AbortSignal): Promise<void> {
    const farFirst = [...lines()].sort((a, b) => Number(isFar(b)) - Number(isFar(a)))
    const some = [...new Set(farFirst.map(({ remotePeer }) => remotePeer.toString() as PeerId))].slice(
      0,
      most,
    )
    if (some.length === 0 || ports().length === 0) return
    const askedAtMs = rounds.begin()
    const askedIn = epoch
    const answers = await Promise.all(some.map((peer) => askOne(peer, signal)))
    if (askedIn !== epoch) return
    const wasSeenAt = words.seenAt()
    words.add(answers.map(({ word }) => word))
    rounds.end(answers.some(({ word }) => word.outcome !== 'no-word'))
    const isProven = provenAtMs !== undefined && provenAtMs >= askedAtMs
    if (!isProven && answers.some(({ inVain }) => inVain)) set({ state: 'private', sinceMs: clock.nowMs() })
    if (words.seenAt() !== wasSeenAt) seenElsewhere()
    changed()
  }

  function isFar(line: Connection): boolean {
    return isOutside(placeOf(line.remoteAddr.toString()).host)
  }

  function askNow(most: number, signal: AbortSignal): Promise<void> {
    asking ??= askAll(most, signal).finally(() => (asking = undefined))
    return asking
  }

  return {
    state: () => state,
    seenAt: () => words.seenAt(),
    confirmations: () => words.latest(),
    opened(line, isAnswered) {
      if (!isAnswered) return
      arrivals.came(line)
      if (isFar(line)) reachedBy(line)
    },
    tend() {
      if (asking !== undefined || !rounds.isDue()) return
      if (isWithin(REACH_AGAIN_MS, provenAtMs, clock.nowMs()) && words.seenAt() !== undefined) return
      void askNow(REACH_ASKED_MAX, new AbortController().signal)
    },
    check: ({ signal }) => askNow(REACH_ASKED_MAX, signal),
    reset() {
      epoch += 1
      rounds.clear()
      provenAtMs = undefined
      words.clear()
      set({ state: 'unknown' })
    },
  }
}

/** When contacts were asked last, and when they may be asked again. */
function createRounds(clock: Clock) {
  let askedAtMs: number | undefined
  let isHeard = true
  /** The pause where none of them answered. */
  let retryMs = REACH_RETRY_MS
  return {
    isDue: (): boolean => !isWithin(isHeard ? REACH_AGAIN_MS : retryMs, askedAtMs, clock.nowMs()),
    /** @returns the time */
    begin: (): number => (askedAtMs = clock.nowMs()),
    /** @param isAnswered by one of them at least */
    end(isAnswered: boolean): void {
      retryMs = isHeard ? REACH_RETRY_MS : Math.min(REACH_AGAIN_MS, 2 * retryMs)
      isHeard = isAnswered
    },
    clear(): void {
      askedAtMs = undefined
      isHeard = true
    },
  }
}

/** Whether something was at most this long ago. A time in the future comes from a clock that was set back since. */
function isWithin(pauseMs: number, atMs: number | undefined, nowMs: number): boolean {
  return atMs !== undefined && nowMs >= atMs && nowMs - atMs < pauseMs
}

/** A contact's answer to the question whether it reaches this peer. */
interface Answer {
  readonly word: Confirmation
  /** It tried from outside, and did not get through. */
  readonly inVain: boolean
  /** The connection from outside by which it came. */
  readonly provenBy?: Connection
}

/** Asks a contact to connect back, and waits for its connection where it says that it got through. */
async function askBack(
  { ask, ports, clock, isOutside }: Pick<ReachDependencies, 'ask' | 'ports' | 'clock' | 'isOutside'>,
  arrivals: ReturnType<typeof createArrivals>,
  peer: PeerId,
  signal: AbortSignal,
): Promise<Answer> {
  const { came, giveUp } = arrivals.await(peer)
  const word = await ask(peer, ports().slice(0, DIAL_BACK_PORTS_MAX), { signal }).finally(() =>
    clock.after(CAME_MS_MAX, giveUp),
  )
  const isFar = word.address !== undefined && isOutside(placeOf(word.address).host)
  if (word.outcome !== 'open') {
    giveUp()
    return { word, inVain: isFar && (word.outcome === 'refused' || word.outcome === 'no-answer') }
  }
  const line = await came
  if (line === undefined) return { word: { peer, atMs: word.atMs, outcome: 'no-word' }, inVain: false }
  return { word, inVain: false, ...(isFar ? { provenBy: line } : {}) }
}

/** Contacts who are waited for, since they were asked to connect. */
function createArrivals() {
  const awaited = new Map<PeerId, (line: Connection | undefined) => void>()
  return {
    /** The connection by which a contact comes; its report may arrive a moment before. */
    await(peer: PeerId): { came: Promise<Connection | undefined>; giveUp: () => void } {
      const { promise, resolve } = Promise.withResolvers<Connection | undefined>()
      awaited.set(peer, resolve)
      const giveUp = (): void => {
        resolve(undefined)
        if (awaited.get(peer) === resolve) awaited.delete(peer)
      }
      return { came: promise, giveUp }
    },
    came(line: Connection): void {
      awaited.get(line.remotePeer.toString() as PeerId)?.(line)
    },
  }
}

/** The latest word of each contact. */
function createWords(isOutside: (host: string) => boolean) {
  let said: readonly Confirmation[] = []
  return {
    /** The newest first. */
    latest: () => said,
    add(words: readonly Confirmation[]): void {
      const latest = new Map(said.map((one) => [one.peer, one]))
      for (const one of words) {
        // A contact that was asked a moment ago does not answer again so soon: its earlier answer stands.
        if (one.outcome !== 'no-word' || !latest.has(one.peer)) latest.set(one.peer, one)
      }
      said = [...latest.values()].sort((a, b) => b.atMs - a.atMs).slice(0, 2 * REACH_ASKED_MAX)
    },
    /** This peer's IPv4 address as most contacts see it, since one of them may lie; of as many, the newest. */
    seenAt(): string | undefined {
      const votes = new Map<string, number>()
      for (const { address = '' } of said) {
        const { family, host } = placeOf(address)
        if (family === 'ip4' && isOutside(host)) votes.set(host, (votes.get(host) ?? 0) + 1)
      }
      return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0]
    },
    clear(): void {
      said = []
    },
  }
}

/** The IP of an address, and its family. */
function placeOf(address: string): { readonly family: string; readonly host: string } {
  const [, family = '', host = ''] = address.split('/')
  return { family, host }
}
