import type { Connection, Stream } from '@libp2p/interface'
import { peerIdFromMultihash, peerIdFromString } from '@libp2p/peer-id'
import { lpStream, type LengthPrefixedStream } from '@libp2p/utils'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import * as Digest from 'multiformats/hashes/digest'
import { refuse, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import { RELAY_ANSWER_MS_MAX, RELAY_MESSAGE_BYTES_MAX, RELAY_PLACE_MS, RELAY_STREAMS_MAX } from '../limits.ts'
import { relayOf } from '../addresses/multiaddress.ts'
import { joinStreams } from './relay-line.ts'
import { createRelayQuota, RELAY_LIMITS, type LineQuota, type RelayLimits } from './relay-quota.ts'
import {
  HOP,
  readHopRequest,
  readStopStatus,
  RELAY_STATUS,
  STOP,
  writeHopAnswer,
  writeStopRequest,
  type HopAnswer,
  type LineLimit,
} from './relay-wire.ts'
import { shareableAddresses } from '../addresses/shareable-addresses.ts'

/** The part of a libp2p node that a relay uses. */
export interface RelayServerNode {
  handle(
    protocol: string,
    handler: (stream: Stream, connection: Connection) => void,
    options: { maxInboundStreams: number; force: true },
  ): Promise<unknown>
  unhandle(protocol: string): Promise<unknown>
  getConnections(peer: ReturnType<typeof peerIdFromString>): Connection[]
  getMultiaddrs(): Multiaddr[]
}

/** Dependencies of a relay. */
export interface RelayServerDependencies {
  readonly node: RelayServerNode
  readonly clock: Clock
  readonly isContact: (peer: PeerId) => boolean
  readonly onDefect: (error: unknown) => void
  readonly limits?: RelayLimits
}

/** Carries contacts' connections to one another (circuit relay v2), encrypted between the two from end to end. */
export interface RelayServer {
  /** From now on, or no longer: then all places and lines end. */
  set(isOn: boolean): void
  /** Lines that are carried at this moment. */
  lines(): number
}

const RELAYS_NO_MORE: Fault = { kind: 'cancelled', message: 'this peer relays no more' }
/** Each side sends one message, and waits for its answer. */
const BOUNDS = { maxDataLength: RELAY_MESSAGE_BYTES_MAX, maxBufferSize: 2 * RELAY_MESSAGE_BYTES_MAX }

type Asking = LengthPrefixedStream<Stream>
const ourId = (id: { toString(): string }): PeerId => id.toString() as PeerId

/**
 * A relay that is off. (libp2p's own server has no quota for a pair, no rate, and holds for a line whatever one end sends
 * and the other does not take; the messages are the same.)
 */
export function createRelayServer(parts: RelayServerDependencies): RelayServer {
  const { node, clock, isContact, onDefect, limits = RELAY_LIMITS } = parts
  // It goes on counting while this peer does not relay, so that a pause does not begin a new day.
  const quota = createRelayQuota(clock, limits)
  const places = createReservations(parts, limits)
  const lines = createCarriedLines(clock, limits)
  let isOn = false
  let changing = Promise.resolve()

  async function connect(asking: Asking, from: PeerId, to: PeerId): Promise<HopAnswer | undefined> {
    // A peer that is no contact and one without a place get the same answer, which tells the asker neither.
    const target = isContact(to) && places.has(to) ? directTo(node, to) : undefined
    if (target === undefined) return { status: RELAY_STATUS.noPlace }
    const share = quota.open(from, to)
    if (share === undefined) return { status: RELAY_STATUS.overLimit }
    try {
      const limit = limitOf(limits, share.bytesLeft)
      const reached = await reach(target, from, limit)
      if (reached === undefined) {
        share.close()
        return { status: RELAY_STATUS.connectionFailed }
      }
      try {
        await answer(asking, { status: RELAY_STATUS.ok, limit })
        const end = lines.join([asking.unwrap(), reached], share)
        if (!isOn) end(RELAYS_NO_MORE)
      } catch (error) {
        reached.abort(asError(error))
        throw error
      }
      return undefined
    } catch (error) {
      share.close()
      throw error
    }
  }

  async function onHop(stream: Stream, connection: Connection): Promise<void> {
    const from = ourId(connection.remotePeer)
    const asking = lpStream(stream, BOUNDS)
    if (!isContact(from) || !connection.direct) refuse('not-trusted', 'this is for contacts')
    const request = await asking.read(soon()).then((bytes) => readHopRequest(bytes.subarray()))
    switch (request.kind) {
      case 'reserve':
        return conclude(asking, places.reserve(from))
      case 'connect': {
        const to = ourId(peerIdFromMultihash(Digest.decode(request.peer)))
        const refusal = await connect(asking, from, to)
        return refusal === undefined ? undefined : conclude(asking, refusal)
      }
      case 'other':
        return conclude(asking, { status: RELAY_STATUS.unexpected })
    }
  }

  /** Sends the last answer, and ends the stream where the other side does not. */
  async function conclude(asking: Asking, said: HopAnswer): Promise<void> {
    await answer(asking, said)
    const stream = asking.unwrap()
    clock.after(RELAY_ANSWER_MS_MAX, () => stream.abort(new Error('all is said')))
    await stream.close(soon())
  }

  async function change(to: boolean): Promise<void> {
    if (to === isOn) return
    isOn = to
    if (to) {
      const handler = (stream: Stream, connection: Connection): void => {
        onHop(stream, connection).catch((error: unknown) => stream.abort(asError(error)))
      }
      await node.handle(HOP, handler, { maxInboundStreams: RELAY_STREAMS_MAX, force: true })
      return
    }
    places.clear()
    lines.endAll(RELAYS_NO_MORE)
    await node.unhandle(HOP)
  }

  return {
    set(to) {
      changing = changing.then(() => change(to)).catch(onDefect)
    },
    lines: () => lines.count(),
  }
}

/** The places that contacts have reserved at this relay. */
function createReservations({ node, clock, isContact }: RelayServerDependencies, limits: RelayLimits) {
  const places = new Map<PeerId, { untilMs: number }>()

  /** Whether a peer has a place now. One that is gone, or no contact any more, has none. */
  function has(peer: PeerId): boolean {
    const place = places.get(peer)
    if (place === undefined) return false
    if (place.untilMs > clock.nowMs() && isContact(peer) && directTo(node, peer) !== undefined) return true
    places.delete(peer)
    return false
  }

  function reserve(from: PeerId): HopAnswer {
    for (const holder of [...places.keys()]) has(holder)
    if (!places.has(from) && places.size >= limits.placesMax) return { status: RELAY_STATUS.placeRefused }
    const untilMs = clock.nowMs() + RELAY_PLACE_MS
    places.set(from, { untilMs })
    const own = node.getMultiaddrs().filter((address) => relayOf(address) === undefined)
    const addresses = shareableAddresses(own.map(String)).map((text) => multiaddr(text).bytes)
    return {
      status: RELAY_STATUS.ok,
      place: { untilMs, addresses },
      limit: limitOf(limits, limits.pairBytesPerDay),
    }
  }

  return { has, reserve, clear: () => places.clear() }
}

/** The lines that are carried at this moment. */
function createCarriedLines(clock: Clock, { lineMsMax }: RelayLimits) {
  const lines = new Set<(fault: Fault) => void>()
  return {
    count: () => lines.size,
    /** Carries a line between two streams until one of them ends. @returns a function that ends it */
    join(ends: readonly [Stream, Stream], share: LineQuota): (fault: Fault) => void {
      const end = joinStreams(ends, share, { clock, msMax: lineMsMax })
      lines.add(end)
      const forget = (): void => {
        if (ends.every(({ status }) => status !== 'open' && status !== 'closing')) lines.delete(end)
      }
      for (const stream of ends) stream.addEventListener('close', forget)
      return end
    },
    endAll(fault: Fault): void {
      for (const end of [...lines]) end(fault)
      lines.clear()
    },
  }
}

function directTo(node: RelayServerNode, peer: PeerId): Connection | undefined {
  return node.getConnections(peerIdFromString(peer)).find(({ status, direct }) => status === 'open' && direct)
}

function limitOf({ lineMsMax }: RelayLimits, bytes: number): LineLimit {
  return { seconds: Math.floor(lineMsMax / 1_000), bytes }
}

/** Asks a peer to take a line from another. @returns the stream to it; undefined when it does not want to */
async function reach(target: Connection, from: PeerId, limit: LineLimit): Promise<Stream | undefined> {
  const stream = await target.newStream(STOP, { ...soon(), maxOutboundStreams: RELAY_STREAMS_MAX })
  try {
    const asking = lpStream(stream, BOUNDS)
    await asking.write(writeStopRequest(peerIdFromString(from).toMultihash().bytes, limit), soon())
    const status = readStopStatus((await asking.read(soon())).subarray())
    if (status === RELAY_STATUS.ok) return asking.unwrap()
  } catch (error) {
    stream.abort(asError(error))
    throw error
  }
  stream.abort(new Error('it does not want to'))
  return undefined
}

async function answer(asking: Asking, said: HopAnswer): Promise<void> {
  await asking.write(writeHopAnswer(said), soon())
}

function soon(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(RELAY_ANSWER_MS_MAX) }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
