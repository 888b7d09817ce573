import { ADDRESSES_MAX } from '../../protocol/address-record.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Contact } from '../../protocol/messages.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import type { PeerState } from '../state.ts'

/** Addresses of one contact that have worked, which are remembered whatever the contact says later. */
const WORKED_MAX = 8
/** The least time between two records that an address works: this is no log. */
const WORKED_AGAIN_MS = 6 * 3_600_000

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Whether what a contact's signed record says is news. */
export function isNewRecord(
  state: PeerState,
  { peer_id, sequence }: { readonly peer_id: PeerId; readonly sequence: number },
): boolean {
  const contact = state.pairing.contacts.get(peer_id)
  return contact !== undefined && sequence > (contact.sequence ?? 0)
}

/** Where a contact is, as it signed itself: the latest record counts, whichever peer passed it on. */
export function learnAddresses(state: PeerState, event: Of<'addresses-learned'>): Effect[] {
  const { peer, sequence, addresses } = event
  const contact = state.pairing.contacts.get(peer)
  if (contact === undefined || !isNewRecord(state, { peer_id: peer, sequence })) return []
  state.pairing.contacts.set(peer, {
    ...contact,
    sequence,
    addresses: addresses.length > 0 ? addresses : contact.addresses,
  })
  return [{ kind: 'contacts-changed' }]
}

/** Whether it is worth recording that a contact was reached at an address. */
export function isWorthNoting(state: PeerState, peer: PeerId, address: string, nowMs: number): boolean {
  const contact = state.pairing.contacts.get(peer)
  if (contact === undefined) return false
  const [latest] = contact.worked ?? []
  const atMs = contact.worked?.find((known) => known.address === address)?.at_ms
  return latest?.address !== address || atMs === undefined || nowMs - atMs >= WORKED_AGAIN_MS || nowMs < atMs
}

/** A contact was reached at an address: it is tried first from now on. */
export function noteWorked(state: PeerState, event: Of<'address-worked'>): Effect[] {
  const { peer, address, at_ms } = event
  const contact = state.pairing.contacts.get(peer)
  if (contact === undefined) return []
  const others = (contact.worked ?? []).filter((known) => known.address !== address)
  const worked = [{ address, at_ms }, ...others].slice(0, WORKED_MAX)
  state.pairing.contacts.set(peer, { ...contact, worked })
  return [{ kind: 'contacts-changed' }]
}

/**
 * Where to look for a contact: where it was found last and says that it still is, then where it says that it is, then
 * where it was found before.
 */
export function dialOrder({ addresses, worked = [] }: Pick<Contact, 'addresses' | 'worked'>): string[] {
  const said = new Set(addresses)
  const found = worked.map(({ address }) => address)
  const ordered = [...found.filter((address) => said.has(address)), ...addresses, ...found]
  return [...new Set(ordered)].slice(0, ADDRESSES_MAX)
}
