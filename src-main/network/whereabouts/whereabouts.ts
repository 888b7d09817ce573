import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import type { Transport } from '../../ports/transport.ts'
import type { AddressRecord } from '../../protocol/address-record.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, onlyFault, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import {
  LEFT_MAX,
  SEALED_BYTES_MAX,
  WhereaboutsMessage,
  WhereaboutsReply,
  type LeftRecord,
} from '../../protocol/whereabouts.ts'
import { createAddressRecords, type AddressRecords } from './address-records.ts'
import { createLeftRecords } from './left-records.ts'
import { createDirectorySearch } from './directory-search.ts'
import { createMinuteCount } from './minute-count.ts'
import type { PairKeyOf } from '../identity/pair-key.ts'
import { createPairRecords, type PairRecords } from './pair-records.ts'

const PROTOCOL = '/meshwork/whereabouts/1'
const MESSAGE_BYTES_MAX = LEFT_MAX * (SEALED_BYTES_MAX + 64) + 1_024
const ANSWER_WITHIN_MS = 20_000
/** Contacts looked for at a time, in the order of the address book. */
const MISSING_MAX = 128
/** A missing contact is asked for again after this, and then after twice as long, and so on up to the other. */
const ASK_MS_MIN = 2_000
const ASK_MS_MAX = 60_000
/** Addresses that change come in several steps, and one record tells them all. */
const SETTLE_MS = 300
/** A contact's own word is taken so often a minute, by whatever way it comes: each may be written down, and dialled. */
const HEARD_A_MINUTE_MAX = 12
/**
 * New addresses of this peer are told so often a minute. A router or a relay that changes them all the time would else
 * use up what contacts take, and the last ones would reach no contact. The difference is left for contacts that
 * connect, which are told them, too.
 */
const TOLD_A_MINUTE_MAX = HEARD_A_MINUTE_MAX - 4
/** A contact that comes and goes makes this peer look for others so often a minute: all who are connected are asked then. */
const LOOKS_A_MINUTE_MAX = 6

/** Dependencies of finding contacts. */
export interface WhereaboutsDependencies {
  readonly transport: Transport
  readonly identity: Identity
  readonly pairKeyOf: PairKeyOf
  readonly clock: Clock
  readonly random: Random
  readonly settings: Settings
  /** Trusted contacts, at this moment. */
  readonly contacts: () => readonly PeerId[]
  /** Takes a contact's signed record, newer or not. */
  readonly learned: (record: AddressRecord) => Promise<void>
  readonly onDefect: (error: unknown) => void
}

/** Tells contacts where this peer is, and asks them where others are. */
export interface Whereabouts {
  /** From now on, over a transport that has started. */
  start(): void
  /** The network has changed: all missing contacts are asked for anew. */
  hurry(): void
  stop(): void
}

/**
 * How contacts find each other again. Each tells connected contacts where it is, in a signed record. For a missing
 * contact it leaves the record with the others, sealed with a key that only the two have, under a name
 * that only they can make and that changes daily; a contact that comes back asks those that it still reaches for such
 * names. So a common contact tells each where the other is, and learns no more than that the two look for each other;
 * all other peers learn nothing.
 */
export function createWhereabouts(dependencies: WhereaboutsDependencies): Whereabouts {
  const { transport, identity, clock, onDefect } = dependencies
  const nowMs = () => clock.nowMs()
  const left = createLeftRecords(nowMs)
  const stopping = new AbortController()
  const isWorthALook = createMinuteCount(nowMs, LOOKS_A_MINUTE_MAX)
  const addresses = createAddressRecords(dependencies)
  const records = createPairRecords(identity.peer, dependencies.pairKeyOf, dependencies.random)
  const heard = createHeardRecords({
    records,
    opened: addresses.opened,
    nowMs,
    learned: dependencies.learned,
  })
  const send = senderOver(transport, stopping.signal)
  const inBackground = (work: Promise<unknown>) => endQuietly(work, onDefect)
  let stopListening: (() => void)[] = []

  const { connectedContacts, missingContacts } = createContactLists(dependencies, records)
  const ask = { send, records, own: addresses.own, takeFound: heard.takeFound, nowMs }
  const rounds = createRounds(clock, () => {
    const missing = missingContacts()
    const contacts = new Set(dependencies.contacts())
    left.keepOnly((peer) => contacts.has(peer))
    if (missing.length > 0) for (const at of connectedContacts()) inBackground(lookFor(ask, missing, at))
  })
  const directory = createDirectorySearch({
    ...{ transport, clock, records, inBackground },
    missing: missingContacts,
    own: addresses.own,
    takeFound: heard.takeFound,
  })

  function lookSoon(): void {
    directory.hurry()
    rounds.hurry()
  }

  const tellOwn = (to: PeerId) => inBackground(send(to, { kind: 'here', record: addresses.own() }))
  const news = createAddressNews(clock, () => {
    addresses.renewOwn()
    for (const peer of connectedContacts()) tellOwn(peer)
    lookSoon()
  })

  return {
    start() {
      addresses.renewOwn()
      transport.handle(
        PROTOCOL,
        async (from, request) =>
          encodeCanonical(await answer({ heard, left, opened: addresses.opened }, from, request)),
        { requestBytesMax: MESSAGE_BYTES_MAX },
      )
      stopListening = [
        transport.onConnection(({ kind, peer }) => {
          if (kind === 'rerouted' || !dependencies.contacts().includes(peer)) return
          if (kind === 'connected') tellOwn(peer)
          if (isWorthALook(peer)) lookSoon()
        }),
        transport.onAddresses(() => news.changed()),
      ]
      for (const peer of connectedContacts()) tellOwn(peer)
      lookSoon()
    },
    hurry: lookSoon,
    stop() {
      stopping.abort()
      directory.stop()
      rounds.stop()
      news.stop()
      for (const stop of stopListening) stop()
    },
  }
}

/** The contacts that are connected, and those that are missing. */
function createContactLists(
  { transport, contacts }: Pick<WhereaboutsDependencies, 'transport' | 'contacts'>,
  records: PairRecords,
) {
  return {
    connectedContacts: (): PeerId[] => {
      const known = new Set(contacts())
      return transport
        .connections()
        .map(({ peer }) => peer)
        .filter((peer) => known.has(peer))
    },
    missingContacts: (): PeerId[] => {
      const connected = new Set(transport.connections().map(({ peer }) => peer))
      return contacts()
        .filter((peer) => !connected.has(peer) && records.has(peer))
        .slice(0, MISSING_MAX)
    },
  }
}

type Send = (to: PeerId, message: WhereaboutsMessage) => Promise<WhereaboutsReply>

function senderOver(transport: Transport, stopped: AbortSignal): Send {
  return async (to, message) => {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_WITHIN_MS)])
    const bytes = await transport.request(to, PROTOCOL, encodeCanonical(message), { signal })
    const reply = decodeCanonical(bytes, WhereaboutsReply, MESSAGE_BYTES_MAX)
    if (!reply.ok) throw new FaultError(reply.fault)
    return reply.value
  }
}

/** Lets work end in the background: its faults are ignored, since the other side may be gone; defects are reported. */
function endQuietly(work: Promise<unknown>, onDefect: (error: unknown) => void): void {
  work.catch((error: unknown) => {
    try {
      onlyFault(error)
    } catch (defect) {
      onDefect(defect)
    }
  })
}

/** Rounds of asking for missing contacts: soon after news, then after pauses that double. */
function createRounds(clock: Clock, lookForAll: () => void) {
  let cancelRound: (() => void) | undefined
  let isLookingSoon = false
  let pauseMs = ASK_MS_MIN

  function round(): void {
    lookForAll()
    cancelRound?.()
    isLookingSoon = false
    cancelRound = clock.after(pauseMs, round)
    pauseMs = Math.min(2 * pauseMs, ASK_MS_MAX)
  }

  return {
    hurry(): void {
      pauseMs = ASK_MS_MIN
      // A round that is about to begin is not put off, or a contact that comes and goes would keep it from happening.
      if (isLookingSoon) return
      isLookingSoon = true
      cancelRound?.()
      cancelRound = clock.after(SETTLE_MS, round)
    },
    stop: () => cancelRound?.(),
  }
}

/** Tells this peer's addresses anew when they have changed, within the rate that contacts take. */
function createAddressNews(clock: Clock, tellAll: () => void) {
  let cancelSettle: (() => void) | undefined
  /** When this peer's addresses were told anew, the latest times. */
  let toldAtMs: readonly number[] = []

  return {
    changed(): void {
      // News that is about to be told is not put off, or addresses that change without end would never be told.
      if (cancelSettle !== undefined) return
      const nowMs = clock.nowMs()
      const earlier = toldAtMs.at(-TOLD_A_MINUTE_MAX)
      const waitMs = earlier === undefined || nowMs < earlier ? 0 : earlier + 60_000 - nowMs
      cancelSettle = clock.after(Math.max(SETTLE_MS, waitMs), () => {
        cancelSettle = undefined
        toldAtMs = [...toldAtMs, clock.nowMs()].slice(-TOLD_A_MINUTE_MAX)
        tellAll()
      })
    },
    stop: () => cancelSettle?.(),
  }
}

/** Leaves records at a contact for missing contacts, and asks it for theirs. */
async function lookFor(
  {
    send,
    records,
    own,
    takeFound,
    nowMs: now,
  }: {
    readonly send: Send
    readonly records: PairRecords
    readonly own: () => Uint8Array
    readonly takeFound: HeardRecords['takeFound']
    readonly nowMs: () => number
  },
  missing: readonly PeerId[],
  at: PeerId,
): Promise<void> {
  const nowMs = now()
  const others = missing.filter((peer) => peer !== at)
  const toLeave = others.flatMap((peer) => records.sealedFor(peer, own(), nowMs))
  for (const some of groups(toLeave)) await send(at, { kind: 'leave', records: some })
  const asked = others.flatMap((peer) => records.tokensFrom(peer, nowMs).map((token) => ({ peer, token })))
  for (const some of groups(asked)) {
    const reply = await send(at, { kind: 'find', tokens: some.map(({ token }) => token) })
    if (reply.kind !== 'found') continue
    await takeFound(reply.records, some)
  }
}

/** Records of contacts that came from themselves, or were found where they left them. */
interface HeardRecords {
  /** Whether one more record of a peer is taken in this minute. */
  readonly isHeard: (peer: PeerId) => boolean
  readonly take: (record: AddressRecord) => Promise<void>
  /** Takes records that lay under names that were asked for, as far as they are news. */
  readonly takeFound: (found: readonly LeftRecord[], asked: readonly Asked[]) => Promise<void>
}

function createHeardRecords({
  records,
  opened,
  nowMs,
  learned,
}: {
  readonly records: PairRecords
  readonly opened: AddressRecords['opened']
  readonly nowMs: () => number
  readonly learned: (record: AddressRecord) => Promise<void>
}): HeardRecords {
  const isHeard = createMinuteCount(nowMs, HEARD_A_MINUTE_MAX)
  /** The count of the latest record that was taken of each. */
  const latest = new Map<PeerId, number>()

  async function take(record: AddressRecord): Promise<void> {
    latest.set(record.peer_id, Math.max(record.sequence, latest.get(record.peer_id) ?? 0))
    await learned(record)
  }

  async function takeFound(found: readonly LeftRecord[], asked: readonly Asked[]): Promise<void> {
    for (const record of newestOf(found, asked)) {
      if (record.sequence <= (latest.get(record.peer_id) ?? 0) || !isHeard(record.peer_id)) continue
      await take(record)
    }
  }

  /** The newest record found of each peer that was asked for. */
  function newestOf(found: readonly LeftRecord[], asked: readonly Asked[]): Iterable<AddressRecord> {
    const newest = new Map<PeerId, AddressRecord>()
    for (const one of found) {
      const author = asked.find(({ token }) => Buffer.compare(token, one.token) === 0)?.peer
      const envelope = author && records.openFrom(author, one)
      // A record that does not open was put there by neither of the two.
      if (author === undefined || envelope === undefined) continue
      const record = ignoringFaults(() => opened(envelope, author))
      if (record !== undefined && record.sequence > (newest.get(author)?.sequence ?? 0))
        newest.set(author, record)
    }
    return newest.values()
  }

  return { isHeard, take, takeFound }
}

async function answer(
  {
    heard,
    left,
    opened,
  }: {
    readonly heard: HeardRecords
    readonly left: ReturnType<typeof createLeftRecords>
    readonly opened: AddressRecords['opened']
  },
  from: PeerId,
  request: Uint8Array,
): Promise<WhereaboutsReply> {
  const message = decodeCanonical(request, WhereaboutsMessage, MESSAGE_BYTES_MAX)
  if (!message.ok) throw new FaultError(message.fault)
  switch (message.value.kind) {
    case 'here':
      if (!heard.isHeard(from))
        refuse('too-busy', 'more was said in this minute than is written down for one peer')
      await heard.take(opened(message.value.record, from))
      return { kind: 'taken' }
    case 'leave':
      left.leave(from, message.value.records)
      return { kind: 'taken' }
    case 'find':
      return { kind: 'found', records: left.find(message.value.tokens).slice(0, LEFT_MAX) }
  }
}

/** A record that is asked for. */
interface Asked {
  readonly peer: PeerId
  readonly token: Uint8Array
}

/** The result of reading another peer's bytes; undefined where they are wrong. */
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
