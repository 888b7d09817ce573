import type { Connection } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from '../protocol/canonical.ts'
import { FaultError, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Reachability, RequestHandler } from '../ports/transport.ts'
import {
  REACH_AGAIN_MS,
  REACH_ANSWER_MS_MAX,
  REACH_ASKED_MAX,
  REACH_DIAL_MS_MAX,
  REACH_PER_PEER_MS,
  REACH_PORTS_MAX,
  REACH_TRIES_AT_ONCE_MAX,
} from './limits.ts'

/** Asks a contact to connect back. */
export const REACH = '/meshwork/reach/1'

const Question = z.object({ ports: z.array(z.int().min(1_024).max(65_535)).min(1).max(REACH_PORTS_MAX) })
const Answer = z.object({
  /** The IP address that the question came from. */
  seen: z.string().max(64),
  /** Whether this peer was reached there; absent where nobody tried. */
  reached: z.boolean().exactOptional(),
})
const BYTES_MAX = 256

/** What learning of this peer's reach acts through. */
export interface ReachParts {
  readonly clock: Clock
  /** Contacts' connections that are open and direct. */
  readonly lines: () => readonly Connection[]
  /** Where others may reach this peer: its own ports, and a router's. */
  readonly ports: () => readonly number[]
  readonly request: (peer: PeerId, bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>
  /** Opens a new connection to a single address. */
  readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>
  /** Whether an IP address can be reached from anywhere. */
  readonly isOutside: (host: string) => boolean
  readonly changed: () => void
}

/** Learns whether others reach this peer from outside, and tells contacts whether they are. */
export interface Reach {
  state(): Reachability
  /** The IPv4 address that a contact outside sees this peer at. */
  seenAt(): string | undefined
  /** A connection with a contact has opened. `isAnswered`: it came to where this peer listens. */
  opened(line: Connection, isAnswered: boolean): void
  /** Asks contacts, when it is time to. */
  tend(): void
  /** The network is another one: what was true need not be. */
  reset(): void
  readonly answer: RequestHandler
}

/**
 * What others see of this peer, by contacts alone (AutoNAT asks strangers too). Each is asked to connect back to the
 * address that it sees this peer at, and to no other: so nobody is made to dial somebody else. A contact's word that it got
 * through does not count, the connection does.
 */
export function createReach(parts: ReachParts): Reach {
  const { clock, lines, ports, request, dial, isOutside, changed } = parts
  let state: Reachability = { state: 'unknown' }
  let seen: string | undefined
  let isAsking = false
  let askedAtMs: number | undefined
  /** Contacts who came in since they were asked. */
  const cameIn = new Map<PeerId, Connection>()
  const answeredAtMs = new Map<PeerId, number>()
  let tries = 0

  const hostOf = (line: Connection): { family: string; host: string } => {
    const [, family = '', host = ''] = line.remoteAddr.toString().split('/')
    return { family, host }
  }

  function set(next: Reachability): void {
    const isNews = JSON.stringify({ ...state, sinceMs: 0 }) !== JSON.stringify({ ...next, sinceMs: 0 })
    if (!isNews) return
    state = next
    changed()
  }

  function reachedBy(line: Connection): void {
    const family: 'ip4' | 'ip6' = hostOf(line).family === 'ip6' ? 'ip6' : 'ip4'
    const known = state.state === 'public' ? state.families : []
    if (known.includes(family)) return
    set({ state: 'public', sinceMs: clock.nowMs(), families: [...known, family] })
  }

  /** @returns whether the contact tried in vain */
  async function ask(line: Connection): Promise<boolean> {
    const peer = line.remotePeer.toString() as PeerId
    cameIn.delete(peer)
    const question = encodeCanonical({ ports: [...ports()].slice(0, REACH_PORTS_MAX) })
    const bytes = await request(peer, question, AbortSignal.timeout(REACH_ANSWER_MS_MAX))
    const said = decodeCanonical(bytes, Answer, BYTES_MAX)
    if (!said.ok) return false
    if (isOutside(said.value.seen) && !said.value.seen.includes(':')) seen = said.value.seen
    const came = cameIn.get(peer)
    if (said.value.reached === true && came !== undefined) reachedBy(came)
    return said.value.reached === false
  }

  async function askAll(): Promise<void> {
    const some = lines().slice(0, REACH_ASKED_MAX)
    if (some.length === 0 || ports().length === 0) return
    askedAtMs = clock.nowMs()
    const inVain = await Promise.all(some.map((line) => ask(line).catch(() => false)))
    if (state.state !== 'public' && inVain.includes(true)) set({ state: 'private', sinceMs: clock.nowMs() })
  }

  async function tryBack(
    from: PeerId,
    host: string,
    family: string,
    wanted: readonly number[],
  ): Promise<boolean> {
    const attempts = wanted.map(async (port) => {
      const address = multiaddr(`/${family}/${host}/tcp/${port}/p2p/${from}`)
      const line = await dial(address, AbortSignal.timeout(REACH_DIAL_MS_MAX))
      await line.close()
    })
    return Promise.any(attempts).then(
      () => true,
      () => false,
    )
  }

  return {
    state: () => state,
    seenAt: () => seen,
    opened(line, isAnswered) {
      if (!isAnswered) return
      cameIn.set(line.remotePeer.toString() as PeerId, line)
      if (isOutside(hostOf(line).host)) reachedBy(line)
    },
    tend() {
      const isDue = askedAtMs === undefined || clock.nowMs() - askedAtMs >= REACH_AGAIN_MS
      if (isAsking || !isDue || (state.state === 'public' && seen !== undefined)) return
      isAsking = true
      void askAll().finally(() => (isAsking = false))
    },
    reset() {
      askedAtMs = undefined
      seen = undefined
      set({ state: 'unknown' })
    },
    async answer(from, bytes) {
      const question = decodeCanonical(bytes, Question, BYTES_MAX)
      if (!question.ok) throw new FaultError(question.fault)
      const line = lines().find(({ remotePeer }) => remotePeer.toString() === from)
      if (line === undefined) refuse('unreachable', 'not connected directly')
      const { family, host } = hostOf(line)
      if (!isOutside(host)) return encodeCanonical({ seen: host })
      const nowMs = clock.nowMs()
      if (nowMs - (answeredAtMs.get(from) ?? -REACH_PER_PEER_MS) < REACH_PER_PEER_MS)
        refuse('too-busy', 'asked again too soon')
      if (tries >= REACH_TRIES_AT_ONCE_MAX) refuse('too-busy', 'others are tried at this moment')
      for (const [peer, atMs] of answeredAtMs)
        if (nowMs - atMs >= REACH_PER_PEER_MS) answeredAtMs.delete(peer)
      answeredAtMs.set(from, nowMs)
      tries += 1
      try {
        return encodeCanonical({
          seen: host,
          reached: await tryBack(from, host, family, question.value.ports),
        })
      } finally {
        tries -= 1
      }
    },
  }
}
