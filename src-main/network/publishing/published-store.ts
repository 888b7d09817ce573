import type { z } from 'zod'
import { decodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, refuse, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { PublishedStore } from '../../ports/published-store.ts'
import {
  GET,
  PUSH_BYTES_MAX,
  PUT,
  Push,
  QUESTION_BYTES_MAX,
  Question,
  type OnRefused,
  type Published,
  type PublishedStoresParts,
  type StoreOptions,
} from './store-options.ts'
import { createStorePublisher } from './store-publisher.ts'
import { createStoreSubscriber, type StoreCallback } from './store-subscriber.ts'

/** The port's store, which also tells what was set and whether a value came live. */
export interface NetworkStore<T> extends PublishedStore<T> {
  /** Begins: what was set is published, peers that ask are answered, and followed peers are asked. Once is enough. */
  initialize(): void
  /** Ends it: nothing more is published or answered, and all subscriptions and heard values are gone. */
  cleanup(): void
  /** Publishes a value, at once after a pause, else when `persistDebounce` has passed; always the newest. */
  set(value: T): void
  /** The value set last. */
  get(): T | undefined
  /** Calls back with the newest value now, remembered ones included, and on every newer one. */
  subscribeToUser(peer: PeerId, callback: StoreCallback<T>, shut?: () => void): () => void
}

/** Refusals by kind since the start. */
export type Refusals = Readonly<Partial<Record<Fault['kind'], number>>>

/** All stores of one peer. */
export interface PublishedStores {
  createStore<S extends Published>(options: StoreOptions<S>): NetworkStore<z.infer<S>>
  refusals(): Refusals
  /** Cleans up every store; nothing is published or heard any more. */
  stop(): void
}

/** The part of one store that the shared handlers use. */
interface Channel {
  /** Whether it may be read by a peer that may read this peer's stores. */
  isFor(peer: PeerId): boolean
  newest(): Uint8Array | undefined
  /** Takes an envelope that its author pushed. */
  take(from: PeerId, envelope: Uint8Array): 'refused' | undefined
  onConnected(peer: PeerId): void
}

/**
 * Stores as in document 000: every value travels as its author's signed envelope, to those peers only that may read it:
 * by gossip that is not passed on, pushed to those that gossip has not reached, and in answer to those that come late.
 *
 * @example
 * const stores = createPublishedStores({ transport, identity, clock, mayRead })
 * const commitment = stores.createStore({
 *   networkPath: 'compute/commitment', schema: ComputeCommitment, cacheable: true, persistDebounce: 100,
 * })
 * commitment.initialize()
 * commitment.set(mine)
 * const stop = commitment.subscribeToUser(friend, (theirs) => …)
 */
export function createPublishedStores(parts: PublishedStoresParts): PublishedStores {
  const { transport, mayRead } = parts
  const channels = new Map<string, Channel>()
  const cleanups: (() => void)[] = []
  const refusals: Partial<Record<Fault['kind'], number>> = {}
  const refused = (fault: Fault) => {
    refusals[fault.kind] = (refusals[fault.kind] ?? 0) + 1
  }

  /** Nothing of a stranger's is decoded, and strangers learn nothing. */
  const mustBeReader = (peer: PeerId): void => {
    if (!mayRead(peer)) refuse('not-trusted', 'this is for contacts')
  }

  transport.handle(
    GET,
    (from, bytes) => {
      mustBeReader(from)
      const question = decodeCanonical(bytes, Question, QUESTION_BYTES_MAX)
      if (!question.ok) {
        refused(question.fault)
        throw new FaultError(question.fault)
      }
      const channel = channels.get(question.value.path)
      if (channel?.isFor(from) === false) refuse('not-trusted', 'this is for those who trust this peer')
      return Promise.resolve(channel?.newest() ?? new Uint8Array())
    },
    { requestBytesMax: QUESTION_BYTES_MAX },
  )
  transport.handle(
    PUT,
    (from, bytes) => {
      mustBeReader(from)
      const push = decodeCanonical(bytes, Push, PUSH_BYTES_MAX)
      if (!push.ok) {
        refused(push.fault)
        throw new FaultError(push.fault)
      }
      channels.get(push.value.path)?.take(from, push.value.envelope)
      return Promise.resolve(new Uint8Array())
    },
    { requestBytesMax: PUSH_BYTES_MAX },
  )
  const stopListening = transport.onConnection(({ kind, peer }) => {
    if (kind !== 'connected') return
    for (const channel of channels.values()) channel.onConnected(peer)
  })

  return {
    createStore(options) {
      const store = createStore(options, parts, refused, channels)
      cleanups.push(() => store.cleanup())
      return store
    },
    refusals: () => ({ ...refusals }),
    stop() {
      stopListening()
      for (const cleanup of cleanups) cleanup()
    },
  }
}

function createStore<S extends Published>(
  options: StoreOptions<S>,
  parts: PublishedStoresParts,
  refused: OnRefused,
  channels: Map<string, Channel>,
): NetworkStore<z.infer<S>> {
  const { networkPath, audience = () => true } = options
  const mayRead = (peer: PeerId): boolean => parts.mayRead(peer) && audience(peer)
  const publisher = createStorePublisher<z.infer<S>>(options, { ...parts, audience: mayRead }, refused)
  const subscriber = createStoreSubscriber(options, parts, refused)
  const { newest } = publisher
  const { take, onConnected } = subscriber
  const channel: Channel = { isFor: audience, newest, take, onConnected }
  return {
    initialize() {
      if (channels.get(networkPath) === channel) return
      channels.set(networkPath, channel)
      publisher.start()
      subscriber.start()
    },
    cleanup() {
      if (channels.get(networkPath) === channel) channels.delete(networkPath)
      publisher.stop()
      subscriber.stop()
    },
    set: publisher.set,
    get: publisher.get,
    subscribeToUser: subscriber.subscribe,
  }
}
