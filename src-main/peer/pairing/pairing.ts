import { failure, success, type Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Effect } from '../effect.ts'
import { takeFromDistrusted } from '../requester/distrust.ts'
import type { DurableEvent } from '../event.ts'
import { note } from '../notice.ts'
import { forgetVerdicts } from '../requester/verdicts.ts'
import { dropRequester, forgetDone } from '../provider/provider.ts'
import { dropFromClock } from '../own-clock.ts'
import { isUnderWay } from '../requester/slice.ts'
import type { PeerState } from '../state.ts'
import { bookOf } from '../requester/unit-book.ts'

/** Invites that may be open at once; each is a secret lying around. */
const INVITES_MAX = 100

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** An invite code was made: the first peer that shows its secret before it expires is paired. */
export function openInvite(state: PeerState, event: Of<'invited'>): Effect[] {
  for (const [hash, invite] of state.pairing.invites) {
    if (invite.expiresAtMs <= event.at_ms) state.pairing.invites.delete(hash)
  }
  if (state.pairing.invites.size >= INVITES_MAX) {
    const oldest = state.pairing.invites.keys().next().value
    if (oldest !== undefined) state.pairing.invites.delete(oldest)
  }
  const { trust, expires_at_ms: expiresAtMs, confirm } = event
  state.pairing.invites.set(event.secret_hash, {
    trust,
    expiresAtMs,
    ...(confirm === true ? { confirm } : {}),
  })
  return []
}

/** Whether a stranger may connect with an invite of this peer. */
export function awaitsGuests(state: PeerState, nowMs: number): boolean {
  return [...state.pairing.invites.values()].some(({ expiresAtMs }) => expiresAtMs > nowMs)
}

/**
 * Whether a secret opens an invite. Giving out the code was the inviter's acceptance, showing it is the other's. Who
 * opened it may show it again: the answer may have been lost on the way.
 *
 * @returns the trust that the inviter promised with it (or has set since), or `invite-refused`
 */
export function admitPairing(
  state: PeerState,
  secretHash: string,
  from: PeerId,
  nowMs: number,
): Outcome<number> {
  const invite = state.pairing.invites.get(secretHash)
  const used = failure('invite-refused', 'this invite is unknown or was used before')
  if (invite === undefined) return used
  if (invite.expiresAtMs <= nowMs) return failure('invite-refused', 'this invite has expired')
  if (invite.usedBy === undefined) return success(invite.trust)
  if (invite.usedBy !== from) return used
  const contact = state.pairing.contacts.get(from) ?? state.pairing.incomingPairs.get(from)
  return contact === undefined ? used : success(contact.trust)
}

/** Both sides have accepted; the invite is used up. */
export function pair(state: PeerState, event: Of<'paired'>): Effect[] {
  const invite = event.secret_hash === undefined ? undefined : state.pairing.invites.get(event.secret_hash)
  if (event.secret_hash !== undefined && invite !== undefined) {
    state.pairing.invites.set(event.secret_hash, { ...invite, usedBy: event.peer })
  }
  if (event.peer === state.me) return []
  state.pairing.incomingPairs.delete(event.peer)
  state.pairing.outgoingPairs.delete(event.peer)
  const known = state.pairing.contacts.get(event.peer)
  state.pairing.contacts.set(event.peer, {
    ...known,
    peer_id: event.peer,
    name: event.name,
    addresses: event.addresses,
    trust: event.trust,
    paired_at_ms: known?.paired_at_ms ?? event.at_ms,
  })
  note(state, { kind: 'people-changed' })
  const dropped = event.trust > 0 ? [] : dropPeer(state, event.peer, event.at_ms)
  return [
    ...dropped,
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/** Takes back the units of this peer's jobs that a no longer trusted peer holds. */
function endOwnWork(state: PeerState, peer: PeerId): Effect[] {
  return [...state.requester.jobs.values()]
    .filter((job) => isUnderWay(job) && bookOf(job).takers.has(peer))
    .map(({ manifest }) => ({ kind: 'send-settled', to: peer, job: manifest.job_id }))
}

/** The user's own weight for a contact; 0 keeps the contact and gives it nothing. */
export function setTrust(state: PeerState, event: Of<'trust-set'>): Effect[] {
  const contact = state.pairing.contacts.get(event.peer)
  if (contact === undefined) return []
  state.pairing.contacts.set(event.peer, { ...contact, trust: event.trust })
  note(state, { kind: 'people-changed' })
  const dropped = event.trust > 0 ? [] : dropPeer(state, event.peer, event.at_ms)
  return [
    ...dropped,
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
    // When the peer is back and asks, it is refused.
    ...(contact.trust > 0 && event.trust === 0 ? [{ kind: 'disconnect', peer: event.peer } as const] : []),
  ]
}

/** Stops running a peer's work, and stops waiting for its results. */
function dropPeer(state: PeerState, peer: PeerId, atMs: number): Effect[] {
  dropFromClock(state, peer)
  return [...dropRequester(state, peer), ...endOwnWork(state, peer), ...takeFromDistrusted(state, peer, atMs)]
}

/** The user removes a contact. */
export function forget(state: PeerState, event: Of<'forgotten'>): Effect[] {
  state.pairing.contacts.delete(event.peer)
  forgetDone(state, event.peer)
  forgetVerdicts(state, event.peer)
  state.view.commitments.delete(event.peer)
  state.view.pausedAtMs.delete(event.peer)
  state.view.rounds.delete(event.peer)
  state.view.offers.delete(event.peer)
  note(state, { kind: 'people-changed' })
  return [
    ...dropPeer(state, event.peer, event.at_ms),
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
  ]
}
