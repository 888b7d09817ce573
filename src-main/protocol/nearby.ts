import { z } from 'zod'
import { AddressText } from './address-record.ts'
import { Bytes } from './bytes.ts'
import { Fault } from './fault.ts'

/** Bytes of a nonce and of the commitment to one (SHA-256). */
export const NONCE_BYTES = 32
/** Bytes of an attempt's name. */
export const ATTEMPT_BYTES = 16
/** A message about being nearby, either way: a name and sixteen addresses. */
export const NEARBY_BYTES_MAX = 6 << 10

const Exactly = (length: number) =>
  Bytes.refine((bytes) => bytes.byteLength === length, `not ${length} bytes`)
const PeerName = z.string().min(1).max(100)
const Addresses = z.array(AddressText).max(16)

/** Names one try to pair, chosen by the side that begins. */
export const AttemptId = Exactly(ATTEMPT_BYTES)
/** A random number of one side, from which the digits are made. */
export const Nonce = Exactly(NONCE_BYTES)
/** The six digits that both users compare. */
export const ShortNumber = z.string().regex(/^[0-9]{6}$/, 'not six digits')
export type ShortNumber = z.infer<typeof ShortNumber>

/** Why a try ends without a pairing. */
export const RefusalReason = z.enum(['declined', 'differ'])
export type RefusalReason = z.infer<typeof RefusalReason>

/** Requests between two peers of one local network that need not know each other (SPEC T7 to T9). */
export const NearbyMessage = z.discriminatedUnion('kind', [
  /** Asks for the receiver's name. */
  z.object({ kind: z.literal('hello') }),
  /** Begins a try to pair; the sender's nonce is committed to and told only after the other's. */
  z.object({ kind: z.literal('ask'), attempt: AttemptId, commitment: Exactly(NONCE_BYTES), name: PeerName }),
  /** The nonce that was committed to. */
  z.object({ kind: z.literal('reveal'), attempt: AttemptId, nonce: Nonce }),
  /** The sender's user says that the numbers are the same; may be said again. */
  z.object({ kind: z.literal('match'), attempt: AttemptId, addresses: Addresses }),
  /** The sender's user wants no pairing, or saw another number. */
  z.object({ kind: z.literal('end'), attempt: AttemptId, reason: RefusalReason }),
])
export type NearbyMessage = z.infer<typeof NearbyMessage>

/** The answers to them. */
export const NearbyReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('here'), name: PeerName }),
  z.object({ kind: z.literal('nonce'), nonce: Nonce, name: PeerName }),
  /** Both have begun at once, and the answerer's try goes on. */
  z.object({ kind: z.literal('mine-first') }),
  z.object({ kind: z.literal('taken') }),
  /** A yes was heard; with the answerer's own, if its user has said it. */
  z.object({ kind: z.literal('heard'), addresses: Addresses.exactOptional() }),
  z.object({ kind: z.literal('refused'), fault: Fault }),
])
export type NearbyReply = z.infer<typeof NearbyReply>
