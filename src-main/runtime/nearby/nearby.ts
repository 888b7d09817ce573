import { z } from 'zod'
import type { PeerEvent } from '../../peer/event.ts'
import {
  answerAsk,
  beginPairing,
  breakAttempt,
  dropAttempt,
  expireAttempts,
  hearEnd,
  hearMatch,
  isLive,
  noPairings,
  refusePairing,
  sayMatch,
  showNumber,
  takeNonce,
  takeReveal,
  type NearbyAttempt,
  type NearbyPair,
} from '../../peer/nearby-pairing.ts'
import { hasRoomToBlock } from '../../peer/pair-requests.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Settings } from '../../ports/settings.ts'
import type { Transport } from '../../ports/transport.ts'
import { decodeCanonical, encodeCanonical } from '../../protocol/canonical.ts'
import { FaultError, onlyFault, refuse, type Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { hostOfAddress } from '../../protocol/local-address.ts'
import {
  ATTEMPT_BYTES,
  NEARBY_BYTES_MAX,
  NearbyMessage,
  NearbyReply,
  NONCE_BYTES,
  type RefusalReason,
  type ShortNumber,
} from '../../protocol/nearby.ts'
import { nearbyHashes } from './nearby-hashes.ts'
import { createNearbyList } from './nearby-list.ts'

/** The protocol of those who are nearby and need not know each other. */
export const NEARBY_PROTOCOL = '/meshwork/nearby/1'
/** A machine in the same network answers within this time. */
const ANSWER_MS_MAX = 10_000
/** How often a yes that was not heard is said again, and what is over is looked for. */
const TEND_MS = 1_000
/** Addresses told with a yes. */
const ADDRESSES_MAX = 16
/** Where the user's choice is kept. */
const VISIBLE_KEY = 'nearby-visible'

/** PCs in the same network: who is there, and pairing with them by a number. */
export interface Nearby {
  start(): void
  stop(): void
  /** Names by peer, in no order. */
  pcs(): ReadonlyMap<PeerId, string>
  attempts(): readonly NearbyAttempt[]
  /** Whether this PC tells others in its network that it is there. */
  isVisible(): boolean
  /** Remembers the user's choice. @throws FaultError `storage-failed` */
  setVisible(visible: boolean): void
  /**
   * Asks a PC nearby to pair; resolves when there is a number to compare, of whichever side's try.
   * @throws FaultError `unknown-peer`, `too-busy`, `unreachable`, `not-trusted` (it is not to be asked), `timed-out`
   */
  pair(peer: PeerId, within: AbortSignal): Promise<NearbyAttempt>
  /** This user says that the other screen shows the same. @throws FaultError `stale` when that number is not shown any more */
  confirm(peer: PeerId, number: ShortNumber, trust: number): Promise<void>
  /** This user says no, or puts a try away that is over; with `block` they are not let in any more. */
  refuse(peer: PeerId, reason: RefusalReason, block: boolean): Promise<void>
  /** Calls back when PCs or tries may have changed, until the returned function is called. */
  onChange(listener: () => void): () => void
}

/** What nearby acts through. */
export interface NearbyParts {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly settings: Settings
  readonly state: Readonly<PeerState>
  readonly dispatch: (event: PeerEvent) => Promise<void>
  /** What `isVisible` is until the user has chosen. */
  readonly visibleAtFirst: boolean
  /** Told of errors that are defects of ours. */
  readonly onDefect: (error: unknown) => void
}

/** Nearby for a running peer; silent before `start`. */
export function createNearby(parts: NearbyParts): Nearby {
  const { clock, random, transport, settings, state, dispatch, onDefect } = parts
  const pairings = noPairings(state.me)
  const stopping = new AbortController()
  const listeners = new Set<() => void>()
  const telling = new Set<PeerId>()
  let isVisible = settings.read(VISIBLE_KEY, z.boolean()) ?? parts.visibleAtFirst
  let stopTending: (() => void) | undefined
  let stopListening: (() => void) | undefined
  const changed = () => listeners.forEach((listener) => listener())
  const ignoreFaults = (error: unknown): void => {
    try {
      onlyFault(error)
    } catch (defect) {
      onDefect(defect)
    }
  }
  const list = createNearbyList({
    clock,
    transport,
    // Who waits for an answer to a code is asked by that.
    isKnown: (peer) =>
      [state.contacts, state.blocked, state.incomingPairs, state.outgoingPairs].some((some) =>
        some.has(peer),
      ),
    failed: ignoreFaults,
    changed,
    async askName(peer) {
      const reply = await send(peer, { kind: 'hello' }, stopping.signal)
      if (reply.kind !== 'here') refuse('malformed', 'the other side answered something else')
      return reply.name
    },
  })
  const ownAddresses = () => transport.addresses().slice(0, ADDRESSES_MAX)
  const hostOf = (peer: PeerId) =>
    hostOfAddress(transport.connections().find((one) => one.peer === peer)?.address ?? '')

  async function send(to: PeerId, message: NearbyMessage, signal: AbortSignal): Promise<NearbyReply> {
    const within = AbortSignal.any([stopping.signal, signal, AbortSignal.timeout(ANSWER_MS_MAX)])
    const bytes = await transport.request(to, NEARBY_PROTOCOL, encodeCanonical(message), { signal: within })
    const reply = valueOf(decodeCanonical(bytes, NearbyReply, NEARBY_BYTES_MAX))
    if (reply.kind === 'refused') throw new FaultError(reply.fault)
    return reply
  }

  /** Both users have said yes: the same events as of a pairing by code. */
  async function meet({ peer, name, addresses, trust }: NearbyPair): Promise<void> {
    const at_ms = clock.nowMs()
    await dispatch({ kind: 'paired', at_ms, peer, name, addresses: [...addresses], trust })
    await dispatch({ kind: 'connected', at_ms: clock.nowMs(), peer })
    list.look()
    changed()
  }

  /** Says this user's yes. One that does not arrive is said again by the next look. */
  async function tellMatch(peer: PeerId, id: Uint8Array): Promise<void> {
    if (telling.has(peer)) return
    telling.add(peer)
    try {
      const message = { kind: 'match', attempt: id, addresses: ownAddresses() } as const
      const reply = await send(peer, message, stopping.signal)
      if (reply.kind !== 'heard') refuse('malformed', 'the other side answered something else')
      if (reply.addresses === undefined) return
      const { pair } = valueOf(hearMatch(pairings, peer, id, reply.addresses))
      if (pair !== undefined) await meet(pair)
    } catch (error) {
      if (onlyFault(error).kind === 'stale') breakAttempt(pairings, peer, id)
      changed()
    } finally {
      telling.delete(peer)
    }
  }

  async function answer(from: PeerId, message: NearbyMessage): Promise<NearbyReply> {
    if (state.blocked.has(from)) refuse('not-trusted', 'this PC is not to be asked')
    switch (message.kind) {
      case 'hello':
        mustBeVisible()
        return { kind: 'here', name: state.name }
      case 'ask': {
        mustBeVisible()
        const nonce = random.bytes(NONCE_BYTES)
        const now = { nowMs: clock.nowMs(), host: hostOf(from), myName: state.name }
        return valueOf(answerAsk(pairings, { from, message, nonce, ...now }))
      }
      case 'reveal':
        return valueOf(takeReveal(pairings, from, message, nearbyHashes))
      case 'match': {
        const { said, pair } = valueOf(hearMatch(pairings, from, message.attempt, message.addresses))
        if (pair !== undefined) await meet(pair)
        return { kind: 'heard', ...(said ? { addresses: ownAddresses() } : {}) }
      }
      case 'end':
        return valueOf(hearEnd(pairings, from, message))
    }
  }

  function mustBeVisible(): void {
    if (!isVisible) refuse('not-trusted', 'this PC is not to be asked')
  }

  /** Begins a try and brings it as far as a number. */
  async function begin(peer: PeerId, name: string, within: AbortSignal): Promise<void> {
    const [id, nonce] = [random.bytes(ATTEMPT_BYTES), random.bytes(NONCE_BYTES)]
    const begun = { peer, name, id, nonce, host: hostOf(peer), myName: state.name, nowMs: clock.nowMs() }
    const ask = valueOf(beginPairing(pairings, { ...begun, hashes: nearbyHashes }))
    changed()
    try {
      const reply = await send(peer, ask, within)
      // The other side has begun as well: its question is on the way, or here.
      if (reply.kind === 'mine-first') return
      if (reply.kind !== 'nonce') refuse('malformed', 'the other side answered something else')
      const { reveal, number } = valueOf(takeNonce(pairings, peer, id, reply.nonce, nearbyHashes))
      const taken = await send(peer, reveal, within)
      if (taken.kind !== 'taken') refuse('malformed', 'the other side answered something else')
      valueOf(showNumber(pairings, peer, id, number))
    } catch (error) {
      dropAttempt(pairings, peer, id)
      throw error
    } finally {
      changed()
    }
  }

  /** Waits for the number of a try that the other side began at the same moment. */
  async function untilCompared(peer: PeerId, within: AbortSignal): Promise<NearbyAttempt> {
    for (;;) {
      const attempt = pairings.attempts.get(peer)
      if (attempt?.at.stage === 'comparing') return attempt
      if (within.aborted || stopping.signal.aborted || !isLive(attempt)) {
        refuse('unreachable', 'the other side broke off; try again')
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stop()
          within.removeEventListener('abort', done)
          resolve()
        }
        const stop = onChange(done)
        within.addEventListener('abort', done)
      })
    }
  }

  function onChange(listener: () => void): () => void {
    const entry = () => listener()
    listeners.add(entry)
    return () => void listeners.delete(entry)
  }

  function tend(): void {
    stopTending = clock.after(TEND_MS, () => {
      if (expireAttempts(pairings, clock.nowMs())) changed()
      for (const { peer, id, at } of pairings.attempts.values()) {
        if (at.stage === 'comparing' && at.mine !== undefined) tellMatch(peer, id).catch(onDefect)
      }
      tend()
    })
  }

  return {
    start() {
      transport.handle(
        NEARBY_PROTOCOL,
        async (from, request) => {
          const message = valueOf(decodeCanonical(request, NearbyMessage, NEARBY_BYTES_MAX))
          try {
            return encodeCanonical(await answer(from, message))
          } finally {
            changed()
          }
        },
        {
          requestBytesMax: NEARBY_BYTES_MAX,
          strangers: { requestBytesMax: NEARBY_BYTES_MAX, onlyLocal: true },
        },
      )
      stopListening = transport.onConnection(() => list.look())
      list.start()
      tend()
    },
    stop() {
      stopping.abort()
      stopTending?.()
      stopListening?.()
      list.stop()
      changed()
    },
    pcs: () => list.names(),
    attempts: () => [...pairings.attempts.values()],
    isVisible: () => isVisible,
    setVisible(visible) {
      settings.write(VISIBLE_KEY, visible)
      isVisible = visible
      changed()
    },
    async pair(peer, within) {
      const known = pairings.attempts.get(peer)
      const name = list.names().get(peer)
      if (!isLive(known)) {
        if (name === undefined) refuse('unknown-peer', `${peer} is not nearby`)
        await begin(peer, name, within)
      }
      return untilCompared(peer, within)
    },
    async confirm(peer, number, trust) {
      const { id, pair } = valueOf(sayMatch(pairings, peer, number, trust))
      changed()
      if (pair !== undefined) await meet(pair)
      // The other side is told either way: it waits for this yes.
      await tellMatch(peer, id)
    },
    async refuse(peer, reason, block) {
      if (block && !hasRoomToBlock(state))
        refuse('too-busy', 'too many people are blocked; unblock some first')
      const end = refusePairing(pairings, peer, reason, clock.nowMs())
      changed()
      if (end !== undefined) await send(peer, end, stopping.signal).catch(ignoreFaults)
      if (block) await dispatch({ kind: 'blocked', at_ms: clock.nowMs(), peer })
      list.look()
    },
    onChange,
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FaultError(outcome.fault)
  return outcome.value
}
