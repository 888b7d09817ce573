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
  readonly stop: () => void
}

/** A publisher without a value yet. */
export function createStorePublisher<T>(
  { networkPath, persistDebounce }: StoreOptions<Published>,
  { transport, identity, clock, mayRead }: PublishedStoresParts,
  refused: OnRefused,
): Publisher<T> {
  let value: T | undefined
  let sealed: Uint8Array | undefined
  let publishedAtMs = -Infinity
  let cancel: (() => void) | undefined

  const readers = () =>
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
      const reached = new Set(await transport.publish(topicOf(identity.peer, networkPath), envelope))
      await Promise.all(
        readers()
          .filter((peer) => !reached.has(peer))
          .map((to) => push(to, envelope)),
      )
    } catch (error) {
      refused(faultOf(error, 'unreachable'))
    }
  }

  return {
    set(next) {
      value = next
      sealed = undefined
      if (cancel !== undefined) return
      const waitMs = Math.max(0, publishedAtMs + persistDebounce - clock.nowMs())
      // Never longer than the debounce, should the clock have been set back.
      cancel = clock.after(Math.min(waitMs, persistDebounce), () => void publish())
    },
    get: () => value,
    newest,
    stop() {
      cancel?.()
    },
  }
}
