import { createHash } from 'node:crypto'
import type { PeerEvent } from '../../peer/event.ts'
import { admitPairRequest, mustBeAccepted, PAIR_REQUESTS_MAX } from '../../peer/pairing/pair-requests.ts'
import { admitPairing } from '../../peer/pairing/pairing.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { Transport } from '../../ports/transport.ts'
import { FaultError, onlyFault, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { PAIR_WAIT_MS_MAX } from '../../protocol/limits.ts'
import type { DirectReply, Invite, PairMessage } from '../../protocol/messages.ts'
import { sendDirect } from './direct-protocol.ts'

/** Bytes of an invite's secret: 128 bits cannot be guessed. */
const SECRET_BYTES = 16
/** Addresses that one peer tells another. */
const ADDRESSES_MAX = 16

/** The result of using an invite. */
export type Paired =
  | { readonly state: 'paired'; readonly peer: PeerId; readonly name: string }
  /** The other side's user is to say yes. */
  | { readonly state: 'waiting'; readonly peer: PeerId }

/** The ports and functions that pairing uses. */
export interface PairingDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly state: PeerState
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly signal: AbortSignal
}

/** Both sides of pairing by code. */
export interface Pairing {
  /** Makes an invite that opens once, within `validMs`, to trust `trust`; with `confirm` only to make a request. */
  invite(trust: number, validMs: number, confirm: boolean): Promise<Invite>
  /** Uses a user's invite. @throws FaultError `bad-input`, `unreachable`, `invite-refused`, `too-busy`, `timed-out` */
  pair(invite: Invite, trust: number, within: AbortSignal): Promise<Paired>
  /** Asks a peer whether its user has accepted our request. The brain asks again when it cannot be reached now. */
  ask(peer: PeerId): Promise<void>
  /** Tells the other side of a request; they ask by themselves too, or the code expires. */
  tell(peer: PeerId, news: 'answered' | 'given-up'): Promise<void>
}

/** The name under which an invite's secret is remembered: a reader of the journal cannot use it. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(`meshwork-invite ${secret}`).digest('base64url')
}

/** Pairing for a running peer. */
export function createPairing(dependencies: PairingDependencies): Pairing {
  const { clock, transport, state, dispatch, signal } = dependencies
  const ownAddresses = (): string[] => transport.addresses().slice(0, ADDRESSES_MAX)

  async function meet(
    peer: PeerId,
    name: string,
    addresses: readonly string[],
    trust: number,
  ): Promise<void> {
    const at_ms = clock.nowMs()
    await dispatch({ kind: 'paired', at_ms, peer, name, addresses: [...addresses], trust })
    await dispatch({ kind: 'connected', at_ms: clock.nowMs(), peer })
  }

  return {
    async invite(trust, validMs, confirm) {
      const addresses = ownAddresses()
      if (addresses.length === 0)
        refuse('unreachable', 'this peer listens nowhere, so nobody could follow an invite')
      const secret = Buffer.from(dependencies.random.bytes(SECRET_BYTES)).toString('base64url')
      const at_ms = clock.nowMs()
      const expires_at_ms = at_ms + validMs
      await dispatch({
        kind: 'invited',
        at_ms,
        secret_hash: secretHash(secret),
        trust,
        expires_at_ms,
        ...(confirm ? { confirm } : {}),
      })
      return { peer_id: state.me, addresses, secret }
    },
    async pair(invite, trust, within) {
      const { peer_id: peer, addresses, secret } = invite
      if (peer === state.me) refuse('bad-input', 'this invite is your own')
      if (state.pairing.blocked.has(peer))
        refuse('bad-input', 'you have blocked whoever gave you this; unblock them first')
      if (!state.pairing.outgoingPairs.has(peer) && state.pairing.outgoingPairs.size >= PAIR_REQUESTS_MAX)
        refuse('too-busy', 'too many people have not answered you yet; give some up first')
      const either = AbortSignal.any([signal, within])
      await transport.connect(peer, addresses, { signal: either })
      const message = { kind: 'pair', secret, name: state.name, addresses: ownAddresses() } as const
      const reply = await sendDirect(dependencies, peer, message, either)
      if (reply.kind === 'paired') {
        await meet(peer, reply.name, addresses, trust)
        return { state: 'paired', peer, name: reply.name }
      }
      if (reply.kind !== 'waiting') refuse('malformed', 'the other side answered something else')
      const at_ms = clock.nowMs()
      const expires_at_ms = at_ms + reply.left_ms
      await dispatch({ kind: 'pair-asked', at_ms, peer, addresses, trust, expires_at_ms })
      await dispatch({ kind: 'connected', at_ms: clock.nowMs(), peer })
      return { state: 'waiting', peer }
    },
    async ask(peer) {
      try {
        const reply = await sendDirect(dependencies, peer, { kind: 'pair-again' }, signal)
        const request = state.pairing.outgoingPairs.get(peer)
        if (reply.kind === 'paired' && request !== undefined)
          await meet(peer, reply.name, request.addresses, request.trust)
      } catch (error) {
        if (onlyFault(error).kind !== 'invite-refused' || signal.aborted) return
        const ended = { kind: 'pair-ended', direction: 'outgoing', reason: 'declined' } as const
        await dispatch({ ...ended, at_ms: clock.nowMs(), peer })
      }
    },
    async tell(peer, news) {
      try {
        await sendDirect(dependencies, peer, { kind: `pair-${news}` as const }, signal)
      } catch (error) {
        onlyFault(error)
      }
    },
  }
}

/** The ports that answers to pairing messages use. */
export type PairAnswerDependencies = Pick<PairingDependencies, 'clock' | 'state' | 'dispatch'>

/**
 * Answers a message of pairing.
 * @throws FaultError `invite-refused` also for blocked peers, so that they do not learn of it
 */
export async function answerPairing(
  dependencies: PairAnswerDependencies,
  from: PeerId,
  message: PairMessage,
): Promise<DirectReply> {
  const { clock, state, dispatch } = dependencies
  if (state.pairing.blocked.has(from)) refuse('invite-refused', 'this invite is unknown or was used before')
  switch (message.kind) {
    case 'pair':
      return showSecret(dependencies, from, message)
    case 'pair-again':
      return (
        standing(dependencies, from) ??
        refuse('invite-refused', 'they have declined, or the code has expired')
      )
    case 'pair-answered':
      if (state.pairing.outgoingPairs.has(from))
        await dispatch({ kind: 'pair-answered', at_ms: clock.nowMs(), peer: from })
      return { kind: 'taken' }
    case 'pair-given-up':
      if (state.pairing.incomingPairs.has(from)) {
        const ended = { kind: 'pair-ended', direction: 'incoming', reason: 'given-up' } as const
        await dispatch({ ...ended, at_ms: clock.nowMs(), peer: from })
      }
      return { kind: 'taken' }
  }
}

async function showSecret(
  dependencies: PairAnswerDependencies,
  from: PeerId,
  { secret, name, addresses }: PairMessage & { kind: 'pair' },
): Promise<DirectReply> {
  const { clock, state, dispatch } = dependencies
  const at_ms = clock.nowMs()
  const secret_hash = secretHash(secret)
  const admitted = admitPairing(state, secret_hash, from, at_ms)
  if (!admitted.ok) throw new FaultError(admitted.fault)
  const asks = { at_ms, peer: from, name, addresses, secret_hash }
  if (mustBeAccepted(state, secret_hash, from)) {
    const room = admitPairRequest(state, from)
    if (!room.ok) throw new FaultError(room.fault)
    await dispatch({ kind: 'pair-requested', ...asks })
  } else {
    const trust = state.pairing.outgoingPairs.get(from)?.trust ?? admitted.value
    await dispatch({ kind: 'paired', ...asks, trust })
  }
  await dispatch({ kind: 'connected', at_ms: clock.nowMs(), peer: from })
  return standing(dependencies, from) ?? refuse('invite-refused', 'this invite was used before')
}

/** The pairing state of a peer with this one; undefined for a stranger. */
function standing({ clock, state }: PairAnswerDependencies, from: PeerId): DirectReply | undefined {
  if (state.pairing.contacts.has(from)) return { kind: 'paired', name: state.name, peer_id: state.me }
  const request = state.pairing.incomingPairs.get(from)
  if (request === undefined) return undefined
  const leftMs = Math.round(request.expiresAtMs - clock.nowMs())
  return { kind: 'waiting', left_ms: Math.min(PAIR_WAIT_MS_MAX, Math.max(0, leftMs)) }
}
