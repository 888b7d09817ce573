import { failure, success, type Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import { forget, pair } from './pairing.ts'
import type { PeerState } from '../state.ts'

/** Requests that may wait for an answer, either way: more are no list that a person answers. */
export const PAIR_REQUESTS_MAX = 16
/** Peers that may be blocked at once. Old blocks are not dropped for new ones: that would let a peer in unasked. */
const BLOCKED_MAX = 1_000
/** A peer that waits to be let in asks again this often while connected, in case the answer was lost. */
const ASK_EVERY_MS = 5_000
/** Word that there is an answer brings a question at once, but not in floods. */
const ASK_EVERY_MS_MIN = 250

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * Whether a secret, admitted by `admitPairing`, makes a request only: its invite asks for the user's own yes. Using the
 * other's code was one, so that two peers that use each other's are paired.
 */
export function mustBeAccepted(state: PeerState, secretHash: string, from: PeerId): boolean {
  const hasSaidYes = state.pairing.contacts.has(from) || state.pairing.outgoingPairs.has(from)
  return state.pairing.invites.get(secretHash)?.confirm === true && !hasSaidYes
}

/** Whether a peer's request may wait here. Expired ones make room with the next tick. */
export function admitPairRequest(state: PeerState, from: PeerId): Outcome<null> {
  if (state.pairing.incomingPairs.has(from) || state.pairing.incomingPairs.size < PAIR_REQUESTS_MAX)
    return success(null)
  return failure('too-busy', 'too many people wait for an answer there; try again later')
}

/** A peer has shown the secret of an invite that asks for the user's yes: no other peer can use it from now on. */
export function receivePairRequest(state: PeerState, event: Of<'pair-requested'>): Effect[] {
  const invite = state.pairing.invites.get(event.secret_hash)
  if (invite === undefined || event.peer === state.me) return []
  state.pairing.invites.set(event.secret_hash, { ...invite, usedBy: event.peer })
  const { name, addresses, at_ms } = event
  const known = state.pairing.incomingPairs.get(event.peer)
  state.pairing.incomingPairs.set(event.peer, {
    name,
    addresses,
    trust: invite.trust,
    askedAtMs: known?.askedAtMs ?? at_ms,
    expiresAtMs: invite.expiresAtMs,
  })
  return [{ kind: 'contacts-changed' }]
}

/** The user says yes to a waiting peer. It is told now if it is connected, else when it asks again. */
export function acceptPairRequest(state: PeerState, event: Of<'pair-accepted'>): Effect[] {
  const { peer, trust, at_ms } = event
  const request = state.pairing.incomingPairs.get(peer)
  if (request === undefined) return []
  const { name, addresses } = request
  return [
    ...pair(state, { kind: 'paired', at_ms, peer, name, addresses: [...addresses], trust }),
    { kind: 'tell-pairing', to: peer, news: 'answered' },
  ]
}

/** This user has used another peer's code, and waits for its user's yes. */
export function awaitPairing(state: PeerState, event: Of<'pair-asked'>): Effect[] {
  const { peer, addresses, trust, at_ms, expires_at_ms } = event
  state.pairing.outgoingPairs.set(peer, { addresses, trust, askedAtMs: at_ms, expiresAtMs: expires_at_ms })
  return [{ kind: 'contacts-changed' }]
}

/** A request is over without a pairing: declined or given up by whichever side, or its code has expired. */
export function endPairRequest(state: PeerState, event: Of<'pair-ended'>): Effect[] {
  const { peer, direction, reason } = event
  const requests = direction === 'incoming' ? state.pairing.incomingPairs : state.pairing.outgoingPairs
  if (!requests.delete(peer)) return []
  const told: Effect[] =
    direction === 'incoming' && reason === 'declined'
      ? [{ kind: 'tell-pairing', to: peer, news: 'answered' }]
      : direction === 'outgoing' && reason === 'given-up'
        ? [{ kind: 'tell-pairing', to: peer, news: 'given-up' }]
        : []
  return [...told, { kind: 'contacts-changed' }]
}

/** Ends requests whose code has expired, and asks those whose answer is awaited. */
export function tendPairRequests(state: PeerState, nowMs: number): Effect[] {
  const effects: Effect[] = []
  for (const direction of ['incoming', 'outgoing'] as const) {
    const requests = direction === 'incoming' ? state.pairing.incomingPairs : state.pairing.outgoingPairs
    for (const [peer, { expiresAtMs }] of requests) {
      if (expiresAtMs > nowMs) continue
      const ended = { kind: 'pair-ended', at_ms: nowMs, peer, direction, reason: 'expired' } as const
      effects.push({ kind: 'record', event: ended })
    }
  }
  for (const [peer, { expiresAtMs }] of state.pairing.outgoingPairs) {
    if (expiresAtMs > nowMs && state.view.connected.has(peer)) {
      const isAnswered = state.view.pairAsked.get(peer)?.isAnswered === true
      effects.push(...askAgain(state, peer, nowMs, isAnswered ? ASK_EVERY_MS_MIN : ASK_EVERY_MS))
    }
  }
  return effects
}

/** Asks for an awaited answer, as the peer is back or says that there is one; if not now, at the next tick. */
export function askPairing(state: PeerState, peer: PeerId, nowMs: number): Effect[] {
  return state.pairing.outgoingPairs.has(peer) ? askAgain(state, peer, nowMs, ASK_EVERY_MS_MIN) : []
}

function askAgain(state: PeerState, peer: PeerId, nowMs: number, everyMs: number): Effect[] {
  const { pairAsked } = state.view
  const askedAtMs = pairAsked.get(peer)?.atMs
  if (askedAtMs !== undefined && nowMs >= askedAtMs && nowMs - askedAtMs < everyMs) {
    pairAsked.set(peer, { atMs: askedAtMs, isAnswered: everyMs === ASK_EVERY_MS_MIN })
    return []
  }
  pairAsked.set(peer, { atMs: nowMs, isAnswered: false })
  return [{ kind: 'ask-pairing', to: peer }]
}

/** Whether this peer may be blocked. */
export function admitBlock(state: PeerState, peer: PeerId): Outcome<null> {
  if (
    !state.pairing.contacts.has(peer) &&
    !state.pairing.incomingPairs.has(peer) &&
    !state.pairing.outgoingPairs.has(peer)
  ) {
    return failure('unknown-peer', `${peer} is nobody that this peer is paired with or asked by`)
  }
  return hasRoomToBlock(state)
    ? success(null)
    : failure('too-busy', `more than ${BLOCKED_MAX} people are blocked; unblock some first`)
}

/** Whether one more may be blocked. */
export function hasRoomToBlock(state: PeerState): boolean {
  return state.pairing.blocked.size < BLOCKED_MAX
}

/** Forgets a peer and lets it in no more. */
export function block(state: PeerState, event: Of<'blocked'>): Effect[] {
  const { peer, at_ms } = event
  const name = state.pairing.contacts.get(peer)?.name ?? state.pairing.incomingPairs.get(peer)?.name
  state.pairing.blocked.set(peer, { blockedAtMs: at_ms, ...(name === undefined ? {} : { name }) })
  state.pairing.incomingPairs.delete(peer)
  state.pairing.outgoingPairs.delete(peer)
  return [...forget(state, { kind: 'forgotten', at_ms, peer }), { kind: 'disconnect', peer }]
}

/** Lets a blocked peer pair again. */
export function unblock(state: PeerState, event: Of<'unblocked'>): Effect[] {
  state.pairing.blocked.delete(event.peer)
  return []
}
