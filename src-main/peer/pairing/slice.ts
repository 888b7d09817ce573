import { z } from 'zod'
import { Name, PeerId } from '../../protocol/ids.ts'
import { Contact } from '../../protocol/messages.ts'
import { Fraction } from '../../protocol/slot.ts'
import { mapOf } from '../saved-map.ts'

const Ms = z.number().min(0)

/** An invitation that this peer gave out: the first peer that shows the secret is paired. */
export const OpenInvite = z.object({
  trust: Fraction,
  expiresAtMs: Ms,
  /** Whether the user is asked before its holder is paired. */
  confirm: z.boolean().exactOptional(),
  /** The peer that opened it; no other can any more. */
  usedBy: PeerId.exactOptional(),
})
export type OpenInvite = z.infer<typeof OpenInvite>

/** This user has used another peer's code, and waits for its user's yes. */
export const OutgoingPair = z.object({
  addresses: z.array(z.string()),
  /** The trust that this user will give them. */
  trust: Fraction,
  askedAtMs: Ms,
  expiresAtMs: Ms,
})
export type OutgoingPair = z.infer<typeof OutgoingPair>

/** A peer has used a code of this user's, and waits for a yes. `trust` is what was given with the code. */
export const IncomingPair = OutgoingPair.extend({ name: z.string() })
export type IncomingPair = z.infer<typeof IncomingPair>

/** A peer that is not let in any more. */
export const BlockedPeer = z.object({
  blockedAtMs: Ms,
  /** Absent where the peer never said it. */
  name: z.string().exactOptional(),
})
export type BlockedPeer = z.infer<typeof BlockedPeer>

/** People: contacts, invites, requests to pair, and blocked peers. */
export const PairingSlice = z.object({
  contacts: mapOf(PeerId, Contact),
  invites: mapOf(Name, OpenInvite),
  incomingPairs: mapOf(PeerId, IncomingPair),
  outgoingPairs: mapOf(PeerId, OutgoingPair),
  blocked: mapOf(PeerId, BlockedPeer),
  /** The key of this peer's own owner, where a link proves it. */
  owner: PeerId.exactOptional(),
})
export type PairingSlice = z.infer<typeof PairingSlice>

/** The slice of a peer that has just been created. */
export function newPairing(): PairingSlice {
  return {
    contacts: new Map(),
    invites: new Map(),
    incomingPairs: new Map(),
    outgoingPairs: new Map(),
    blocked: new Map(),
  }
}
