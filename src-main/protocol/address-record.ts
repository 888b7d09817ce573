import { z } from 'zod'
import { PeerId } from './ids.ts'
import { Timestamp } from './time.ts'

/** Addresses that one peer tells another of itself. */
export const ADDRESSES_MAX = 16

/** A multiaddress as text. */
export const AddressText = z.string().min(1).max(300)

/**
 * Addresses that a peer names as its own, in an envelope of domain `meshwork/1/address-record` with its signature
 * (libp2p calls this a signed peer record, RFC 0002 of its specifications; ours is canonical CBOR like everything else
 * that is signed here).
 */
export const AddressRecord = z.object({
  peer_id: PeerId,
  /** Higher in every later record of this peer; the highest counts. Milliseconds of its clock, or one more than before. */
  sequence: z.int().min(1),
  addresses: z.array(AddressText).max(ADDRESSES_MAX),
  timestamp: Timestamp,
})
export type AddressRecord = z.infer<typeof AddressRecord>
