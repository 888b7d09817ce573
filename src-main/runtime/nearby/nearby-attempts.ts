import type { PeerEvent } from '../../peer/event.ts'
import {
  answerAsk,
  beginPairing,
  breakAttempt,
  dropAttempt,
  hearEnd,
  hearMatch,
  showNumber,
  takeNonce,
  takeReveal,
  type NearbyPair,
  type NearbyPairings,
} from '../../peer/pairing/nearby-pairing.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Transport } from '../../ports/transport.ts'
import { onlyFault, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { hostOfAddress } from '../../protocol/local-address.ts'
import { ATTEMPT_BYTES, NONCE_BYTES, type NearbyMessage, type NearbyReply } from '../../protocol/nearby.ts'
import { nearbyHashes } from './nearby-hashes.ts'
import { valueOf } from './nearby-messages.ts'

/** Addresses told with a yes. */
const ADDRESSES_MAX = 16

/** The ports and functions that attempts to pair use. */
export interface NearbyAttemptsDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly state: Readonly<PeerState>
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly pairings: NearbyPairings
  /** Whether this PC tells others in its network that it is there. */
  readonly isVisible: () => boolean
  readonly send: (to: PeerId, message: NearbyMessage, signal: AbortSignal) => Promise<NearbyReply>
  /** Called when attempts may have changed. */
  readonly changed: () => void
  /** Called when two PCs have paired. */
  readonly paired: () => void
  /** Aborted when the peer stops. */
  readonly signal: AbortSignal
}

/** Attempts to pair with PCs nearby, from the first question to the pairing. */
export interface NearbyAttempts {
  /** Asks a PC to pair, until there is a number to compare. @throws FaultError as `Nearby.pair` does */
  begin(peer: PeerId, name: string, within: AbortSignal): Promise<void>
  /** Sends this user's yes. One that does not arrive is sent again by the next look. */
  tellMatch(peer: PeerId, id: Uint8Array): Promise<void>
  /** Pairs after both users have said yes: the same events as of a pairing by code. */
  meet(pair: NearbyPair): Promise<void>
  /** Answers a PC's message. @throws FaultError */
  answer(from: PeerId, message: NearbyMessage): Promise<NearbyReply>
}

/** Creates attempts; none is under way. */
export function createNearbyAttempts(dependencies: NearbyAttemptsDependencies): NearbyAttempts {
  const { clock, random, transport, state, dispatch, pairings, send, changed } = dependencies
  const telling = new Set<PeerId>()
  const ownAddresses = () => transport.addresses().slice(0, ADDRESSES_MAX)
  const hereAndNow = (peer: PeerId) => {
    const connection = transport.connections().find((one) => one.peer === peer)
    return { host: hostOfAddress(connection?.address ?? ''), myName: state.name, nowMs: clock.nowMs() }
  }

  async function meet({ peer, name, addresses, trust }: NearbyPair): Promise<void> {
    const at_ms = clock.nowMs()
    await dispatch({ kind: 'paired', at_ms, peer, name, addresses: [...addresses], trust })
    await dispatch({ kind: 'connected', at_ms: clock.nowMs(), peer })
    dependencies.paired()
    changed()
  }

  async function tellMatch(peer: PeerId, id: Uint8Array): Promise<void> {
    if (telling.has(peer)) return
    telling.add(peer)
    try {
      const message = { kind: 'match', attempt: id, addresses: ownAddresses() } as const
      const reply = await send(peer, message, dependencies.signal)
      if (reply.kind !== 'heard') refuseAnswer()
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

  async function begin(peer: PeerId, name: string, within: AbortSignal): Promise<void> {
    const [id, nonce] = [random.bytes(ATTEMPT_BYTES), random.bytes(NONCE_BYTES)]
    const begun = { peer, name, id, nonce, ...hereAndNow(peer) }
    const ask = valueOf(beginPairing(pairings, { ...begun, hashes: nearbyHashes }))
    changed()
    try {
      const reply = await send(peer, ask, within)
      // The other side has begun as well: its question is on the way, or here.
      if (reply.kind === 'mine-first') return
      if (reply.kind !== 'nonce') refuseAnswer()
      const { reveal, number } = valueOf(takeNonce(pairings, peer, id, reply.nonce, nearbyHashes))
      const taken = await send(peer, reveal, within)
      if (taken.kind !== 'taken') refuseAnswer()
      valueOf(showNumber(pairings, peer, id, number))
    } catch (error) {
      dropAttempt(pairings, peer, id)
      throw error
    } finally {
      changed()
    }
  }

  async function answer(from: PeerId, message: NearbyMessage): Promise<NearbyReply> {
    if (state.pairing.blocked.has(from)) refuseStranger()
    switch (message.kind) {
      case 'hello':
        if (!dependencies.isVisible()) refuseStranger()
        return { kind: 'here', name: state.name }
      case 'ask': {
        if (!dependencies.isVisible()) refuseStranger()
        const nonce = random.bytes(NONCE_BYTES)
        return valueOf(answerAsk(pairings, { from, message, nonce, ...hereAndNow(from) }))
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

  return { begin, tellMatch, meet, answer }
}

/** Refuses a reply that does not answer the question. @throws FaultError `malformed` */
export function refuseAnswer(): never {
  refuse('malformed', 'the other side answered something else')
}

function refuseStranger(): never {
  refuse('not-trusted', 'this PC is not to be asked')
}
