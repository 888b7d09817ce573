import { createServer } from 'node:net'
import type { Connection } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestHandler } from '../../ports/transport.ts'
import { PUNCH_MS_MAX, PUNCH_PER_PEER_MS, UPGRADE_MS_MAX, UPGRADE_MS_MIN } from '../limits.ts'

/** Agrees on a connection that both ends open at once. */
export const PUNCH = '/meshwork/punch/1'

/** Where one end dials from, in each family at most once. */
const Places = z.object({
  hosts: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .min(1)
    .max(2),
  port: z.int().min(1_024).max(65_535),
})
type Places = z.infer<typeof Places>
const BYTES_MAX = 256

/** How both ends dial each other at once. */
export interface PunchDial {
  readonly localPort: number
  /** The address it is dialled from, where this machine may have several of which the other side knows one. */
  readonly localAddress?: string
  /** One of them opens the handshake. */
  readonly initiator: boolean
  readonly signal: AbortSignal
}

/** Dependencies of getting connections off their relays. */
export interface UpgradeDependencies {
  readonly self: PeerId
  readonly clock: Clock
  /** Whether a peer is reached, and through relays only. */
  readonly isRelayed: (peer: PeerId) => boolean
  /** Tries the addresses that are known of it, but for relayed ones. @throws when none answers */
  readonly dialDirect: (peer: PeerId, signal: AbortSignal) => Promise<void>
  readonly request: (peer: PeerId, bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>
  readonly dialPunch: (address: Multiaddr, how: PunchDial) => Promise<Connection>
  /** Whether one more address may be tried that this peer names. */
  readonly mayDial: (peer: PeerId) => boolean
  /** Where others outside see this peer: at an IPv4 address of its router or itself, and an IPv6 address of its own. */
  readonly seenAt: () => readonly string[]
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
  /** Tries all of them again at once: the network has changed, or the address at which others see this peer. */
  hurry(): void
  stop(): void
  readonly answer: RequestHandler
}

/**
 * Tries to reach directly the peers that are reached through a relay: at the addresses that are known, and by opening a
 * connection from both ends at once, so that both routers take the other's packets for answers ("hole punching"; TCP
 * simultaneous open, RFC 793 section 3.4, RFC 5128 section 3.4). The relay carries what the two agree on. (libp2p's
 * DCUtR does so for QUIC; over TCP it dials from any port, and a router of the usual kind lets no peer in at that.)
 */
export function createDirectUpgrade(parts: UpgradeDependencies): DirectUpgrade {
  const { self, clock, isRelayed, dialDirect, request, dialPunch, mayDial, seenAt, isOutside } = parts
  const waiting = new Map<PeerId, { failures: number; cancel: () => void }>()
  const asked = createPunchCount(clock)
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
    const hosts = [...seenAt()]
    if (hosts.length === 0) refuse('unreachable', 'nobody outside has told where this peer is seen')
    const localPort = await freePort()
    const bytes = await request(
      peer,
      encodeCanonical({ hosts, port: localPort }),
      AbortSignal.timeout(PUNCH_MS_MAX),
    )
    const places = decodeCanonical(bytes, Places, BYTES_MAX)
    if (!places.ok) throw new FaultError(places.fault)
    await open(peer, places.value, { hosts, port: localPort }, true)
  }

  /** Dials in each family that both ends have. */
  async function open(peer: PeerId, to: Places, from: Places, initiator: boolean): Promise<void> {
    const signal = AbortSignal.timeout(PUNCH_MS_MAX)
    const attempts = to.hosts.filter(isOutside).map(async (host) => {
      const family = familyOf(host)
      const localAddress = from.hosts.find((own) => familyOf(own) === family)
      if (localAddress === undefined) refuse('unreachable', 'no address of the same family')
      if (!mayDial(peer)) refuse('too-busy', 'too many addresses of this peer were tried within a minute')
      const address = multiaddr(`/${family}/${host}/tcp/${to.port}/p2p/${peer}`)
      // Of IPv4 the router's is told, which this machine does not have.
      const own = family === 'ip6' ? { localAddress } : {}
      await dialPunch(address, { localPort: from.port, ...own, initiator, signal })
    })
    if (attempts.length === 0) refuse('bad-input', 'no address of the internet')
    await Promise.any(attempts)
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
      const places = decodeCanonical(bytes, Places, BYTES_MAX)
      if (!places.ok) throw new FaultError(places.fault)
      const hosts = [...seenAt()]
      if (!isRelayed(from) || hosts.length === 0) refuse('unreachable', 'not to be reached in this way')
      if (!asked.isDue(from)) refuse('too-busy', 'asked again too soon')
      const own = { hosts, port: await freePort() }
      // The answer must be on its way before. A dial that fails is not reported: both try again while they are relayed.
      clock.after(0, () => void open(from, places.value, own, false).catch(() => undefined))
      return encodeCanonical(own)
    },
  }
}

/** When each peer asked last for a connection from both ends. */
function createPunchCount(clock: Clock) {
  const askedAtMs = new Map<PeerId, number>()
  return {
    /** Whether a peer may ask again; if so, it has asked now. */
    isDue(peer: PeerId): boolean {
      const nowMs = clock.nowMs()
      // After a clock was set back all may ask again.
      for (const [other, atMs] of askedAtMs)
        if (nowMs - atMs >= PUNCH_PER_PEER_MS || nowMs < atMs) askedAtMs.delete(other)
      if (askedAtMs.has(peer)) return false
      askedAtMs.set(peer, nowMs)
      return true
    },
  }
}

function familyOf(host: string): 'ip4' | 'ip6' {
  return host.includes(':') ? 'ip6' : 'ip4'
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
