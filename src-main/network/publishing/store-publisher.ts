import { encodeCanonical } from '../../protocol/canonical.ts'
import { sealEnvelope } from '../../protocol/envelope.ts'
import { faultOf } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ENVELOPE_BYTES_MAX } from '../../protocol/limits.ts'
import { signalAfter } from '../signal-fault.ts'
import {
  domainOf,
  EXCHANGE_MS_MAX,
  PUT,
  topicOf,
  type OnRefused,
  type Published,
  type PublishedStoresParts,
  type StoreOptions,
} from './store-options.ts'

/** The publishing half of a store. */
export interface Publisher<T> {
  readonly set: (value: T) => void
  readonly get: () => T | undefined
  /** The newest value's envelope, sealed now if need be; undefined before the first value. */
  readonly newest: () => Uint8Array | undefined
  /** Publishes from now on, and what was set before. */
  readonly start: () => void
  readonly stop: () => void
}

/** The parts of a publisher: who may read any of this peer's stores, and who may read this one. */
interface PublisherParts extends PublishedStoresParts {
  readonly audience: (peer: PeerId) => boolean
}

/** A publisher without a value yet; it publishes nothing before `start`. */
export function createStorePublisher<T>(
  { networkPath, persistDebounce }: StoreOptions<Published>,
  { transport, identity, clock, mayRead, audience }: PublisherParts,
  refused: OnRefused,
): Publisher<T> {
  let value: T | undefined
  let sealed: Uint8Array | undefined
  let publishedAtMs = -Infinity
  let cancel: (() => void) | undefined
  let isStarted = false

  const connected = () =>
    transport
      .connections()
      .map(({ peer }) => peer)
      .filter(mayRead)

  const newest = () => {
    if (sealed !== undefined || value === undefined) return sealed
    const envelope = sealEnvelope(domainOf(networkPath), value, identity.peer, (m) => identity.sign(m))
    if (envelope.byteLength > ENVELOPE_BYTES_MAX) {
      refused({ kind: 'oversized', message: `${networkPath}: ${envelope.byteLength} bytes to publish` })
      return undefined
    }
    sealed = envelope
    return sealed
  }
  const push = async (to: PeerId, envelope: Uint8Array) => {
    const deadline = signalAfter(clock, EXCHANGE_MS_MAX)
    try {
      const message = encodeCanonical({ path: networkPath, envelope })
      await transport.request(to, PUT, message, { signal: deadline.signal })
    } catch {
      // It has gone, is too busy, or does not read this one: it asks when it is back, and the next value comes soon.
    } finally {
      deadline.cancel()
    }
  }
  const publish = async () => {
    cancel = undefined
    publishedAtMs = clock.nowMs()
    const envelope = newest()
    if (envelope === undefined) return
    try {
      // Gossip is open to every contact: while one may not read this store, its readers are sent it one by one.
      const isForAll = connected().every(audience)
      const gossiped = isForAll ? await transport.publish(topicOf(identity.peer, networkPath), envelope) : []
      const reached = new Set(gossiped)
      const missed = connected().filter((peer) => audience(peer) && !reached.has(peer))
      await Promise.all(missed.map((to) => push(to, envelope)))
    } catch (error) {
      refused(faultOf(error, 'unreachable'))
    }
  }

  const publishSoon = () => {
    if (!isStarted || cancel !== undefined) return
    const waitMs = Math.max(0, publishedAtMs + persistDebounce - clock.nowMs())
    // Never longer than the debounce, should the clock have been set back.
    cancel = clock.after(Math.min(waitMs, persistDebounce), () => void publish())
  }

  return {
    set(next) {
      value = next
      sealed = undefined
      publishSoon()
    },
    get: () => value,
    newest,
    start() {
      isStarted = true
      if (value !== undefined) publishSoon()
    },
    stop() {
      isStarted = false
      cancel?.()
      cancel = undefined
    },
  }
}
