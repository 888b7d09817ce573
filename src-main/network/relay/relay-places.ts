import type { Connection } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  RELAY_ADDRESSES_MAX,
  RELAY_ANSWER_MS_MAX,
  RELAY_MESSAGE_BYTES_MAX,
  RELAY_PLACE_MS,
  RELAY_PLACE_MS_MIN,
  RELAY_RENEW_MS,
} from '../limits.ts'
import { isTcpAddress, peerOfAddress, relayOf } from '../addresses/multiaddress.ts'
import { HOP, readHopAnswer, RELAY_STATUS, writePlaceRequest } from './relay-wire.ts'

/** The places that this peer holds at relays. A place is over when the connection over which it was asked for is. */
export interface RelayPlaces {
  has(relay: PeerId): boolean
  /** Whether a place that is held ends soon. */
  isDue(relay: PeerId): boolean
  /** Where a relay is reached, itself, as far as that is this peer's to tell: where it is connected first. */
  addressesOf(relay: PeerId): readonly string[]
  /** @throws when there is none to be had */
  ask(relay: PeerId): Promise<void>
}

interface Place {
  readonly line: Connection
  readonly untilMs: number
  readonly addresses: readonly string[]
}

/**
 * No places yet. (libp2p's own store reads 4 MiB of addresses from a relay, tells each of them to every peer that
 * connects, strangers included, and asks a relay that was off for a moment never again.)
 */
export function createRelayPlaces(parts: {
  readonly clock: Clock
  readonly directTo: (relay: PeerId) => Connection | undefined
}): RelayPlaces {
  const { clock, directTo } = parts
  const places = new Map<PeerId, Place>()

  function placeAt(relay: PeerId): Place | undefined {
    const place = places.get(relay)
    if (place === undefined) return undefined
    if (place.line.status === 'open' && place.untilMs > clock.nowMs()) return place
    places.delete(relay)
    return undefined
  }

  return {
    has: (relay) => placeAt(relay) !== undefined,
    isDue: (relay) => (placeAt(relay)?.untilMs ?? Infinity) - clock.nowMs() < RELAY_RENEW_MS,
    addressesOf: (relay) => placeAt(relay)?.addresses ?? [],
    async ask(relay) {
      const line = directTo(relay)
      if (line === undefined) refuse('unreachable', 'no direct connection with the relay')
      const answer = await askOver(line)
      if (answer.status !== RELAY_STATUS.ok || answer.place === undefined)
        refuse('unreachable', 'the relay has no place')
      const nowMs = clock.nowMs()
      // Its clock may be another one, and what it says be nonsense.
      const lastsMs = Math.min(Math.max(answer.place.untilMs - nowMs, RELAY_PLACE_MS_MIN), RELAY_PLACE_MS)
      const addresses = relayAddresses(relay, line.remoteAddr, answer.place.addresses)
      places.set(relay, { line, untilMs: nowMs + lastsMs, addresses })
    },
  }
}

async function askOver(line: Connection): Promise<ReturnType<typeof readHopAnswer>> {
  const signal = AbortSignal.timeout(RELAY_ANSWER_MS_MAX)
  const stream = await line.newStream(HOP, { signal })
  try {
    const asking = lpStream(stream, {
      maxDataLength: RELAY_MESSAGE_BYTES_MAX,
      maxBufferSize: 2 * RELAY_MESSAGE_BYTES_MAX,
    })
    await asking.write(writePlaceRequest(), { signal })
    return readHopAnswer((await asking.read({ signal })).subarray())
  } finally {
    stream.abort(new Error('answered'))
  }
}

/** Keeps a few TCP addresses of the relay itself among those it names: it may name any machine. */
function relayAddresses(relay: PeerId, connectedAt: Multiaddr, told: readonly Uint8Array[]): string[] {
  const usable = told.flatMap((bytes) => {
    const address = addressOf(bytes)
    if (address === undefined || !isTcpAddress(address) || relayOf(address) !== undefined) return []
    const named = peerOfAddress(address)
    if (named !== undefined && named !== relay) return []
    return [named === undefined ? `${address.toString()}/p2p/${relay}` : address.toString()]
  })
  const own = connectedAt.toString()
  const first = own.endsWith(`/p2p/${relay}`) ? own : `${own}/p2p/${relay}`
  return [...new Set([first, ...usable])].slice(0, RELAY_ADDRESSES_MAX)
}

function addressOf(bytes: Uint8Array): Multiaddr | undefined {
  try {
    return multiaddr(bytes)
  } catch {
    return undefined
  }
}
