import { z } from 'zod'
import { ADDRESSES_MAX, AddressText } from '../../protocol/address-record.ts'
import { Name, PeerId } from '../../protocol/ids.ts'
import { MomentMs } from '../../protocol/quantities.ts'
import { Fraction } from '../../protocol/slot.ts'
import { At } from '../event-fields.ts'

/** Events of people: invites, pairing, trust, addresses. */
export const PairingEvent = z.discriminatedUnion('kind', [
  At.extend({ kind: z.literal('trust-set'), peer: PeerId, trust: Fraction }),
  At.extend({
    kind: z.literal('invited'),
    secret_hash: Name,
    trust: Fraction,
    expires_at_ms: MomentMs,
    /** A peer that uses it is paired only after the user's yes. */
    confirm: z.boolean().exactOptional(),
  }),
  At.extend({
    kind: z.literal('paired'),
    peer: PeerId,
    name: z.string().min(1).max(100),
    addresses: z.array(z.string().max(300)).max(16),
    trust: Fraction,
    secret_hash: Name.exactOptional(),
  }),
  At.extend({ kind: z.literal('forgotten'), peer: PeerId }),
  /** A contact's signed word of where it is; the signature was looked at before. */
  At.extend({
    kind: z.literal('addresses-learned'),
    peer: PeerId,
    sequence: z.int().min(1),
    addresses: z.array(AddressText).max(ADDRESSES_MAX),
  }),
  /** A contact was reached there. */
  At.extend({ kind: z.literal('address-worked'), peer: PeerId, address: AddressText }),
  /** A peer has used an invite that asks for the user's yes, and waits for it. */
  At.extend({
    kind: z.literal('pair-requested'),
    peer: PeerId,
    name: z.string().min(1).max(100),
    addresses: z.array(z.string().max(300)).max(16),
    secret_hash: Name,
  }),
  At.extend({ kind: z.literal('pair-accepted'), peer: PeerId, trust: Fraction }),
  /** This user has used such an invite of another peer, and waits. */
  At.extend({
    kind: z.literal('pair-asked'),
    peer: PeerId,
    addresses: z.array(z.string().max(300)).max(16),
    trust: Fraction,
    expires_at_ms: MomentMs,
  }),
  At.extend({
    kind: z.literal('pair-ended'),
    peer: PeerId,
    direction: z.enum(['incoming', 'outgoing']),
    reason: z.enum(['declined', 'given-up', 'expired']),
  }),
  At.extend({ kind: z.literal('blocked'), peer: PeerId }),
  At.extend({ kind: z.literal('unblocked'), peer: PeerId }),
])
export type PairingEvent = z.infer<typeof PairingEvent>
