import type { z } from 'zod'
import { encodeCanonical, equalBytes } from '../../protocol/canonical.ts'
import { openEnvelope } from '../../protocol/envelope.ts'
import { failure, faultOf, success, type Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ENVELOPE_BYTES_MAX, STALE_AFTER_MS } from '../../protocol/limits.ts'
import { replaces, type StateStamp } from '../../protocol/state-order.ts'
import { toMs } from '../../protocol/time.ts'
import { signalAfter } from '../signal-fault.ts'
import {
  domainOf,
  EXCHANGE_MS_MAX,
  GET,
  topicOf,
  type OnRefused,
  type Published,
  type PublishedStoresParts,
  type StoreOptions,
} from './store-options.ts'

/** Takes a peer's value. `live` is false for one remembered from earlier, which may be of any age. */
export type StoreCallback<T> = (value: T, how: { readonly live: boolean }) => void

/** The subscribing half of a store. */
export interface Subscriber<T> {
  readonly subscribe: (author: PeerId, callback: StoreCallback<T>, shut?: () => void) => () => void
  /** Takes an envelope that `author` should have signed; `'refused'` when it is not to be believed. */
  readonly take: (author: PeerId, envelope: Uint8Array) => 'refused' | undefined
  readonly onConnected: (peer: PeerId) => void
  /** Hears from now on, also of authors that are followed already. */
  readonly start: () => void
  readonly stop: () => void
}

/** An author with listeners here. */
interface Followed<T> {
  readonly callbacks: Set<StoreCallback<T>>
  /** Told when the author answers that this peer may not read. */
  readonly shuts: Set<() => void>
  /** Leaves the author's topic; absent before the start. */
  leave: (() => void) | undefined
  known: Known<T> | undefined
  asking: boolean
}

/** The newest value of an author. Its clock is empty where the store's values have none. */
interface Known<T> extends StateStamp {
  readonly value: T
  readonly envelope: Uint8Array
  readonly live: boolean
}

/** A subscriber that follows no author yet; it hears nothing before `start`. */
export function createStoreSubscriber<S extends Published>(
  options: StoreOptions<S>,
  parts: PublishedStoresParts,
  refused: OnRefused,
): Subscriber<z.infer<S>> {
  const [{ networkPath }, { transport }] = [options, parts]
  const authors = new Map<PeerId, Followed<z.infer<S>>>()
  const values = createStoreValues(options, parts, refused)
  let isStarted = false

  const take = (author: PeerId, envelope: Uint8Array): 'refused' | undefined => {
    const followed = authors.get(author)
    if (followed === undefined) return undefined
    const { known } = followed
    if (known?.live === true && equalBytes(known.envelope, envelope)) return undefined
    const opened = values.open(author, envelope, true)
    if (!opened.ok) {
      refused(opened.fault)
      return 'refused'
    }
    const next = opened.value
    if (known !== undefined && !isNews(next, known, parts.clock.nowMs())) {
      refused({ kind: 'stale', message: 'not newer than what is known' })
      return 'refused'
    }
    followed.known = next
    values.remember(author, envelope)
    for (const callback of [...followed.callbacks]) callback(next.value, { live: true })
    return undefined
  }

  /** Asks the author itself for its newest value, if it is there to ask. */
  const ask = async (author: PeerId, followed: Followed<z.infer<S>>) => {
    if (followed.asking || !transport.connections().some(({ peer }) => peer === author)) return
    followed.asking = true
    const newest = await askNewest(parts, author, networkPath)
    followed.asking = false
    if (newest.ok) {
      if (newest.value.byteLength > 0) take(author, newest.value)
      return
    }
    refused(newest.fault)
    if (newest.fault.kind === 'not-trusted') shut(followed)
  }

  const join = (author: PeerId, followed: Followed<z.infer<S>>): void => {
    // The author reaches its readers itself: neighbours do not pass it on.
    const hear = (bytes: Uint8Array) => take(author, bytes) ?? 'kept'
    followed.leave ??= transport.subscribe(topicOf(author, networkPath), hear)
    void ask(author, followed)
  }

  const follow = (author: PeerId): Followed<z.infer<S>> => {
    const followed = followedAs(values.remembered(author))
    authors.set(author, followed)
    if (isStarted) join(author, followed)
    return followed
  }

  return {
    subscribe(author, callback, whenShut) {
      const followed = authors.get(author) ?? follow(author)
      const removeCallback = addCallback(followed, callback, whenShut)
      return () => {
        if (!removeCallback() || followed.callbacks.size > 0) return
        followed.leave?.()
        if (authors.get(author) === followed) authors.delete(author)
      }
    },
    take,
    onConnected(peer) {
      const followed = authors.get(peer)
      if (followed !== undefined) void ask(peer, followed)
    },
    start() {
      isStarted = true
      for (const [author, followed] of authors) join(author, followed)
    },
    stop() {
      isStarted = false
      for (const followed of authors.values()) followed.leave?.()
      authors.clear()
    },
  }
}

/** An author that is followed from now on, with its remembered value. */
function followedAs<T>(known: Known<T> | undefined): Followed<T> {
  return { callbacks: new Set(), shuts: new Set(), leave: undefined, known, asking: false }
}

/** The author lets this peer read no longer: its value is forgotten, and should the same come again, it is news. */
function shut<T>(followed: Followed<T>): void {
  followed.known = undefined
  for (const tell of [...followed.shuts]) tell()
}

/** Adds a reader, and tells it the value that is known. @returns a function that removes it, and whether it was there */
function addCallback<T>(
  followed: Followed<T>,
  callback: StoreCallback<T>,
  whenShut: (() => void) | undefined,
): () => boolean {
  if (whenShut !== undefined) followed.shuts.add(whenShut)
  const entry: StoreCallback<T> = (value, how) => callback(value, how)
  followed.callbacks.add(entry)
  if (followed.known !== undefined) entry(followed.known.value, { live: followed.known.live })
  return () => {
    if (whenShut !== undefined) followed.shuts.delete(whenShut)
    return followed.callbacks.delete(entry)
  }
}

/** Asks an author for its newest envelope; an empty answer says that it has published none. */
async function askNewest(
  { transport, clock }: Pick<PublishedStoresParts, 'transport' | 'clock'>,
  author: PeerId,
  path: string,
): Promise<Outcome<Uint8Array>> {
  const deadline = signalAfter(clock, EXCHANGE_MS_MAX)
  try {
    return success(
      await transport.request(author, GET, encodeCanonical({ path }), { signal: deadline.signal }),
    )
  } catch (error) {
    const { kind, message } = faultOf(error, 'unreachable')
    return failure(kind, message)
  } finally {
    deadline.cancel()
  }
}

/** Reads an author's envelopes of one store, and keeps the newest where the store says so. */
function createStoreValues<S extends Published>(
  { networkPath, schema, cacheable }: StoreOptions<S>,
  { identity, clock, memory }: PublishedStoresParts,
  refused: OnRefused,
) {
  const memoryKey = (author: PeerId) => `${networkPath}/${author}`

  const open = (author: PeerId, envelope: Uint8Array, live: boolean): Outcome<Known<z.infer<S>>> => {
    const opened = openEnvelope(envelope, {
      domain: domainOf(networkPath),
      schema,
      signer: author,
      verify: (signer, message, signature) => identity.verify(signer, message, signature),
      nowMs: clock.nowMs(),
      ...(live ? { ageMsMax: STALE_AFTER_MS } : {}),
      bytesMax: ENVELOPE_BYTES_MAX,
    })
    if (!opened.ok) return opened
    const { value } = opened.value
    const { timestamp, vector_clock = {} } = value
    if ('peer_id' in value && value.peer_id !== author) {
      return failure('unsigned', `signed by ${author} in the name of another`)
    }
    return success({ author, value, envelope, madeAtMs: toMs(timestamp), clock: vector_clock, live })
  }

  const remembered = (author: PeerId): Known<z.infer<S>> | undefined => {
    const envelope = cacheable ? memory?.load(memoryKey(author)) : undefined
    if (envelope === undefined) return undefined
    const opened = open(author, envelope, false)
    if (opened.ok) return opened.value
    refused(opened.fault)
    return undefined
  }

  return {
    open,
    remembered,
    remember(author: PeerId, envelope: Uint8Array): void {
      if (cacheable) memory?.save(memoryKey(author), envelope)
    },
  }
}

/** Whether a value is not known yet. After a restart the remembered one may come again, and is live then. */
function isNews(next: Known<unknown>, known: Known<unknown>, nowMs: number): boolean {
  if (replaces(next, known, nowMs)) return true
  return next.live && !known.live && !replaces(known, next, nowMs)
}
