import { createServer } from 'node:net'
import type { Connection } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from '../protocol/canonical.ts'
import { FaultError, refuse } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { RequestHandler } from '../ports/transport.ts'
import { PUNCH_MS_MAX, PUNCH_PER_PEER_MS, UPGRADE_MS_MAX, UPGRADE_MS_MIN } from './limits.ts'

/** Agrees on a connection that both ends open at once. */
export const PUNCH = '/meshwork/punch/1'

const Place = z.object({ host: z.ipv4(), port: z.int().min(1_024).max(65_535) })
const BYTES_MAX = 256

/** How both ends dial each other at once. */
export interface PunchDial {
  readonly localPort: number
  /** One of them opens the handshake. */
  readonly initiator: boolean
  readonly signal: AbortSignal
}

/** What getting off a relay acts through. */
export interface UpgradeParts {
  readonly self: PeerId
  readonly clock: Clock
  /** Whether a peer is reached, and through relays only. */
  readonly isRelayed: (peer: PeerId) => boolean
  /** Tries the addresses that are known of it, but for relayed ones. @throws when none answers */
  readonly dialDirect: (peer: PeerId, signal: AbortSignal) => Promise<void>
  readonly request: (peer: PeerId, bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>
  readonly dialPunch: (address: Multiaddr, how: PunchDial) => Promise<Connection>
  /** The IPv4 address that others outside see this peer at. */
  readonly seenAt: () => string | undefined
  readonly isOutside: (host: string) => boolean
}

/** Gets connections with contacts off their relays. */
export interface DirectUpgrade {
  /** A peer is reached through a relay from now on. */
  relayed(peer: PeerId): void
  /** New addresses of it are known. */
  news(peer: PeerId): void
  /** It is gone, or reached directly. */
  over(peer: PeerId): void
  /** The network is another one: what failed may work now. */
  hurry(): void
  stop(): void
  readonly answer: RequestHandler
}

/**
 * Tries to reach directly whoever is reached through a relay: at the addresses that are known, and by opening a connection
 * from both ends at once, so that both routers take the other's packets for answers ("hole punching"; TCP simultaneous
 * open, RFC 793 section 3.4, RFC 5128 section 3.4). The relay carries what the two agree on. (libp2p's DCUtR does so for
 * QUIC; over TCP it dials from any port, and a router of the usual kind lets nobody in at that.)
 */
export function createDirectUpgrade(parts: UpgradeParts): DirectUpgrade {
  const { self, clock, isRelayed, dialDirect, request, dialPunch, seenAt, isOutside } = parts
  const waiting = new Map<PeerId, { failures: number; cancel: () => void }>()
  const punchedAtMs = new Map<PeerId, number>()
  const stopping = new AbortController()

  const isOver = (peer: PeerId): boolean => stopping.signal.aborted || !isRelayed(peer)

  function later(peer: PeerId, failures: number, ms: number): void {
    waiting.get(peer)?.cancel()
    const cancel = clock.after(ms, () => void attempt(peer, failures))
    waiting.set(peer, { failures, cancel })
  }

  async function attempt(peer: PeerId, failures: number): Promise<void> {
    if (isOver(peer)) return void waiting.delete(peer)
    const signal = AbortSignal.timeout(PUNCH_MS_MAX)
    try {
      // One of the two asks for the other way, so that they do not ask each other at one moment.
      await (self < peer ? Promise.any([dialDirect(peer, signal), punch(peer)]) : dialDirect(peer, signal))
    } catch {
      // It is tried again; until then the relay carries what is said.
    }
    if (isOver(peer)) return void waiting.delete(peer)
    later(peer, failures + 1, Math.min(UPGRADE_MS_MAX, UPGRADE_MS_MIN * 2 ** Math.min(failures, 30)))
  }

  async function punch(peer: PeerId): Promise<void> {
    const host = seenAt()
    if (host === undefined) refuse('unreachable', 'nobody outside has told where this peer is seen')
    const localPort = await freePort()
    const bytes = await request(
      peer,
      encodeCanonical({ host, port: localPort }),
      AbortSignal.timeout(PUNCH_MS_MAX),
    )
    const place = decodeCanonical(bytes, Place, BYTES_MAX)
    if (!place.ok) throw new FaultError(place.fault)
    await open(peer, place.value, localPort, true)
  }

  async function open(
    peer: PeerId,
    to: z.infer<typeof Place>,
    localPort: number,
    initiator: boolean,
  ): Promise<void> {
    if (!isOutside(to.host)) refuse('bad-input', 'no address of the internet')
    const address = multiaddr(`/ip4/${to.host}/tcp/${to.port}/p2p/${peer}`)
    await dialPunch(address, { localPort, initiator, signal: AbortSignal.timeout(PUNCH_MS_MAX) })
  }

  return {
    relayed(peer) {
      if (!waiting.has(peer)) later(peer, 0, 0)
    },
    news(peer) {
      if (waiting.has(peer)) later(peer, 0, 0)
    },
    over(peer) {
      waiting.get(peer)?.cancel()
      waiting.delete(peer)
    },
    hurry() {
      for (const peer of waiting.keys()) later(peer, 0, 0)
    },
    stop() {
      stopping.abort()
      for (const { cancel } of waiting.values()) cancel()
      waiting.clear()
    },
    async answer(from, bytes) {
      const place = decodeCanonical(bytes, Place, BYTES_MAX)
      if (!place.ok) throw new FaultError(place.fault)
      const host = seenAt()
      const nowMs = clock.nowMs()
      if (!isRelayed(from) || host === undefined) refuse('unreachable', 'not to be reached in this way')
      if (nowMs - (punchedAtMs.get(from) ?? -PUNCH_PER_PEER_MS) < PUNCH_PER_PEER_MS) {
        refuse('too-busy', 'asked again too soon')
      }
      for (const [peer, atMs] of punchedAtMs) if (nowMs - atMs >= PUNCH_PER_PEER_MS) punchedAtMs.delete(peer)
      punchedAtMs.set(from, nowMs)
      const localPort = await freePort()
      // Whether it comes about shows in the connection; the answer must be on its way before.
      clock.after(0, () => void open(from, place.value, localPort, false).catch(() => undefined))
      return encodeCanonical({ host, port: localPort })
    },
  }
}

/** A port that nothing uses at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '0.0.0.0', exclusive: true }, () => {
      const address = server.address()
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new FaultError({ kind: 'unreachable', message: 'no port is free' }))
      })
    })
  })
}
