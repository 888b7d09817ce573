import { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import type { Transport } from '../../ports/transport.ts'
import { AddressRecord, ADDRESSES_MAX } from '../../protocol/address-record.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { openEnvelope, sealEnvelope } from '../../protocol/envelope.ts'
import { FaultError, onlyFault, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import {
  LEFT_MAX,
  SEALED_BYTES_MAX,
  WhereaboutsMessage,
  WhereaboutsReply,
  type LeftRecord,
} from '../../protocol/whereabouts.ts'
import { bareAddress } from '../dialing/dialer.ts'
import { createLeftRecords } from './left-records.ts'
import { createDirectorySearch } from './directory-search.ts'
import { createMinuteCount } from './minute-count.ts'
import type { PairKeyOf } from '../identity/pair-key.ts'
import { createPairRecords } from './pair-records.ts'
import { shareableAddresses } from '../addresses/shareable-addresses.ts'

const PROTOCOL = '/meshwork/whereabouts/1'
const DOMAIN = 'meshwork/1/address-record'
const SEQUENCE_KEY = 'address-sequence'
/** A record of all addresses that one peer may tell. */
const RECORD_BYTES_MAX = 2_500 + ADDRESSES_MAX * 60
const MESSAGE_BYTES_MAX = LEFT_MAX * (SEALED_BYTES_MAX + 64) + 1_024
const ANSWER_WITHIN_MS = 20_000
/** Contacts who are looked for at a time, those first whom the book names first. */
const MISSING_MAX = 128
/** Whoever is missing is asked for again after this, and then after twice as long, and so on up to the other. */
const ASK_MS_MIN = 2_000
const ASK_MS_MAX = 60_000
/** Addresses that change come in several steps, and one record tells them all. */
const SETTLE_MS = 300
/** A contact's own word is taken so often a minute, whoever passes it on: each may be written down, and dialled. */
const HEARD_A_MINUTE_MAX = 12
/**
 * New addresses of this peer are told so often a minute. A router or a relay that changes them all the time would else use
 * up what contacts take, and the last ones would be told to nobody. Who connects is told them, too: that is what is left.
 */
const TOLD_A_MINUTE_MAX = HEARD_A_MINUTE_MAX - 4
/** A contact that comes and goes makes this peer look for others so often a minute: all who are connected are asked then. */
const LOOKS_A_MINUTE_MAX = 6

/** What finding contacts acts through. */
export interface WhereaboutsParts {
  readonly transport: Transport
  readonly identity: Identity
  readonly pairKeyOf: PairKeyOf
  readonly clock: Clock
  readonly random: Random
  readonly settings: Settings
  /** Those whom this peer trusts and who are no strangers to it, at this moment. */
  readonly contacts: () => readonly PeerId[]
  /** Takes a contact's signed record, newer or not. */
  readonly learned: (record: AddressRecord) => Promise<void>
  readonly onDefect: (error: unknown) => void
}

/** Tells contacts where this peer is, and asks them where others are. */
export interface Whereabouts {
  /** From now on, over a transport that has started. */
  start(): void
  /** The network has changed: everybody who is missing is asked for anew. */
  hurry(): void
  stop(): void
}

/**
 * How contacts find each other again. Each tells those whom it is connected with where it is, in a signed record. For a
 * contact who is not there it leaves the record with the others, sealed with a key that only the two have, under a name
 * that only they can make and that changes daily; whoever comes back asks those whom it still reaches for such names.
 * So somebody who knows both tells each where the other is, and learns no more than that the two look for each other;
 * all others learn nothing.
 */
export function createWhereabouts(parts: WhereaboutsParts): Whereabouts {
  const { transport, identity, clock, settings, onDefect } = parts
  const left = createLeftRecords(() => clock.nowMs())
  const stopping = new AbortController()
  const isHeard = createMinuteCount(() => clock.nowMs(), HEARD_A_MINUTE_MAX)
  const isWorthALook = createMinuteCount(() => clock.nowMs(), LOOKS_A_MINUTE_MAX)
  /** The count of the latest record that was taken of each. */
  const latest = new Map<PeerId, number>()
  const records = createPairRecords(identity.peer, parts.pairKeyOf, parts.random)
  let own: Uint8Array = new Uint8Array()
  let cancelRound: (() => void) | undefined
  let isLookingSoon = false
  let cancelSettle: (() => void) | undefined
  let pauseMs = ASK_MS_MIN
  /** When this peer's addresses were told anew, the latest times. */
  let toldAtMs: readonly number[] = []
  let stopListening: (() => void)[] = []

  function connectedContacts(): PeerId[] {
    const contacts = new Set(parts.contacts())
    return transport
      .connections()
      .map(({ peer }) => peer)
      .filter((peer) => contacts.has(peer))
  }

  function missingContacts(): PeerId[] {
    const connected = new Set(transport.connections().map(({ peer }) => peer))
    return parts
      .contacts()
      .filter((peer) => !connected.has(peer) && records.has(peer))
      .slice(0, MISSING_MAX)
  }

  /** Signs anew where this peer is. */
  function renewOwn(): void {
    const nowMs = clock.nowMs()
    const sequence = Math.max(nowMs, (settings.read(SEQUENCE_KEY, z.int().min(0)) ?? 0) + 1)
    settings.write(SEQUENCE_KEY, sequence)
    const bare = transport.addresses().map((address) => bareAddress(address, identity.peer))
    const record: AddressRecord = {
      peer_id: identity.peer,
      sequence,
      addresses: shareableAddresses(bare),
      timestamp: toTimestamp(nowMs),
    }
    own = sealEnvelope(DOMAIN, record, identity.peer, (message) => identity.sign(message))
  }

  /** @throws FaultError for what `author` did not sign */
  function opened(envelope: Uint8Array, author: PeerId): AddressRecord {
    const record = openEnvelope(envelope, {
      domain: DOMAIN,
      schema: AddressRecord,
      signer: author,
      verify: (by, message, signature) => identity.verify(by, message, signature),
      nowMs: clock.nowMs(),
      bytesMax: RECORD_BYTES_MAX,
      hasSequence: true,
    })
    if (!record.ok) throw new FaultError(record.fault)
    if (record.value.value.peer_id !== author) refuse('unsigned', 'a record about somebody else')
    return record.value.value
  }

  async function take(record: AddressRecord): Promise<void> {
    latest.set(record.peer_id, Math.max(record.sequence, latest.get(record.peer_id) ?? 0))
    await parts.learned(record)
  }

  async function send(to: PeerId, message: WhereaboutsMessage): Promise<WhereaboutsReply> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
    const bytes = await transport.request(to, PROTOCOL, encodeCanonical(message), { signal })
    const reply = decodeCanonical(bytes, WhereaboutsReply, MESSAGE_BYTES_MAX)
    if (!reply.ok) throw new FaultError(reply.fault)
    return reply.value
  }

  /** Does something for which it does not matter whether the other side is there. */
  function inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      try {
        onlyFault(error)
      } catch (defect) {
        onDefect(defect)
      }
    })
  }

  /** Leaves with somebody what those may need who are missing, and asks where they are. */
  async function lookFor(missing: readonly PeerId[], at: PeerId): Promise<void> {
    const nowMs = clock.nowMs()
    const others = missing.filter((peer) => peer !== at)
    const toLeave = others.flatMap((peer) => records.sealedFor(peer, own, nowMs))
    for (const some of groups(toLeave)) await send(at, { kind: 'leave', records: some })
    const asked = others.flatMap((peer) => records.tokensFrom(peer, nowMs).map((token) => ({ peer, token })))
    for (const some of groups(asked)) {
      const reply = await send(at, { kind: 'find', tokens: some.map(({ token }) => token) })
      if (reply.kind !== 'found') continue
      await takeFound(reply.records, some)
    }
  }

  /** Takes what lay somewhere under names that were asked for, as far as it is news. */
  async function takeFound(found: readonly LeftRecord[], asked: readonly Asked[]): Promise<void> {
    for (const record of newestOf(found, asked)) {
      if (record.sequence <= (latest.get(record.peer_id) ?? 0) || !isHeard(record.peer_id)) continue
      await take(record)
    }
  }

  /** Of what was found, the newest record of each who was asked for. */
  function newestOf(found: readonly LeftRecord[], asked: readonly Asked[]): Iterable<AddressRecord> {
    const newest = new Map<PeerId, AddressRecord>()
    for (const one of found) {
      const author = asked.find(({ token }) => Buffer.compare(token, one.token) === 0)?.peer
      const envelope = author && records.openFrom(author, one)
      // What does not open was put there by neither of the two.
      if (author === undefined || envelope === undefined) continue
      const record = ignoringFaults(() => opened(envelope, author))
      if (record !== undefined && record.sequence > (newest.get(author)?.sequence ?? 0))
        newest.set(author, record)
    }
    return newest.values()
  }

  function lookForAll(): void {
    const missing = missingContacts()
    const contacts = new Set(parts.contacts())
    left.keepOnly((peer) => contacts.has(peer))
    if (missing.length > 0) for (const at of connectedContacts()) inBackground(lookFor(missing, at))
    cancelRound?.()
    isLookingSoon = false
    cancelRound = clock.after(pauseMs, lookForAll)
    pauseMs = Math.min(2 * pauseMs, ASK_MS_MAX)
  }

  const directory = createDirectorySearch({
    transport,
    clock,
    records,
    missing: missingContacts,
    own: () => own,
    takeFound,
    inBackground,
  })

  function lookSoon(): void {
    directory.hurry()
    pauseMs = ASK_MS_MIN
    // What is about to happen is not put off, or a contact that comes and goes without end would keep it from happening.
    if (isLookingSoon) return
    isLookingSoon = true
    cancelRound?.()
    cancelRound = clock.after(SETTLE_MS, lookForAll)
  }

  function tellOwn(to: PeerId): void {
    inBackground(send(to, { kind: 'here', record: own }))
  }

  function onAddresses(): void {
    // What is about to be told is not put off, or addresses that change without end would never be told.
    if (cancelSettle !== undefined) return
    const nowMs = clock.nowMs()
    const earlier = toldAtMs.at(-TOLD_A_MINUTE_MAX)
    const waitMs = earlier === undefined || nowMs < earlier ? 0 : earlier + 60_000 - nowMs
    cancelSettle = clock.after(Math.max(SETTLE_MS, waitMs), () => {
      cancelSettle = undefined
      toldAtMs = [...toldAtMs, clock.nowMs()].slice(-TOLD_A_MINUTE_MAX)
      renewOwn()
      for (const peer of connectedContacts()) tellOwn(peer)
      lookSoon()
    })
  }

  async function answer(from: PeerId, request: Uint8Array): Promise<WhereaboutsReply> {
    const message = decodeCanonical(request, WhereaboutsMessage, MESSAGE_BYTES_MAX)
    if (!message.ok) throw new FaultError(message.fault)
    switch (message.value.kind) {
      case 'here':
        if (!isHeard(from))
          refuse('too-busy', 'more was said in this minute than is written down for one peer')
        await take(opened(message.value.record, from))
        return { kind: 'taken' }
      case 'leave':
        left.leave(from, message.value.records)
        return { kind: 'taken' }
      case 'find':
        return { kind: 'found', records: left.find(message.value.tokens).slice(0, LEFT_MAX) }
    }
  }

  return {
    start() {
      renewOwn()
      transport.handle(PROTOCOL, async (from, request) => encodeCanonical(await answer(from, request)), {
        requestBytesMax: MESSAGE_BYTES_MAX,
      })
      stopListening = [
        transport.onConnection(({ kind, peer }) => {
          if (kind === 'rerouted' || !parts.contacts().includes(peer)) return
          if (kind === 'connected') tellOwn(peer)
          if (isWorthALook(peer)) lookSoon()
        }),
        transport.onAddresses(onAddresses),
      ]
      for (const peer of connectedContacts()) tellOwn(peer)
      lookSoon()
    },
    hurry: lookSoon,
    stop() {
      stopping.abort()
      directory.stop()
      cancelRound?.()
      cancelSettle?.()
      for (const stop of stopListening) stop()
    },
  }
}

/** A record that is asked for. */
interface Asked {
  readonly peer: PeerId
  readonly token: Uint8Array
}

/** What is made of somebody else's bytes; undefined where they are wrong, which is no reason to end what goes on. */
function ignoringFaults<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    onlyFault(error)
    return undefined
  }
}

/** As many as go into one message each. */
function groups<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / LEFT_MAX)
  return Array.from({ length: count }, (_, i) => all.slice(i * LEFT_MAX, (i + 1) * LEFT_MAX))
}
