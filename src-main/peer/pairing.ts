import { failure, success, type Outcome } from '../protocol/fault.ts'
import type { Effect } from './effect.ts'
import type { DurableEvent } from './event.ts'
import { dropRequester } from './provider.ts'
import type { PeerState } from './state.ts'

/** Invites that may be open at once; each is a secret lying around. */
const INVITES_MAX = 100

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** An invite code was made: whoever shows its secret before it expires is paired, once. */
export function openInvite(state: PeerState, event: Of<'invited'>): Effect[] {
  for (const [hash, invite] of state.invites) {
    if (invite.expiresAtMs <= event.at_ms) state.invites.delete(hash)
  }
  if (state.invites.size >= INVITES_MAX) {
    const oldest = state.invites.keys().next().value
    if (oldest !== undefined) state.invites.delete(oldest)
  }
  state.invites.set(event.secret_hash, { trust: event.trust, expiresAtMs: event.expires_at_ms })
  return []
}

/**
 * Whether a secret opens an invite. Giving out the code was the inviter's acceptance, showing it is the other's.
 * @returns the trust that the inviter promised with it, or `invite-refused`
 */
export function admitPairing(state: PeerState, secretHash: string, nowMs: number): Outcome<number> {
  const invite = state.invites.get(secretHash)
  if (invite === undefined) return failure('invite-refused', 'this invite is unknown or was used before')
  if (invite.expiresAtMs <= nowMs) return failure('invite-refused', 'this invite has expired')
  return success(invite.trust)
}

/** Both sides have accepted; the invite is used up. */
export function pair(state: PeerState, event: Of<'paired'>): Effect[] {
  if (event.secret_hash !== undefined) state.invites.delete(event.secret_hash)
  if (event.peer === state.me) return []
  state.contacts.set(event.peer, {
    peer_id: event.peer,
    name: event.name,
    addresses: event.addresses,
    trust: event.trust,
    paired_at_ms: state.contacts.get(event.peer)?.paired_at_ms ?? event.at_ms,
  })
  const dropped = event.trust > 0 ? [] : dropRequester(state, event.peer)
  return [
    ...dropped,
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/** The user's own weight for somebody; 0 keeps the contact and gives it nothing. */
export function setTrust(state: PeerState, event: Of<'trust-set'>): Effect[] {
  const contact = state.contacts.get(event.peer)
  if (contact === undefined) return []
  state.contacts.set(event.peer, { ...contact, trust: event.trust })
  const dropped = event.trust > 0 ? [] : dropRequester(state, event.peer)
  return [
    ...dropped,
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
    { kind: 'allocation-due' },
  ]
}

/** The user no longer knows somebody. What they still hold is void when it is late. */
export function forget(state: PeerState, event: Of<'forgotten'>): Effect[] {
  state.contacts.delete(event.peer)
  state.view.commitments.delete(event.peer)
  state.view.offers.delete(event.peer)
  return [...dropRequester(state, event.peer), { kind: 'contacts-changed' }, { kind: 'commitment-changed' }]
}
